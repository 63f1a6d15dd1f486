/** The approximate width of a text on a terminal, and text cut, padded or wrapped to a width. */

import { quotedWords } from '../../text/shell.ts';

const plainText = /^[\x20-\x7e]*$/;
const takesNone = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian wide and fullwidth blocks (Unicode, EastAsianWidth.txt), and emoji. */
const takesTwo =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})$/u;

function measureCharacter(character: string): 0 | 1 | 2 {
  if (takesNone.test(character)) return 0;
  return takesTwo.test(character) ? 2 : 1;
}

/** Columns of one line of printable text without colour. */
export function measureWidth(text: string): number {
  if (plainText.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += measureCharacter(character);
  return width;
}

/** The text cut to at most `columns`, its end replaced by … where something is left out. */
export function cutToWidth(text: string, columns: number): string {
  if (measureWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    const own = measureCharacter(character);
    if (width + own > columns - 1) break;
    kept += character;
    width += own;
  }
  return `${kept.trimEnd()}…`;
}

/** The text with spaces after it up to `columns`; never cut. */
export function padToWidth(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - measureWidth(text)));
}

/**
 * One line of text broken at spaces into lines of at most `columns`; a longer word stands alone, and so does one in quotes
 * that somebody may copy.
 */
export function wrapToWidth(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of splitWords(text)) {
    if (line === null) line = word;
    else if (measureWidth(line) + 1 + measureWidth(word) <= columns) line += ` ${word}`;
    else {
      lines.push(line.trimEnd());
      line = word;
    }
  }
  return [...lines, line ?? ''];
}

function splitWords(text: string): readonly string[] {
  const joined = text.replace(quotedWords, (quoted) => quoted.replaceAll(' ', inWord));
  return joined.split(' ').map((word) => word.replaceAll(inWord, ' '));
}

/** In the place of a space that is part of a word; no text that is printed has it. */
const inWord = '\0';
