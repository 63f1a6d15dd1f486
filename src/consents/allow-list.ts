/** `--allow` takes several consents in one text, with commas between them. */

import { MigrateError } from '../errors.ts';
import { suggest } from '../text/suggest.ts';

/** The end of a consent to one guard. Another consent begins after the next comma; otherwise the comma may belong to a migration's name. */
const afterDigest = /:[0-9a-f]{8}$/;

/**
 * Splits `data-loss, foreign-keys:20260301083000_next`.
 * @param codes the codes that the command allows
 * @returns each consent, trimmed
 * @throws MigrateError USAGE if there is nothing between two commas
 */
export function splitAllowed(text: string, codes: readonly string[]): readonly string[] {
  const parts: string[] = [];
  for (const part of text.split(',')) {
    const before = parts.at(-1);
    const word = part.trim().split(':')[0] ?? '';
    const isName = before?.includes(':') === true && !afterDigest.test(before.trim()) && !isMeant(word, codes);
    if (isName) parts.push(`${parts.pop()},${part}`);
    else parts.push(part);
  }
  if (parts.length > 1 && parts.some((part) => part.trim() === '')) {
    throw new MigrateError(
      'USAGE',
      `--allow was given "${text}", which has an empty entry beside a comma.`,
      `Each entry is a name: ${codes.join(', ')}.`,
    );
  }
  return parts.map((part) => part.trim());
}

function isMeant(word: string, codes: readonly string[]): boolean {
  return word === '' || codes.includes(word) || suggest(word, codes) !== null;
}

/** A shell splits a list with blanks in it: a word that ends with a comma continues in the next word. */
export function joinAllowed(argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (const [index, word] of argv.entries()) {
    const before = words.at(-1) ?? '';
    const isValue = words.at(-2) === '--allow' || before.startsWith('--allow=');
    const isBehindEnd = argv.slice(0, index).includes('--');
    if (isValue && before.endsWith(',') && !word.startsWith('-') && !isBehindEnd) words.push(`${words.pop()} ${word}`);
    else words.push(word);
  }
  return words;
}
