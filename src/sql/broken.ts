/** Places where a file's text is no SQL at all: what SQLite's tokenizer refuses, and what is opened and never closed. */

import { parseCreateHead } from './create.ts';
import { isKeyword, isOperator } from './cursor.ts';
import { Scanner } from './scanner.ts';
import { splitStatements } from './split.ts';
import { tokenize } from './tokenize.ts';

export interface BrokenPlace {
  /** From 1. */
  readonly line: number;
  /** That line of the text. */
  readonly text: string;
  readonly message: string;
}

/**
 * One place for each line at most. A comment that is never closed counts, although SQLite takes it: everything after it
 * would be left out without a word.
 */
export function findBrokenPlaces(sql: string): readonly BrokenPlace[] {
  const scanner = new Scanner(sql);
  const places: BrokenPlace[] = [];
  let open = false;
  let line = 1;
  let counted = 0;
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    const unclosed = kind === 'comment' && isUnclosedComment(sql, start, end);
    if (kind !== 'illegal' && !unclosed) continue;
    line += countLineEnds(sql, counted, start);
    counted = start;
    open = end === sql.length;
    if (places.at(-1)?.line === line) continue;
    places.push({ line, text: takeLine(sql, start), message: unclosed ? unclosedComment : explain(sql, start, end) });
  }
  const trigger = open ? null : findOpenTrigger(sql);
  return trigger === null ? places : [...places, trigger];
}

const unclosedComment =
  'A comment begins here and never ends: nothing after it would be run, and nothing would say so. Close it with */.';

function isUnclosedComment(sql: string, start: number, end: number): boolean {
  return sql.startsWith('/*', start) && (end - start < 4 || !sql.endsWith('*/', end));
}

function isQuote(character: string | undefined): boolean {
  return character !== undefined && '\'"`['.includes(character);
}

function explain(sql: string, start: number, end: number): string {
  const first = sql[start] ?? '';
  const token = sql.slice(start, end);
  if (first === "'") {
    return "A text begins here and never ends, so that the rest of the file belongs to it. A ' inside of a text is written twice.";
  }
  if (isQuote(first)) return 'A quoted name begins here and never ends, so that the rest of the file belongs to it.';
  if (/^x'/i.test(token)) return "x'…' takes pairs of hexadecimal digits, and nothing else.";
  if (/^[.\d]/.test(first)) return `${token} is no number; a name that begins with a digit goes in double quotes.`;
  return `SQLite knows no ${token} outside of quotes.`;
}

/** A trigger's body holds semicolons, so only its END ends it; without one, it holds the rest of the file too. */
function findOpenTrigger(sql: string): BrokenPlace | null {
  const last = splitStatements(sql).at(-1);
  if (last === undefined) return null;
  const tokens = tokenize(last.sql);
  const head = parseCreateHead(tokens);
  if (head?.object !== 'trigger') return null;
  if (isKeyword(tokens.at(-1), 'END') && isOperator(tokens.at(-2), ';')) return null;
  return {
    line: last.line,
    text: takeLine(last.sql, 0),
    message: `The trigger ${head.name} never ends, so that the rest of the file belongs to it. Its body ends with END;`,
  };
}

function countLineEnds(sql: string, from: number, to: number): number {
  let count = 0;
  for (let at = sql.indexOf('\n', from); at >= 0 && at < to; at = sql.indexOf('\n', at + 1)) count += 1;
  return count;
}

function takeLine(sql: string, at: number): string {
  const from = sql.lastIndexOf('\n', at - 1) + 1;
  const to = sql.indexOf('\n', at);
  return sql.slice(from, to < 0 ? sql.length : to).trimEnd();
}
