/** Questions about the content of a SQL text. A quick look answers most of them without the tokenizer; each function says how. */

import { Cursor, isKeyword, isOperator } from './cursor.ts';
import { unquoteIdentifier } from './identifiers.ts';
import { Scanner } from './scanner.ts';
import { type Token, tokenize } from './tokenize.ts';
import { readName } from './words.ts';

/** One for each set of keywords. A text without the keywords, even in quotes, is not tokenized. */
const quickLooks = new Map<string, RegExp>();

function mayHave(sql: string, keywords: readonly string[]): boolean {
  const key = keywords.join('|');
  const look = quickLooks.get(key) ?? new RegExp(`\\b(?:${key})\\b`, 'i');
  quickLooks.set(key, look);
  return look.test(sql);
}

/** True if one of the keywords is in the text as a bare word. */
export function hasKeyword(sql: string, ...keywords: readonly string[]): boolean {
  return mayHave(sql, keywords) && tokenize(sql).some((token) => keywords.some((keyword) => isKeyword(token, keyword)));
}

/** True if the keywords are in the text one after the other; comments between them do not matter. */
export function hasKeywords(sql: string, ...keywords: readonly string[]): boolean {
  if (!keywords.every((keyword) => mayHave(sql, [keyword]))) return false;
  const tokens = tokenize(sql);
  return tokens.some((_, start) => keywords.every((keyword, offset) => isKeyword(tokens[start + offset], keyword)));
}

/** The first tokens of a text. The rest is not read: the text may be megabytes long. */
export function readBeginning(sql: string, count: number): readonly Token[] {
  const scanner = new Scanner(sql);
  const tokens: Token[] = [];
  while (tokens.length < count && scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind !== 'space' && kind !== 'comment') tokens.push({ kind, text: sql.slice(start, end), start, end });
  }
  return tokens;
}

/** True if the text begins with these keywords; comments do not matter. */
export function beginsWith(sql: string, ...keywords: readonly string[]): boolean {
  const tokens = readBeginning(sql, keywords.length);
  return keywords.every((keyword, index) => isKeyword(tokens[index], keyword));
}

/** The text before the first parenthesis; the whole text if there is none. */
export function cutBeforeList(sql: string): string {
  return sql.slice(0, tokenize(sql).find((token) => isOperator(token, '('))?.start);
}

/** True if an item of a SELECT means all columns: `*` or `t.*`. */
export function isStar(item: string): boolean {
  const tokens = tokenize(item);
  return isOperator(tokens.at(-1), '*') && (tokens.length === 1 || isOperator(tokens.at(-2), '.'));
}

/** The first parameter in the text: `?`, `:name`, `@name` or `$name`; null if there is none. */
export function findVariable(sql: string): string | null {
  // Most statements contain none of these characters.
  if (!/[?:@$#]/.test(sql)) return null;
  return tokenize(sql).find((token) => token.kind === 'variable')?.text ?? null;
}

/** The comments that contain this word, each whole. */
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
 * True if the engine may read several statements in the text, and also in doubt, for instance with a comment. Quoted
 * parts are removed from the left, as the engine reads them; a quote or a comment start that remains is one for the
 * engine too.
 */
export function mayBeSeveral(sql: string): boolean {
  if (!sql.includes(';')) return false;
  const bare = sql.replace(/'[^'\0]*'|"[^"\0]*"/g, ' ');
  return /[;'"`[\0]|--|\/\*/.test(bare);
}

/** True if a CREATE INDEX creates a vector index of libSQL: its list begins with libSQL's function. */
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

/** The query in a condition `NOT EXISTS (…)`; null for any other condition. */
export function readNotExists(condition: string): string | null {
  const tokens = tokenize(condition);
  const cursor = new Cursor(tokens);
  if (!cursor.skipWords('NOT', 'EXISTS')) return null;
  const [open, close] = [cursor.peek(), tokens.at(-1)];
  if (!cursor.skipParentheses() || cursor.peek() !== undefined) return null;
  return condition.slice(open?.end, close?.start);
}

/** Splits an expression from the COLLATE at its end; null if there is none. */
export function splitCollate(expression: string): { readonly expression: string; readonly collation: string } | null {
  if (!mayHave(expression, ['collate'])) return null;
  const tokens = tokenize(expression);
  const [word, name] = tokens.slice(-2);
  if (word === undefined || name === undefined || tokens.length < 3 || !isKeyword(word, 'COLLATE')) return null;
  return { expression: expression.slice(0, word.start).trimEnd(), collation: unquoteIdentifier(name.text) };
}

/** The kind of literal that the whole text is: a string without a quote in it, or digits with an optional sign and point. */
export function findPlainLiteral(text: string): 'number' | 'text' | null {
  const tokens = tokenize(text);
  const isSigned = isOperator(tokens[0], '-') || isOperator(tokens[0], '+');
  const [literal, ...more] = isSigned ? tokens.slice(1) : tokens;
  if (literal === undefined || more.length > 0) return null;
  if (literal.kind === 'string') return isSigned || literal.text.slice(1, -1).includes("'") ? null : 'text';
  return literal.kind === 'number' && /^\d+(?:\.\d+)?$/.test(literal.text) ? 'number' : null;
}

/** The tables that the text qualifies with this schema, unquoted. */
export function listQualified(sql: string, schema: string): readonly string[] {
  const tokens = tokenize(sql);
  return tokens.flatMap((token, index) => {
    const name = tokens[index + 2];
    const isQualified = isKeyword(token, schema) && isOperator(tokens[index + 1], '.') && name !== undefined;
    return isQualified ? [unquoteIdentifier(name.text)] : [];
  });
}
