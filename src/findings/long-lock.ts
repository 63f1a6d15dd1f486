/** `long-lock`: a rebuild that may hold the write lock for too long. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { defineFinding, type Found, type RowCount } from './finding.ts';

export interface LongLockArgs {
  readonly table: string;
  readonly count: RowCount;
  readonly seconds: number;
}

export const longLock = defineFinding({
  code: 'long-lock',
  kinds: ['note'],
  title: 'a rebuild that may hold the write lock for too long',
  look: { asksForWork: true, isAnnotated: true },
  say: ({ args: { table, count, seconds } }: Found<'long-lock', 'note', LongLockArgs>) =>
    `Rebuilding ${quoteIdentifier(table)} copies ${describeRows(count)}, about ${seconds.toFixed(0)} s in which nobody else can write.`,
  why: () =>
    'A server gives a transaction 5 seconds while another writer waits, and then takes the lock away: nothing is applied, and the next attempt meets the same.',
  way: ({ args: { table } }) =>
    `-- at a quiet time; or without a rebuild, where a new nullable column is enough:\nALTER TABLE ${quoteIdentifier(table)} ADD COLUMN …;`,
});
