/** Losses: their keys, which guards, consents and ids go by, and their words. */

import { expect, it } from 'vitest';
import { buildLossKey, isSameLoss, type Loss, parseLossKey, wordLoss } from '../../src/findings/loss.ts';
import { hardNames, impossibleNames, losses } from './losses.ts';

it('has a key of its own for each, which is not to change without a new format of plans', () => {
  expect(losses.map(buildLossKey)).toEqual([
    '{"kind":"rows","table":"Customer"}',
    '{"kind":"rows-not-copied","table":"Customer"}',
    '{"kind":"rows-replaced","table":"Customer"}',
    '{"kind":"rows-referring","table":"Order","parent":"Customer"}',
    '{"kind":"rows-referring-more","tables":1234,"parent":"Customer"}',
    '{"kind":"rows-of-trigger","table":"Order","trigger":"tidy"}',
    '{"kind":"rows-without-key","table":"Customer","column":"id"}',
    '{"kind":"values","table":"Customer","column":"fax"}',
    '{"kind":"values-not-kept","table":"Customer","column":"fax"}',
    '{"kind":"values-rewritten","table":"Customer","column":"fax"}',
    '{"kind":"ids-again","table":"Customer"}',
    '{"kind":"rowids","table":"Customer"}',
  ]);
});

it('has the same key in whatever order its values were written', () => {
  const turned: Loss = { column: 'fax', table: 'Customer', kind: 'values' };
  expect(buildLossKey(turned)).toBe('{"kind":"values","table":"Customer","column":"fax"}');
  expect(isSameLoss(turned, { kind: 'values', table: 'Customer', column: 'fax' })).toBe(true);
  expect(isSameLoss(turned, { kind: 'values', table: 'Customer', column: 'Fax' })).toBe(false);
});

it('is read back from its key, whatever its names are', () => {
  const named = [...hardNames, ...impossibleNames].flatMap(([, name]): readonly Loss[] => [
    { kind: 'rows', table: name },
    { kind: 'rows-of-trigger', table: name, trigger: name },
  ]);
  for (const loss of [...losses, ...named]) {
    expect(parseLossKey(buildLossKey(loss))).toEqual(loss);
    // No control character, so that nothing on the way ends it or changes it.
    expect([...buildLossKey(loss)].filter((character) => character < ' ')).toEqual([]);
  }
});

it.each([
  '',
  'rows in "Customer"',
  'null',
  '[]',
  '{}',
  '{"kind":"rows"}',
  '{"kind":"rows","table":7}',
  '{"kind":"rows","table":"A","column":"b"}',
  '{"table":"A","kind":"rows"}',
  '{"kind":"rows", "table":"A"}',
  '{"kind":"others","table":"A"}',
  '{"kind":"toString","table":"A"}',
  '{"kind":"rows-referring-more","tables":"2","parent":"A"}',
  '{"kind":"rows","table":"A"',
])('takes nothing else for a key: %s', (text) => {
  expect(parseLossKey(text)).toBeNull();
});

it('has words for people', () => {
  expect(losses.map(wordLoss)).toEqual([
    'rows in "Customer"',
    'rows in "Customer" that are not copied',
    'rows of "Customer" that others replace',
    'rows of "Order" that refer to changed rows of "Customer"',
    'rows of 1,234 more tables that refer to changed rows of "Customer"',
    'rows of "Order" that the trigger "tidy" deletes',
    'rows of "Customer" that have NULL in "id"',
    'values in "Customer"."fax"',
    'values of "Customer"."fax" that are not kept',
    'values of "Customer"."fax" that the copy makes others of',
    'ids of "Customer" that would be used again',
    'what is found in "Customer" by rowid',
  ]);
  expect(wordLoss({ kind: 'values', table: 'a"b', column: 'c' })).toBe('values in "a""b"."c"');
});
