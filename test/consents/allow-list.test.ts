/** Several consents in one text, and in several words of a shell. */

import { describe, expect, test } from 'vitest';
import { joinAllowed, splitAllowed } from '../../src/consents/allow-list.ts';
import { consentCodes } from '../../src/findings/codes.ts';

describe('a list of consents', () => {
  test.each([
    ['data-loss', ['data-loss']],
    ['data-loss,foreign-keys', ['data-loss', 'foreign-keys']],
    ['data-loss, foreign-keys', ['data-loss', 'foreign-keys']],
    [' data-loss ,\tforeign-keys ', ['data-loss', 'foreign-keys']],
    ['data-loss:1_one,foreign-keys:2_two', ['data-loss:1_one', 'foreign-keys:2_two']],
    ['data-loss:0a1b2c3d,data-loss:4f1c09ab', ['data-loss:0a1b2c3d', 'data-loss:4f1c09ab']],
    ['data-loss:0a1b2c3d, something', ['data-loss:0a1b2c3d', 'something']],
    ['data-loss,something', ['data-loss', 'something']],
    ['data-loss:1_one,data-los', ['data-loss:1_one', 'data-los']],
    ['data-loss:20260101_a,b', ['data-loss:20260101_a,b']],
    ['data-loss:20260101_a, b,foreign-keys', ['data-loss:20260101_a, b', 'foreign-keys']],
  ])('%j', (text, parts) => {
    expect(splitAllowed(text, consentCodes)).toEqual(parts);
  });

  test.each(['data-loss,', ',data-loss', 'data-loss,,behind', ','])('%j has a gap, and is refused', (text) => {
    expect(() => splitAllowed(text, consentCodes)).toThrow('an empty entry beside a comma');
  });

  test.each([
    [
      ['apply', '--allow', 'data-loss,', 'behind', '--yes'],
      ['apply', '--allow', 'data-loss, behind', '--yes'],
    ],
    [
      ['apply', '--allow=data-loss,', 'behind,', 'unrehearsed'],
      ['apply', '--allow=data-loss, behind, unrehearsed'],
    ],
    [
      ['apply', '--allow', 'data-loss,', '--yes'],
      ['apply', '--allow', 'data-loss,', '--yes'],
    ],
    [
      ['backfill', '--allow', 'unproven', '1_one'],
      ['backfill', '--allow', 'unproven', '1_one'],
    ],
    [
      ['apply', '--to', 'a,', 'b'],
      ['apply', '--to', 'a,', 'b'],
    ],
    [
      ['backfill', '--', '--allow', 'a,', 'b'],
      ['backfill', '--', '--allow', 'a,', 'b'],
    ],
  ])('%j as a shell takes it apart', (argv, words) => {
    expect(joinAllowed(argv)).toEqual(words);
  });
});
