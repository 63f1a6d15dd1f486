/** SQL text as SQLite's tokens, for everything that has to look inside a statement. */

import { Scanner, type TokenKind } from './scanner.ts';

/** One token: `text` is `sql.slice(start, end)`, quotes included. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Kept because several readers examine the same statement, one after the other. */
let last: { readonly sql: string; readonly tokens: readonly Token[] } | null = null;
/** A statement that fills a table may be megabytes long: it is tokenized again rather than kept. */
const longText = 10_000;
let lastLong: { readonly sql: string; readonly tokens: WeakRef<readonly Token[]> } | null = null;

/** The tokens of a text by the rules of SQLite's tokenize.c, without comments and white space; `;` is an operator. */
export function tokenize(sql: string): readonly Token[] {
  if (last?.sql === sql) return last.tokens;
  const known = lastLong?.sql === sql ? lastLong.tokens.deref() : undefined;
  if (known !== undefined) return known;
  const tokens = scan(sql);
  if (sql.length > longText) lastLong = { sql, tokens: new WeakRef(tokens) };
  else last = { sql, tokens };
  return tokens;
}

function scan(sql: string): readonly Token[] {
  const scanner = new Scanner(sql);
  const tokens: Token[] = [];
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind !== 'space' && kind !== 'comment') tokens.push({ kind, text: sql.slice(start, end), start, end });
  }
  return tokens;
}
