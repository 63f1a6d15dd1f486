/** Where credentials can come from: a .env.turso-prod file and the environment, each read as one pair. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Secret } from '../../core/secret.ts';
import { MigrateError } from '../../errors.ts';
import { parseEnvFile } from './env-file.ts';
import { findGitRoot, isWithin, listAncestors, readKind, showArgument, showPath } from './paths.ts';
import { findInvalidByte } from './utf8.ts';

export const envFileName = '.env.turso-prod';
export const urlVariable = 'TURSO_DATABASE_URL';
export const tokenVariable = 'TURSO_AUTH_TOKEN';

/** What one source says; an empty value is null. */
export interface CredentialSource {
  /** As shown to people: the file's path relative to the working directory, or "the environment". */
  readonly label: string;
  /** What to pass so that this source alone is used. */
  readonly flag: string;
  readonly url: string | null;
  readonly token: Secret | null;
}

/** The pair of the environment variables. */
export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): CredentialSource {
  return buildSource('the environment', '--no-env-file', (name) => env[name]);
}

/**
 * The pair in the file that --env-file names.
 * @param file relative to `cwd`, or absolute
 * @throws MigrateError ENV_FILE_UNREADABLE
 */
export function readNamedFile(file: string, cwd: string): CredentialSource {
  return readSourceFile(resolve(cwd, file), cwd);
}

/**
 * The pair in the nearest `.env.turso-prod`, from the project up to the git root; null when there is none. Without a
 * git root the search ends at the project, or at the working directory where the project is below it.
 * @throws MigrateError ENV_FILE_UNREADABLE
 */
export function readDefaultFile(root: string, cwd: string): CredentialSource | null {
  const top = findGitRoot(root) ?? (isWithin(root, cwd) ? cwd : root);
  for (const folder of listAncestors(root)) {
    if (!isWithin(folder, top)) break;
    const file = join(folder, envFileName);
    if (readKind(file) !== 'absent') return readSourceFile(file, cwd);
  }
  return null;
}

function readSourceFile(path: string, cwd: string): CredentialSource {
  const label = showPath(path, cwd);
  const variables = parseEnvFile(readText(path, label));
  return buildSource(label, `--env-file ${showArgument(path, cwd)}`, (name) => variables.get(name));
}

function readText(path: string, label: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const kind = readKind(path);
    const reason = kind === 'absent' ? 'it does not exist' : kind === 'folder' ? 'it is a folder' : 'no permission';
    const next =
      kind === 'absent'
        ? `Create ${label} with ${urlVariable} and ${tokenVariable}, or pass --no-env-file to use the environment.`
        : `Make ${label} a file that you may read, or pass --no-env-file to use the environment.`;
    throw new MigrateError('ENV_FILE_UNREADABLE', `${label} cannot be read: ${reason}.`, next, { cause });
  }
  if (findInvalidByte(bytes) !== null) {
    throw new MigrateError(
      'ENV_FILE_UNREADABLE',
      `${label} cannot be read: it is not UTF-8 text.`,
      `Save ${label} as UTF-8 (PowerShell's > writes UTF-16).`,
    );
  }
  return bytes.toString('utf8');
}

function buildSource(label: string, flag: string, find: (name: string) => string | undefined): CredentialSource {
  const url = find(urlVariable)?.trim() || null;
  const token = find(tokenVariable)?.trim() || null;
  return { label, flag, url, token: token === null ? null : new Secret(token) };
}
