/** Reading the user's Prisma schema: which files it is made of, and whether it can be asked what tables it wants. */

import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { listSome } from '../../core/text/list.ts';
import { MigrateError } from '../../errors.ts';
import type { PrismaSchema, SchemaFile } from '../../ports.ts';
import { readKind, showPath } from '../files/paths.ts';
import { refuseLaterPrisma } from './prisma-version.ts';
import { type Block, parseBlocks } from './schema-blocks.ts';
import { blankOlderSyntax } from './schema-older.ts';

export interface SchemaInput {
  /** The schema file or folder, absolute; null where the project has none. */
  readonly path: string | null;
  /** The project's folder, absolute. */
  readonly root: string;
  /** What paths are shown relative to; absolute. */
  readonly cwd: string;
  /** `tables.external` of the Prisma config. */
  readonly externalTables: readonly string[];
}

/**
 * A file, or every .prisma file below a folder; symbolic links are followed (Prisma's `loadSchemaFiles`). What Prisma 7
 * refuses and Prisma 6 needs is blanked.
 * @throws MigrateError PRISMA_UNSUPPORTED, SCHEMA_NOT_FOUND, PROVIDER_UNSUPPORTED, and SCHEMA_INVALID where there is no
 * model or no datasource. What else is wrong, Prisma's engine says.
 */
export function readPrismaSchema({ path, root, cwd, externalTables }: SchemaInput): PrismaSchema {
  refuseLaterPrisma(root, cwd);
  if (path === null) {
    throw refuseMissing(`No Prisma schema was found in ${showPath(root, cwd)}. Nothing was written.`);
  }
  const shown = showPath(path, cwd);
  const files = readFiles(path, shown, cwd);
  refuseUnusable(files, shown);
  return {
    files: files.map((file) => ({ path: file.path, content: blankOlderSyntax(file.content) })),
    externalTables,
  };
}

function readFiles(path: string, shown: string, cwd: string): readonly SchemaFile[] {
  const kind = readKind(path);
  if (kind === 'absent') throw refuseMissing(`The Prisma schema ${shown} is not there. Nothing was written.`);
  let files: readonly SchemaFile[];
  try {
    const paths = kind === 'folder' ? listSchemaFiles(path, new Set()) : [path];
    files = paths.map((file) => ({ path: showPath(file, cwd), content: readText(file) }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refuseMissing(`The Prisma schema ${shown} cannot be read: ${reason}. Nothing was written.`, cause);
  }
  if (files.length === 0) throw refuseMissing(`The folder ${shown} has no .prisma file in it. Nothing was written.`);
  return files;
}

/** What is left out here would be dropped from production: a folder that cannot be read is an error. */
function listSchemaFiles(folder: string, seen: Set<string>): readonly string[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .map((entry) => ({ name: entry.name, isLink: entry.isSymbolicLink() }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap(({ name, isLink }) => {
      const path = isLink ? realpathSync(join(folder, name)) : join(folder, name);
      const kind = readKind(path);
      if (kind === 'folder') return listSchemaFiles(path, seen);
      if (kind !== 'file' || !path.endsWith('.prisma') || seen.has(path)) return [];
      seen.add(path);
      return [path];
    });
}

/** Without the byte order mark, which the engine takes for a word. */
function readText(file: string): string {
  return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
}

function refuseUnusable(files: readonly SchemaFile[], shown: string): void {
  const blocks = files.flatMap((file) => parseBlocks(file.content).map((block) => ({ ...block, path: file.path })));
  const datasources = blocks.filter(({ keyword }) => keyword === 'datasource');
  for (const datasource of datasources) {
    const provider = findProvider(datasource);
    if (provider !== null && provider !== 'sqlite') {
      throw new MigrateError(
        'PROVIDER_UNSUPPORTED',
        `${datasource.path} describes a database of the provider "${provider}", not of "sqlite". Nothing was written.`,
        'Pass --schema with the SQLite schema: Turso and libSQL understand that only.',
      );
    }
  }
  if (datasources.length === 0) {
    throw refuseInvalid(
      `${shown} has no datasource block`,
      'Add one with provider = "sqlite", or pass --schema with the folder that holds all of your .prisma files.',
    );
  }
  if (blocks.some(({ keyword }) => keyword === 'model')) return;
  const read = files.length > 1 ? ` (read were ${listSome(files.map((file) => file.path))})` : '';
  throw refuseInvalid(
    `${shown} has no model${read}: taken at its word, every table would be dropped`,
    'Pass --schema with the schema file, or with the folder that holds all of your .prisma files.',
  );
}

/** null where it is not a plain string, which the engine refuses with the line. */
function findProvider(block: Block): string | null {
  const [value, ...more] = block.assignments.find(({ name }) => name === 'provider')?.value ?? [];
  return value?.kind === 'string' && more.length === 0 ? value.text.slice(1, -1) : null;
}

function refuseMissing(message: string, cause?: unknown): MigrateError {
  return new MigrateError('SCHEMA_NOT_FOUND', message, 'Pass it with --schema path/to/prisma/schema.prisma', { cause });
}

function refuseInvalid(reason: string, next: string): MigrateError {
  return new MigrateError('SCHEMA_INVALID', `${reason}. Nothing was written.`, next);
}
