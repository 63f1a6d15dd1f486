/** Words of a command to copy, as a POSIX shell takes them: whatever a name holds, it is one word, and that name. */

import { replaceUnseen } from './unseen.ts';

const plain = /^[\w@%+,./][\w@%+=:,./-]*$/;

/** One word, quoted where a shell would split it, expand it, or take it for an option. */
export function quoteArgument(word: string): string {
  if (plain.test(word)) return word;
  const seen = replaceUnseen(word, () => '') === word;
  return seen ? `'${apart(word.replaceAll("'", "'\\''"))}'` : printArgument(word);
}

/**
 * `printf` makes what cannot be shown, such as a line end in the middle of a name. One at the very end is lost: the
 * command then names nothing that is there.
 */
function printArgument(word: string): string {
  const format = word.replace(/^-|[^\w\x80-\u{10ffff} .,:/@+=#[\]-]/gu, escapeBytes);
  return `"$(printf '${apart(replaceUnseen(format, escapeBytes))}')"`;
}

function escapeBytes(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * Two quotes, which a shell does not see, take apart what others look for in a text: a CI service its commands (`##[`),
 * and people and agents the commands of this program.
 */
function apart(quoted: string): string {
  return quoted.replace(/##(?=[[a-z])|migrate-prod(?= )/gi, "$&''");
}

/** A word as `quoteArgument` writes it in quotes. */
export const quotedWord = String.raw`(?:'[^']*'(?:\\''[^']*'|'[^']*')*|"\$\(printf '(?:[^']|'')*'\)")`;

/** Each of them, where it can stand in a sentence. */
export const quotedWords = new RegExp(`(?<=^|[ =])${quotedWord}`, 'g');

/** A path, which no program takes for an option. */
export function quotePath(path: string): string {
  return quoteArgument(path.startsWith('-') ? `./${path}` : path);
}

/** An option with its value, in one word where the value looks like an option. */
export function writeOption(name: string, value: string): string {
  return `${name}${value.startsWith('-') ? '=' : ' '}${quoteArgument(value)}`;
}

/** The last words of a command: a name that is no option's value. */
export function writeOperand(word: string): string {
  return word.startsWith('-') ? `-- ${quoteArgument(word)}` : quoteArgument(word);
}
