/** `nulls`: NULLs in a column that becomes NOT NULL. */

import { replaceInCopy } from '../sql/copy-texts.ts';
import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { describeRows } from '../text/count.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { failsAtFirst } from './reasons.ts';
import { type SuggestedValue, sayValue, writeValue } from './suggested-value.ts';
import { toComplete, tryable, type Way, wayOf } from './way.ts';

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
  way: ({ args, place }) => writeNullsWay(args, place.sql),
});

export function sayNulls({ table, column }: NullsArgs, count: RowCount): string {
  return `${quoteColumn(table, column)} becomes NOT NULL, but ${describeRows(count)} ${count.rows === 1 ? 'has' : 'have'} NULL there.`;
}

/** @param statement that puts the rows there; null where it is not known. */
export function writeNullsWay({ column, fill }: NullsArgs, statement: string | null): Way {
  const [table, name] = [fill.table, fill.column].map(quoteIdentifier);
  const write = (value: string) => `UPDATE ${table} SET ${name} = ${value} WHERE ${name} IS NULL;`;
  const words = `set ${sayValue(fill.value) ?? 'a value that fits'}`;
  const [sql, fits] = [write(writeValue(fill.value)), write(name ?? '')];
  const build = (place: string, at: 'first' | 'before') =>
    sayValue(fill.value) === null
      ? tryable(`-- ${place}, ${words}:`, [{ at, sql }], { changes: [fill] })
      : toComplete(`-- ${place}, ${words}:\n${sql}`, [{ at, sql: fits }]);
  const copy = replaceInCopy(
    statement ?? '',
    column,
    (expression) => `coalesce(${expression}, ${writeValue(fill.value)})`,
  );
  return wayOf(
    [
      build('before the rebuild, in the same file', 'first'),
      build('right before it', 'before'),
      ...(copy === null || sayValue(fill.value) !== null
        ? []
        : [tryable('-- where the rows are copied, a value that fits:', [{ at: 'instead', sql: `${copy};` }])]),
    ],
    `-- where the rows are copied, give ${quoteInComment(column)} a value in place of NULL, as by coalesce(…, …)`,
  );
}
