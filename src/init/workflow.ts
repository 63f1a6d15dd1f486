/** The text of the workflow that `init --ci` writes for GitHub: check and plan on a pull request, apply on the main branch. */

import { type PackageManager, startWith } from './package-manager.ts';

export interface WorkflowPlace {
  readonly manager: PackageManager;
  /** The folder of package.json as seen from the repository's root; empty for the root itself. */
  readonly folder: string;
}

/** What prepares each package manager on GitHub's machines; npm is there. */
const prepares: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: [],
  pnpm: ['- run: corepack enable'],
  yarn: ['- run: corepack enable'],
  bun: ['- uses: oven-sh/setup-bun@v2'],
};

const installs: Readonly<Record<PackageManager, string>> = {
  npm: 'npm ci',
  pnpm: 'pnpm install --frozen-lockfile',
  yarn: 'yarn install --immutable',
  bun: 'bun install --frozen-lockfile',
};

export function writeWorkflow({ manager, folder }: WorkflowPlace): string {
  const start = startWith(manager, 'migrate-prod');
  const steps = [
    ...prepares[manager],
    '- uses: actions/setup-node@v4',
    '  with: { node-version: 22 }',
    `- run: ${installs[manager]}`,
  ].map((line) => `      ${line}`);
  const place = folder === '' ? [] : ['defaults:', `  run: { working-directory: ${JSON.stringify(folder)} }`];
  return [
    'name: migrate-prod',
    'on:',
    '  pull_request:',
    '  push:',
    '    branches: [main]',
    'permissions: { contents: read }',
    ...place,
    'jobs:',
    '  plan:',
    "    if: github.event_name == 'pull_request'",
    '    runs-on: ubuntu-latest',
    '    steps:',
    '      - uses: actions/checkout@v4',
    '        with: { fetch-depth: 0 }',
    ...steps,
    `      - run: ${start} check --base origin/\${{ github.base_ref }} --no-config`,
    '      # A pull request from a fork gets no secrets.',
    '      - if: github.event.pull_request.head.repo.full_name == github.repository',
    `        run: ${start} plan`,
    '        env:',
    `          TURSO_DATABASE_URL: ${writeSecret('TURSO_DATABASE_URL')}`,
    `          TURSO_AUTH_TOKEN: ${writeSecret('TURSO_READ_ONLY_TOKEN')}`,
    '  apply:',
    "    if: github.event_name == 'push'",
    '    runs-on: ubuntu-latest',
    '    environment: production',
    '    concurrency: migrate-prod',
    '    steps:',
    '      - uses: actions/checkout@v4',
    ...steps,
    `      - run: ${start} apply --yes`,
    '        env:',
    `          TURSO_DATABASE_URL: ${writeSecret('TURSO_DATABASE_URL')}`,
    `          TURSO_AUTH_TOKEN: ${writeSecret('TURSO_AUTH_TOKEN')}`,
    '',
  ].join('\n');
}

function writeSecret(name: string): string {
  return `\${{ secrets.${name} }}`;
}
