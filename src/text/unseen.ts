/** Characters that are invisible, or that change how the characters around them look. */

/**
 * Controls, format characters (zero-width, joiners, bidirectional, tags), variation selectors, fillers and other
 * characters that are drawn as nothing (Unicode, Default_Ignorable_Code_Point), line and paragraph separators, the blank
 * Braille pattern, private use, unassigned, and lone surrogates.
 */
const unseen = String.raw`\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\u2800`;

/** Spaces that look like the plain one. */
const spaces = String.raw`\u00a0\u1680\u2000-\u200a\u202f\u205f`;

/** Visible characters, and plain white space: nearly every text has only these. */
const plain = /^[\t\n\r -~]*$/;

/** Created only for a text that is not plain, because both take milliseconds. */
let patterns: { readonly shownOtherwise: RegExp; readonly notSeen: RegExp } | null = null;

/** Several emoji that are drawn as one, as Unicode recommends, look different without their joiners. */
function makePatterns(): NonNullable<typeof patterns> {
  patterns ??= {
    shownOtherwise: new RegExp(String.raw`(\p{RGI_Emoji_ZWJ_Sequence})|[${unseen}${spaces}]`, 'gv'),
    notSeen: new RegExp(String.raw`(\p{RGI_Emoji})|[${unseen}]`, 'gv'),
  };
  return patterns;
}

/** The text with a replacement for each character that is invisible or looks like a plain space. */
export function replaceUnseen(text: string, replace: (character: string) => string): string {
  // In a plain text only these three are invisible.
  if (plain.test(text)) return text.replace(/[\t\n\r]/g, (found) => replace(found));
  return text.replace(makePatterns().shownOtherwise, (found, emoji: string | undefined) => emoji ?? replace(found));
}

/** The first invisible character other than a tab; null if there is none. */
export function findUnseen(text: string): string | null {
  if (plain.test(text)) return /[\n\r]/.exec(text)?.[0] ?? null;
  for (const [found, emoji] of text.matchAll(makePatterns().notSeen)) {
    if (emoji === undefined && found !== '\t') return found;
  }
  return null;
}

/** For example `U+200B`. */
export function nameCharacter(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
