/** Finds places where a file is no SQL at all: tokens that SQLite refuses, and what is opened and never closed. */

import { parseCreateHead } from './create.ts';
import { isKeyword, isOperator } from './cursor.ts';
import { Scanner } from './scanner.ts';
import { splitStatements } from './split.ts';
import { tokenize } from './tokenize.ts';

export interface BrokenPlace {
  /** From 1. */
  readonly line: number;
  /** The text of that line. */
  readonly text: string;
  readonly fault: BrokenText;
}

/** The problem: something that is opened and never closed, or a token that does not exist. */
export type BrokenText =
  | { readonly what: 'open-comment' | 'open-text' | 'open-name' }
  | { readonly what: 'open-trigger'; readonly name: string }
  /** A blob whose digits are not pairs of hexadecimal ones. */
  | { readonly what: 'odd-blob' }
  | { readonly what: 'number' | 'character'; readonly token: string };

/**
 * At most one place for each line. A comment that is never closed counts, although SQLite takes it: the rest of the
 * file would be ignored without an error.
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

/** A trigger's body contains semicolons, so only its END ends it; without END, the rest of the file belongs to it. */
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
