/** `needs-default`: a new column that takes no NULL and has no value for existing rows. */

import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { describeRows } from '../text/count.ts';
import { type ColumnRename, writeRename } from './columns.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { failsAtFirst } from './reasons.ts';
import { type SuggestedValue, sayValue, writeValue } from './suggested-value.ts';

export type NeedsDefaultArgs = NeedsDefaultInCopy | NeedsDefaultAdded;

/** Rows are copied into a table with the column. */
interface NeedsDefaultInCopy {
  readonly what: 'copied';
  readonly table: string;
  readonly column: string;
  /** The table in the INSERT. */
  readonly into: string;
  readonly value: SuggestedValue;
  /** The rename of another column that may be meant; null for none. */
  readonly renamed: ColumnRename | null;
}

/** SQLite refuses ALTER TABLE ADD COLUMN. */
interface NeedsDefaultAdded {
  readonly what: 'added';
  readonly table: string;
  readonly column: string;
  /** The error in SQLite's words. */
  readonly refusal: string;
  /** As it is written; null for none. */
  readonly type: string | null;
  readonly reference: string | null;
  readonly value: AddedValue;
}

export type AddedValue =
  /** Its default is not constant. */
  | { readonly from: 'default'; readonly sql: string | null }
  /** No constant is suitable. */
  | { readonly from: 'rows'; readonly value: SuggestedValue }
  | { readonly from: 'constant'; readonly sql: string; readonly isTime: boolean };

export const needsDefault = defineFinding({
  code: 'needs-default',
  kinds: ['blocker'],
  title: 'a new NOT NULL column without a value for existing rows',
  say: (found: Found<'needs-default', 'blocker', NeedsDefaultArgs>) => sayNeedsDefault(found.args, countedOf(found)),
  why: ({ args }) =>
    args.what === 'copied'
      ? `Each of these rows would get NULL there. ${failsAtFirst}`
      : 'In existing rows SQLite fills a new column only with a constant default. Without one the statement fails, and the migration is rolled back.',
  way: ({ args }) => writeNeedsDefaultWay(args),
});

export function sayNeedsDefault(args: NeedsDefaultArgs, count: RowCount): string {
  const name = quoteColumn(args.table, args.column);
  const rows = describeRows(count);
  return args.what === 'copied'
    ? `${name} is new and NOT NULL, but nothing gives it a value in ${rows}.`
    : `${name} cannot be added, because the table has ${rows}: ${args.refusal}.`;
}

export function writeNeedsDefaultWay(args: NeedsDefaultArgs): string {
  return args.what === 'copied' ? writeCopy(args) : writeAdded(args);
}

function writeCopy({ into, column, value, renamed }: NeedsDefaultInCopy): string {
  const name = quoteIdentifier(column);
  const words = sayValue(value);
  const insert = (sql: string) =>
    `INSERT INTO ${quoteIdentifier(into)} (…, ${name}) SELECT …, ${sql} AS ${name} FROM …;`;
  const add = `where the rows are copied${words === null ? '' : `, ${words}`}:\n${insert(writeValue(value))}`;
  if (renamed === null) return `-- give it a value ${add}`;
  return [
    `-- if it is the new name of ${quoteInComment(renamed.column)}, in place of the rebuild:`,
    writeRename(renamed),
    `-- or where the rows are copied:\n${insert(quoteIdentifier(renamed.column))}`,
    `-- if not, give it a value ${add}`,
  ].join('\n');
}

function writeAdded({ table, column, type: written, reference, value }: NeedsDefaultAdded): string {
  const [quoted, name] = [quoteIdentifier(table), quoteIdentifier(column)];
  const type = written === null ? '' : ` ${written}`;
  const fill = (words: string, sql: string | null) =>
    `-- add it without ${words} can follow in a later migration that rebuilds the table:\nALTER TABLE ${quoted} ADD COLUMN ${name}${type}${reference === null ? '' : ` ${reference}`};\nUPDATE ${quoted} SET ${name} = ${sql};`;
  switch (value.from) {
    case 'default':
      return fill('the default, and fill it; NOT NULL and the default', value.sql);
    case 'rows':
      return fill(`NOT NULL, and fill it with ${sayValue(value.value)}; NOT NULL`, writeValue(value.value));
    case 'constant':
      return `-- with a constant default that fits${value.isTime ? ' (replace this one)' : ''}:\nALTER TABLE ${quoted} ADD COLUMN ${name}${type} NOT NULL DEFAULT ${value.sql};`;
  }
}
