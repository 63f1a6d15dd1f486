/** The fix: run on a real database with rows in it, it leads to the other schema and loses nothing. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/ports.ts';
import { fixCases } from './fix-cases.ts';
import { type FixInput, type FixRun, runFix } from './fix-run.ts';
import { schemaPair } from './random-schemas.ts';

const manners = ['statements', 'transaction'] as const;

function expectFixed(run: FixRun): void {
  expect(run.fix.impossible).toEqual([]);
  expect(run.differences.after, run.sql).toEqual([]);
  expect(run.kept.after, run.sql).toEqual(run.kept.before);
  if (run.violations.before === 0) expect(run.violations.after, run.sql).toBe(0);
  expect(run.analysed.blockers).toEqual([]);
}

describe('a fix leads from one schema to the other and keeps the rows', () => {
  it.each(fixCases)('$name', async ({ from, to, rows, expected = [], says = [], never = [], fails, computes }) => {
    for (const manner of manners) {
      const queries = expected.map(({ query }) => query);
      const input = { from, to, manner, rows: rows === undefined ? ('made-up' as const) : { sql: rows } };
      if (fails !== undefined) await expect(runFix(input)).rejects.toThrow(fails);
      const run = await runFix(fails === undefined ? { ...input, queries } : { ...input, rows: 'none' });
      expect(run.differences.before, 'the two sides are the same').not.toEqual([]);
      expectFixed(run);
      expect(run.answers).toEqual(expected.map((each) => each.rows));
      for (const text of says) expect(run.sql).toMatch(text);
      for (const text of never) expect(run.sql).not.toMatch(text);
      const rebuilt = run.sql.match(/RENAME TO/g) ?? [];
      expect(run.analysed.rebuilds).toHaveLength(rebuilt.length);
      expect(run.analysed.changesRows).toBe(computes === true);
    }
  });
});

/** What rows may be in the way of: the other schema cannot hold them. */
const refusal = /constraint failed|cannot store|datatype mismatch/;

async function runWithRowsIfPossible(input: Omit<FixInput, 'rows'>): Promise<FixRun> {
  try {
    return await runFix({ ...input, rows: 'made-up' });
  } catch (error) {
    if (!(error instanceof EngineError) || !refusal.test(error.message)) throw error;
    return runFix({ ...input, rows: 'none' });
  }
}

describe('random schemas', () => {
  it('are all led to each other', async () => {
    let kept = 0;
    const property = fc.asyncProperty(schemaPair, fc.constantFrom(...manners), async ({ from, to }, manner) => {
      const run = await runWithRowsIfPossible({ from, to, manner });
      expect(run.fix.impossible).toEqual([]);
      expect(run.differences.after, run.sql).toEqual([]);
      expect(run.kept.after, run.sql).toEqual(run.kept.before);
      expect(run.analysed.blockers).toEqual([]);
      kept += run.rows;
    });
    await fc.assert(property, { numRuns: 300 });
    expect(kept).toBeGreaterThan(300);
  });
});
