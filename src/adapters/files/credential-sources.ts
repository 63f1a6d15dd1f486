/** Where credentials can come from: the file of a target and the environment, each read as one pair. */

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { defaultTargetName, envFileOf } from '../../target/names.ts';
import { Secret } from '../../target/secret.ts';
import type { Flag } from '../../text/prose.ts';
import { quoteArgument } from '../../text/shell.ts';
import { parseEnvFile } from './env-file.ts';
import { pathFlag, readKind, showPath } from './paths.ts';
import { readPipe } from './pipe.ts';
import { largest, readRegularFile, UnreadableFile } from './regular-file.ts';
import { findInvalidByte } from './utf8.ts';

export const envFileName = envFileOf(defaultTargetName);
export const urlVariable = 'TURSO_DATABASE_URL';
export const tokenVariable = 'TURSO_AUTH_TOKEN';

/** What stands in examples, here and in the docs: it names no database and opens none. */
export const example = { url: 'libsql://your-database.turso.io', token: 'the-token-of-that-database' } as const;

/** One place that may have credentials; an empty value is null. */
export interface CredentialSource {
  /** As shown to people: the file's path relative to the working directory, or "the environment". */
  readonly label: string;
  /** The flag that makes this source the only one. */
  readonly flag: Flag;
  /** Of the file, absolute; null for the environment, and for a pipe. */
  readonly path: string | null;
  readonly url: string | null;
  readonly token: Secret | null;
  /** The variable that still has the example's value; null where none has. */
  readonly unfilled: string | null;
}

/** The places that were looked at. */
export interface Sources {
  /** The file that --env-file names, or the target's; null when there is none. */
  readonly file: CredentialSource | null;
  /** Null where --env-file decides. */
  readonly environment: CredentialSource | null;
}

/** The pair of the environment variables. */
export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): CredentialSource {
  const flag = { name: '--no-env-file', value: null };
  return buildSource({ label: 'the environment', flag, path: null }, (name) => env[name]);
}

/**
 * The pair in the file that --env-file names, which may be a pipe: secrets are passed as `--env-file <(…)`.
 * @param file relative to `cwd`, or absolute
 * @throws MigrateError ENV_FILE_UNREADABLE
 */
export async function readNamedFile(file: string, cwd: string): Promise<CredentialSource> {
  const path = resolve(cwd, file);
  if (!isPipe(path)) return parseSourceFile(path, cwd);
  try {
    return { ...parseSource(await readPipe(path, largest.envFile), path, cwd), path: null };
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
 * The pair in the nearest file of the target, such as `.env.turso-prod`; null when there is none.
 * @param folders of `listProjectFolders`
 * @throws MigrateError ENV_FILE_UNREADABLE
 */
export function readTargetFile(target: string, folders: readonly string[], cwd: string): CredentialSource | null {
  const file = folders.map((folder) => join(folder, envFileOf(target))).find((path) => readKind(path) !== 'absent');
  return file === undefined ? null : parseSourceFile(file, cwd);
}

/** @throws MigrateError ENV_FILE_UNREADABLE */
export function parseSourceFile(path: string, cwd: string): CredentialSource {
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
  return buildSource({ label, flag: pathFlag('--env-file', path, cwd), path }, (name) => variables.get(name));
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

function buildSource(
  place: Pick<CredentialSource, 'label' | 'flag' | 'path'>,
  find: (name: string) => string | undefined,
): CredentialSource {
  const url = find(urlVariable)?.trim() || null;
  const token = find(tokenVariable)?.trim() || null;
  const unfilled = url === example.url ? urlVariable : token === example.token ? tokenVariable : null;
  const isOwn = token !== null && token !== example.token;
  return { ...place, url: url === example.url ? null : url, token: isOwn ? new Secret(token) : null, unfilled };
}
