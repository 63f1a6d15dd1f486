/** How the built command starts: what it keeps for the next start, and where. */

import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const keeps = 'enableCompileCache' in module;

let copy: string;
beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'migrate-prod-start-'));
  await mkdir(join(copy, 'dist'));
  for (const name of await readdir(join(root, 'dist'))) {
    if (name.endsWith('.cjs')) await cp(join(root, 'dist', name), join(copy, 'dist', name));
  }
  await cp(join(root, 'package.json'), join(copy, 'package.json'));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
});
afterEach(() => rm(copy, { recursive: true, force: true }));

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { PATH = '' } = process.env;
  const options = { encoding: 'utf8', cwd: copy, env: { PATH, TMPDIR: copy, ...env } } as const;
  return spawnSync(process.execPath, [join(copy, 'dist', 'bin.cjs'), ...args], options);
}

const listKept = () => readdir(join(copy, 'dist', 'compiled')).catch(() => []);

describe('the compiled command', () => {
  test('is kept beside the program, never in the folder that all users share', async () => {
    expect(start(['--version'])).toMatchObject({ status: 0, stderr: '' });
    expect(await listKept()).toHaveLength(keeps ? 1 : 0);
    expect(await readdir(copy)).toEqual(['dist', 'node_modules', 'package.json']);
  });

  test('is not missed where it cannot be kept', async () => {
    await writeFile(join(copy, 'dist', 'compiled'), 'a file, where the folder would be');
    expect(start(['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d/), stderr: '' });
  });

  test('is not trusted when it is damaged', async () => {
    start(['--version']);
    for (const folder of await listKept()) {
      const files = join(copy, 'dist', 'compiled', folder);
      for (const name of await readdir(files)) await writeFile(join(files, name), 'no code');
    }
    expect(start(['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d/), stderr: '' });
  });

  test('is kept where Node is told to', async () => {
    await mkdir(join(copy, 'elsewhere'));
    start(['--version'], { NODE_COMPILE_CACHE: join(copy, 'elsewhere') });
    expect(await listKept()).toEqual([]);
    expect(await readdir(join(copy, 'elsewhere'))).toHaveLength(keeps ? 1 : 0);
  });
});

describe('the scripts', () => {
  test('say in a stack which function it was', async () => {
    await rm(join(copy, 'package.json'));
    const { status, stderr } = start(['--version']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/at readVersion \(.*operations\.cjs:\d+:\d+\)/);
  });

  test('bring the licence of what is bundled', async () => {
    expect(await readFile(join(copy, 'dist', 'command.cjs'), 'utf8')).toContain('Copyright (c) 2011 TJ Holowaychuk');
  });
});
