/** Results as the library gives them: whatever is a value inside is in words there. */

import { expect, it } from 'vitest';
import { reportPlan } from '../../src/reports.ts';
import { buildMigration, buildPlan, buildStatement } from '../cli/plan-values.ts';

it('gives what a guard would not see lost in words', () => {
  const guard = { code: 'data-loss', holds: '1', loss: { kind: 'rows', table: 'Log' } } as const;
  const guards = [guard, { ...guard, migration: '2_b' }];
  const migration = buildMigration('1_a', { statements: [buildStatement(1, 'DROP TABLE "Log"', { guards })] });
  const given = reportPlan(buildPlan([migration])).migrations[0]?.statements[0]?.guards;
  expect(given).toEqual([
    { code: 'data-loss', holds: '1', what: 'rows in "Log"' },
    { code: 'data-loss', holds: '1', what: 'rows in "Log"', migration: '2_b' },
  ]);
});
