/** A next step on a terminal: what is to be copied at its end stays in one piece. */

import { describe, expect, test } from 'vitest';
import { hangNext, splitLines } from '../../../../src/cli/report/text/layout.ts';
import { command, comment, type Sayable, say, shell, toProse, writeSpans } from '../../../../src/text/prose.ts';
import { buildScreen } from '../../plan-values.ts';

const long = command(
  'apply',
  [],
  [
    ['--to', '20260301083000_address'],
    ['--allow', 'data-loss'],
  ],
);
const written = 'migrate-prod apply --to 20260301083000_address --allow data-loss';

function lay(step: Sayable, columns: number | null): readonly string[] {
  const screen = buildScreen(columns);
  return splitLines(writeSpans(toProse(step))).flatMap((line) => hangNext(line, 0, 8, screen));
}

describe('on 60 columns', () => {
  test.each<[string, Sayable, readonly string[]]>([
    ['a command alone', long, [written]],
    ['a command at the end', say`Fix it, then ${long}`, ['Fix it, then', written]],
    ['a full stop behind it', say`Fix it, then ${long}.`, ['Fix it, then', `${written}.`]],
    ['a comment behind it', say`  ${long}${comment('  # file:shop.db')}`, [`${written}  # file:shop.db`]],
    ['one for a shell', say`Then ${shell(`git fetch ${'x'.repeat(60)}`)}`, ['Then', `git fetch ${'x'.repeat(60)}`]],
    ['one that fits', say`Then ${command('plan')}`, ['Then migrate-prod plan']],
    [
      'one in the middle',
      say`Read ${long}, and then decide`,
      ['Read migrate-prod apply --to 20260301083000_address', '--allow data-loss, and then decide'],
    ],
    ['each line of several', say`Which:\n  ${command('plan')}\n  ${long}`, ['Which:', '  migrate-prod plan', written]],
  ])('%s', (_, step, lines) => {
    expect(lay(step, 60)).toEqual(lines);
  });
});

test('nothing is broken where there is no terminal', () => {
  expect(lay(say`Fix it, then ${long}. Or leave it.`, null)).toEqual([`Fix it, then ${written}. Or leave it.`]);
});

test('what others say is printable, and no line of it looks like one of ours', () => {
  expect(lay('one\u001b\nNext: rm\n\t✖ x', 60)).toEqual(['one\\x1b', '| Next: rm', '|     ✖ x']);
});
