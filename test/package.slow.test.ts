/** What `npm pack` puts into the package: what a user needs, and nothing else. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
      'action/comment.mjs',
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
  const docs = paths.filter((path) => path.startsWith('docs/'));
  expect(docs.filter((path) => !path.endsWith('.md'))).toEqual(['docs/pictures/apply.svg']);
  expect(docs).not.toContain('docs/testing.md');
  expect(docs).not.toContain('docs/releasing.md');
  expect(paths.filter((path) => path.startsWith('dist/types/'))).toHaveLength(2);
  // Two for each module of the library and its declarations were 848 more.
  expect(paths.length).toBeLessThan(80);
  const size = (packed?.files ?? []).reduce((sum, file) => sum + file.size, 0);
  expect(size).toBeLessThan(3_200_000);
});

test('the types of the package say what the library takes and gives, in all ways in which TypeScript finds them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'migrate-prod-types-'));
  try {
    await mkdir(join(folder, 'node_modules', '@types'), { recursive: true });
    for (const name of ['@types/node', 'undici-types']) {
      await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
    }
    await symlink(root, join(folder, 'node_modules', 'migrate-prod'), 'junction');
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(
      join(folder, 'uses.ts'),
      `import { apply, drift, MigrateError, plan, tables, type Finding } from 'migrate-prod';
const target = { url: 'file:shop.db', migrations: 'prisma/migrations' };
const planned = await plan(target);
export const id: string = planned.plan.id;
export const findings: readonly Finding[] = planned.plan.findings;
export const pending: readonly string[] = (await drift({ ...target, schema: 'schema.prisma' })).pending;
export const code: string = new MigrateError('USAGE', 'what', 'next').code;
export const wrong: number = planned.plan.id;
export const alsoWrong: number = (await tables(target)).map(({ name }) => name);
await apply({ ...target, onEvent: (event) => void (event.type satisfies string), unknown: true });
`,
    );
    for (const resolution of [
      ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ]) {
      const options = [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--target',
        'es2023',
        '--types',
        'node',
        '--preserveSymlinks',
      ];
      const said = spawnSync(
        process.execPath,
        [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...resolution, 'uses.ts'],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      ).stdout;
      expect(
        [...said.matchAll(/^(\S+)\((\d+),/gm)].map(([, file, line]) => `${file}:${line}`),
        said,
      ).toEqual(['uses.ts:8', 'uses.ts:9', 'uses.ts:10']);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
