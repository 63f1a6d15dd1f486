/** The texts of the files that init writes. */

import { type PackageManager, startPrisma, startWith } from './package-manager.ts';

export const envFile = '.env.turso-prod';
export const scriptFile = 'scripts/migrate-prod.mjs';
export const skillFile = '.claude/skills/migrate-prod/SKILL.md';
export const workflowFile = '.github/workflows/migrate-prod.yml';

export const npmScripts = ['status', 'plan', 'apply'].map(
  (name) => [`migrate:${name}`, `migrate-prod ${name}`] as const,
);

export interface EnvValues {
  readonly url: string;
  readonly token: string;
}

/** Without values it names no database: an empty value is none, so nothing can be mistaken for credentials. */
export function writeEnvFile({ url, token }: EnvValues): string {
  return `# Credentials of the production database, for migrate-prod. Never commit this file.
# The address: turso db show --url <database>
TURSO_DATABASE_URL=${quoteValue(url)}
# A token: turso db tokens create <database>
TURSO_AUTH_TOKEN=${quoteValue(token)}
`;
}

/** A # would begin a comment. */
function quoteValue(value: string): string {
  return /[#\s]/.test(value) ? `"${value}"` : value;
}

/** Starts what is installed here. With Yarn's Plug'n'Play, Node needs its loaders first, in its threads too. */
export const scriptText = `#!/usr/bin/env node
// Starts the migrate-prod that is installed in this project: node scripts/migrate-prod.mjs status
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const script = fileURLToPath(import.meta.url);
const require = createRequire(script);

function findLoader(folder) {
  const file = join(folder, '.pnp.cjs');
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? null : findLoader(dirname(folder));
}

function findProgram() {
  try {
    const file = require.resolve('migrate-prod/package.json');
    return join(dirname(file), require(file).bin['migrate-prod']);
  } catch {
    return null;
  }
}

function startWith(loader) {
  const modules = join(dirname(loader), '.pnp.loader.mjs');
  const options = [process.env.NODE_OPTIONS ?? '', '--require', JSON.stringify(loader)];
  if (existsSync(modules)) options.push('--experimental-loader', pathToFileURL(modules).href);
  const env = { ...process.env, NODE_OPTIONS: options.join(' ').trim() };
  const child = spawn(process.execPath, [script, ...process.argv.slice(2)], { stdio: 'inherit', env });
  process.on('SIGINT', () => {}); // the child has it too, and says how it ended
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => process.exit(code ?? 1));
}

const program = findProgram();
const loader = program === null ? findLoader(dirname(script)) : null;
if (program !== null) {
  require(program);
} else if (loader !== null && process.versions.pnp === undefined) {
  startWith(loader);
} else {
  console.error("migrate-prod is not installed here: install this project's dependencies first.");
  process.exitCode = 2;
}
`;

/** @param text of the skill in this package, whose commands are those of npm. */
export function writeSkill(text: string, manager: PackageManager): string {
  return text
    .replaceAll('npx --no migrate-prod', startWith(manager, 'migrate-prod'))
    .replaceAll('npx prisma', startPrisma(manager));
}
