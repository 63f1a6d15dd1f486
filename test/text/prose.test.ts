/** Prose with commands in it: what a shell is given, and what everybody else reads. */

import { describe, expect, test } from 'vitest';
import {
  command,
  comment,
  flag,
  mapTexts,
  placeholder,
  program,
  type Sayable,
  say,
  shell,
  splitSpans,
  toProse,
  typedCommand,
  writeProse,
  writeSpans,
} from '../../src/text/prose.ts';

describe('prose in words', () => {
  test.each<[Sayable, string]>([
    ['Nothing to do.', 'Nothing to do.'],
    [command('plan'), 'migrate-prod plan'],
    [command('backfill', ['1_a']), 'migrate-prod backfill 1_a'],
    [command('backfill', ['1_a'], [['--yes']]), 'migrate-prod backfill 1_a --yes'],
    [command('backfill', ['-rf'], [['--yes']]), "migrate-prod backfill --yes -- '-rf'"],
    [command('backfill', ['--'], [['--allow', 'unproven']]), "migrate-prod backfill --allow unproven -- '--'"],
    [command('inspect', ["it's"]), "migrate-prod inspect 'it'\\''s'"],
    [command('inspect', ['two words', '$x']), "migrate-prod inspect 'two words' '$x'"],
    [command('inspect', ['a\nb']), `migrate-prod inspect "$(printf 'a\\012b')"`],
    [command('apply', [], [['--to', '-rf']]), "migrate-prod apply --to='-rf'"],
    [
      command(
        'apply',
        [],
        [
          ['--to', 'x;y'],
          ['--yes', null],
        ],
      ),
      "migrate-prod apply --to 'x;y' --yes",
    ],
    [command('drift', [], [['--name', 'a'], ['--fix']]), 'migrate-prod drift --fix --name a'],
    [command('drift', [], [['--fix'], ['--name', placeholder('<name>')]]), 'migrate-prod drift --fix --name <name>'],
    [command('backfill', [placeholder('<name>')]), 'migrate-prod backfill <name>'],
    [typedCommand([['--schema', 'a b']]), "migrate-prod status --schema 'a b'"],
    [flag('--allow', 'data-loss:x y'), "--allow 'data-loss:x y'"],
    [program('apply --help'), 'migrate-prod apply --help'],
    [program('help'), 'migrate-prod help'],
    [
      say`Read ${command('plan')}; then ${command('apply', [], [['--to', 'a b']])}, or ${shell('git status')}${comment('  # now')}`,
      "Read migrate-prod plan; then migrate-prod apply --to 'a b', or git status  # now",
    ],
    [say`${say`${1} of ${'2'}`}: ${command('plan')}`, '1 of 2: migrate-prod plan'],
  ])('%j', (prose, expected) => {
    expect(writeProse(toProse(prose))).toBe(expected);
  });
});

test('texts beside each other are one, and an empty one is none', () => {
  expect(say`a${'b'}${say`c`}${''}${command('plan')}${''}`).toEqual([{ type: 'text', text: 'abc' }, command('plan')]);
});

test('what a name or a value holds is changed, and never a command', () => {
  const hide = (text: string) => text.replaceAll('plan', 'x');
  const prose = say`plan ${command('plan', ['plan'], [['--plan', 'plan']])} ${shell('plan')} ${flag('--plan', 'plan')}`;
  expect(writeProse(mapTexts(prose, hide))).toBe('x migrate-prod plan x --plan x x --plan x');
});

test('lines are split in texts, and commands stay what they are', () => {
  const lines = splitSpans(writeSpans(say`Which:\n  ${command('plan')}\r\n  ${command('apply')} now`));
  expect(lines).toEqual([
    [{ type: 'text', text: 'Which:' }],
    [
      { type: 'text', text: '  ' },
      { type: 'command', text: 'migrate-prod plan' },
      { type: 'text', text: '' },
    ],
    [
      { type: 'text', text: '  ' },
      { type: 'command', text: 'migrate-prod apply' },
      { type: 'text', text: ' now' },
    ],
  ]);
});
