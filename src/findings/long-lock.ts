/** `long-lock`: a rebuild that may hold the write lock too long. */

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
  title: 'a rebuild that may hold the write lock too long',
  look: { asksForWork: true, isAnnotated: true },
  say: ({ args: { table, count, seconds } }: Found<'long-lock', 'note', LongLockArgs>) =>
    `Rebuilding ${quoteIdentifier(table)} copies ${describeRows(count)}. Nobody else can write for about ${seconds.toFixed(0)} s.`,
  why: () =>
    'While another writer waits, a server lets a transaction hold the lock for 5 seconds. Then nothing is applied, and the next attempt has the same problem.',
  way: ({ args: { table } }) =>
    `-- apply it at a quiet time; or avoid the rebuild, if a new nullable column is enough:\nALTER TABLE ${quoteIdentifier(table)} ADD COLUMN …;`,
});
