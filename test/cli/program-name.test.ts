import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgramName } from '../../src/cli/program-name.ts';

const agent = (name: string) => ({ npm_config_user_agent: `${name} npm/? node/v22.1.0 linux x64` });

describe('the name of the program in a command to copy', () => {
  test.each([
    ['/usr/local/bin/migrate-prod', {}, 'migrate-prod'],
    ['/shop/node_modules/.bin/migrate-prod', {}, 'npx --no migrate-prod'],
    ['/linked/dist/bin.cjs', { npm_command: 'exec' }, 'npx --no migrate-prod'],
    ['/linked/dist/bin.cjs', agent('npm/11.0.0'), 'npx --no migrate-prod'],
    ['/linked/dist/bin.cjs', agent('pnpm/10.4.0'), 'pnpm migrate-prod'],
    ['/shop/node_modules/migrate-prod/dist/bin.cjs', agent('yarn/4.6.0'), 'yarn migrate-prod'],
    ['/shop/node_modules/.bin/migrate-prod', agent('bun/1.2.0'), 'bunx --no-install migrate-prod'],
    ['/shop/node_modules/.bin/migrate-prod', agent('other/1.0.0'), 'npx --no migrate-prod'],
    ['/shop/scripts/migrate-prod.mjs', {}, 'node scripts/migrate-prod.mjs'],
    ['/shop/scripts/migrate-prod.mjs', agent('pnpm/10.4.0'), 'node scripts/migrate-prod.mjs'],
    ['/shop/skills/a b/scripts/migrate-prod.mjs', {}, "node 'skills/a b/scripts/migrate-prod.mjs'"],
    ['/elsewhere/scripts/migrate-prod.mjs', {}, 'node /elsewhere/scripts/migrate-prod.mjs'],
    [undefined, {}, 'migrate-prod'],
  ])('of %s with %j is %s', (script, env, name) => {
    expect(findProgramName({ script, env, cwd: '/shop' })).toBe(name);
  });

  test('climbs to a script beside the current folder', () => {
    const script = '/home/dev/shop/scripts/migrate-prod.mjs';
    expect(findProgramName({ script, env: {}, cwd: '/home/dev/shop/apps/web' })).toBe(
      'node ../../scripts/migrate-prod.mjs',
    );
  });
});

describe('the package manager, where none started the program', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'migrate-prod-name-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test.each([
    ['package-lock.json', 'npx --no migrate-prod'],
    ['pnpm-lock.yaml', 'pnpm migrate-prod'],
    ['yarn.lock', 'yarn migrate-prod'],
    ['bun.lock', 'bunx --no-install migrate-prod'],
    ['bun.lockb', 'bunx --no-install migrate-prod'],
  ])('is that of the %s above', async (lock, name) => {
    const cwd = join(root, lock.replaceAll('.', '-'), 'apps', 'web');
    await mkdir(cwd, { recursive: true });
    await writeFile(join(cwd, '..', '..', lock), '');
    expect(findProgramName({ script: join(cwd, 'node_modules/.bin/migrate-prod'), env: {}, cwd })).toBe(name);
    // A program from elsewhere is started by its own name.
    expect(findProgramName({ script: '/usr/local/bin/migrate-prod', env: {}, cwd })).toBe('migrate-prod');
  });
});

describe('the program that npx fetched for one run', () => {
  test.each([
    [
      'file:../../../packages/migrate-prod-0.1.0.tgz',
      'npx --yes --package ROOT/packages/migrate-prod-0.1.0.tgz migrate-prod',
    ],
    ['^0.1.0', 'npx migrate-prod@0.1.0'],
    ['github:somebody/migrate-prod#v1', "npx 'github:somebody/migrate-prod#v1'"],
  ])('from %s is %s', async (spec, name) => {
    const root = await mkdtemp(join(tmpdir(), 'migrate-prod-npx-'));
    const cache = join(root, 'cache', '_npx', 'abc');
    await mkdir(cache, { recursive: true });
    await writeFile(join(cache, 'package.json'), JSON.stringify({ dependencies: { 'migrate-prod': spec } }));
    const script = join(cache, 'node_modules', '.bin', 'migrate-prod');
    const cwd = join(root, 'shop');
    expect(findProgramName({ script, env: agent('npm/11.0.0'), cwd })).toBe(name.replace('ROOT', root));
    await rm(root, { recursive: true, force: true });
  });
});
