import { describe, expect, test } from 'vitest';
import { chooseColour, createPaint } from '../../../src/adapters/terminal/paint.ts';

const terminal = { isTTY: true };
const pipe = { isTTY: false };

describe('whether there is colour', () => {
  test.each([
    ['on a terminal', terminal, {}, null, 'coloured'],
    ['not in a pipe', pipe, {}, null, 'plain'],
    ['not on a dumb terminal', terminal, { TERM: 'dumb' }, null, 'plain'],
    ['not with NO_COLOR', terminal, { NO_COLOR: '1' }, null, 'plain'],
    ['all the same with an empty NO_COLOR', terminal, { NO_COLOR: '' }, null, 'coloured'],
    ['in a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, null, 'coloured'],
    ['not with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, null, 'plain'],
    ['not with both, since NO_COLOR is the stronger wish', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, null, 'plain'],
    ['never with --no-color', terminal, { FORCE_COLOR: '1' }, 'no-color', 'plain'],
  ] as const)('%s', (_, stream, env, flag, expected) => {
    expect(chooseColour(stream, env, flag)).toBe(expected);
  });

  test('painting nothing writes nothing', () => {
    expect(createPaint('coloured').red('')).toBe('');
    expect(createPaint('coloured').red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(createPaint('plain').red('x')).toBe('x');
  });
});
