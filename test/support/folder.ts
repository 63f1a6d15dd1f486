/** A Prisma project in a temporary folder. */

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Project {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** ROOT/prisma/migrations */
  readonly migrationsFolder: string;
  /** Writes one migration, new or changed. */
  write(name: string, sql: string): Promise<void>;
  /** Writes any file, its path relative to the root. */
  writeFile(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export interface ProjectExtra {
  /** The text of prisma/schema.prisma; a datasource only, unless given. */
  readonly schema?: string;
  /** The text of migration_lock.toml; null for none. */
  readonly lock?: string | null;
  /** Further files, their paths relative to the root. */
  readonly files?: Readonly<Record<string, string>>;
}

const emptySchema = 'datasource db {\n  provider = "sqlite"\n}\n';

/** @param migrations the SQL of each migration by its name. */
export async function makeProject(
  migrations: Readonly<Record<string, string>>,
  extra: ProjectExtra = {},
): Promise<Project> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'migrate-prod-project-')));
  const migrationsFolder = join(root, 'prisma', 'migrations');

  async function writeAt(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const write = (name: string, sql: string) => writeAt(join('prisma', 'migrations', name, 'migration.sql'), sql);

  await mkdir(migrationsFolder, { recursive: true });
  await writeAt(join('prisma', 'schema.prisma'), extra.schema ?? emptySchema);
  const lock = extra.lock === undefined ? 'provider = "sqlite"\n' : extra.lock;
  if (lock !== null) await writeAt(join('prisma', 'migrations', 'migration_lock.toml'), lock);
  for (const [name, sql] of Object.entries(migrations)) await write(name, sql);
  for (const [path, text] of Object.entries(extra.files ?? {})) await writeAt(path, text);

  return {
    root,
    migrationsFolder,
    write,
    writeFile: writeAt,
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
