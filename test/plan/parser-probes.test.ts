/** What is put before the server's parser: each form once, nothing that runs, and no more than a request may be. */

import { expect, it } from 'vitest';
import type { Finding } from '../../src/findings/catalogue.ts';
import { find } from '../../src/findings/finding.ts';
import { rehearsalFailed } from '../../src/findings/rehearsal-failed.ts';
import { reportFinding } from '../../src/findings/report.ts';
import { unrehearsed } from '../../src/findings/unrehearsed.ts';
import { buildProbe, judgeProbe, listProbes } from '../../src/plan/parser-probes.ts';
import type { PlannedStatement } from '../../src/plan/plan.ts';

const run = (sent: string, line = 1, rest: Partial<PlannedStatement> = {}): PlannedStatement => ({
  line,
  sql: sent,
  action: 'run',
  skip: null,
  reason: null,
  sent,
  before: [],
  after: [],
  guards: [],
  ...rest,
});
const list = (statements: readonly PlannedStatement[], findings: readonly Finding[] = []) =>
  listProbes([{ name: '2_next', statements, findings }]);

const view = (name: string) => `CREATE VIEW "${name}" AS SELECT 1`;

it('asks once about statements that differ in their literals only, and blames each', () => {
  const update = (id: number) => `UPDATE "T" SET "a" = CAST('${'x'.repeat(id)}' AS TEXT) WHERE "id" = ${id}`;
  const probes = list([run(update(1), 1), run(update(2), 2), run(update(3).replace('"a"', '"b"'), 3)]);
  expect(probes.map(({ text, places }) => [text, places.length])).toEqual([
    [update(1), 2],
    [update(3).replace('"a"', '"b"'), 1],
  ]);
  const reply = { type: 'error', message: 'near X, "None": syntax error at (1, 34)', code: 'SQL_PARSE_ERROR' } as const;
  const found = probes.flatMap((probe) => judgeProbe(probe, reply));
  expect(found.map(({ place }) => [place.line, place.sql])).toEqual([
    [1, update(1)],
    [2, update(2)],
    [3, update(3).replace('"a"', '"b"')],
  ]);
  expect(found.map((each) => reportFinding(each).message)[0]).toBe(
    `The server's parser refuses it: near X, "None": syntax error.`,
  );
});

it("asks about production's own text that is made again, not about what this program writes itself", () => {
  const probes = list([
    run('DROP TABLE "T"', 4, {
      before: ['DROP VIEW "V"', 'INSERT INTO sqlite_sequence SELECT 1, 2 WHERE NOT EXISTS (SELECT 3 LIMIT 1)'],
      after: [view('V'), 'CREATE UNIQUE INDEX "i" ON "T"("a")', 'CREATE INDEX "j" ON "T"(lower("a")) WHERE "a" > 1'],
    }),
  ]);
  expect(probes.map(({ text }) => text)).toEqual([view('V'), 'CREATE INDEX "j" ON "T"(lower("a")) WHERE "a" > 1']);
});

it('asks about nothing that is skipped, or blocked already', () => {
  const at = (line: number, sql: string) => ({ migration: '2_next', line, sql });
  const failed = { what: 'failed', message: 'no such table: B', hint: null, mend: null } as const;
  const blocker = find(rehearsalFailed, 'blocker', at(2, view('B')), failed);
  const hazard = find(unrehearsed, 'hazard', at(3, view('C')), { what: 'failed-on-inexact-copy', failure: failed });
  const skipped = run(view('A'), 1, { action: 'skip', skip: 'identical' });
  const probes = list(
    [skipped, run(view('B'), 2), run(view('C'), 3), run(view('D'), 2), run('PRAGMA user_version', 4)],
    [blocker, hazard],
  );
  expect(probes.map(({ text }) => text)).toEqual([view('C'), view('D')]);
});

it('never runs, and reads only', () => {
  expect(list([run(view('V'))]).map(buildProbe)).toEqual([{ sql: `EXPLAIN ${view('V')}`, runs: 'never' }]);
  expect(list([run('EXPLAIN QUERY PLAN SELECT 1')]).map(buildProbe)).toEqual([
    { sql: 'EXPLAIN QUERY PLAN SELECT 1', runs: 'never' },
  ]);
  expect(list([run('EXPLAIN PRAGMA user_version')])).toEqual([]);
});

it('believes a refusal only where it speaks of the text', () => {
  const [probe] = list([run(view('V'))]);
  if (probe === undefined) throw new Error('nothing is asked');
  for (const code of ['TIMEOUT', 'SQLITE_BUSY', 'BLOCKED', 'UNKNOWN', 'REACHES_OUTSIDE']) {
    expect(judgeProbe(probe, { type: 'error', message: 'no', code })).toEqual([]);
  }
  expect(judgeProbe(probe, undefined)).toEqual([]);
  expect(judgeProbe(probe, { type: 'skipped' })).toEqual([]);
  expect(judgeProbe(probe, { type: 'error', message: 'no', code: 'SQL_MANY_STATEMENTS' })).toHaveLength(1);
});

