/** `nulls`: NULLs in a column that becomes NOT NULL. */

import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { failsAtFirst } from './reasons.ts';
import { type SuggestedValue, sayValue, writeValue } from './suggested-value.ts';

export interface NullsArgs {
  readonly table: string;
  readonly column: string;
  /** The place of the NULLs now, and a value for them. */
  readonly fill: { readonly table: string; readonly column: string; readonly value: SuggestedValue };
}

export const nulls = defineFinding({
  code: 'nulls',
  kinds: ['blocker'],
  title: 'NULLs in a column that becomes NOT NULL',
  say: (found: Found<'nulls', 'blocker', NullsArgs>) => sayNulls(found.args, countedOf(found)),
  why: () => failsAtFirst,
  way: ({ args }) => writeNullsWay(args),
});

export function sayNulls({ table, column }: NullsArgs, count: RowCount): string {
  return `${quoteColumn(table, column)} becomes NOT NULL, but ${describeRows(count)} ${count.rows === 1 ? 'has' : 'have'} NULL there.`;
}

export function writeNullsWay({ fill: { table, column, value } }: NullsArgs): string {
  const quoted = quoteIdentifier(column);
  return `-- before the rebuild, in the same file, set ${sayValue(value) ?? 'a value that fits'}:\nUPDATE ${quoteIdentifier(table)} SET ${quoted} = ${writeValue(value)} WHERE ${quoted} IS NULL;`;
}
