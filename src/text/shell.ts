/** Words of a command to copy, for a POSIX shell: whatever a name contains, it is one word, and that name. */

import { replaceUnseen } from './unseen.ts';

const plain = /^[\w@%+,./][\w@%+=:,./-]*$/;

/** One word, quoted if a shell would split it, expand it, or take it for an option. */
export function quoteArgument(word: string): string {
  if (plain.test(word)) return word;
  const seen = replaceUnseen(word, () => '') === word;
  return seen ? `'${apart(word.replaceAll("'", "'\\''"))}'` : printArgument(word);
}

/**
 * `printf` makes characters that cannot be shown, such as a line end inside a name. A line end at the very end is lost:
 * the command then names something that does not exist.
 */
function printArgument(word: string): string {
  const format = word.replace(/^-|[^\w\x80-\u{10ffff} .,:/@+=#[\]-]/gu, escapeBytes);
  return `"$(printf '${apart(replaceUnseen(format, escapeBytes))}')"`;
}

function escapeBytes(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * Two quotes, which a shell ignores, split what other programs look for in a text: a CI service its commands (`##[`),
 * people and agents the commands of this program.
 */
function apart(quoted: string): string {
  return quoted.replace(/##(?=[[a-z])|migrate-prod(?= )/gi, "$&''");
}

/** A word as `quoteArgument` writes it in quotes. */
export const quotedWord = String.raw`(?:'[^']*'(?:\\''[^']*'|'[^']*')*|"\$\(printf '(?:[^']|'')*'\)")`;

/** Each such word in a place where it can be in a sentence. */
export const quotedWords = new RegExp(`(?<=^|[ =])${quotedWord}`, 'g');

/** A path, changed so that no program takes it for an option. */
export function quotePath(path: string): string {
  return quoteArgument(path.startsWith('-') ? `./${path}` : path);
}

/** An option with its value, in one word if the value looks like an option. */
export function writeOption(name: string, value: string): string {
  return `${name}${value.startsWith('-') ? '=' : ' '}${quoteArgument(value)}`;
}
