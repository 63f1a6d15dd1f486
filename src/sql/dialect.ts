/** Recognises SQL of other databases by what Prisma writes for them. */

import { isKeyword, isOperator } from './cursor.ts';
import { foldName } from './identifiers.ts';
import { splitStatements } from './split.ts';
import { type Token, tokenize } from './tokenize.ts';

export interface OtherDialect {
  /** The words that were recognised. */
  readonly words: string;
  readonly line: number;
}

/** Beginnings of statements that SQLite does not have. */
const beginnings: readonly (readonly string[])[] = [
  ...['TYPE', 'EXTENSION', 'SCHEMA', 'SEQUENCE', 'FUNCTION', 'DATABASE', 'DOMAIN', 'PROCEDURE'].flatMap((what) => [
    ['CREATE', what],
    ['ALTER', what],
    ['DROP', what],
  ]),
  ['CREATE', 'OR'],
  ['COMMENT', 'ON'],
  ['BEGIN', 'TRY'],
];

/** Types and options that Prisma writes only for other databases, and that nobody uses as a column's name. */
const otherWords = new Set('serial bigserial smallserial timestamptz bytea auto_increment utf8mb4'.split(' '));

/** @returns the first such words and their line in the text; null if SQLite may understand everything */
export function findOtherDialect(sql: string): OtherDialect | null {
  for (const { sql: statement, line } of splitStatements(sql)) {
    const tokens = tokenize(statement);
    const words = findBeginning(tokens) ?? findConstraint(tokens) ?? findWord(tokens);
    if (words !== null) return { words, line };
  }
  return null;
}

function findBeginning(tokens: readonly Token[]): string | null {
  const found = beginnings.find((words) => words.every((word, index) => isWord(tokens[index], word)));
  return found === undefined ? null : found.join(' ');
}

/** SQLite can only add columns; libSQL changes one with `ALTER COLUMN … TO`. */
function findConstraint(tokens: readonly Token[]): string | null {
  if (!isKeyword(tokens[0], 'ALTER') || !isKeyword(tokens[1], 'TABLE')) return null;
  for (const [first, second] of [
    ['ADD', 'CONSTRAINT'],
    ['DROP', 'CONSTRAINT'],
    ['ADD', 'PRIMARY'],
    ['ADD', 'UNIQUE'],
    ['ADD', 'INDEX'],
  ] as const) {
    if (tokens.some((token, index) => isWord(token, first) && isWord(tokens[index + 1], second))) {
      return `ALTER TABLE … ${first} ${second}`;
    }
  }
  return null;
}

function findWord(tokens: readonly Token[]): string | null {
  if (!isKeyword(tokens[0], 'CREATE') && !isKeyword(tokens[0], 'ALTER')) return null;
  const found = tokens.find(({ kind, text }) => kind === 'word' && otherWords.has(foldName(text)));
  if (found !== undefined) return found.text;
  const isTimed = tokens.some((token, index) => isWord(token, 'TIMESTAMP') && isOperator(tokens[index + 1], '('));
  return isTimed ? 'TIMESTAMP(…)' : null;
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind !== 'quoted' && token?.kind !== 'string' && foldName(token?.text ?? '') === foldName(word);
}
