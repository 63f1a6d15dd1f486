/** What `npm pack` puts into the package: what a user needs, and nothing else. */

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Packed {
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

test('the package has the program, the library, its types, the skill and the pages for users', () => {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed]: readonly Packed[] = JSON.parse(said);
  const paths = (packed?.files ?? []).map(({ path }) => path);
  const others = paths.filter((path) => !/^(?:docs|dist\/types)\//.test(path));
  expect(others.sort()).toEqual(
    [
      'LICENSE',
      'README.md',
      ...readdirSync(`${root}/dist`)
        .filter((name) => name.endsWith('.cjs'))
        .map((name) => `dist/${name}`),
      'dist/library.js',
      'dist/worker.js',
      'package.json',
      'scripts/migrate-prod.mjs',
      'skills/migrate-prod/SKILL.md',
    ].sort(),
  );
  expect(paths.filter((path) => path.startsWith('docs/') && !path.endsWith('.md'))).toEqual([]);
  // It was 911 when every module of the library was a file, and every declaration.
  expect(paths.length).toBeLessThan(200);
  const size = (packed?.files ?? []).reduce((sum, file) => sum + file.size, 0);
  expect(size).toBeLessThan(3_200_000);
});
