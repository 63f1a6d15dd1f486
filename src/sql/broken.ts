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
  readonly fault: BrokenText;
}

/** What is no SQL there: what begins and never ends, or a token that there is not. */
export type BrokenText =
  | { readonly what: 'open-comment' | 'open-text' | 'open-name' }
  | { readonly what: 'open-trigger'; readonly name: string }
  /** A blob whose digits are not pairs of hexadecimal ones. */
  | { readonly what: 'odd-blob' }
  | { readonly what: 'number' | 'character'; readonly token: string };

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
    places.push({
      line,
      text: takeLine(sql, start),
      fault: unclosed ? { what: 'open-comment' } : judgeToken(sql, start, end),
    });
  }
  const trigger = open ? null : findOpenTrigger(sql);
  return trigger === null ? places : [...places, trigger];
}

function isUnclosedComment(sql: string, start: number, end: number): boolean {
  return sql.startsWith('/*', start) && (end - start < 4 || !sql.endsWith('*/', end));
}

function isQuote(character: string | undefined): boolean {
  return character !== undefined && '\'"`['.includes(character);
}

function judgeToken(sql: string, start: number, end: number): BrokenText {
  const first = sql[start] ?? '';
  const token = sql.slice(start, end);
  if (first === "'") return { what: 'open-text' };
  if (isQuote(first)) return { what: 'open-name' };
  if (/^x'/i.test(token)) return { what: 'odd-blob' };
  return { what: /^[.\d]/.test(first) ? 'number' : 'character', token };
}

/** A trigger's body holds semicolons, so only its END ends it; without one, it holds the rest of the file too. */
function findOpenTrigger(sql: string): BrokenPlace | null {
  const last = splitStatements(sql).at(-1);
  if (last === undefined) return null;
  const tokens = tokenize(last.sql);
  const head = parseCreateHead(tokens);
  if (head?.object !== 'trigger') return null;
  if (isKeyword(tokens.at(-1), 'END') && isOperator(tokens.at(-2), ';')) return null;
  return { line: last.line, text: takeLine(last.sql, 0), fault: { what: 'open-trigger', name: head.name } };
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
