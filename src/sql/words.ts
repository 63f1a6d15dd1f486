/** The words of a SQL text that may be names of tables, columns and functions. */

import { foldName, unquoteIdentifier } from './identifiers.ts';
import { isReserved } from './reserved.ts';
import { type Token, tokenize } from './tokenize.ts';

/** Folded. Bare reserved words are no names: ORDER is in most queries and is rarely a table. */
export function listWords(text: string): ReadonlySet<string> {
  return listNames(tokenize(text));
}

export function listNames(tokens: readonly Token[]): ReadonlySet<string> {
  return new Set(tokens.filter(isNameToken).map(readName));
}

/** As `listWords`, with texts in single quotes: SQLite takes them for names in some places, as in `content='Note'`. */
export function listSpokenNames(text: string): ReadonlySet<string> {
  const tokens = tokenize(text).filter((token) => isNameToken(token) || token.kind === 'string');
  return new Set(tokens.map(readName));
}

/** True if the name is anywhere in the text, whatever it means there. */
export function mentionsName(text: string, name: string): boolean {
  return mentionsAny(text, [name]);
}

/** As `mentionsName`, of several. */
export function mentionsAny(text: string, names: readonly string[]): boolean {
  const whole = foldName(text);
  // A quick look first: only a name with a quote in it can be written in another way.
  const possible = names.map(foldName).filter((name) => /["'`\]]/.test(name) || whole.includes(name));
  return possible.length > 0 && tokenize(text).some((token) => possible.includes(readName(token)));
}

/** True if the token can only be a name; a string in single quotes may be a text. */
export function isNameToken(token: Token | undefined): boolean {
  return token?.kind === 'quoted' || (token?.kind === 'word' && !isReserved(token.text));
}

/** Folded. */
export function readName({ text }: Token): string {
  return foldName(unquoteIdentifier(text));
}

/** Other names of a table's rowid; folded. A column of such a name takes it away (sqlite.org/lang_createtable.html#rowid). */
export const rowidNames: ReadonlySet<string> = new Set(['rowid', '_rowid_', 'oid']);
