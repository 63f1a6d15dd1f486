/** What is told of a finding, whatever its code; and what a definition says of it to whoever runs statements. */

import { expect, it } from 'vitest';
import { renderFindings } from '../../src/cli/report/text/findings.ts';
import { catalogue, type Finding } from '../../src/findings/catalogue.ts';
import { blockerCodes, consentCodes, hazardCodes, noteCodes } from '../../src/findings/codes.ts';
import { duplicates } from '../../src/findings/duplicates.ts';
import { existsDifferent } from '../../src/findings/exists-different.ts';
import { find, placeIn, wholePlan } from '../../src/findings/finding.ts';
import { outOfOrder } from '../../src/findings/out-of-order.ts';
import { reachesOutside } from '../../src/findings/reaches-outside.ts';
import { reportFinding } from '../../src/findings/report.ts';
import { serverRefuses } from '../../src/findings/server-refuses.ts';
import { mayHaveRun, tell } from '../../src/findings/tell.ts';
import { transactionControl } from '../../src/findings/transaction-control.ts';
import { writeProse } from '../../src/text/prose.ts';
import { buildScreen } from '../cli/plan-values.ts';
import { findings } from '../support/findings.ts';

it('is listed under the code that its definition has, in each of its kinds, in the order of the catalogue', () => {
  const order = Object.keys(catalogue);
  expect(Object.values(catalogue).map(({ code }) => code)).toEqual(order);
  const lists = [blockerCodes, hazardCodes, noteCodes, consentCodes.slice(1)];
  for (const codes of lists) {
    const places = codes.map((code) => order.indexOf(code));
    expect(places).toEqual([...places].sort((left, right) => left - right));
    expect(new Set(codes).size).toBe(codes.length);
  }
  expect(new Set(lists.flat())).toEqual(new Set(order));
  expect(consentCodes).toEqual(['unfinished', ...hazardCodes]);
});

it('has no SQL to be pasted that leaves the database, and no query that does', () => {
  const query = 'SELECT "email" FROM "Customer" WHERE "email" <> readfile(\'/etc/passwd\')';
  const evidence = { count: { rows: 2, atLeast: false }, query, examples: null };
  const condition = '"email" <> readfile(\'/etc/passwd\')';
  const by = { id: null };
  const keep = { how: 'delete', table: 'Customer', by, list: '"email"', condition, children: [] } as const;
  const args = { what: 'key', table: 'Customer', index: null, key: ['"email"'], values: 1, rows: 2, keep } as const;
  const finding = find(duplicates, 'blocker', wholePlan, args, { evidence });
  expect(JSON.stringify(duplicates.way?.(finding))).toContain('readfile');
  const told = tell(finding);
  expect(told.way).toMatch(/^-- .*write the values themselves$/);
  expect(told.evidence).toEqual({ ...evidence, query: null });
  expect(JSON.stringify(reportFinding(finding))).not.toContain('readfile');
  const harmless = { ...evidence, query: 'SELECT 1' };
  expect(tell({ ...finding, evidence: harmless }).evidence).toEqual(harmless);
});

it('shows two sides as two, whatever stands in them, and JSON has both in one text', () => {
  const existing = 'CREATE VIEW "v" AS SELECT 1 /*\nin the file:   nothing */';
  const sql = 'CREATE VIEW "v" AS SELECT 2';
  const args = { type: 'view', name: 'v', column: null, existing, madeBy: null } as const;
  const finding = find(existsDifferent, 'blocker', { migration: '1_a', line: 3, sql }, args);
  const sides = [`in production: ${existing}`, `in the file:   ${sql}`];
  expect(tell(finding).shown).toEqual(sides);
  expect(reportFinding(finding).sql).toBe(sides.join('\n'));
  const lines = renderFindings([tell(finding)], buildScreen(null)).flat();
  expect(lines.filter((line) => /│ in (?:production|the file):/.test(line))).toEqual([
    expect.stringContaining('in production: CREATE VIEW "v" AS SELECT 1 /*'),
    expect.stringContaining('in the file:   nothing */'),
    expect.stringContaining(sides[1] ?? ''),
  ]);
});

it('shows the statement at its place, and nothing where there is none', () => {
  expect(tell(findings.kept).shown).toEqual([]);
  expect(reportFinding(findings.kept).sql).toBeNull();
  const refused = find(serverRefuses, 'blocker', { ...wholePlan, sql: 'VACUUM' }, { what: 'verb', verb: 'VACUUM' });
  expect(tell(refused).shown).toEqual(['VACUUM']);
  expect(reportFinding(refused).sql).toBe('VACUUM');
});

it('has the command of its reason as a value', () => {
  const finding = find(outOfOrder, 'hazard', placeIn('1_a'), { what: 'without-folders', missing: 1, replay: 'failed' });
  const why = tell(finding).why ?? [];
  expect(why.map(({ type }) => type)).toContain('command');
  expect(reportFinding(finding).why).toBe(writeProse(why));
  expect(reportFinding(finding).why).toContain('migrate-prod check tests the folder');
});

const reach = { name: 'readfile', type: 'function', does: 'reads-files' } as const;
const old: readonly (readonly [string, Finding, boolean])[] = [
  ['what only a server refuses', find(serverRefuses, 'blocker', wholePlan, { what: 'temporary' }), true],
  [
    'the pragma that Prisma writes',
    find(reachesOutside, 'blocker', wholePlan, {
      ...{ what: 'pragma', pragma: 'writable_schema', does: 'writes-schema-text' },
    }),
    true,
  ],
  [
    'another pragma',
    find(reachesOutside, 'blocker', wholePlan, {
      what: 'pragma',
      pragma: 'temp_store_directory',
      does: 'places-files',
    }),
    false,
  ],
  ['a call', find(reachesOutside, 'blocker', wholePlan, { what: 'call', reach }), false],
  ['a transaction', find(transactionControl, 'blocker', wholePlan, { verb: 'BEGIN' }), false],
  ['a hazard', findings.loss, false],
];

it.each(old)('knows whether an old file may have run it elsewhere: %s', (_, finding, may) => {
  expect(mayHaveRun(finding)).toBe(may);
});
