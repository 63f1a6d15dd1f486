/** The text of the workflow that `init --ci` writes for GitHub: check and plan on a pull request, apply on the main branch. */

import { type PackageManager, startWith } from './package-manager.ts';

export interface WorkflowPlace {
  readonly manager: PackageManager;
  /** The folder of package.json as seen from the repository's root; empty for the root itself. */
  readonly folder: string;
}

/** Named by their commits: they run beside a secret. */
const checkout = 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2';
const setupNode = 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0';
const setupBun = 'oven-sh/setup-bun@735343b667d3e6f658f44d0eca948eb6282f2b76 # v2.0.2';

/** What prepares each package manager on GitHub's machines; npm is there. */
const prepares: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: [],
  pnpm: ['- run: corepack enable'],
  yarn: ['- run: corepack enable'],
  bun: [`- uses: ${setupBun}`],
};

const installs: Readonly<Record<PackageManager, string>> = {
  npm: 'npm ci',
  pnpm: 'pnpm install --frozen-lockfile',
  yarn: 'yarn install --immutable',
  bun: 'bun install --frozen-lockfile',
};

/** No expression stands in the text of a `run`, where what it gives would be code. */
export function writeWorkflow({ manager, folder }: WorkflowPlace): string {
  const start = startWith(manager, 'migrate-prod');
  const comment = 'node_modules/migrate-prod/action/comment.mjs';
  const found = folder === '' ? comment : `${folder}/${comment}`;
  const prepare = [
    `- uses: ${checkout}`,
    '  with: { fetch-depth: 0, persist-credentials: false }',
    ...prepares[manager],
    `- uses: ${setupNode}`,
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
    '    permissions: { contents: read, pull-requests: write }',
    '    env:',
    '      # A pull request from a fork gets no secrets: it is checked, and not planned.',
    `      TURSO_DATABASE_URL: ${writeExpression('secrets.TURSO_DATABASE_URL')}`,
    '    steps:',
    ...indent(prepare),
    ...indent([
      `- run: ${start} check --base "origin/$BASE" --no-config`,
      '  env:',
      `    BASE: ${writeExpression('github.base_ref')}`,
      '- id: plan',
      `  if: ${writeExpression("!cancelled() && env.TURSO_DATABASE_URL != ''")}`,
      `  run: ${start} plan --rows none --format markdown > "$RUNNER_TEMP/plan.md"`,
      '  env:',
      `    TURSO_AUTH_TOKEN: ${writeExpression('secrets.TURSO_READ_ONLY_TOKEN')}`,
      '# One comment, written anew with each push.',
      `- if: ${writeExpression(`!cancelled() && env.TURSO_DATABASE_URL != '' && hashFiles('${found}') != ''`)}`,
      `  run: node ${comment} "$RUNNER_TEMP/plan.md"`,
      '  env:',
      `    GITHUB_TOKEN: ${writeExpression('github.token')}`,
      `    PENDING: ${writeExpression('steps.plan.outputs.pending')}`,
    ]),
    '  apply:',
    "    if: github.event_name == 'push'",
    '    runs-on: ubuntu-latest',
    '    # Settings, Environments: required reviewers, and in it the secret TURSO_AUTH_TOKEN.',
    '    environment: production',
    '    concurrency: migrate-prod',
    '    env:',
    `      TURSO_DATABASE_URL: ${writeExpression('secrets.TURSO_DATABASE_URL')}`,
    '    steps:',
    ...indent(prepare),
    ...indent([
      '- id: plan',
      `  run: ${start} plan`,
      '  env:',
      `    TURSO_AUTH_TOKEN: ${writeExpression('secrets.TURSO_READ_ONLY_TOKEN')}`,
      "- if: steps.plan.outputs.pending != '0'",
      `  run: ${start} apply --plan "$PLAN" --yes`,
      '  env:',
      `    PLAN: ${writeExpression('steps.plan.outputs.plan')}`,
      `    TURSO_AUTH_TOKEN: ${writeExpression('secrets.TURSO_AUTH_TOKEN')}`,
    ]),
    '',
  ].join('\n');
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `      ${line}`);
}

function writeExpression(text: string): string {
  return `\${{ ${text} }}`;
}
