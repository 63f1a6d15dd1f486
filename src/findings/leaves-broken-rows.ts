/** Words for full-text indexes and triggers that do not work as before after a change of a table. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { tryable, type Way, wayOf } from './way.ts';

export interface BrokenWords {
  readonly message: string;
  readonly why: string;
  /** null where none is plain. */
  readonly way: Way | string | null;
}

const atEnd = '-- at the end of the file:';

/** A full-text index over another table's rows that is created again but not filled. */
export interface EmptyIndex {
  readonly what: 'empty-index';
  readonly index: string;
  /** The table whose rows the index finds. */
  readonly table: string;
  /** An index that knows its table can be filled by one command. */
  readonly builtBy: 'command' | 'insert';
  readonly sql: string;
}

export function tellEmptyIndex({ builtBy, ...args }: EmptyIndex): BrokenWords {
  const [index, table] = [args.index, args.table].map(quoteIdentifier);
  const build =
    builtBy === 'command'
      ? `INSERT INTO ${index}(${index}) VALUES ('rebuild');`
      : `INSERT INTO ${index} (rowid, …) SELECT rowid, … FROM ${table};`;
  return {
    message: `Recreates the full-text index ${index} without its rows: no search finds a row of ${table} until the index is filled. Fill it in the same file.`,
    why: 'No statement fails afterwards. A search silently finds no row.',
    way: builtBy === 'command' ? wayOf([tryable(atEnd, [{ at: 'last', sql: build }])]) : `${atEnd}\n${build}`,
  };
}

/** An object that uses rowids which a rebuild changes. */
export interface NewRowids {
  readonly what: 'new-rowids';
  readonly table: string;
  /** The name of the new table before it is renamed. */
  readonly replacement: string;
  /** True if the copy keeps the rowids: then it leaves rows out, or changes what an index holds. */
  readonly keepsRowids: boolean;
  readonly user: { readonly type: 'full-text-index' | 'trigger'; readonly name: string };
  readonly sql: string;
}

export function tellNewRowids({ table, replacement, keepsRowids, user }: NewRowids): BrokenWords {
  const [oldTable, newTable, name] = [table, replacement, user.name].map(quoteIdentifier);
  const rebuilds = `Rebuilds ${oldTable}, whose rows may get new rowids, because it has no INTEGER PRIMARY KEY.`;
  const why = 'No statement fails afterwards. A search for one row silently finds another, or none.';
  if (user.type === 'trigger') {
    return {
      message: `${rebuilds} The trigger ${name} uses the rowids: copy them too.`,
      why,
      way: `-- in the copy:\nINSERT INTO ${newTable} ("rowid", …) SELECT "rowid", … FROM ${oldTable};`,
    };
  }
  return {
    message: keepsRowids
      ? `Rebuilds ${oldTable} with other rows or values than the full-text index ${name} holds: rebuild it in the same file.`
      : `${rebuilds} The full-text index ${name} has the old ones: rebuild it in the same file.`,
    why: keepsRowids
      ? 'Triggers do not see what a rebuild copies. A search then fails where it finds a row that is gone, or finds what is there no longer.'
      : why,
    way: wayOf([tryable(atEnd, [{ at: 'last', sql: `INSERT INTO ${name}(${name}) VALUES ('rebuild');` }])]),
  };
}

/** A full-text index that holds something else than the rows of its table. */
export interface StaleIndex {
  readonly what: 'stale-index';
  readonly index: string;
  /** The table whose rows the index finds. */
  readonly table: string;
  readonly sql: string;
}

export function tellStaleIndex({ table, ...args }: StaleIndex): BrokenWords {
  const index = quoteIdentifier(args.index);
  return {
    message: `After this, the full-text index ${index} holds other rows or values than ${quoteIdentifier(table)}: rebuild it in the same file.`,
    why: 'No trigger told the index what changed. A search then fails where it finds a row that is gone, or finds what is there no longer.',
    way: wayOf([tryable(atEnd, [{ at: 'last', sql: `INSERT INTO ${index}(${index}) VALUES ('rebuild');` }])]),
  };
}

/** A trigger that inserts rows without a column that the table will require. */
export interface ShortInsert {
  readonly what: 'short-insert';
  readonly trigger: string;
  /** The table that has the trigger. */
  readonly on: string;
  /** The table that the trigger inserts into. */
  readonly table: string;
  readonly column: string;
  readonly sql: string;
}

export function tellShortInsert({ table, column, on, ...args }: ShortInsert): BrokenWords {
  const trigger = quoteIdentifier(args.trigger);
  return {
    message: `After this, the trigger "${args.trigger}" of ${quoteIdentifier(on)} does not work: it inserts into ${quoteIdentifier(table)} without ${quoteIdentifier(column)}, which is NOT NULL. Replace it in the same file, or give the column a default.`,
    why: 'Every statement that fires the trigger fails.',
    way: `${atEnd}\nDROP TRIGGER ${trigger};\nCREATE TRIGGER ${trigger} …;`,
  };
}

/** A column that is computed as it is read, and cannot be for a row. */
export interface UnreadableColumn {
  readonly what: 'unreadable';
  readonly table: string;
  readonly column: string;
  /** In the engine's words, without values of rows. */
  readonly reason: string;
}

export function tellUnreadable({ table, column, reason }: UnreadableColumn): BrokenWords {
  return {
    message: `After this, rows of ${quoteIdentifier(table)} cannot be read, because ${quoteIdentifier(column)} is computed from them: ${reason}. Write the expression so that it takes them, or change them first.`,
    why: 'The column is computed each time that a row is read. ADD COLUMN looks at no row; every statement that reads the column of such a row, or changes the row, fails.',
    way: '-- for JSON, in place of the expression:\nCASE WHEN json_valid(…) THEN … END',
  };
}
