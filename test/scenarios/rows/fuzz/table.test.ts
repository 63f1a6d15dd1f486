/** The table of `npm run test:fuzz`, and what makes a run fail. */

import { expect, test } from 'vitest';

const { describeRun, listFound } = await import(new URL('../../../../scripts/fuzz-table.mjs', import.meta.url).href);

function describe(...stories: readonly (readonly string[])[]) {
  const found = stories.map((kinds, number) => ({ number, faults: kinds.map((kind) => ({ kind, text: 'said' })) }));
  const results = [{ seed: 7, from: 0, count: 400, ends: { applied: 400 }, found }];
  return describeRun({ results, seeds: [7], rows: null, earlier: 0, milliseconds: 1000 });
}

test.each([
  ['nothing', [], true],
  ['false alarms, however many', Array.from({ length: 400 }, () => ['false alarm', 'not checked']), true],
  ['failures unforeseen, 0.5 %', [['missed failure'], ['stopped by a guard']], true],
  ['more of them', [['missed failure'], ['stopped by a guard'], ['fails, not by hand']], false],
  ['one silent loss', [['silent loss']], false],
  ['one damage', [['damage']], false],
  ['a process that died', [['crash']], false],
  ['a kind that nobody has listed', [['something new']], false],
])('%s', (_, stories, isGood) => {
  expect(describe(...stories).isGood).toBe(isGood);
});

test('a story with two kinds of one group counts once; three are named', () => {
  const { text } = describe(['damage', 'crash'], ['damage'], ['damage'], ['damage']);
  expect(text).toMatch(/^damages +4 +1\.00 %$/m);
  expect(text).toMatch(/^ {2}damage +4 +1\.00 % {3}7:0 7:1 7:2$/m);
  expect(text).toMatch(/^ {2}crash +1 +0\.25 % {3}7:0$/m);
});

test('every kind in every story is listed', () => {
  const found = [{ number: 3, faults: [{ kind: 'damage', text: 'a\nb' }] }];
  expect(listFound([{ seed: 7, found }])).toBe('damage  7:3  a b');
});
