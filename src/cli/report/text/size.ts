/** How much a rebuild copies, in words. */

import type { PlannedMigration } from '../../../plan/plan.ts';
import { sameName } from '../../../sql/identifiers.ts';
import { count } from '../../../text/count.ts';

/** `12,430 rows, 3.1 MB`; empty where the table was not measured. */
export function describeSize({ sizes }: PlannedMigration, table: string): string {
  const size = sizes.find((candidate) => sameName(candidate.table, table));
  if (size === undefined) return '';
  if (size.rows === 0) return 'no rows';
  return `${size.atLeast ? 'at least ' : ''}${count(size.rows, 'row')}, ${renderBytes(size.bytes)}`;
}

const units = ['kB', 'MB', 'GB', 'TB'];

/** `812 bytes`, `3.1 MB`, `212 MB`. */
export function renderBytes(bytes: number): string {
  if (bytes < 1_000) return count(bytes, 'byte');
  let amount = bytes / 1_000;
  let unit = 0;
  // What would be rounded to 1000 is 1.0 of the next unit.
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1_000;
    unit += 1;
  }
  return `${amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}
