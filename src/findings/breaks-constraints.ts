/** `breaks-constraints`: rows that break what their own table asks for, which the engine did not check when it was asked for. */

import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { tryable, type Way, wayOf } from './way.ts';

export interface BreaksConstraintsArgs {
  readonly table: string;
  readonly fault: RowFault;
}

/** What is wrong with a row. */
export type RowFault =
  | { readonly what: 'null'; readonly column: string }
  | { readonly what: 'check' }
  /** A value of another type than the column stores. */
  | { readonly what: 'type'; readonly column: string; readonly isGenerated: boolean }
  /** An index that does not fit the rows; in the engine's words. */
  | { readonly what: 'index'; readonly index: string | null; readonly message: string };

/** The message of an index with a value more than once. */
export const repeatedValue = 'it has a value more than once';

export const breaksConstraints = defineFinding({
  code: 'breaks-constraints',
  kinds: ['blocker'],
  title: "rows that break their own table's constraints after it",
  say: (found: Found<'breaks-constraints', 'blocker', BreaksConstraintsArgs>) => sayFault(found.args, countedOf(found)),
  why: ({ args }) => explain(args.fault),
  way: ({ args }) => writeWay(args),
});

function sayFault({ table, fault }: BreaksConstraintsArgs, count: RowCount): string {
  const rows = describeRows(count);
  const does = count.rows === 1 && !count.atLeast ? 'breaks' : 'break';
  switch (fault.what) {
    case 'null':
      return `${rows} of ${quoteIdentifier(table)} would have NULL in ${quoteIdentifier(fault.column)}, which is NOT NULL then.`;
    case 'check':
      return `${rows} of ${quoteIdentifier(table)} ${does} a CHECK of the table then.`;
    case 'type':
      return `${rows} of ${quoteIdentifier(table)} would hold a value in ${quoteIdentifier(fault.column)} that its new type does not store.`;
    case 'index':
      return `${fault.index === null ? 'An index' : `The index ${quoteIdentifier(fault.index)}`} on ${quoteIdentifier(table)} would not fit its rows: ${fault.message}.`;
  }
}

function explain({ what }: RowFault): string {
  return what === 'index'
    ? 'Queries that use the index then find other rows than those that do not.'
    : 'libSQL does not look at existing rows when a column is altered. The rows stay as they are; the next table rebuild, restore or import fails on them.';
}

function writeWay({ table, fault }: BreaksConstraintsArgs): Way | string {
  const name = quoteIdentifier(table);
  switch (fault.what) {
    case 'null':
      return `-- before it, in the same file, set a value that fits:\nUPDATE ${name} SET ${quoteIdentifier(fault.column)} = … WHERE ${quoteIdentifier(fault.column)} IS NULL;`;
    case 'check':
      return `-- before it, in the same file, set values that pass:\nUPDATE ${name} SET … WHERE …;`;
    case 'type':
      if (fault.isGenerated)
        return `-- in the definition of the table, give the column the type that its expression has:\n${quoteIdentifier(fault.column)} … AS (…)`;
      return `-- before it, in the same file, convert the values:\nUPDATE ${name} SET ${quoteIdentifier(fault.column)} = CAST(${quoteColumn(table, fault.column)} AS …);`;
    case 'index':
      if (fault.message === repeatedValue)
        return `-- before it, in the same file, change the values that become the same:\nUPDATE ${name} SET … WHERE …;`;
      return wayOf([
        tryable('-- after it, in the same file, make the index again:', [
          { at: 'last', sql: fault.index === null ? 'REINDEX;' : `REINDEX ${quoteIdentifier(fault.index)};` },
        ]),
      ]);
  }
}
