/** The text of the workflow that `init --ci` writes for GitHub: check and plan on a pull request, apply on the main branch. */

import { type PackageManager, startWith } from './package-manager.ts';

export interface WorkflowPlace {
  readonly manager: PackageManager;
  /** The folder of package.json as seen from the repository's root; empty for the root itself. */
  readonly folder: string;
}

/** By commit, as docs/ci.md has them: a tag can be moved, and these run beside the token. */
const actions = {
  checkout: 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2',
  node: 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0',
  bun: 'oven-sh/setup-bun@735343b667d3e6f658f44d0eca948eb6282f2b76 # v2.0.2',
};

/** What prepares each package manager on GitHub's machines; npm is there. */
const prepares: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: [],
  pnpm: ['- run: corepack enable'],
  yarn: ['- run: corepack enable'],
  bun: [`- uses: ${actions.bun}`],
};

const installs: Readonly<Record<PackageManager, string>> = {
  npm: 'npm ci',
  pnpm: 'pnpm install --frozen-lockfile',
  yarn: 'yarn install --immutable',
  bun: 'bun install --frozen-lockfile',
};

export function writeWorkflow({ manager, folder }: WorkflowPlace): string {
  const start = startWith(manager, 'migrate-prod');
  const prepare = [
    ...prepares[manager],
    `- uses: ${actions.node}`,
    '  with: { node-version: 22 }',
    `- run: ${installs[manager]}`,
  ];
  return [
    'name: migrate-prod',
    'on:',
    '  pull_request:',
    '  push:',
    '    branches: [main]',
    'permissions: { contents: read }',
    ...(folder === '' ? [] : ['defaults:', `  run: { working-directory: ${JSON.stringify(folder)} }`]),
    'jobs:',
    '  plan:',
    "    if: github.event_name == 'pull_request'",
    '    runs-on: ubuntu-latest',
    '    steps:',
    ...indent([
      `- uses: ${actions.checkout}`,
      '  with: { fetch-depth: 0, persist-credentials: false }',
      ...prepare,
      `- run: ${start} check --base "origin/$BASE" --no-config`,
      '  env:',
      `    BASE: ${writeExpression('github.base_ref')}`,
      '# A pull request from a fork, or of Dependabot, gets no secrets.',
      `- if: ${writeExpression("!cancelled() && !github.event.pull_request.head.repo.fork && github.actor != 'dependabot[bot]'")}`,
      `  run: ${start} plan --rows none`,
      ...writeCredentials('TURSO_READ_ONLY_TOKEN'),
    ]),
    '  apply:',
    "    if: github.event_name == 'push'",
    '    runs-on: ubuntu-latest',
    '    environment: production',
    '    concurrency: migrate-prod',
    '    steps:',
    ...indent([
      `- uses: ${actions.checkout}`,
      '  with: { persist-credentials: false }',
      ...prepare,
      '- id: plan',
      `  run: ${start} plan`,
      ...writeCredentials('TURSO_READ_ONLY_TOKEN'),
      "- if: steps.plan.outputs.pending != '0'",
      `  run: ${start} apply --plan "$PLAN" --yes`,
      ...writeCredentials('TURSO_AUTH_TOKEN'),
      `    PLAN: ${writeExpression('steps.plan.outputs.plan')}`,
    ]),
    '',
  ].join('\n');
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `      ${line}`);
}

function writeCredentials(token: string): readonly string[] {
  return [
    '  env:',
    `    TURSO_DATABASE_URL: ${writeExpression('secrets.TURSO_DATABASE_URL')}`,
    `    TURSO_AUTH_TOKEN: ${writeExpression(`secrets.${token}`)}`,
  ];
}

function writeExpression(text: string): string {
  return `\${{ ${text} }}`;
}
