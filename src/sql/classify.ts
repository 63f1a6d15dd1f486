/** Tells from its tokens what a statement does, as far as a plan needs it. */

import { parseCreateHead } from './create.ts';
import { Cursor, isKeyword, withoutFinalSemicolon } from './cursor.ts';
import { foldName, unquoteIdentifier } from './identifiers.ts';
import { type Token, tokenize } from './tokenize.ts';

const transactionVerbs = ['BEGIN', 'COMMIT', 'END', 'ROLLBACK', 'SAVEPOINT', 'RELEASE'] as const;
const maintenanceVerbs = ['VACUUM', 'ANALYZE', 'REINDEX', 'ATTACH', 'DETACH'] as const;

/** Names are unquoted, otherwise as they are written, and without their schema. */
export type Classified =
  | {
      readonly type: 'create-table';
      readonly name: string;
      readonly ifNotExists: boolean;
      readonly temporary: boolean;
      readonly asSelect: boolean;
    }
  | {
      readonly type: 'create-virtual-table';
      readonly name: string;
      readonly ifNotExists: boolean;
      readonly module: string;
    }
  | {
      readonly type: 'create-index';
      readonly name: string;
      readonly table: string;
      readonly unique: boolean;
      readonly ifNotExists: boolean;
    }
  | {
      readonly type: 'create-view';
      readonly name: string;
      readonly ifNotExists: boolean;
      readonly temporary: boolean;
    }
  | {
      readonly type: 'create-trigger';
      readonly name: string;
      readonly table: string;
      readonly ifNotExists: boolean;
      readonly temporary: boolean;
    }
  | {
      readonly type: 'add-column';
      readonly table: string;
      readonly column: string;
      /** The statement's text, beginning with the column's name. */
      readonly definition: string;
    }
  | { readonly type: 'rename-table'; readonly table: string; readonly to: string }
  | { readonly type: 'rename-column'; readonly table: string; readonly column: string; readonly to: string }
  | { readonly type: 'drop-column'; readonly table: string; readonly column: string }
  /** Any other ALTER TABLE. */
  | { readonly type: 'alter-other'; readonly table: string }
  | {
      readonly type: 'drop';
      readonly object: 'table' | 'index' | 'view' | 'trigger';
      readonly name: string;
      readonly ifExists: boolean;
    }
  /** INSERT and REPLACE; `replaces` is true if it deletes rows that conflict with the new ones. */
  | { readonly type: 'insert'; readonly table: string; readonly replaces: boolean; readonly returning: boolean }
  | { readonly type: 'delete'; readonly table: string; readonly returning: boolean }
  | {
      readonly type: 'update';
      readonly table: string;
      /** True if it deletes rows that conflict with the new ones. */
      readonly replaces: boolean;
      readonly returning: boolean;
    }
  /** SELECT or VALUES, also after WITH. */
  | { readonly type: 'select' }
  /** `PRAGMA name = value` or `PRAGMA name(value)`, both folded, the value unquoted; null if there is no value. */
  | { readonly type: 'pragma'; readonly name: string; readonly value: string | null }
  | { readonly type: 'transaction'; readonly verb: (typeof transactionVerbs)[number] }
  | { readonly type: 'maintenance'; readonly verb: (typeof maintenanceVerbs)[number] }
  | { readonly type: 'explain' }
  /** A statement that this program does not know, or an incomplete one. */
  | { readonly type: 'other' };

const other: Classified = { type: 'other' };

/** Keywords count only as bare words; comments and a final `;` do not matter. */
export function classify(sql: string): Classified {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const cursor = new Cursor(tokens);
  if (cursor.skipWords('EXPLAIN')) return { type: 'explain' };
  if (isKeyword(tokens[0], 'CREATE')) return classifyCreate(tokens) ?? other;
  if (cursor.skipWords('ALTER', 'TABLE')) return classifyAlter(cursor, sql) ?? other;
  if (cursor.skipWords('DROP')) return classifyDrop(cursor) ?? other;
  if (cursor.skipWords('PRAGMA')) return classifyPragma(cursor) ?? other;
  const transaction = cursor.skipOneOf(transactionVerbs);
  if (transaction !== null) return { type: 'transaction', verb: transaction };
  const maintenance = cursor.skipOneOf(maintenanceVerbs);
  if (maintenance !== null) return { type: 'maintenance', verb: maintenance };
  if (cursor.skipWords('WITH') && !skipCommonTables(cursor)) return other;
  return classifyRows(cursor) ?? other;
}

