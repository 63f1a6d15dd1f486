/** When a step runs, and the batch that is one transaction. */

import { describe, expect, it } from 'vitest';
import { and, autocommit, buildTransaction, holds, inTransaction, not, ok } from '../../src/apply/conditions.ts';
import type { Condition, Reply } from '../../src/ports.ts';
import { openProduction } from './production.ts';

const done: Reply = { type: 'rows', rows: [] };
const failed: Reply = { type: 'error', message: '', code: '' };
const skipped: Reply = { type: 'skipped' };
const replies = [done, failed, skipped];

describe('a condition', () => {
  const cases: readonly (readonly [string, Condition | undefined, boolean, boolean])[] = [
    ['none', undefined, true, true],
    ['ok of what has rows', ok(0), true, true],
    ['ok of what failed', ok(1), false, false],
    ['ok of what was skipped', ok(2), false, false],
    ['ok of what is yet to come', ok(3), false, false],
    ['not ok of what has rows', not(ok(0)), false, false],
    ['not ok of what was skipped', not(ok(2)), true, true],
    ['outside', autocommit, true, false],
    ['inside', inTransaction, false, true],
    ['both, one of them false', and(ok(0), ok(1)), false, false],
    ['both', and(ok(0), not(ok(1))), true, true],
    ['both, one by the transaction', and(ok(0), inTransaction), false, true],
    ['no part at all', and(), true, true],
  ];
  it.each(cases)('of %s holds as it should, outside of a transaction and inside', (_, condition, outside, inside) => {
    expect([holds(condition, replies, true), holds(condition, replies, false)]).toEqual([outside, inside]);
  });
});

describe('a transaction', () => {
  const queries = [{ sql: 'CREATE TABLE "A" ("id")' }, { sql: 'INSERT INTO "A" VALUES (?)', args: [7] }];

  it('has its queries between BEGIN and COMMIT, and keeps their arguments', async () => {
    const production = await openProduction();
    const steps = buildTransaction(queries);
    expect(steps.map(({ sql }) => sql)).toEqual([
      'BEGIN IMMEDIATE',
      ...queries.map(({ sql }) => sql),
      'COMMIT',
      'ROLLBACK',
    ]);
    expect((await production.execute(steps)).map(({ type }) => type)).toEqual([
      'rows',
      'rows',
      'rows',
      'rows',
      'skipped',
    ]);
    expect(await production.value('SELECT * FROM "A"')).toBe(7);
  });

  it.each([
    { goesWrong: 'fails', by: 'SELECT nothing' },
    { goesWrong: 'ends the transaction', by: 'ROLLBACK' },
  ])('leaves nothing where one of its queries $goesWrong', async ({ by }) => {
    const steps = buildTransaction(queries);
    for (const index of [0, 1, 2]) {
      const production = await openProduction();
      const changed = steps.map((step, at) => (at === index ? { ...step, sql: by, args: [] } : step));
      await production.execute(changed);
      expect(await production.rows('SELECT name FROM sqlite_schema'), `step ${index}`).toEqual([]);
      await production.run('BEGIN IMMEDIATE', 'ROLLBACK');
    }
  });
});
