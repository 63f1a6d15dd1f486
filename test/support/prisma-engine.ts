/** Prisma's own schema engine over an embedded database: what `prisma migrate status`, `deploy`, `resolve` and `diff` would say. */

import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type {
  DiagnoseMigrationHistoryOutput,
  DiffTarget,
  MigrationDirectory,
  MigrationList,
  SchemaEngine,
} from '@prisma/schema-engine-wasm';
import { adapterFactoryOver, type Embedded, openEmbedded } from './embedded-adapter.ts';

/** One side of a comparison. */
export type DiffSide =
  | { readonly type: 'empty' }
  /** The database that the engine was opened on. */
  | { readonly type: 'database' }
  /** The text of a schema.prisma. */
  | { readonly type: 'schema'; readonly text: string }
  /** A migrations folder, replayed. */
  | { readonly type: 'migrations'; readonly folder: string };

export interface PrismaEngine {
  /** @returns the SQL that leads from one side to the other; `empty` when there is nothing to do. */
  diff(from: DiffSide, to: DiffSide): Promise<{ readonly empty: boolean; readonly script: string }>;
  /**
   * What `prisma migrate status` is made from; `history: null` means in sync and up to date. The engine's WebAssembly
   * build cannot tell a missing tracker from a failure and rejects with P1014.
   */
  diagnoseMigrationHistory(migrationsFolder: string): Promise<DiagnoseMigrationHistoryOutput>;
  /** What `prisma db pull` writes: the text of a schema.prisma of this database. */
  introspect(): Promise<string>;
  /** Prisma's own deploy. @returns the names applied just now. */
  applyMigrations(migrationsFolder: string): Promise<readonly string[]>;
  /** `prisma migrate resolve --applied NAME` */
  markMigrationApplied(name: string, migrationsFolder: string): Promise<void>;
  /** `prisma migrate resolve --rolled-back NAME` */
  markMigrationRolledBack(name: string): Promise<void>;
  /** Frees the engine, and the database when it was opened from a path. */
  close(): void;
}

const filters = { externalTables: [], externalEnums: [] };

/** As Prisma creates it (schema-engine, sqlite flavour, `create_migrations_table`). */
const createTracker = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);`;

const generator = 'generator client {\n  provider = "prisma-client"\n  previewFeatures = ["partialIndexes"]\n}\n\n';
const emptySchema = 'datasource db {\n  provider = "sqlite"\n}\n';

/** Neither the language's library nor Node's types declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

let loading: Promise<typeof SchemaEngine> | undefined;

/** The engine says why it panicked through this global; without it a panic is only `unreachable`. */
function listenToPanics(): void {
  const registry = {
    set_message(message: string): never {
      throw new Error(`Prisma's engine panicked: ${message}`);
    },
  };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: registry });
}

async function loadEngine(): Promise<typeof SchemaEngine> {
  listenToPanics();
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = new WebAssembly.Module(await readFile(script.replace(/\.js$/, '.wasm')));
  const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': { ...bindings } });
  bindings.__wbg_set_wasm(exports);
  const start = exports.__wbindgen_start;
  if (typeof start === 'function') start();
  return bindings.SchemaEngine;
}

async function readMigrationList(folder: string): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  names.sort((left, right) => left.localeCompare(right));
  const migrationDirectories = names.map(async (name): Promise<MigrationDirectory> => {
    const content = await readFile(join(folder, name, 'migration.sql'), 'utf8');
    return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: content } } };
  });
  const lockfile = await readFile(join(folder, 'migration_lock.toml'), 'utf8').catch(() => null);
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(migrationDirectories),
  };
}

async function readTarget(side: DiffSide): Promise<DiffTarget> {
  switch (side.type) {
    case 'empty':
      return { tag: 'empty' };
    case 'database':
      return { tag: 'schemaDatasource', files: [{ path: 'schema.prisma', content: emptySchema }], configDir: '' };
    case 'schema':
      return { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: side.text }] };
    case 'migrations':
      return { tag: 'migrations', ...(await readMigrationList(side.folder)) };
  }
}

/** @param database an open database, or the path of a file. */
export async function openPrismaEngine(database: string | Embedded): Promise<PrismaEngine> {
  loading ??= loadEngine();
  const Engine = await loading;
  const opened = typeof database === 'string' ? openEmbedded(database) : database;
  const datamodels: [string, string][] = [['schema.prisma', emptySchema]];
  const engine = await Engine.new({ datamodels }, () => {}, adapterFactoryOver(opened));
  return {
    async diff(from, to) {
      const [source, destination] = await Promise.all([readTarget(from), readTarget(to)]);
      const result = await engine.diff({ from: source, to: destination, script: true, exitCode: true, filters });
      return { empty: result.exitCode === 0, script: result.stdout ?? '' };
    },
    async diagnoseMigrationHistory(folder) {
      const migrationsList = await readMigrationList(folder);
      return engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters });
    },
    async introspect() {
      const { schema } = await engine.introspect({
        schema: { files: [{ path: 'schema.prisma', content: `${generator}${emptySchema}` }] },
        baseDirectoryPath: '',
        force: true,
        compositeTypeDepth: -1,
        namespaces: null,
      });
      return schema.files.map(({ content }) => content).join('\n');
    },
    async applyMigrations(folder) {
      const migrationsList = await readMigrationList(folder);
      return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
    },
    async markMigrationApplied(migrationName, folder) {
      // The native engine does this itself; see `diagnoseMigrationHistory` for why this one cannot.
      opened.exec(createTracker);
      await engine.markMigrationApplied({ migrationName, migrationsList: await readMigrationList(folder) });
    },
    async markMigrationRolledBack(migrationName) {
      await engine.markMigrationRolledBack({ migrationName });
    },
    close() {
      engine.free();
      if (typeof database === 'string') opened.close();
    },
  };
}
