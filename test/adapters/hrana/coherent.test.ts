/** Replies that contradict the conditions of their batch are not believed. */

import { expect, it } from 'vitest';
import { areCoherent } from '../../../src/adapters/hrana/decode.ts';
import { buildTransaction } from '../../../src/apply/conditions.ts';
import type { Reply } from '../../../src/ports.ts';

/** BEGIN, one, two, COMMIT, ROLLBACK */
const steps = buildTransaction([{ sql: 'one' }, { sql: 'two' }]);

const replies: Readonly<Record<string, Reply>> = {
  '+': { type: 'rows', rows: [] },
  '-': { type: 'skipped' },
  '!': { type: 'error', message: 'x', code: 'X' },
};

/** @param text a character for each step: + has rows, - was skipped, ! failed. */
const judge = (text: string) =>
  areCoherent(
    steps,
    [...text].flatMap((sign) => replies[sign] ?? []),
  );

it.each([
  ['all went well', '++++-'],
  ['a statement failed, and was rolled back', '+!--+'],
  ['a statement ended the transaction by failing', '+!---'],
  ['the commit failed', '+++!+'],
  ['it could not begin', '!----'],
  ['the transaction was taken away, which every later step says', '++!!!'],
])('it can be that %s', (_, text) => {
  expect(judge(text)).toBe(true);
});

it.each([
  ['the first step was skipped', '-++++'],
  ['the commit was skipped after all went well', '+++--'],
  ['a statement in the middle was skipped', '+-++-'],
  ['it went on after an error', '+!++-'],
  ['it was committed after an error', '+!-+-'],
  ['nothing was rolled back, and nothing committed', '+++-+'],
  ['it was committed and rolled back', '+++++'],
  ['a step has no answer', '++++'],
])('it cannot be that %s', (_, text) => {
  expect(judge(text)).toBe(false);
});
