/** `needs-default`: a new column that takes no NULL and has no value for existing rows. */

import { addToCopy } from '../sql/copy-texts.ts';
import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { describeRows } from '../text/count.ts';
import { type ColumnRename, loosenRenamed, writeRename } from './columns.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { failsAtFirst } from './reasons.ts';
import { type SuggestedValue, sayValue, writeValue } from './suggested-value.ts';
import { toComplete, tryable, type Way, type WayVariant, wayOf } from './way.ts';

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
  /** The column's definition as it is written, and the same without NOT NULL and its default. */
  readonly definition: string;
  readonly bare: string;
  readonly value: AddedValue;
}

export type AddedValue =
  /** Its default is not constant. */
  | { readonly from: 'default'; readonly sql: string | null }
  /** No constant is suitable. */
  | { readonly from: 'rows'; readonly value: SuggestedValue }
  | { readonly from: 'constant'; readonly sql: string; readonly isTime: boolean }
  /** It is computed and STORED; the definition that computes it when it is read. */
  | { readonly from: 'expression'; readonly virtual: string };

export const needsDefault = defineFinding({
  code: 'needs-default',
  kinds: ['blocker'],
  title: 'a new NOT NULL column without a value for existing rows',
  say: (found: Found<'needs-default', 'blocker', NeedsDefaultArgs>) => sayNeedsDefault(found.args, countedOf(found)),
  why: ({ args }) =>
    args.what === 'copied'
      ? `Each of these rows would get NULL there. ${failsAtFirst}`
      : 'In existing rows SQLite fills a new column only with a constant default. Without one the statement fails, and the migration is rolled back.',
  way: ({ args, place }) => writeNeedsDefaultWay(args, place.sql),
});

export function sayNeedsDefault(args: NeedsDefaultArgs, count: RowCount): string {
  const name = quoteColumn(args.table, args.column);
  const rows = describeRows(count);
  return args.what === 'copied'
    ? `${name} is new and NOT NULL, but nothing gives it a value in ${rows}.`
    : `${name} cannot be added, because the table has ${rows}: ${args.refusal}.`;
}

/** @param statement that fails; null where it is not known. */
export function writeNeedsDefaultWay(args: NeedsDefaultArgs, statement: string | null): Way {
  return args.what === 'copied' ? writeCopy(args, statement) : writeAdded(args);
}

function writeCopy({ into, column, value, renamed }: NeedsDefaultInCopy, statement: string | null): Way {
  const name = quoteIdentifier(column);
  const words = sayValue(value);
  const fill = (said: string, sql: string): readonly WayVariant[] => {
    const copy = addToCopy(statement ?? '', column, sql);
    const open = `INSERT INTO ${quoteIdentifier(into)} (…, ${name}) SELECT …, ${sql} AS ${name} FROM …;`;
    return copy === null || sql === '…'
      ? [toComplete(`${said}\n${copy === null ? open : `${copy};`}`)]
      : [tryable(said, [{ at: 'instead', sql: `${copy};` }]), toComplete(`${said}\n${open}`)];
  };
  const add = `give it a value where the rows are copied${words === null ? '' : `, ${words}`}:`;
  if (renamed === null) return wayOf(fill(`-- ${add}`, writeValue(value)));
  const old = quoteInComment(renamed.column);
  const rename = { at: 'rename', ...renamed, sql: writeRename(renamed) } as const;
  return {
    parts: [
      [tryable(`-- if it is the new name of ${old}, in place of the rebuild:`, [rename], loosenRenamed(renamed))],
      fill(`-- or if it is the new name of ${old}, where the rows are copied:`, quoteIdentifier(renamed.column)),
      fill(`-- if it is not, ${add}`, writeValue(value)),
    ],
    otherwise: null,
  };
}

function writeAdded({ table, column, definition, bare, value }: NeedsDefaultAdded): Way {
  const [quoted, name] = [quoteIdentifier(table), quoteIdentifier(column)];
  const allowed = { changes: [{ table, column }], loosens: [{ table, column }] };
  const add = (as: string) => `ALTER TABLE ${quoted} ADD COLUMN ${as};`;
  const fill = (sql: string) => `${add(bare)}\nUPDATE ${quoted} SET ${name} = ${sql};`;
  const later = 'can follow in a later migration that rebuilds the table:';
  switch (value.from) {
    case 'default': {
      const words = '-- add it without the default, and fill it';
      return wayOf([
        tryable(
          `${words}; NOT NULL and the default ${later}`,
          [{ at: 'instead', sql: fill(value.sql ?? 'NULL') }],
          allowed,
        ),
        toComplete(`${words} with a value that fits; NOT NULL and the default ${later}\n${fill('…')}`, [
          { at: 'instead', sql: add(bare) },
        ]),
      ]);
    }
    case 'rows':
      return wayOf([
        toComplete(
          `-- add it without NOT NULL, and fill it with ${sayValue(value.value)}; NOT NULL ${later}\n${fill(writeValue(value.value))}`,
          [{ at: 'instead', sql: add(bare) }],
        ),
      ]);
    case 'constant':
      return wayOf([
        tryable(
          `-- with a constant default that fits${value.isTime ? ' (replace this one)' : ''}:`,
          [{ at: 'instead', sql: add(`${definition} DEFAULT ${value.sql}`) }],
          allowed,
        ),
        toComplete(`-- with a constant default that fits and passes its CHECK:\n${add(`${definition} DEFAULT …`)}`),
      ]);
    case 'expression':
      return wayOf(
        [
          tryable(
            '-- as a column that is computed when it is read, as only a table that is made anew can have one that is stored:',
            [{ at: 'instead', sql: add(value.virtual) }],
            allowed,
          ),
        ],
        '-- rebuild the table with this column: only a table that is made anew can have one that is stored',
      );
  }
}
