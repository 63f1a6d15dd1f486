/** What only the server can tell of a plan: its parser's word, and whether it has what the mirror has not. */

import { describe, expect, it } from 'vitest';
import { askServer, type NamedRehearsal } from '../../../src/plan/ask-server.ts';
import type { PlannedStatement } from '../../../src/plan/plan.ts';
import { collectKnown, openDoubt, settleDoubt } from '../../../src/plan/rehearse/unknown-to-mirror.ts';
import type { UnknownName } from '../../../src/sandbox/unknown-names.ts';
import { plannedStatement } from '../../apply/planned.ts';

const view = (name: string, line = 1): PlannedStatement =>
  plannedStatement(`CREATE VIEW "${name}" AS SELECT 1`, { line });

function rehearsal(
  name: string,
  statements: readonly PlannedStatement[],
  names: readonly UnknownName[] = [],
): NamedRehearsal {
  const doubts = names.map((unknown, index) =>
    openDoubt({ migration: name, line: index + 1, sql: 'x' }, [unknown], true),
  );
  const findings = doubts.map(({ finding }) => finding);
  return {
    name,
    statements,
    rehearsed: { statements, findings, doubts, keyChecks: [], schemaAfter: 's', there: { made: [], rebuilt: [] } },
  };
}

const soundex: UnknownName = { type: 'function', name: 'soundex' };
const other: UnknownName = { type: 'function', name: 'other' };

const there = { type: 'rows', rows: [[1]] } as const;
const absent = { type: 'rows', rows: [] } as const;
const refused = { type: 'error', message: 'near "X": syntax error', code: 'SQL_PARSE_ERROR' } as const;

const codes = (findings: readonly { readonly kind: string; readonly code: string }[]) =>
  findings.map(({ kind, code }) => `${kind} ${code}`);

describe('a server', () => {
  it('is asked each name once, then each text', () => {
    const { queries } = askServer([
      rehearsal('1_a', [view('A')], [soundex, other]),
      rehearsal('2_b', [view('B')], [{ ...soundex, name: 'SOUNDEX' }]),
    ]);
    expect(queries).toHaveLength(4);
    expect(queries.slice(2).map(({ sql, runs }) => [sql, runs])).toEqual([
      ['EXPLAIN CREATE VIEW "A" AS SELECT 1', 'never'],
      ['EXPLAIN CREATE VIEW "B" AS SELECT 1', 'never'],
    ]);
  });

  it('is asked nothing where nothing is in doubt', () => {
    const { queries, judge } = askServer([rehearsal('1_a', [plannedStatement('CREATE TABLE "A" ("id" INTEGER)')])]);
    expect(queries).toEqual([]);
    expect(judge([]).findings).toEqual([]);
  });

  it('settles what was in doubt, of each statement, and leaves the rest', () => {
    const one = rehearsal('1_a', [view('A')], [soundex, other]);
    const { judge } = askServer([one]);
    const settled = (replies: Parameters<typeof judge>[0]) =>
      judge(replies).rehearsed.map(({ findings }) => codes(findings));
    expect(settled([there, there])).toEqual([['hazard unrehearsed', 'hazard unrehearsed']]);
    expect(settled([there, absent])).toEqual([['hazard unrehearsed', 'blocker rehearsal-failed']]);
    expect(settled([absent, there])).toEqual([['blocker rehearsal-failed', 'hazard unrehearsed']]);
    // Nobody was asked.
    expect(settled([])).toEqual([['hazard unrehearsed', 'hazard unrehearsed']]);
    const argsOf = (replies: Parameters<typeof judge>[0]) =>
      judge(replies).rehearsed.flatMap(({ findings }) => findings.map(({ args }) => args));
    const unseen = (name: UnknownName, onServer: string) => {
      return { what: 'unknown-names', names: [name], onServer, rehearsal: 'goes-on' };
    };
    expect(argsOf([there, absent])).toEqual([unseen(soundex, 'there'), { what: 'unknown-names', names: [other] }]);
    expect(argsOf([])).toEqual([unseen(soundex, 'unknown'), unseen(other, 'unknown')]);
    const [told, untold] = [judge([there, there]), judge([])].map(({ rehearsed }) => JSON.stringify(rehearsed));
    expect(told).not.toBe(untold);
    const more = {
      ...one,
      rehearsed: { ...one.rehearsed, findings: [...one.rehearsed.findings, { kind: 'note', code: 'kept' } as never] },
    };
    expect(codes(askServer([more]).judge([there, absent]).rehearsed[0]?.findings ?? [])).toEqual([
      'hazard unrehearsed',
      'blocker rehearsal-failed',
      'note kept',
    ]);
  });

  it('has all that a statement needs, or that is not known', () => {
    const place = { migration: '1_a', line: 1, sql: 'x' };
    const settle = (first: boolean | null, second: boolean | null) => {
      const names = [soundex, other];
      const doubt = openDoubt(place, names, false);
      expect(doubt.finding.args).toEqual({ what: 'unknown-names', names, onServer: 'unknown', rehearsal: 'ends' });
      const { kind, args } = settleDoubt(doubt, collectKnown(names, [first, second]));
      return { kind, ...args };
    };
    const shared = { kind: 'hazard', what: 'unknown-names', names: [soundex, other], rehearsal: 'ends' };
    expect(settle(true, true)).toEqual({ ...shared, onServer: 'there' });
    expect(settle(true, null)).toEqual({ ...shared, onServer: 'unknown' });
    expect(settle(null, null)).toEqual({ ...shared, onServer: 'unknown' });
    expect(settle(null, false)).toEqual({ kind: 'blocker', what: 'unknown-names', names: [other] });
  });

  it('is believed what its parser refuses, of the text that was asked in that place', () => {
    const { judge } = askServer([rehearsal('1_a', [view('A', 3)], [soundex]), rehearsal('2_b', [view('B', 5)])]);
    const told = (replies: Parameters<typeof judge>[0]) =>
      judge(replies).findings.map(({ kind, code, place: { migration, line } }) => [kind, code, migration, line]);
    expect(told([there, refused, there])).toEqual([['blocker', 'server-refuses', '1_a', 3]]);
    expect(told([there, there, refused])).toEqual([['blocker', 'server-refuses', '2_b', 5]]);
    expect(told([refused, there, there])).toEqual([]);
    expect(told([])).toEqual([]);
  });
});
