/** Whether an INSERT only copies columns of one table into another, as a table rebuild does. */

import { Cursor, isKeyword, withoutFinalSemicolon } from './cursor.ts';
import { sameName } from './identifiers.ts';
import { tokenize } from './tokenize.ts';

/**
 * True for `INSERT INTO to (…) SELECT … FROM from` where each column is `*`, a column, or Prisma's
 * `coalesce(column, literal) AS column`, and every row is taken. Running such a copy again changes nothing; a value
 * that is computed could be computed twice.
 */
export function isPlainCopy(sql: string, to: string, from: string): boolean {
  const cursor = new Cursor(withoutFinalSemicolon(tokenize(sql)));
  if (!cursor.skipWords('INSERT', 'INTO')) return false;
  const target = cursor.takeQualifiedName();
  if (target === null || !sameName(target.name, to)) return false;
  cursor.skipParentheses();
  if (!cursor.skipWords('SELECT')) return false;
  do {
    if (!skipCopiedColumn(cursor)) return false;
  } while (cursor.skipOperator(','));
  if (!cursor.skipWords('FROM')) return false;
  const source = cursor.takeQualifiedName();
  return source !== null && sameName(source.name, from) && cursor.peek() === undefined;
}

function skipCopiedColumn(cursor: Cursor): boolean {
  if (cursor.skipOperator('*')) return true;
  if (isKeyword(cursor.peek(), 'COALESCE')) {
    cursor.index += 1;
    if (!skipCoalesce(cursor)) return false;
  } else if (cursor.takeQualifiedName() === null) return false;
  return !cursor.skipWords('AS') || cursor.takeName() !== null;
}

/** `(column, literal)` */
function skipCoalesce(cursor: Cursor): boolean {
  if (!cursor.skipOperator('(') || cursor.takeQualifiedName() === null || !cursor.skipOperator(',')) return false;
  cursor.skipOperator('-');
  const literal = cursor.peek();
  if (literal === undefined || !isLiteral(literal.kind, literal.text)) return false;
  cursor.index += 1;
  return cursor.skipOperator(')');
}

function isLiteral(kind: string, text: string): boolean {
  return kind === 'string' || kind === 'number' || kind === 'blob' || /^(?:true|false|null|current_\w+)$/i.test(text);
}