it('asks about so much and no more', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => run(view(`V${index}`), index + 1));
  expect(list(many)).toHaveLength(4_000);
  const long = (name: string) => `${view(name)} WHERE '${'x'.repeat(700_000)}' <> ''`;
  expect(
    list([run(long('A')), run(long('B'), 2), run(view('C'), 3)]).map(({ places }) => places[0]?.statement.line),
  ).toEqual([1, 3]);
});

it.each<[line: number | null, text: string | null, isAsked: boolean]>([
  [3, 'CREATE VIEW "V" AS', false],
  [4, 'SELECT 1', false],
  [5, 'FROM "T"', false],
  [2, 'SELECT 1', true],
  [6, 'FROM "T"', true],
  [4, 'another text', true],
  [4, null, true],
  [null, 'SELECT 1', true],
])('a statement from line 3 to 5, with a blocker at %s of %j: asked about: %s', (line, sql, isAsked) => {
  const long = 'CREATE VIEW "V" AS\nSELECT 1\nFROM "T"';
  const failed = { what: 'failed', message: 'no', hint: null, mend: null } as const;
  const blocker = find(rehearsalFailed, 'blocker', { migration: '2_next', line, sql }, failed);
  expect(list([run(long, 3)], [blocker])).toHaveLength(isAsked ? 1 : 0);
});

it('a blocker of a whole statement is not one of a longer statement on the same line', () => {
  const failed = { what: 'failed', message: 'no', hint: null, mend: null } as const;
  const blocker = find(rehearsalFailed, 'blocker', { migration: '2_next', line: 3, sql: view('V') }, failed);
  const longer = `${view('V')} + 1`;
  expect(list([run(view('V'), 3), run(longer, 3)], [blocker]).map(({ text }) => text)).toEqual([longer]);
});

it('takes two statements for the same only where nothing but literals differs', () => {
  const select = (columns: string) => run(`CREATE VIEW "V" AS SELECT ${columns} FROM "T"`);
  const count = (...statements: readonly string[]) => list(statements.map(select)).length;
  expect([count("x'00'", "x'ff'"), count('1', '2.5'), count("'a'", "'b'")]).toEqual([1, 1, 1]);
  expect([count("x'00'", "'00'"), count('1', "'1'"), count('a b', 'ab'), count('"a"', '"b"')]).toEqual([2, 2, 2, 2]);
});

it('asks about what only has the word pragma for a name', () => {
  expect(list([run('CREATE VIEW "V" AS SELECT "pragma" FROM "T"')])).toHaveLength(1);
});

it('asks about a text that is just as long as what is asked at most', () => {
  const long = `${view('A')} WHERE '`;
  const whole = (length: number) => `${long}${'x'.repeat(length - long.length - 1)}'`;
  expect(list([run(whole(1_000_000))])).toHaveLength(1);
  expect(list([run(whole(1_000_001))])).toHaveLength(0);
});

it.each([
  ['near X at (1, 34)', 'near X'],
  ['near X at (120, 7)', 'near X'],
  ['near at (1, 2) of X at (12, 34)', 'near at (1, 2) of X'],
  ['near at (1, 2) of X', 'near at (1, 2) of X'],
])('leaves out of %j where the server saw it in the text that was asked', (message, said) => {
  const [probe] = list([run(view('V'))]);
  const found = probe ? judgeProbe(probe, { type: 'error', message, code: 'SQL_NO_STATEMENT' }) : [];
  expect(found.map(({ args }) => args)).toEqual([{ what: 'parser', message: said }]);
});

it.each([
  [view('V'), { type: 'view', name: 'V' }],
  ['CREATE TRIGGER "r" AFTER INSERT ON "T" BEGIN SELECT 1; END', { type: 'trigger', name: 'r' }],
  ['CREATE INDEX "j" ON "T"(lower("a")) WHERE "a" > 1', { type: 'index', name: 'j' }],
  ['CREATE VIRTUAL TABLE "f" USING fts5(a)', null],
])("says of production's own text that is refused what to drop before: %s", (text, drop) => {
  const [probe] = list([run('DROP TABLE "T"', 4, { after: [text] })]);
  const found = probe ? judgeProbe(probe, { type: 'error', message: 'no', code: 'SQL_PARSE_ERROR' }) : [];
  expect(found).toMatchObject([
    {
      kind: 'blocker',
      place: { migration: '2_next', line: 4, sql: 'DROP TABLE "T"' },
      args: { what: 'parser-recreated', message: 'no', sql: text, drop },
    },
  ]);
});
