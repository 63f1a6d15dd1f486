/** The names that a text of SQL may mean: of tables, columns and functions. */

import { foldName, unquoteIdentifier } from './identifiers.ts';
import { isReserved } from './reserved.ts';
import { type Token, tokenize } from './tokenize.ts';

/** Folded. Bare reserved words are no names: every query says ORDER, and few of them mean a table. */
export function listWords(text: string): ReadonlySet<string> {
  return listNames(tokenize(text));
}

export function listNames(tokens: readonly Token[]): ReadonlySet<string> {
  return new Set(tokens.filter(isNameToken).map(readName));
}

/** Whether the name stands anywhere in the text, whatever it means there. */
export function mentionsName(text: string, name: string): boolean {
  const folded = foldName(name);
  // Only a quote within a name is written otherwise; most texts are told without taking them apart.
  if (!/["'`\]]/.test(name) && !foldName(text).includes(folded)) return false;
  return tokenize(text).some((token) => foldName(unquoteIdentifier(token.text)) === folded);
}

/** Whether the token can only be a name; a string in single quotes may be a text. */
export function isNameToken(token: Token | undefined): boolean {
  return token?.kind === 'quoted' || (token?.kind === 'word' && !isReserved(token.text));
}

/** Folded. */
export function readName({ text }: Token): string {
  return foldName(unquoteIdentifier(text));
}

/** What the rowid of a table is called besides; folded. A column of that name is none (sqlite.org/lang_createtable.html#rowid). */
export const rowidNames: ReadonlySet<string> = new Set(['rowid', '_rowid_', 'oid']);
