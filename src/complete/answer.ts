/** The answer to a shell that asks how a line goes on: lines of a word and what it is for, and a number at the end. */

import type { Candidate } from './wanted.ts';

/** What the shell does if nothing fits: numbers of the protocol that the scripts of @bomb.sh/tab speak. */
const directives = { nothing: 4, files: 0 } as const;

export interface Answer {
  readonly candidates: readonly Candidate[];
  readonly otherwise: keyof typeof directives;
}

export const noAnswer: Answer = { candidates: [], otherwise: 'nothing' };

/**
 * A folder, a table and a file can have any name, and a shell inserts it as it is: `$(…)` would run with the next Enter. What is
 * not plain in every shell is left out.
 */
const plainWord = /^[\p{L}\p{N}_.@%+,:/=-]+$/u;

/** @param typed what the words begin with. */
export function writeAnswer({ candidates, otherwise }: Answer, typed: string): string {
  const lines = candidates
    .filter(({ word }) => word.startsWith(typed) && plainWord.test(word))
    .map(({ word, says }) => `${word}\t${says.replace(/\s+/g, ' ')}\n`);
  return `${[...new Set(lines)].join('')}:${directives[otherwise]}\n`;
}

/** The last of several words with commas between them goes on. */
export function continueList(typed: string, words: readonly Candidate[]): readonly Candidate[] {
  const done = typed.slice(0, typed.lastIndexOf(',') + 1);
  const given = done.split(',');
  return words.filter(({ word }) => !given.includes(word)).map(({ word, says }) => ({ word: done + word, says }));
}
