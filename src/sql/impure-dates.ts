/** Calls of date functions that give another result at another time or place. SQLite refuses them where a result is kept. */

import { splitAtCommas } from './commas.ts';
import { Cursor, isKeyword, isOperator } from './cursor.ts';
import { foldName, unquoteIdentifier } from './identifiers.ts';
import { type Token, tokenize } from './tokenize.ts';
import { isNameToken, readName } from './words.ts';

export interface ImpureDate {
  /** Folded. */
  readonly function: string;
  /** The call as it is written. */
  readonly written: string;
  /** True if the expression fails whatever values it meets: some fail only where there is a date. */
  readonly always: boolean;
}

/** By their names, where the arguments are that tell a time (sqlite.org/lang_datefunc.html). */
const times: ReadonlyMap<string, readonly number[]> = new Map([
  ['date', [0]],
  ['time', [0]],
  ['datetime', [0]],
  ['julianday', [0]],
  ['unixepoch', [0]],
  ['strftime', [1]],
  ['timediff', [0, 1]],
]);

/** Alone they mean the current time too. */
const currentTimes = new Set(['now', 'subsec', 'subsecond']);
const placeModifiers = new Set(['localtime', 'utc']);

/** Words by which a part of an expression may not be computed. */
const conditions = new Set(['and', 'or', 'case', 'iif', 'if', 'coalesce', 'ifnull', 'nullif', 'in']);

/** Most texts have none, and a type DATETIME is no call. */
const quickLook = new RegExp(`\\b(?:${[...times.keys()].join('|')})["\`\\]]?\\s*(?:\\(|--|/\\*)`, 'i');

/** True if a text may have a call of a date function: told without taking it apart. */
export function mayCallDates(sql: string): boolean {
  return quickLook.test(sql);
}

/**
 * The first such call of an expression; null where there is none. A column may hold `now`, too: that is not told.
 * CURRENT_TIMESTAMP is none: a CHECK takes it, and elsewhere SQLite refuses it as soon as it is written.
 */
export function findImpureDate(expression: string): ImpureDate | null {
  if (!mayCallDates(expression)) return null;
  const tokens = tokenize(expression);
  const isConditional = tokens.some((token) => isNameOf(token, conditions) || isKeywordOf(token, conditions));
  for (const [index, token] of tokens.entries()) {
    const name = isNameToken(token) ? readName(token) : '';
    const places = times.get(name);
    const cursor = new Cursor(tokens);
    cursor.index = index + 1;
    if (places === undefined || isOperator(tokens[index - 1], '.') || !cursor.skipParentheses()) continue;
    const list = tokens.slice(index + 2, cursor.index - 1);
    const args = list.length === 0 ? [] : splitAtCommas(list).map(readText);
    // Without a time the current one is meant.
    const now = places.find((place) => args.length <= place || currentTimes.has(args[place] ?? ''));
    if (now === undefined && !args.some((text) => text !== null && placeModifiers.has(text))) continue;
    const written = expression.slice(token.start, tokens[cursor.index - 1]?.end);
    // Behind a NULL nothing is computed.
    const isReached = now !== undefined && args.slice(0, now).every((text) => text !== null);
    return { function: name, written, always: isReached && !isConditional };
  }
  return null;
}

function isNameOf(token: Token, names: ReadonlySet<string>): boolean {
  return isNameToken(token) && names.has(readName(token));
}

function isKeywordOf(token: Token, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => isKeyword(token, name));
}

/** The folded text of an argument that is a text and nothing else; null for any other. */
function readText(argument: readonly Token[]): string | null {
  const [only, ...more] = argument;
  return only?.kind === 'string' && more.length === 0 ? foldName(unquoteIdentifier(only.text)) : null;
}
