/** The canonical value of a DEFAULT. */

import { isOperator } from '../../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { normalizeTokens } from '../../sql/normalize.ts';
import { isReserved } from '../../sql/reserved.ts';
import type { Token } from '../../sql/tokenize.ts';
import { dropParentheses } from '../parse/clauses.ts';

/** TRUE and FALSE are the integers 1 and 0 (SQLite's documentation of expressions, "Boolean Expressions"). */
const constants: ReadonlyMap<string, string | null> = new Map([
  ['null', null],
  ['true', '1'],
  ['false', '0'],
]);

/**
 * The canonical text of what follows DEFAULT: a literal unchanged, anything else in parentheses; null for NULL. Without
 * parentheses a name is a string (SQLite, parse.y, `ccons ::= DEFAULT id`); in parentheses it would be a column.
 */
export function normalizeDefault(tokens: readonly Token[]): string | null {
  const bare = dropParentheses(tokens);
  const literal = normalizeLiteral(bare, bare === tokens ? 'string' : 'column');
  return literal === undefined ? `(${normalizeTokens(bare)})` : literal;
}

/** True if a canonical default is an expression or is computed for each row. */
export function isComputed(canonical: string): boolean {
  return canonical.startsWith('(') || canonical.startsWith('current_');
}

function normalizeLiteral(tokens: readonly Token[], name: 'string' | 'column'): string | null | undefined {
  const [first, second] = tokens;
  if (first === undefined || tokens.length > 2) return undefined;
  if (second !== undefined) {
    const isSigned = second.kind === 'number' && (isOperator(first, '-') || isOperator(first, '+'));
    return isSigned ? (first.text === '-' ? '-' : '') + foldName(second.text) : undefined;
  }
  switch (first.kind) {
    case 'number':
    case 'blob':
      return foldName(first.text);
    case 'string':
      return first.text;
    case 'word': {
      const word = foldName(first.text);
      if (constants.has(word)) return constants.get(word) ?? null;
      if (isReserved(word)) return word;
      return name === 'string' ? quoteText(first.text) : undefined;
    }
    case 'quoted':
      return name === 'string' ? quoteText(unquoteIdentifier(first.text)) : undefined;
    default:
      return undefined;
  }
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
