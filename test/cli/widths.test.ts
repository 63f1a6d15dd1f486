/** Every command on a narrow terminal: what can be broken is broken. */

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { listUgly, runOne, runs, useProjects } from './every-command.ts';

useProjects();

/** What lays out most; `widths.slow.test.ts` has all of them. */
const some = runs.filter(([words]) => /^(?:status|tables|inspect \S{9,}|drift --fix|--help)/.test(words));

describe('on 60 columns', () => {
  test.each(some.map((run) => [run[0], run] as const))('%s fits', async (_, run) => {
    const { stdout, stderr } = await runOne(run, 60, { FORCE_COLOR: '1' });
    expect(listUgly(stripVTControlCharacters(stdout + stderr), 60)).toEqual([]);
  });
});
