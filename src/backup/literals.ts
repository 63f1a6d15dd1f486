/** Stored values as SQL literals that give exactly the same value again, each on one line. */

import { quoteText } from '../sql/identifiers.ts';

/**
 * 17 significant digits: fewer give another number now and then, because SQLite's own reading of decimals is not always
 * rounded correctly (3.45: 2 of 10,000 shortest decimals are read as a neighbour; of those with 17 digits none in a
 * million, since they are never near the middle between two numbers).
 */
export function renderReal(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '1e999';
  if (value === Number.NEGATIVE_INFINITY) return '-1e999';
  if (Object.is(value, -0)) return '-0.0';
  return Number.isSafeInteger(value) ? `${value}.0` : value.toExponential(16);
}

/** @param hex of its bytes. */
export function renderBlob(hex: string): string {
  return `X'${hex}'`;
}

/** For a text that has a NUL in it, which would end the SQL, or is not UTF-8. @param hex of its bytes. */
export function renderTextBytes(hex: string): string {
  return `CAST(X'${hex}' AS TEXT)`;
}

/**
 * A line end becomes a word that is replaced again when the literal is read, as in SQLite's own dumps: programs that load
 * a dump line by line (libSQL's server does) take an empty line, or one that begins with `--`, out of a text.
 * @param text without NUL.
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

/** It begins with a backslash and a letter of its own, so that the two words never overlap with each other. */
function findUnused(text: string, name: string): string {
  for (let number = 0; ; number += 1) {
    const word = number === 0 ? name : `${name}${number};`;
    if (!text.includes(word)) return word;
  }
}
