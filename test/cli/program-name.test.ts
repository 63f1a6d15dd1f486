import { describe, expect, test } from 'vitest';
import { findProgramName } from '../../src/cli/program-name.ts';

describe('the name of the program in a command to copy', () => {
  test.each([
    ['/usr/local/bin/migrate-prod', {}, 'migrate-prod'],
    ['/shop/node_modules/.bin/migrate-prod', {}, 'npx migrate-prod'],
    ['/linked/dist/bin.cjs', { npm_command: 'exec' }, 'npx migrate-prod'],
    ['/linked/dist/bin.cjs', { npm_command: 'run-script' }, 'npx migrate-prod'],
    ['/shop/scripts/migrate-prod.mjs', {}, 'node scripts/migrate-prod.mjs'],
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
