/** The texts of the files that init writes. */

import { type PackageManager, startWith } from './package-manager.ts';

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

/** Starts what is installed here. With Yarn's Plug'n'Play, Node needs that loader first, in its threads too. */
export const scriptText = `#!/usr/bin/env node
// Starts the migrate-prod that is installed in this project: node scripts/migrate-prod.mjs status
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const script = fileURLToPath(import.meta.url);

function findLoader(folder) {
  const file = join(folder, '.pnp.cjs');
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? null : findLoader(dirname(folder));
}

function findProgram() {
  try {
    const file = createRequire(script).resolve('migrate-prod/package.json');
    return join(dirname(file), createRequire(script)(file).bin['migrate-prod']);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.error('migrate-prod is not installed here: install the dependencies of this project first.');
    process.exit(2);
  }
}

const loader = process.versions.pnp === undefined ? findLoader(dirname(script)) : null;
if (loader === null) {
  await import(pathToFileURL(resolve(findProgram())).href);
} else {
  const child = spawn(process.execPath, ['--require', loader, script, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.on('SIGINT', () => {}); // the child has it too, and says how it ended
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => process.exit(code ?? 1));
}
`;

/** @param text of the skill in this package, whose commands are those of npm. */
export function writeSkill(text: string, manager: PackageManager): string {
  return text
    .replaceAll('npx --no migrate-prod', startWith(manager, 'migrate-prod'))
    .replaceAll('npx prisma', manager === 'npm' ? 'npx prisma' : startWith(manager, 'prisma'));
}
