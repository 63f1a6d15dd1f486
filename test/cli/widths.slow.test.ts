/** Every command on terminals of several widths: what can be broken is broken, and colour changes no character. */

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { listTimesWithoutZone, listUgly, removeProjects, runOne, runs } from './every-command.ts';

removeProjects();

describe.each([40, 60, 80, 140])('on %d columns', (columns) => {
  test.each(runs.map((run) => [run[0], run] as const))('%s fits', async (_, run) => {
    const plain = await runOne(run, columns, { NO_COLOR: '1' });
    const coloured = await runOne(run, columns, { FORCE_COLOR: '1' });
    expect(stripVTControlCharacters(coloured.stdout)).toBe(plain.stdout);
    expect(stripVTControlCharacters(coloured.stderr)).toBe(plain.stderr);
    expect(listTimesWithoutZone(plain.stdout + plain.stderr)).toEqual([]);
    if (columns > 40) expect(listUgly(plain.stdout + plain.stderr, columns)).toEqual([]);
  });
});
