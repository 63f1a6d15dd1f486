/** Splits a migration into its statements where SQLite's own parser would. */

import { Scanner } from './scanner.ts';

export interface SqlStatement {
  /** From its first token to its last: no `;`, and no white space or comment at either end. */
  readonly sql: string;
  /** The line its first token is on, from 1. */
  readonly line: number;
}

const start = 0;
const normal = 1;
const explain = 2;
const create = 3;
const trigger = 4;
const semicolon = 5;
const end = 6;

type SplitWord = 'other' | 'explain' | 'create' | 'temp' | 'trigger' | 'end';

/** The state after a `;`: only inside a trigger's body does it not end the statement. */
const afterSemicolon: readonly number[] = [start, start, start, start, semicolon, semicolon, start];

/** The state table of sqlite3_complete() (SQLite, complete.c), without the white space that changes nothing. */
const afterWord: readonly Readonly<Record<SplitWord, number>>[] = [
  { other: normal, explain, create, temp: normal, trigger: normal, end: normal },
  { other: normal, explain: normal, create: normal, temp: normal, trigger: normal, end: normal },
  { other: explain, explain: normal, create, temp: normal, trigger: normal, end: normal },
  { other: normal, explain: normal, create: normal, temp: create, trigger, end: normal },
  { other: trigger, explain: trigger, create: trigger, temp: trigger, trigger, end: trigger },
  { other: trigger, explain: trigger, create: trigger, temp: trigger, trigger, end },
  { other: trigger, explain: trigger, create: trigger, temp: trigger, trigger, end: trigger },
];

/**
 * The statements of a text, in order; empty ones and those with only comments are left out. A last statement without
 * its end is kept unchanged, so that the engine can report the error.
 * A comment after the last token is left out because it would be stored with the schema, and would break a later ALTER
 * TABLE ADD COLUMN.
 */
export function splitStatements(sql: string): readonly SqlStatement[] {
  let line = 1;
  let newline = sql.indexOf('\n');
  return findStatements(sql).map(({ from, to }) => {
    while (newline >= 0 && newline < from) {
      line += 1;
      newline = sql.indexOf('\n', newline + 1);
    }
    return { sql: sql.slice(from, to), line };
  });
}

export interface StatementPlace {
  /** Of its first token. */
  readonly from: number;
  /** Behind its last token. */
  readonly to: number;
  /** Behind the `;` that ends it; null if the text ends first. */
  readonly end: number | null;
}

export function findStatements(sql: string): readonly StatementPlace[] {
  const scanner = new Scanner(sql);
  const places: StatementPlace[] = [];
  let state = start;
  let from = -1;
  let to = -1;
  while (scanner.next()) {
    if (scanner.kind === 'space' || scanner.kind === 'comment') continue;
    if (sql.charCodeAt(scanner.start) === 59) {
      state = afterSemicolon[state] ?? start;
      if (state === start) {
        if (from >= 0) places.push({ from, to, end: scanner.end });
        from = -1;
        continue;
      }
    } else if (state !== normal && state !== trigger) {
      const word = scanner.kind === 'word' ? findWord(sql, scanner.start, scanner.end) : 'other';
      state = afterWord[state]?.[word] ?? normal;
    }
    if (from < 0) from = scanner.start;
    to = scanner.end;
  }
  if (from >= 0) places.push({ from, to, end: null });
  return places;
}

function findWord(sql: string, from: number, to: number): SplitWord {
  switch (to - from) {
    case 3:
      return isWord(sql, from, 'end') ? 'end' : 'other';
    case 4:
      return isWord(sql, from, 'temp') ? 'temp' : 'other';
    case 6:
      return isWord(sql, from, 'create') ? 'create' : 'other';
    case 7:
      return isWord(sql, from, 'trigger') ? 'trigger' : isWord(sql, from, 'explain') ? 'explain' : 'other';
    case 9:
      return isWord(sql, from, 'temporary') ? 'temp' : 'other';
    default:
      return 'other';
  }
}

/** True if the word is at that position, in any case; `word` is in lower case. (In ASCII, case is one bit.) */
function isWord(sql: string, from: number, word: string): boolean {
  for (let index = 0; index < word.length; index += 1) {
    if ((sql.charCodeAt(from + index) | 32) !== word.charCodeAt(index)) return false;
  }
  return true;
}

/** Splits a text that comes in pieces, without ever keeping all of it in memory. */
export class StatementStream {
  #rest = '';
  /** A statement longer than a piece is examined again only when the text has doubled. */
  #enough = 0;

  /** @returns the statements that end in this piece, each up to its `;`, in order; they may also be returned with a later piece */
  take(piece: string): readonly string[] {
    this.#rest += piece;
    return this.#rest.length < this.#enough ? [] : this.#cut();
  }

  /** @returns the remaining statements, and the one that the text ends in the middle of; null if there is none */
  finish(): { readonly statements: readonly string[]; readonly unfinished: string | null } {
    const statements = this.#cut();
    const [last] = findStatements(this.#rest);
    return { statements, unfinished: last ? this.#rest.slice(last.from, last.to) : null };
  }

  #cut(): readonly string[] {
    const text = this.#rest;
    // A token that continues in the next piece cannot be followed by the `;` that ends a statement.
    const whole = findStatements(text).flatMap(({ from, end }) => (end === null ? [] : [{ from, end }]));
    this.#rest = text.slice(whole.at(-1)?.end ?? 0);
    this.#enough = whole.length > 0 ? 0 : this.#rest.length * 2;
    return whole.map(({ from, end }) => text.slice(from, end));
  }
}
