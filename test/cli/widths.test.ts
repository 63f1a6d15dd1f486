/** Every command on a narrow terminal: what can be broken is broken. */

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { makeProject } from '../support/folder.ts';
import { listUgly, removeProjects, runOne, runs } from './every-command.ts';
import { runInProcess } from './in-process.ts';

removeProjects();

/** What lays out most; `widths.slow.test.ts` has all of them. */
const some = runs.filter(([words]) => /^(?:tables|inspect \S{9,}|drift --fix|--help)/.test(words));

describe('on 60 columns', () => {
  test.each(some.map((run) => [run[0], run] as const))('%s fits', async (_, run) => {
    const { stdout, stderr } = await runOne(run, 60, { FORCE_COLOR: '1' });
    expect(listUgly(stripVTControlCharacters(stdout + stderr), 60)).toEqual([]);
  });
});

test('a statement of a megabyte is shown by its beginning, wherever it is shown', async () => {
  const long = `INSERT INTO "A" ("id", "n") SELECT abs(-9223372036854775807 - 1), '${'x'.repeat(1_000_000)}';`;
  const project = await makeProject({
    '1_a': 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "n" TEXT);\nINSERT INTO "A" ("id") VALUES (1);',
    '2_long': long,
  });
  const run = (...args: readonly string[]) =>
    runInProcess([...args, '--url', 'file:shop.db', '--rows', 'none'], {
      cwd: project.root,
      env: { NO_COLOR: '1', GITHUB_ACTIONS: 'true' },
    });
  await run('apply', '--yes', '--to', '1_a');
  for (const args of [['plan'], ['plan', '--format', 'markdown'], ['apply', '--yes']]) {
    const { stdout, stderr } = await run(...args);
    expect((stdout + stderr).length).toBeLessThan(10_000);
    expect(stdout + stderr).toContain('INSERT INTO "A"');
  }
  const { findings } = (await run('plan', '--json')).json<{ findings: readonly unknown[] }>();
  expect(JSON.stringify(findings).length).toBeLessThan(30_000);
  await project.remove();
});
