/** Making text from databases and files harmless and visible before it reaches a terminal. */

import { replaceUnseen } from '../../text/unseen.ts';

const shortForms: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const plain = /^[\x20-\x7e]*$/;

/**
 * One line of text: every character that is not to be printed becomes an escape such as `\n` or `\x1b`. Such are all that
 * could move the cursor, reorder what is read, or hide a difference between two names.
 */
export function printable(text: string): string {
  if (plain.test(text)) return text;
  return replaceUnseen(text, (character) => shortForms[character] ?? escapeCharacter(character));
}

/** Beginnings of lines that people and agents act upon; no text of others may begin like this. */
const ours = /^(?=\s*(?:next:|✖))/i;

/** Text of several lines: line ends stay, tabs become spaces, and no line looks like a next step or an error of ours. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r\n|\n/).map((line) => withoutOurs(printablePiece(line)));
}

/** A piece of such a line. */
export function printablePiece(text: string): string {
  return printable(text.replaceAll('\t', '    '));
}

/** A line of somebody else's that does not look like one of ours. */
export function withoutOurs(line: string): string {
  return line.replace(ours, '| ');
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code <= 0xff ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}
