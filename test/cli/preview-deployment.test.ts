/** A build of Vercel that is not production's reads, and writes nothing. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/folder.ts';
import { runInProcess } from './in-process.ts';

let project: Project;
beforeEach(async () => {
  const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n';
  project = await makeProject({ '1_a': 'CREATE TABLE "A" (\n"id" INTEGER NOT NULL PRIMARY KEY\n);\n' }, { schema });
  await run('production', 'apply', '--yes');
  await project.write('2_b', 'CREATE TABLE "B" (\n"id" INTEGER NOT NULL PRIMARY KEY\n);\n');
});
afterEach(() => project.remove());

const run = (kind: string, ...args: readonly string[]) =>
  runInProcess([...args, '--url', 'file:app.db'], { cwd: project.root, env: { VERCEL_ENV: kind } });

test.each(['preview', 'development', 'staging'])(
  '%s: commands that write refuse, and say how to go on',
  async (kind) => {
    for (const args of [['apply'], ['backfill'], ['backfill', '1_a'], ['drift', '--fix']]) {
      const { code, stdout } = await run(kind, ...args, '--yes', '--json');
      expect([code, JSON.parse(stdout).error]).toMatchObject([
        2,
        {
          code: 'PREVIEW_DEPLOYMENT',
          next: expect.stringContaining(`by adding --allow preview-deployment to migrate-prod ${args[0]}`),
        },
      ]);
    }
    const { stdout } = await run(kind, 'status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ toApply: 1 });
    expect((await run(kind, 'plan')).code).toBe(0);
  },
);

test('with consent they go on, beside other consents, and keep it for the next command', async () => {
  const asked = await run('preview', 'apply', '--allow', 'preview-deployment');
  expect(asked.stderr).toMatch(/Next: migrate-prod apply .*--allow preview-deployment .*--yes/);
  const done = await run('preview', 'apply', '--yes', '--allow', 'data-loss, preview-deployment');
  expect([done.code, done.stderr.includes('--allow data-loss was not needed')]).toEqual([0, true]);
});

test('production and other places need none, and are told so', async () => {
  const { code, stderr } = await run('production', 'apply', '--yes', '--allow', 'preview-deployment');
  expect([code, stderr.includes('preview-deployment was not needed')]).toEqual([0, true]);
  expect((await run('', 'apply', '--yes')).code).toBe(0);
});
