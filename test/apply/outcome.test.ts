/** What a guard of rows found, as it is told. */

import { expect, it } from 'vitest';
import { describeLost } from '../../src/apply/outcome.ts';
import { buildLossKey, type Loss } from '../../src/findings/loss.ts';
import { buildStatement } from '../cli/plan-values.ts';

const loss: Loss = { kind: 'rows', table: 'Customer' };
const statement = buildStatement(1, 'DROP TABLE "Customer"');
const rowsGuard = { statement, guard: { code: 'data-loss', holds: '0', loss } } as const;

function tell(detail: string, placed: typeof rowsGuard | null): string {
  return describeLost({ guard: { code: 'data-loss', detail }, rowsGuard: placed });
}

it('is what came back, in words', () => {
  const other = buildLossKey({ kind: 'values', table: 'Customer', column: 'fax' });
  expect(tell(other, rowsGuard)).toBe('values in "Customer"."fax"');
});

it('is what its guard was for, where what came back was cut', () => {
  expect(tell(buildLossKey(loss).slice(0, -3), rowsGuard)).toBe('rows in "Customer"');
});

it('is the text that came back, said to be no more than that, where no guard of rows was there', () => {
  expect(tell('rows of somebody', null)).toBe('something that could not be read (rows of somebody)');
});
