/** The workflow that `init --ci` writes: the steps of docs/ci.md, which are run there. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type PackageManager, packageManagers } from '../../src/init/package-manager.ts';
import { writeWorkflow } from '../../src/init/workflow.ts';

interface Step {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[]; readonly environment?: string }>>;
}

function read(manager: PackageManager, folder = ''): Workflow {
  return parse(writeWorkflow({ manager, folder }));
}

const listRuns = ({ jobs }: Workflow) =>
  Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => (run === undefined ? [] : [run])));

test.each(packageManagers)('%s: only apply has the token that writes', (manager) => {
  const workflow = read(manager, 'apps/web');
  const writing = Object.values(workflow.jobs).flatMap(({ steps }) =>
    steps.filter(({ env }) => env?.TURSO_AUTH_TOKEN?.includes('secrets.TURSO_AUTH_TOKEN')),
  );
  expect(writing.map(({ run }) => run)).toEqual([expect.stringMatching(/ apply --plan "\$PLAN" --yes$/)]);
  expect(workflow.jobs.apply?.environment).toBe('production');
});

test('runs what docs/ci.md has to copy', () => {
  const page = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, block = '']): Workflow => parse(block));
  const [, , onPull, onMain] = [null, ...blocks];
  const plain = (run: string) => run.replace('npx --no -- ', 'npx --no ').replace(' --no-config', '');
  const copied = [onPull, onMain].flatMap((workflow) =>
    workflow === undefined || workflow === null ? [] : listRuns(workflow),
  );
  expect(listRuns(read('npm')).map(plain)).toEqual(copied.map(plain));
});
