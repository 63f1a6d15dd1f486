/** Stored values as SQL literals with exactly the same value, each on one line. */

import { quoteText } from '../sql/identifiers.ts';

/**
 * 17 significant digits: fewer sometimes give another number, because SQLite does not always round correctly when it
 * reads decimals (3.45: 2 of 10,000 shortest decimals are read as a neighbour; of those with 17 digits none in a
 * million, since they are never near the middle between two numbers).
 */
export function renderReal(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '1e999';
  if (value === Number.NEGATIVE_INFINITY) return '-1e999';
  if (Object.is(value, -0)) return '-0.0';
  return Number.isSafeInteger(value) ? `${value}.0` : value.toExponential(16);
}

/** @param hex the bytes */
export function renderBlob(hex: string): string {
  return `X'${hex}'`;
}

/**
 * For a text with a NUL, which would end the SQL, or one that is not UTF-8.
 * @param hex the bytes
 */
export function renderTextBytes(hex: string): string {
  return `CAST(X'${hex}' AS TEXT)`;
}

/**
 * A line end becomes a word that is replaced again when the literal is read, as in SQLite's own dumps: programs that
 * load a dump line by line (libSQL's server does) remove empty lines and lines that begin with `--` from a text.
 * @param text without NUL
 */
export function renderText(text: string): string {
  let literal = text;
  const ends = lineEnds.filter(({ character }) => text.includes(character));
  const words = ends.map(({ character, code, name }) => {
    const word = findUnused(text, name);
    literal = literal.replaceAll(character, word);
    return { word, code };
  });
  return words.reduce((sql, { word, code }) => `replace(${sql},'${word}',char(${code}))`, quoteText(literal));
}

const lineEnds = [
  { character: '\r', code: 13, name: '\\r' },
  { character: '\n', code: 10, name: '\\n' },
] as const;

/** The word begins with a backslash and its own letter, so the two words never overlap. */
function findUnused(text: string, name: string): string {
  for (let number = 0; ; number += 1) {
    const word = number === 0 ? name : `${name}${number};`;
    if (!text.includes(word)) return word;
  }
}
