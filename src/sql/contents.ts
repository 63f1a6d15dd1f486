/** What stands in a text of SQL, told from its tokens. Most texts are told without taking them apart: each question says how. */

import { Cursor, isKeyword, isOperator } from './cursor.ts';
import { unquoteIdentifier } from './identifiers.ts';
import { Scanner } from './scanner.ts';
import { type Token, tokenize } from './tokenize.ts';
import { readName } from './words.ts';

/** By the keywords, which are few: a text that has none of them anywhere, in whatever quotes, need not be taken apart. */
const quickLooks = new Map<string, RegExp>();

function mayHave(sql: string, keywords: readonly string[]): boolean {
  const key = keywords.join('|');
  const look = quickLooks.get(key) ?? new RegExp(`\\b(?:${key})\\b`, 'i');
  quickLooks.set(key, look);
  return look.test(sql);
}

/** Whether one of these keywords stands anywhere in the text, as a bare word. */
export function hasKeyword(sql: string, ...keywords: readonly string[]): boolean {
  return mayHave(sql, keywords) && tokenize(sql).some((token) => keywords.some((keyword) => isKeyword(token, keyword)));
}

/** Whether these keywords stand anywhere in the text, one behind the other, whatever comments are between them. */
export function hasKeywords(sql: string, ...keywords: readonly string[]): boolean {
  if (!keywords.every((keyword) => mayHave(sql, [keyword]))) return false;
  const tokens = tokenize(sql);
  return tokens.some((_, start) => keywords.every((keyword, offset) => isKeyword(tokens[start + offset], keyword)));
}

/** The first tokens of a text, which may be megabytes long: the rest is not looked at. */
export function readBeginning(sql: string, count: number): readonly Token[] {
  const scanner = new Scanner(sql);
  const tokens: Token[] = [];
  while (tokens.length < count && scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind !== 'space' && kind !== 'comment') tokens.push({ kind, text: sql.slice(start, end), start, end });
  }
  return tokens;
}

/** Whether the text begins with these keywords, behind whatever comments. */
export function beginsWith(sql: string, ...keywords: readonly string[]): boolean {
  const tokens = readBeginning(sql, keywords.length);
  return keywords.every((keyword, index) => isKeyword(tokens[index], keyword));
}

/** What stands before the first parenthesis; the whole text where there is none. */
export function cutBeforeList(sql: string): string {
  return sql.slice(0, tokenize(sql).find((token) => isOperator(token, '('))?.start);
}

/** Whether an item of a SELECT stands for all columns: `*` or `t.*`. */
export function isStar(item: string): boolean {
  const tokens = tokenize(item);
  return isOperator(tokens.at(-1), '*') && (tokens.length === 1 || isOperator(tokens.at(-2), '.'));
}

/** Whether a parameter stands in the text, and which is the first: `?`, `:name`, `@name` or `$name`. */
export function findVariable(sql: string): string | null {
  // Most statements have none of these characters.
  if (!/[?:@$#]/.test(sql)) return null;
  return tokenize(sql).find((token) => token.kind === 'variable')?.text ?? null;
}

/** The comments of a text that have this word in them, whole. */
export function listComments(sql: string, word: string): readonly string[] {
  if (!mayHave(sql, [word])) return [];
  const comments: string[] = [];
  const scanner = new Scanner(sql);
  while (scanner.next()) {
    if (scanner.kind === 'comment') comments.push(sql.slice(scanner.start, scanner.end));
  }
  return comments.filter((comment) => mayHave(comment, [word]));
}

/**
 * Whether the engine might take the text for several statements. True in doubt: where it has a comment, say. What is in
 * quotes is cut out from the left, so a quote that is left, or what begins a comment, is one for the engine too.
 */
export function mayBeSeveral(sql: string): boolean {
  if (!sql.includes(';')) return false;
  const bare = sql.replace(/'[^'\0]*'|"[^"\0]*"/g, ' ');
  return /[;'"`[\0]|--|\/\*/.test(bare);
}

/** Whether a CREATE INDEX makes one of libSQL's vector indexes: its list begins with their function. */
export function isVectorIndex(sql: string): boolean {
  if (!mayHave(sql, ['libsql_vector_idx'])) return false;
  const tokens = tokenize(sql);
  return tokens.some(
    (token, index) =>
      (token.kind === 'word' || token.kind === 'quoted') &&
      readName(token) === 'libsql_vector_idx' &&
      isOperator(tokens[index - 1], '(') &&
      isOperator(tokens[index + 1], '('),
  );
}

/** The query that a condition `NOT EXISTS (…)` asks; null where it is another. */
export function readNotExists(condition: string): string | null {
  const tokens = tokenize(condition);
  const cursor = new Cursor(tokens);
  if (!cursor.skipWords('NOT', 'EXISTS')) return null;
  const [open, close] = [cursor.peek(), tokens.at(-1)];
  if (!cursor.skipParentheses() || cursor.peek() !== undefined) return null;
  return condition.slice(open?.end, close?.start);
}

/** An expression without the COLLATE at its end, and that collation; null where there is none. */
export function splitCollate(expression: string): { readonly expression: string; readonly collation: string } | null {
  if (!mayHave(expression, ['collate'])) return null;
  const tokens = tokenize(expression);
  const [word, name] = tokens.slice(-2);
  if (word === undefined || name === undefined || tokens.length < 3 || !isKeyword(word, 'COLLATE')) return null;
  return { expression: expression.slice(0, word.start).trimEnd(), collation: unquoteIdentifier(name.text) };
}

/** Which kind of literal a text is, alone: one in quotes without a quote in it, or digits with a sign before them and a point in them. */
export function findPlainLiteral(text: string): 'number' | 'text' | null {
  const tokens = tokenize(text);
  const isSigned = isOperator(tokens[0], '-') || isOperator(tokens[0], '+');
  const [literal, ...more] = isSigned ? tokens.slice(1) : tokens;
  if (literal === undefined || more.length > 0) return null;
  if (literal.kind === 'string') return isSigned || literal.text.slice(1, -1).includes("'") ? null : 'text';
  return literal.kind === 'number' && /^\d+(?:\.\d+)?$/.test(literal.text) ? 'number' : null;
}

/** The tables that a text names with this schema before them, unquoted. */
export function listQualified(sql: string, schema: string): readonly string[] {
  const tokens = tokenize(sql);
  return tokens.flatMap((token, index) => {
    const name = tokens[index + 2];
    const isQualified = isKeyword(token, schema) && isOperator(tokens[index + 1], '.') && name !== undefined;
    return isQualified ? [unquoteIdentifier(name.text)] : [];
  });
}
