/** Env files of the project that could name the database, and are not read by themselves: only named in a message. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { findTargetOfFile, foldTargetName } from '../../target/names.ts';
import { parseSourceFile } from './credential-sources.ts';
import { parseTarget } from './target.ts';

export interface OtherEnvFile {
  /** Absolute. */
  readonly path: string;
  /** The name of the database that it names. */
  readonly database: string;
}

const most = 8;

/**
 * The files called `.env` or `.env.…` with an address and a token under the names that this program reads.
 * @param folders in the order in which they are looked at
 */
export function findOtherEnvFiles(folders: readonly string[], cwd: string): readonly OtherEnvFile[] {
  return folders
    .flatMap((folder) =>
      listEnvNames(folder)
        .filter(mayHave)
        .map((name) => join(folder, name)),
    )
    .slice(0, 4 * most)
    .flatMap((path) => {
      const database = readDatabase(path, cwd);
      return database === null ? [] : [{ path, database }];
    })
    .slice(0, most);
}

/** The targets that have a file in one of these folders; each once, in the order of their names. */
export function listTargets(folders: readonly string[]): readonly string[] {
  const found = folders.flatMap(listEnvNames).flatMap((name) => findTargetOfFile(name) ?? []);
  return [...new Map(found.map((name) => [foldTargetName(name), name])).values()].sort();
}

/** Templates have no real values, and the files of targets are chosen by `--target`. */
function mayHave(name: string): boolean {
  return (
    /^\.env(?:\.[\w.-]+)?$/.test(name) &&
    !/\.(?:example|sample|template|dist|defaults)$/.test(name) &&
    !name.startsWith('.env.turso-')
  );
}

/** Names that begin with `.env`, in order; none where the folder cannot be read. */
export function listEnvNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith('.env'))
      .sort();
  } catch {
    return [];
  }
}

/** @returns null where it has not both, or cannot be read. */
function readDatabase(path: string, cwd: string): string | null {
  try {
    const { url, token } = parseSourceFile(path, cwd);
    return url === null || token === null ? null : parseTarget(url, cwd).target.name;
  } catch (error) {
    if (error instanceof MigrateError) return null;
    throw error;
  }
}
