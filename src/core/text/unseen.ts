/** Characters that nobody sees, or that change how the characters around them are seen. */

/**
 * Controls, format characters (zero-width, joiners, bidirectional, tags), variation selectors, fillers and other
 * characters that are drawn as nothing (Unicode, Default_Ignorable_Code_Point), line and paragraph separators, spaces
 * that look like a plain one, the blank Braille pattern, private use, unassigned, and lone surrogates.
 */
const unseen =
  '[\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cn}\\p{Cs}\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u2800]';

/** Several emoji that are drawn as one, as Unicode recommends: without its joiners it looks otherwise. */
const joined = '\\p{RGI_Emoji_ZWJ_Sequence}';
const either = new RegExp(`(${joined})|${unseen}`, 'gv');

/** The text with each such character replaced. */
export function replaceUnseen(text: string, replace: (character: string) => string): string {
  return text.replace(either, (found, emoji: string | undefined) => emoji ?? replace(found));
}

/** The first of them in a text; null where there is none. */
export function findUnseen(text: string): string | null {
  for (const [found, emoji] of text.matchAll(either)) if (emoji === undefined) return found;
  return null;
}

/** For example `U+200B`. */
export function nameCharacter(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
