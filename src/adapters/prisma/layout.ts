/** A Prisma project's config file, schema and migrations, found without loading any of them. */

import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findProperty, readPackageFile } from '../files/package-file.ts';
import { readKind, readSubfolders } from '../files/paths.ts';

/** Prisma's order (`SUPPORTED_EXTENSIONS` of @prisma/config). */
const extensions = ['.js', '.ts', '.mjs', '.cjs', '.mts', '.cts'] as const;

/** Prisma's order of the places (`findPrismaConfigFile` of @prisma/config). */
const configNames = [
  'prisma7.config',
  '.config/prisma7',
  'prisma.config',
  '.config/prisma',
  '.config/prisma.config',
] as const;

/** The parts of one folder; absolute paths. */
export interface Layout {
  readonly config: string | null;
  /** The schema in its usual place, a file or a folder; what a config file says is not known here. */
  readonly schema: string | null;
  /** The folders in the usual places that are Prisma's migrations. */
  readonly migrations: readonly string[];
}

/** Looks at one folder. */
export function readLayout(folder: string): Layout {
  const config = findConfigFile(folder);
  const nested = join(folder, 'prisma', 'migrations');
  const bare = join(folder, 'migrations');
  const migrations = [];
  if (readKind(nested) === 'folder') migrations.push(nested);
  if (holdsMigrations(bare)) migrations.push(bare);
  return { config, schema: findUsualSchema(folder, config !== null), migrations };
}

/** Judges by the names in the folder: one look instead of dozens. */
export function mayBeProject(folder: string): boolean {
  try {
    return readdirSync(folder)
      .map((name) => name.toLowerCase())
      .some((name) => name.startsWith('prisma') || telling.has(name));
  } catch {
    return false;
  }
}

/** Besides what begins with `prisma`. */
const telling: ReadonlySet<string> = new Set(['schema.prisma', 'migrations', 'package.json', '.config']);

export function isProject(layout: Layout): boolean {
  return layout.config !== null || layout.schema !== null || layout.migrations.length > 0;
}

/** A folder of .prisma files has its migrations inside (Prisma 6.7 and later), or beside it as a single file has. */
export function listBeside(root: string, schema: string | null): readonly string[] {
  if (schema === null) return [join(root, 'prisma', 'migrations')];
  const beside = join(dirname(schema), 'migrations');
  return readKind(schema) === 'folder' ? [join(schema, 'migrations'), beside] : [beside];
}

/** True also of migrations without a schema. */
export function hasMigrations(folder: string, { schema, migrations }: Layout): boolean {
  return migrations.length > 0 || listBeside(folder, schema).some((place) => readKind(place) === 'folder');
}

/** The config file that Prisma would load in this folder; null when there is none. */
export function findConfigFile(folder: string): string | null {
  for (const name of configNames) {
    for (const extension of extensions) {
      const file = join(folder, `${name}${extension}`);
      // Something else in its place is refused where it would be loaded: it may not be overlooked.
      if (['file', 'other'].includes(readKind(file))) return file;
    }
  }
  return null;
}

/** True for a migrations folder of Prisma's: many other tools have one called `migrations`. */
export function holdsMigrations(folder: string): boolean {
  if (readKind(join(folder, 'migration_lock.toml')) === 'file') return true;
  return readSubfolders(folder).some((name) => readKind(join(folder, name, 'migration.sql')) === 'file');
}

/** True if the folder, or one below it, has a .prisma file. */
export function holdsSchemaFiles(folder: string): boolean {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && entry.name.endsWith('.prisma'),
    );
  } catch {
    return false;
  }
}

function findUsualSchema(folder: string, hasConfig: boolean): string | null {
  // Prisma 6 asks package.json before the usual places, and Prisma 7 not at all; a config file switches it off in both.
  const named = hasConfig ? null : readSchemaOfPackage(folder);
  if (named !== null) return named;
  for (const file of [join(folder, 'schema.prisma'), join(folder, 'prisma', 'schema.prisma')]) {
    if (['file', 'other'].includes(readKind(file))) return file;
  }
  const several = join(folder, 'prisma', 'schema');
  return holdsSchemaFiles(several) ? several : null;
}

/** `prisma.schema` of package.json, where it names something that exists. */
function readSchemaOfPackage(folder: string): string | null {
  const content = readPackageFile(join(folder, 'package.json'), '"prisma"');
  const schema = findProperty(findProperty(content, 'prisma'), 'schema');
  if (typeof schema !== 'string' || schema === '') return null;
  const path = resolve(folder, schema);
  return readKind(path) === 'absent' ? null : path;
}
