/** The defaults in SQL of Prisma's engine: they are copied from schema.prisma unchanged, and SQLite refuses some. */

import { parseCreateHead } from '../../sql/create.ts';
import { Cursor, isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, quoteText, unquoteIdentifier } from '../../sql/identifiers.ts';
import { Scanner } from '../../sql/scanner.ts';
import { type Token, tokenize } from '../../sql/tokenize.ts';
import { dropParentheses } from '../parse/clauses.ts';

/** A DEFAULT at the end of a column's definition, in a statement that Prisma wrote. */
export interface DefaultClause {
  readonly column: string;
  /** The text after the word DEFAULT. */
  readonly value: string;
  /** Positions: where the word DEFAULT begins, where the value begins, and where the value ends. */
  readonly from: number;
  readonly valueFrom: number;
  readonly to: number;
  /** `literal`: one value; `bracketed`: all of it in parentheses; `bare`: an expression without the parentheses that SQLite needs. */
  readonly form: 'literal' | 'bracketed' | 'bare';
}

/** @returns the defaults of a CREATE TABLE or of an ALTER TABLE ADD COLUMN */
export function findDefaultClauses(sql: string): readonly DefaultClause[] {
  const tokens = tokenize(sql);
  const cursor = new Cursor(tokens);
  const head = parseCreateHead(tokens);
  if (head?.object === 'table') {
    cursor.index = head.restIndex;
    const close = cursor.skipParentheses() ? cursor.index - 1 : tokens.length;
    return splitDefinitions(tokens, head.restIndex + 1, close).flatMap((part) => findClause(sql, part) ?? []);
  }
  if (!cursor.skipWords('ALTER', 'TABLE') || cursor.takeName() === null || !cursor.skipWords('ADD', 'COLUMN'))
    return [];
  return findClause(sql, tokens.slice(cursor.index)) ?? [];
}

function splitDefinitions(tokens: readonly Token[], from: number, to: number): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(from, to)) {
    if (isOperator(token, '(')) depth += 1;
    if (isOperator(token, ')')) depth -= 1;
    if (depth === 0 && isOperator(token, ',')) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function findClause(sql: string, definition: readonly Token[]): DefaultClause[] | null {
  const index = definition.findIndex((token) => isKeyword(token, 'DEFAULT'));
  const [name, word, value, last] = [definition[0], definition[index], definition[index + 1], definition.at(-1)];
  if (index < 1 || !name || !word || !value || !last) return null;
  const tokens = definition.slice(index + 1);
  const isSigned = tokens.length === 2 && (isOperator(value, '-') || isOperator(value, '+'));
  const form = tokens.length === 1 || isSigned ? 'literal' : dropParentheses(tokens) === tokens ? 'bare' : 'bracketed';
  const place = { from: word.start, valueFrom: value.start, to: last.end };
  return [{ ...place, column: unquoteIdentifier(name.text), value: sql.slice(value.start, last.end), form }];
}

/** The statement with its defaults replaced; null removes a default. */
export function replaceDefaults(sql: string, replace: ReadonlyMap<DefaultClause, string | null>): string {
  let text = '';
  let at = 0;
  for (const [{ from, valueFrom, to }, value] of [...replace].sort(([a], [b]) => a.from - b.from)) {
    text += value === null ? sql.slice(at, from).trimEnd() : sql.slice(at, valueFrom) + value;
    at = to;
  }
  return text + sql.slice(at);
}

/** A JSON default that was put in single quotes. */
export interface QuotedJson {
  readonly json: string;
  /** The position of its new text. */
  readonly from: number;
}

/**
 * Puts the JSON defaults of a script of Prisma's engine in single quotes. Prisma writes `DEFAULT {"a":1}`, which is no
 * SQL and may contain any character. A value that SQLite takes for a single name stays unchanged.
 */
export function quoteJsonDefaults(script: string): { readonly sql: string; readonly quoted: readonly QuotedJson[] } {
  const quoted: QuotedJson[] = [];
  const scanner = new Scanner(script);
  let sql = '';
  let done = 0;
  let isDefault = false;
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind === 'space' || kind === 'comment') continue;
    const to = isDefault && '{["'.includes(script[start] ?? '') ? findJsonEnd(script, start) : null;
    isDefault = kind === 'word' && foldName(script.slice(start, end)) === 'default';
    if (to === null || (kind === 'quoted' && end === to)) continue;
    const json = script.slice(start, to);
    const isOne = isJson(json);
    // The content of braces is no SQL, JSON or not. Without a closing brace, the rest of the script belongs to it.
    if (isOne || kind === 'illegal' || to === script.length) scanner.end = to;
    if (!isOne) continue;
    sql += script.slice(done, start);
    quoted.push({ json, from: sql.length });
    sql += quoteText(json);
    done = to;
  }
  return { sql: sql + script.slice(done), quoted };
}

/** @returns the end of the text if the JSON is not closed */
function findJsonEnd(text: string, from: number): number {
  let depth = 0;
  let isText = false;
  for (let index = from; index < text.length; index += 1) {
    const character = text[index];
    if (isText && character === '\\') index += 1;
    else if (character === '"') isText = !isText;
    else if (!isText && (character === '{' || character === '[')) depth += 1;
    else if (!isText && (character === '}' || character === ']')) depth -= 1;
    if (depth === 0 && !isText) return index + 1;
  }
  return text.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The first JSON default without quotes, as Prisma writes it, in a text that is no SQL; null for none. */
export function findQuotedJson(sql: string): string | null {
  return quoteJsonDefaults(sql).quoted[0]?.json ?? null;
}
