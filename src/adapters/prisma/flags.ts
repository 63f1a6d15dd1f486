/** Checking what --schema and --migrations name, with a likely path where they name nothing. */

import { dirname, join, resolve } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { readKind, showArgument, showPath } from '../files/paths.ts';
import { holdsSchemaFiles, readLayout } from './layout.ts';

/**
 * The absolute path of the schema that --schema names, a file or a folder with .prisma files.
 * @throws MigrateError USAGE
 */
export function checkSchemaFlag(flag: string, cwd: string): string {
  const path = resolve(cwd, flag);
  const kind = flag === '' ? 'absent' : readKind(path);
  // What is neither is refused where it would be read.
  if (kind === 'file' || kind === 'other' || (kind === 'folder' && holdsSchemaFiles(path))) return path;
  const usual = findLikelySchema(path, cwd);
  throw new MigrateError(
    'USAGE',
    kind === 'folder'
      ? `--schema names the folder ${showPath(path, cwd)}, which has no .prisma file in it.`
      : `--schema names ${flag === '' ? 'nothing' : showPath(path, cwd)}, which does not exist.`,
    usual === null
      ? 'Pass the path of schema.prisma, or of the folder with your .prisma files, relative to the current directory.'
      : `Did you mean --schema ${showArgument(usual, cwd)}?`,
  );
}

/**
 * The absolute path of the folder that --migrations names.
 * @throws MigrateError MIGRATIONS_NOT_FOUND
 */
export function checkMigrationsFlag(flag: string, cwd: string): string {
  const path = resolve(cwd, flag);
  const kind = flag === '' ? 'absent' : readKind(path);
  const single = readKind(join(path, 'migration.sql')) === 'file' ? dirname(path) : null;
  if (kind === 'folder' && single === null) return path;
  const shown = flag === '' ? 'nothing' : showPath(path, cwd);
  const likely = single ?? readLayout(path).migrations[0] ?? readLayout(cwd).migrations[0] ?? null;
  throw new MigrateError(
    'MIGRATIONS_NOT_FOUND',
    single !== null
      ? `--migrations names ${shown}, which is one migration, not the folder of all of them.`
      : kind === 'absent'
        ? `--migrations names ${shown}, which does not exist.`
        : `--migrations names ${shown}, which is not a folder.`,
    likely === null
      ? 'Pass the folder that holds one folder for each migration, relative to the current directory.'
      : `Did you mean --migrations ${showArgument(likely, cwd)}?`,
  );
}

/** The schema in the folder that was named, beside it, or of the current directory. */
function findLikelySchema(path: string, cwd: string): string | null {
  for (const folder of [path, dirname(path), cwd]) {
    const { schema } = readLayout(folder);
    if (schema !== null) return schema;
  }
  return null;
}
