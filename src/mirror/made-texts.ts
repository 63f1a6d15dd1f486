/** Finds the names in double quotes in a view or trigger that are certainly texts, as far as the schema around it tells. */

import { isVirtualTable, type SchemaObject } from '../schema/model/objects.ts';
import { parseCreateHead } from '../sql/create.ts';
import { isKeyword, isOperator } from '../sql/cursor.ts';
import { unquoteIdentifier } from '../sql/identifiers.ts';
import { findNamePlaces } from '../sql/name-places.ts';
import { isReserved } from '../sql/reserved.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';
import { isNameToken, readName, rowidNames } from '../sql/words.ts';
import { isBareName, readColumnNames, replaceByTexts } from './texts.ts';

/** @returns the table or view of that folded name; null for none */
export type FindSource = (name: string) => SchemaObject | null;

/**
 * A view or trigger with single quotes around each name in double quotes that is no name of anything it reads or
 * creates.
 * @returns the text unchanged if nothing is certain
 */
export function straightenMade(sql: string, find: FindSource): string {
  if (!sql.includes('"')) return sql;
  const tokens = tokenize(sql);
  const known: Known = { names: new Set(rowidNames), seen: new Set(), find };
  if (!learnNames(tokens, known)) return sql;
  // A computed column of an inner query has its text as its name if it is given none.
  const isNested = tokens.filter((token) => isKeyword(token, 'SELECT')).length > 1 || hasView(known);
  const isText = (token: Token): boolean =>
    !known.names.has(readName(token)) && !(isNested && tokenize(unquoteIdentifier(token.text)).length > 1);
  const isPlace = findNamePlaces(tokens);
  return replaceByTexts(sql, tokens, (token, index) => !isPlace[index] && isBareName(tokens, index) && isText(token));
}

interface Known {
  /** Folded. */
  readonly names: Set<string>;
  readonly seen: Set<SchemaObject>;
  readonly find: FindSource;
}

function hasView({ seen }: Known): boolean {
  return [...seen].some(({ type }) => type === 'view');
}

/**
 * Adds all names that the text may mean.
 * @returns false if some of them are not known
 */
function learnNames(tokens: readonly Token[], known: Known): boolean {
  const { names, seen, find } = known;
  // The names of its columns cannot be told from the text.
  if (tokens.some((token) => isKeyword(token, 'WITH'))) return false;
  if (findSources(tokens).some((index) => !isKnownSource(tokens, index, find))) return false;
  const head = parseCreateHead(tokens)?.restIndex ?? 0;
  for (const [index, token] of tokens.entries()) {
    if (index < head) continue;
    if (isOwnName(tokens, index)) names.add(readName(token));
    const object = isNameToken(token) || token.kind === 'string' ? find(readName(token)) : null;
    if (object === null || seen.has(object)) continue;
    seen.add(object);
    names.add(readName(token));
    const text = object.sql ?? '';
    if (object.type === 'table') for (const column of readColumnNames(text)) names.add(column);
    else if (!learnView(tokenize(text), known)) return false;
  }
  return true;
}

/** Any word of a view may be the name of one of its columns. */
function learnView(tokens: readonly Token[], known: Known): boolean {
  for (const token of tokens) known.names.add(readName(token));
  return learnNames(tokens, known);
}

/** True if the token gives a name to something, or can only be a name or a number. */
function isOwnName(tokens: readonly Token[], index: number): boolean {
  const [before, token, after] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (token === undefined || isOperator(after, '.')) return false;
  // `title "heading"` is `title AS "heading"`.
  const isAlias = isKeyword(before, 'AS') || endsOperand(before);
  if (token.kind === 'string') return isAlias;
  if (token.kind === 'number') return true;
  return isNameToken(token) && (isAlias || !isBareName(tokens, index)) && !isOperator(after, '(');
}

/** Operators that are no reserved words; an operand follows them. */
const operators = ['LIKE', 'GLOB', 'REGEXP', 'MATCH'] as const;

function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'word') return !isReserved(token.text) && !operators.some((word) => isKeyword(token, word));
  return token.kind !== 'operator' || token.text === ')';
}

const beginsList = ['FROM', 'JOIN', 'INTO', 'UPDATE'] as const;
const endsList = [
  'SELECT',
  'WHERE',
  'GROUP',
  'HAVING',
  'ORDER',
  'LIMIT',
  'UNION',
  'EXCEPT',
  'INTERSECT',
  'SET',
] as const;

/** The indexes of the tables, views and functions that are read or written. */
function findSources(tokens: readonly Token[]): readonly number[] {
  const sources: number[] = [];
  const open: boolean[] = [];
  let isList = false;
  let isPlace = false;
  for (const [index, token] of tokens.entries()) {
    if (isOperator(token, '(')) {
      open.push(isList);
      isList = isPlace;
      continue;
    }
    if (isPlace && (isNameToken(token) || token.kind === 'string')) sources.push(index);
    if (isOperator(token, ')')) isList = open.pop() ?? false;
    else if (isKeyword(token, 'FROM')) isList = true;
    else if (isOperator(token, ';') || endsList.some((word) => isKeyword(token, word))) isList = false;
    isPlace =
      (beginsList.some((word) => isKeyword(token, word)) && !isKeyword(tokens[index + 1], 'OF')) ||
      (isList && isOperator(token, ','));
  }
  return sources;
}

/** True if all of its columns are known: not for a function or a virtual table. */
function isKnownSource(tokens: readonly Token[], index: number, find: FindSource): boolean {
  const at = isOperator(tokens[index + 1], '.') ? index + 2 : index;
  const name = tokens[at];
  const object = name === undefined ? null : find(readName(name));
  if (object === null) return false;
  if (object.type === 'view') return true;
  return !isVirtualTable(object) && readColumnNames(object.sql ?? '').size > 0;
}