function classifyCreate(tokens: readonly Token[]): Classified | null {
  const head = parseCreateHead(tokens);
  if (head === null) return null;
  const { name, ifNotExists, temporary, unique } = head;
  const cursor = new Cursor(tokens);
  cursor.index = head.restIndex;
  switch (head.object) {
    case 'table':
      return { type: 'create-table', name, ifNotExists, temporary, asSelect: cursor.skipWords('AS') };
    case 'virtual-table': {
      const module = cursor.skipWords('USING') ? cursor.takeName() : null;
      return module === null ? null : { type: 'create-virtual-table', name, ifNotExists, module };
    }
    case 'view':
      return { type: 'create-view', name, ifNotExists, temporary };
    case 'index': {
      const table = cursor.skipWords('ON') ? cursor.takeName() : null;
      return table === null ? null : { type: 'create-index', name, table, unique, ifNotExists };
    }
    case 'trigger': {
      // Between the name and ON there are only the time, the event and names of columns: a bare ON is the keyword.
      while (cursor.peek() !== undefined && !isKeyword(cursor.peek(), 'ON')) cursor.index += 1;
      const table = cursor.skipWords('ON') ? cursor.takeQualifiedName() : null;
      return table === null ? null : { type: 'create-trigger', name, table: table.name, ifNotExists, temporary };
    }
  }
}

function classifyAlter(cursor: Cursor, sql: string): Classified | null {
  const table = cursor.takeQualifiedName()?.name;
  if (table === undefined) return null;
  if (cursor.skipWords('RENAME', 'TO')) {
    const to = cursor.takeName();
    return to === null ? null : { type: 'rename-table', table, to };
  }
  if (cursor.skipWords('RENAME')) {
    cursor.skipWords('COLUMN');
    const column = cursor.takeName();
    const to = cursor.skipWords('TO') ? cursor.takeName() : null;
    return column === null || to === null ? null : { type: 'rename-column', table, column, to };
  }
  if (cursor.skipWords('ADD')) {
    cursor.skipWords('COLUMN');
    const from = cursor.peek()?.start;
    const to = cursor.tokens.at(-1)?.end;
    const column = cursor.takeName();
    return column === null ? null : { type: 'add-column', table, column, definition: sql.slice(from, to) };
  }
  if (cursor.skipWords('DROP')) {
    cursor.skipWords('COLUMN');
    const column = cursor.takeName();
    return column === null ? null : { type: 'drop-column', table, column };
  }
  return { type: 'alter-other', table };
}

function classifyDrop(cursor: Cursor): Classified | null {
  const object = cursor.skipOneOf(['table', 'index', 'view', 'trigger']);
  if (object === null) return null;
  const ifExists = cursor.skipWords('IF', 'EXISTS');
  const target = cursor.takeQualifiedName();
  return target === null ? null : { type: 'drop', object, name: target.name, ifExists };
}

function classifyPragma(cursor: Cursor): Classified | null {
  const target = cursor.takeQualifiedName();
  if (target === null) return null;
  const name = foldName(target.name);
  if (!cursor.skipOperator('=') && !cursor.skipOperator('(')) return { type: 'pragma', name, value: null };
  const sign = cursor.skipOperator('-') ? '-' : '';
  if (sign === '') cursor.skipOperator('+');
  const token = cursor.peek();
  return token === undefined ? null : { type: 'pragma', name, value: sign + foldName(unquoteIdentifier(token.text)) };
}

/** Moves behind the common table expressions of a WITH; false if they cannot be parsed. */
function skipCommonTables(cursor: Cursor): boolean {
  cursor.skipWords('RECURSIVE');
  do {
    if (cursor.takeName() === null) return false;
    cursor.skipParentheses();
    if (!cursor.skipWords('AS')) return false;
    cursor.skipWords('NOT');
    cursor.skipWords('MATERIALIZED');
    if (!cursor.skipParentheses()) return false;
  } while (cursor.skipOperator(','));
  return true;
}

function classifyRows(cursor: Cursor): Classified | null {
  if (cursor.skipOneOf(['SELECT', 'VALUES']) !== null) return { type: 'select' };
  const verb = cursor.skipOneOf(['INSERT', 'REPLACE', 'UPDATE', 'DELETE']);
  if (verb === null) return null;
  const orReplace = (verb === 'INSERT' || verb === 'UPDATE') && skipConflictClause(cursor);
  if ((verb === 'INSERT' || verb === 'REPLACE') && !cursor.skipWords('INTO')) return null;
  if (verb === 'DELETE' && !cursor.skipWords('FROM')) return null;
  const table = cursor.takeQualifiedName()?.name;
  if (table === undefined) return null;
  // This reserved word has no other meaning.
  const returning = cursor.tokens.some((token) => isKeyword(token, 'RETURNING'));
  if (verb === 'UPDATE') return { type: 'update', table, replaces: orReplace, returning };
  if (verb === 'DELETE') return { type: 'delete', table, returning };
  return { type: 'insert', table, replaces: orReplace || verb === 'REPLACE', returning };
}

/**
 * Moves behind `OR IGNORE` and the like.
 * @returns true for OR REPLACE
 */
function skipConflictClause(cursor: Cursor): boolean {
  if (!cursor.skipWords('OR')) return false;
  const replaces = isKeyword(cursor.peek(), 'REPLACE');
  cursor.index += 1;
  return replaces;
}
