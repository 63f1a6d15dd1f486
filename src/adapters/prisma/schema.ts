/** Reading the user's Prisma schema: which files it is made of, and whether it can be asked what tables it wants. */

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import type { PrismaSchema, SchemaFile } from '../../ports.ts';
import { listSome } from '../../text/list.ts';
import { quoteArgument } from '../../text/shell.ts';
import { describeFileError, readKind, showPath } from '../files/paths.ts';
import { largest, readRegularFile, UnreadableFile } from '../files/regular-file.ts';
import { explainNotUtf8 } from '../files/utf8.ts';
import { refuseLaterPrisma } from './prisma-version.ts';
import { type Block, parseBlocks } from './schema-blocks.ts';
import { blankOlderSyntax } from './schema-older.ts';

export interface SchemaInput {
  /** The schema file or folder, absolute; null where the project has none. */
  readonly path: string | null;
  /** The project's folder, absolute. */
  readonly root: string;
  /** Paths are shown relative to it; absolute. */
  readonly cwd: string;
  /** `tables.external` of the Prisma config. */
  readonly externalTables: readonly string[];
}

/**
 * A file, or every .prisma file below a folder; symbolic links are followed (Prisma's `loadSchemaFiles`). What Prisma 7
 * refuses and Prisma 6 needs is blanked.
 * @throws MigrateError PRISMA_UNSUPPORTED, SCHEMA_NOT_FOUND, PROVIDER_UNSUPPORTED, and SCHEMA_INVALID where there is no
 * model or no datasource, or a file is not UTF-8. What else is wrong, Prisma's engine says.
 */
export function readPrismaSchema({ path, root, cwd, externalTables }: SchemaInput): PrismaSchema {
  refuseLaterPrisma(root, cwd);
  if (path === null) {
    throw refuseMissing(`No Prisma schema was found (looked in ${showPath(root, cwd)}). Nothing was written.`);
  }
  const shown = showPath(path, cwd);
  const files = readFiles(path, shown, cwd);
  refuseUnusable(files, shown);
  return {
    files: files.map((file) => ({ path: file.path, content: blankOlderSyntax(file.content) })),
    externalTables,
  };
}

/** @returns the provider of its datasource, and the file that says so; null where it cannot be told. */
export function findSchemaProvider(
  path: string,
  cwd: string,
): { readonly provider: string; readonly path: string } | null {
  try {
    const found = readFiles(path, showPath(path, cwd), cwd).flatMap((file) =>
      parseBlocks(file.content)
        .filter(({ keyword }) => keyword === 'datasource')
        .map((block) => ({ provider: findProvider(block), path: file.path })),
    );
    const [first] = found;
    return first?.provider == null ? null : { provider: first.provider, path: first.path };
  } catch (error) {
    if (error instanceof MigrateError) return null;
    throw error;
  }
}

function readFiles(path: string, shown: string, cwd: string): readonly SchemaFile[] {
  const kind = readKind(path);
  if (kind === 'absent') throw refuseMissing(`The Prisma schema ${shown} does not exist. Nothing was written.`);
  const paths = kind === 'folder' ? listSchemaFiles(path, new Set(), cwd) : [path];
  if (paths.length === 0) throw refuseMissing(`The folder ${shown} has no .prisma file in it. Nothing was written.`);
  return paths.map((file) => ({ path: showPath(file, cwd), content: readText(file, cwd) }));
}

/** A folder that cannot be read is an error: tables of a file that is left out would be dropped from production. */
function listSchemaFiles(folder: string, seen: Set<string>, cwd: string): readonly string[] {
  const real = attempt(folder, cwd, () => realpathSync(folder));
  if (seen.has(real)) return [];
  seen.add(real);
  return attempt(folder, cwd, () => readdirSync(folder, { withFileTypes: true }))
    .map((entry) => ({ name: entry.name, isLink: entry.isSymbolicLink() }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap(({ name, isLink }) => {
      const entry = join(folder, name);
      if (isLink && isNoSchema(name) && leadsNowhere(entry, cwd)) return [];
      const path = isLink ? attempt(entry, cwd, () => realpathSync(entry)) : entry;
      const kind = readKind(path);
      if (kind === 'folder') return listSchemaFiles(path, seen, cwd);
      // What is no file but has the name of one is refused where it is read.
      if (!['file', 'other'].includes(kind) || !path.endsWith('.prisma') || seen.has(path)) return [];
      seen.add(path);
      return [path];
    });
}

/** Not what only cannot be looked at. */
function leadsNowhere(link: string, cwd: string): boolean {
  return attempt(link, cwd, () => statSync(link, { throwIfNoEntry: false })) === undefined;
}

/** Such as `.#a.prisma`, the lock of an editor, which leads nowhere. Without an extension it may be a folder of schemas. */
function isNoSchema(name: string): boolean {
  return name.startsWith('.') || !['', '.prisma'].includes(extname(name));
}

/** Without the byte order mark, which the engine takes for a word. */
function readText(file: string, cwd: string): string {
  const bytes = attempt(file, cwd, () => readRegularFile(file, largest.schema));
  const reason = explainNotUtf8(bytes);
  if (reason === null) return bytes.toString('utf8').replace(/^\uFEFF/, '');
  const shown = showPath(file, cwd);
  throw refuseInvalid(
    `${shown} is not UTF-8 text: ${reason}`,
    `Save ${quoteArgument(shown)} as UTF-8 and run the command again.`,
  );
}

/** @throws MigrateError SCHEMA_NOT_FOUND, which names the path */
function attempt<Result>(path: string, cwd: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof UnreadableFile ? cause.message : `cannot be read: ${describeFileError(cause)}`;
    const message = `${showPath(path, cwd)}, a part of the Prisma schema, ${reason}. Nothing was written.`;
    throw refuseMissing(message, cause);
  }
}

function refuseUnusable(files: readonly SchemaFile[], shown: string): void {
  const blocks = files.flatMap((file) => parseBlocks(file.content).map((block) => ({ ...block, path: file.path })));
  const datasources = blocks.filter(({ keyword }) => keyword === 'datasource');
  for (const datasource of datasources) {
    const provider = findProvider(datasource);
    if (provider !== null && provider !== 'sqlite') {
      throw new MigrateError(
        'PROVIDER_UNSUPPORTED',
        `${datasource.path} is for the provider "${provider}", not for "sqlite". Nothing was written.`,
        'Pass --schema with the SQLite schema: Turso and libSQL understand only SQLite.',
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
  const read = files.length > 1 ? ` (files read: ${listSome(files.map((file) => file.path))})` : '';
  throw refuseInvalid(
    `${shown} has no model${read}, so every table would be dropped`,
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
