/** `duplicates`: values that occur more than once under a unique key. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { describeCount, describeRows } from '../text/count.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { failsAtFirst } from './reasons.ts';
import { inWords, toComplete, tryable, type Way, wayOf } from './way.ts';

export type DuplicatesArgs = DuplicatesOfKey | DuplicatesOfInsert;

/** Among the rows that a table has or gets. */
interface DuplicatesOfKey {
  readonly what: 'key';
  readonly table: string;
  /** null for a constraint of the table. */
  readonly index: string | null;
  readonly key: readonly string[];
  /** The number of values that occur more than once, and the number of their rows. */
  readonly values: number;
  readonly rows: number;
  readonly keep: KeepOne;
}

/** Between rows of the table and rows that an INSERT adds. */
interface DuplicatesOfInsert {
  readonly what: 'insert';
  readonly table: string;
}

/** How one row of each group is kept. */
export type KeepOne =
  /** An UPDATE makes the values equal; which rows that will be cannot be told from the rows before it. */
  | { readonly how: 'before-update' }
  | {
      readonly how: 'delete';
      readonly table: string;
      /** The columns that identify a row: one column (null for the rowid), or the whole primary key. */
      readonly by: { readonly id: string | null } | { readonly key: readonly string[] };
      /** SQL of the unique columns, with collations; and the condition for the rows in question. */
      readonly list: string;
      readonly condition: string;
      /** Foreign keys that refer to the table. */
      readonly children: readonly { readonly table: string; readonly columns: readonly string[] }[];
    };

export const duplicates = defineFinding({
  code: 'duplicates',
  kinds: ['blocker'],
  title: 'values that occur more than once under a unique key',
  say: (found: Found<'duplicates', 'blocker', DuplicatesArgs>) => sayDuplicates(found.args, countedOf(found)),
  why: () => failsAtFirst,
  way: ({ args }) => writeDuplicatesWay(args),
});

export function sayDuplicates(args: DuplicatesArgs, { rows: counted, atLeast }: RowCount): string {
  const table = quoteIdentifier(args.table);
  if (args.what === 'insert')
    return `${describeRows({ rows: counted, atLeast })} of ${table} ${counted === 1 ? 'has' : 'have'} a unique key that this INSERT writes again.`;
  const { index, key, values, rows } = args;
  const what = index === null ? `A unique key of ${table}` : `The unique index ${quoteIdentifier(index)} on ${table}`;
  return `${what} (${key.join(', ')}) is broken by ${describeCount({ rows: values, atLeast }, 'value')} that ${values === 1 ? 'occurs' : 'occur'} more than once, in ${describeRows({ rows, atLeast: false })}.`;
}

export function writeDuplicatesWay(args: DuplicatesArgs): Way {
  if (args.what === 'insert')
    return inWords(
      `-- skip the rows that are already there:\nINSERT INTO ${quoteIdentifier(args.table)} … ON CONFLICT DO NOTHING;`,
    );
  if (args.keep.how === 'before-update')
    return inWords(
      '-- look at the rows first; then keep one of each, or make them differ, in the same file before the UPDATE',
    );
  return writeKeepOne(args.keep);
}

const lookFirst = '-- look at the rows first';

function writeKeepOne(keep: Extract<KeepOne, { how: 'delete' }>): Way {
  const { children, table } = keep;
  const remove = writeDelete(keep);
  if (children.length === 0)
    return wayOf(
      [
        tryable(
          `${lookFirst}; this keeps one of each, in the same file or an earlier one:`,
          [{ at: 'first', sql: remove }],
          {
            deletes: [table],
          },
        ),
        tryable(`${lookFirst}; this keeps one of each, right before the statement:`, [{ at: 'before', sql: remove }], {
          deletes: [table],
        }),
      ],
      `${lookFirst}; then keep one of each, or make them differ`,
    );
  const names = [...new Set(children.map(({ table }) => quoteInComment(table)))].join(', ');
  const lines = [
    `${lookFirst}; rows of ${names} may refer to them: let those refer to the row that stays, the first of each:`,
    ...children.map(moveChildren),
    '-- then this keeps one of each, in the same file or an earlier one:',
    remove,
  ];
  return wayOf(
    [toComplete(lines.join('\n'), [{ at: 'first', sql: remove }])],
    `${lookFirst}; then keep one of each, or make them differ`,
  );
}

function writeDelete({ table: name, by, list, condition }: Extract<KeepOne, { how: 'delete' }>): string {
  const table = quoteIdentifier(name);
  if ('id' in by) {
    const id = by.id === null ? 'rowid' : quoteIdentifier(by.id);
    return `DELETE FROM ${table} WHERE ${condition} AND ${id} NOT IN (\n  SELECT min(${id}) FROM ${table} WHERE ${condition} GROUP BY ${list}\n);`;
  }
  // A table without rowid has only its key, and `min` takes only one column; so the rows of a group are numbered.
  const keys = by.key.map(quoteIdentifier).join(', ');
  return `DELETE FROM ${table} WHERE (${keys}) IN (\n  SELECT ${keys} FROM (\n    SELECT ${keys}, row_number() OVER (PARTITION BY ${list} ORDER BY ${keys}) AS nth_of_same FROM ${table} WHERE ${condition}\n  ) WHERE nth_of_same > 1\n);`;
}

function moveChildren({ table, columns }: { readonly table: string; readonly columns: readonly string[] }): string {
  const names = columns.map(quoteIdentifier);
  const [values, conditions] = [', ', ' AND '].map((word) => names.map((name) => `${name} = …`).join(word));
  return `UPDATE ${quoteIdentifier(table)} SET ${values} WHERE ${conditions};`;
}
