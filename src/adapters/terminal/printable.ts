/** Making text from databases and files harmless and visible before it reaches a terminal. */

/**
 * Control characters (ESC, CR, line ends, C1), bidirectional controls, invisible characters and lone surrogates: all
 * that could move the cursor, reorder what is read, or hide a difference between two names.
 */
const invisible = /[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029\u200b\u2060\ufeff\u{e0000}-\u{e007f}]/gu;

const shortForms: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line of text: every character that is not to be printed becomes an escape such as `\n` or `\x1b`. */
export function printable(text: string): string {
  return text.replace(invisible, (character) => shortForms[character] ?? escapeCharacter(character));
}

/** Text of several lines: line ends stay, tabs become spaces. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r\n|\n/).map((line) => printable(line.replaceAll('\t', '    ')));
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code <= 0xff ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}
