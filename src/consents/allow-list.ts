/** `--allow` takes several consents in one text, with commas between them. */

import { MigrateError } from '../errors.ts';
import { suggest } from '../text/suggest.ts';

/** Behind it begins another consent, wherever it stands; a migration's name may have commas of its own. */
const afterDigest = /:[0-9a-f]{8}$/;

/**
 * Takes `data-loss, foreign-keys:20260301083000_next` apart.
 * @param codes what the command allows
 * @returns each consent, without the blanks around it.
 * @throws MigrateError USAGE where there is nothing between two commas.
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

/** A shell takes a list with blanks in it apart: what ends with a comma goes on in the next word. */
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
