/** Where credentials can come from: a .env.turso-prod file and the environment, each read as one pair. */

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { Secret } from '../../target/secret.ts';
import type { Flag } from '../../text/prose.ts';
import { quoteArgument } from '../../text/shell.ts';
import { parseEnvFile } from './env-file.ts';
import { findGitRoot, isWithin, listAncestors, pathFlag, readKind, showPath } from './paths.ts';
import { readPipe } from './pipe.ts';
import { largest, readRegularFile, UnreadableFile } from './regular-file.ts';
import { findInvalidByte } from './utf8.ts';

export const envFileName = '.env.turso-prod';
export const urlVariable = 'TURSO_DATABASE_URL';
export const tokenVariable = 'TURSO_AUTH_TOKEN';

/** One place that may have credentials; an empty value is null. */
export interface CredentialSource {
  /** As shown to people: the file's path relative to the working directory, or "the environment". */
  readonly label: string;
  /** The same if it is a file; null for the environment. */
  readonly file: string | null;
  /** The flag that makes this source the only one. */
  readonly flag: Flag;
  readonly url: string | null;
  readonly token: Secret | null;
}

/** The pair of the environment variables. */
export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): CredentialSource {
  return buildSource('the environment', { name: '--no-env-file', value: null }, (name) => env[name]);
}

/**
 * The pair in the file that --env-file names, which may be a pipe: secrets are passed as `--env-file <(…)`.
 * @param file relative to `cwd`, or absolute
 * @throws MigrateError ENV_FILE_UNREADABLE
 */
export async function readNamedFile(file: string, cwd: string): Promise<CredentialSource> {
  const path = resolve(cwd, file);
  if (!isPipe(path)) return readSourceFile(path, cwd);
  try {
    return parseSource(await readPipe(path, largest.envFile), path, cwd);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    // Node has an option of the same name, and up to Node 22 looks for it behind the script's name too (nodejs/node#54232).
    throw new MigrateError(
      'ENV_FILE_UNREADABLE',
      `${showPath(path, cwd)} ${error.message}. Some versions of Node read what --env-file names themselves, and a pipe gives it only once.`,
      `Put ${urlVariable} and ${tokenVariable} into the environment of this one command instead, and pass --no-env-file.`,
      { cause: error },
    );
  }
}

function isPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch {
    return false;
  }
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
  try {
    return parseSource(readRegularFile(path, largest.envFile), path, cwd);
  } catch (error) {
    return refuseUnread(path, showPath(path, cwd), error);
  }
}

function parseSource(bytes: Buffer, path: string, cwd: string): CredentialSource {
  const label = showPath(path, cwd);
  if (findInvalidByte(bytes) !== null) {
    throw new MigrateError(
      'ENV_FILE_UNREADABLE',
      `${label} cannot be read: it is not UTF-8 text.`,
      `Save ${quoteArgument(label)} as UTF-8 (PowerShell's > writes UTF-16).`,
    );
  }
  const variables = parseEnvFile(bytes.toString('utf8'));
  return buildSource(label, pathFlag('--env-file', path, cwd), (name) => variables.get(name));
}

function refuseUnread(path: string, label: string, error: unknown): never {
  if (!(error instanceof UnreadableFile)) throw error;
  const isAbsent = readKind(path) === 'absent';
  const next = isAbsent
    ? `Create ${quoteArgument(label)} with ${urlVariable} and ${tokenVariable}, or pass --no-env-file to use the environment.`
    : `Make ${quoteArgument(label)} a file that you may read, or pass --no-env-file to use the environment.`;
  const message = isAbsent ? `${label} cannot be read: it does not exist.` : `${label} ${error.message}.`;
  throw new MigrateError('ENV_FILE_UNREADABLE', message, next, { cause: error });
}

function buildSource(label: string, flag: Flag, find: (name: string) => string | undefined): CredentialSource {
  const url = find(urlVariable)?.trim() || null;
  const token = find(tokenVariable)?.trim() || null;
  const file = flag.name === '--env-file' ? label : null;
  return { label, file, flag, url, token: token === null ? null : new Secret(token) };
}
