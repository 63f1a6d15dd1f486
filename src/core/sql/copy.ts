/** Whether an INSERT only copies columns of one table into the same columns of another, as a table rebuild does. */

import { Cursor, isKeyword, withoutFinalSemicolon } from './cursor.ts';
import { sameName, unquoteIdentifier } from './identifiers.ts';
import { tokenize } from './tokenize.ts';

/**
 * True for `INSERT INTO to (a, b) SELECT a, coalesce(b, literal) AS b FROM from`, as Prisma writes it: every row, and each
 * value into the column of its own name. Running such a copy again changes nothing; a value that is computed, or that
 * changes its column, could change twice.
 */
export function isPlainCopy(sql: string, to: string, from: string): boolean {
  const cursor = new Cursor(withoutFinalSemicolon(tokenize(sql)));
  if (!cursor.skipWords('INSERT', 'INTO')) return false;
  const target = cursor.takeQualifiedName();
  if (target === null || !sameName(target.name, to)) return false;
  const columns = takeColumns(cursor);
  if (columns === null || !cursor.skipWords('SELECT')) return false;
  if (!columns.every((column, index) => (index === 0 || cursor.skipOperator(',')) && skipCopied(cursor, column))) {
    return false;
  }
  if (!cursor.skipWords('FROM')) return false;
  const source = cursor.takeQualifiedName();
  return source !== null && sameName(source.name, from) && cursor.peek() === undefined;
}

/** `(a, b, …)` */
function takeColumns(cursor: Cursor): readonly string[] | null {
  if (!cursor.skipOperator('(')) return null;
  const columns: string[] = [];
  do {
    const column = cursor.takeName();
    if (column === null) return null;
    columns.push(column);
  } while (cursor.skipOperator(','));
  return cursor.skipOperator(')') ? columns : null;
}

/** `column`, or `coalesce(column, literal) AS column` */
function skipCopied(cursor: Cursor, column: string): boolean {
  if (isKeyword(cursor.peek(), 'COALESCE')) {
    cursor.index += 1;
    if (!cursor.skipOperator('(') || !skipColumn(cursor, column) || !cursor.skipOperator(',')) return false;
    if (!skipLiteral(cursor) || !cursor.skipOperator(')')) return false;
  } else if (!skipColumn(cursor, column)) return false;
  return !cursor.skipWords('AS') || skipColumn(cursor, column);
}

/** A string in single quotes is a text here, whatever it spells. */
function skipColumn(cursor: Cursor, column: string): boolean {
  const token = cursor.peek();
  if (token?.kind !== 'word' && token?.kind !== 'quoted') return false;
  if (!sameName(unquoteIdentifier(token.text), column)) return false;
  cursor.index += 1;
  return true;
}

function skipLiteral(cursor: Cursor): boolean {
  cursor.skipOperator('-');
  const token = cursor.peek();
  if (token === undefined) return false;
  const isLiteral = ['string', 'number', 'blob'].includes(token.kind) || /^(?:true|false)$/i.test(token.text);
  if (isLiteral) cursor.index += 1;
  return isLiteral;
}
