/** From options to an open database, in the order that keeps a prisma.config file from choosing the database. */

import { readDeclaredFunctions } from '../adapters/files/functions.ts';
import { readMigrations } from '../adapters/files/migrations.ts';
import { readKind, showPath } from '../adapters/files/paths.ts';
import { readSettings, type Settings } from '../adapters/files/settings.ts';
import type { StartedEngine } from '../adapters/prisma/engine/schema-engine.ts';
import {
  findProjectRoot,
  openProject,
  type Project,
  type ProjectOptions,
  type ProjectRoot,
} from '../adapters/prisma/project.ts';
import type { SchemaInput } from '../adapters/prisma/schema.ts';
import { readPrismaSchema } from '../adapters/prisma/schema.ts';
import type { CheckedSchema } from '../check/check.ts';
import { MigrateError } from '../errors.ts';
import type { EarlierTarget } from '../history/earlier.ts';
import type { Migration } from '../history/migration.ts';
import type { Database, SchemaEngine } from '../ports.ts';
import { count } from '../text/count.ts';
import { openDatabase } from '../wiring.ts';
import type { Run } from './context.ts';
import { readEarlier } from './earlier-targets.ts';
import { type Create, type OpenedTarget, readTarget } from './open-target.ts';
import type { TokenFiles } from './token-files.ts';
import { watchDatabase } from './watched.ts';

export interface Session {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  /** Tables that the Prisma config leaves to other tools. */
  readonly externalTables: readonly string[];
  /** Absolute; it need not exist. */
  readonly migrationsFolder: string;
  readonly settings: Settings;
  /**
   * Begins to ask the targets that come before this one; undefined where there is none.
   * @throws MigrateError SETTINGS_INVALID
   */
  readonly readEarlier: () => Promise<readonly EarlierTarget[]> | undefined;
  readonly tokenFiles: TokenFiles;
}

/** For commands that look at schema.prisma too. */
export interface SchemaSession extends Session {
  readonly engine: SchemaEngine;
}

/** Opens project and database, and closes the database whatever happens. */
export async function withProject<Result>(
  run: Run,
  create: Create,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const found = findProjectRoot(projectOptions(run));
  const opened = await readTarget(run, found, create);
  const { migrationsFolder, schema, externalTables } = await openFound(run, found);
  const migrations = await readFolder(run, migrationsFolder, schema);
  const settings = readSettings(found.root, run.context.cwd);
  const { tokenFiles } = opened;
  return withDatabase(run, opened, create, migrations, (database) =>
    use({
      ...{ database, migrations, externalTables, migrationsFolder, settings, tokenFiles },
      readEarlier: () => readEarlier(run, opened, settings),
    }),
  );
}

/** Opens project, schema and database. A project without a migrations folder has no migrations yet. */
export async function withSchema<Result>(
  run: Run,
  started: StartedEngine,
  create: Create,
  use: (session: SchemaSession) => Promise<Result>,
): Promise<Result> {
  const { cwd } = run.context;
  const found = findProjectRoot(projectOptions(run));
  const opened = await readTarget(run, found, create);
  const { schema: path, migrationsFolder, externalTables } = await openFound(run, found);
  const engine = openEngine(started, { path, root: found.root, cwd, externalTables });
  const settings = readSettings(found.root, cwd);
  const isThere = readKind(migrationsFolder) !== 'absent';
  const migrations = isThere ? await readFolder(run, migrationsFolder, path) : [];
  const { tokenFiles } = opened;
  return withDatabase(run, opened, create, migrations, (database) =>
    use({
      ...{ database, migrations, externalTables, engine, migrationsFolder, settings, tokenFiles },
      readEarlier: () => readEarlier(run, opened, settings),
    }),
  );
}

async function readFolder(
  { context, progress, verbose }: Run,
  folder: string,
  schema: string | null,
): Promise<readonly Migration[]> {
  progress.work('Reading the migrations');
  const migrations = await readMigrations(folder, context.cwd, schema);
  verbose?.say(`read ${count(migrations.length, 'migration')} of ${showPath(folder, context.cwd)}`);
  return migrations;
}

function openEngine(started: StartedEngine, input: SchemaInput): SchemaEngine {
  return started.open(readPrismaSchema(input));
}

/** Credentials are read before: loading a config file may change the environment. */
async function openFound(run: Run, { root }: ProjectRoot): Promise<Project> {
  const project = await openProject(root, projectOptions(run));
  if (project.notice !== null) run.notice(project.notice);
  return project;
}

/** Opens the database alone; a project is only asked for its credentials, and need not be there. */
export async function withTarget<Result>(run: Run, use: (database: Database) => Promise<Result>): Promise<Result> {
  const opened = await readTarget(run, findRootIfPresent(run), 'must-exist');
  return withDatabase(run, opened, 'must-exist', [], use);
}

export interface Folder {
  /** Absolute. */
  readonly migrationsFolder: string;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  /** Null when the project has none. */
  readonly schema: CheckedSchema | null;
  /** Functions that the project says its server has; folded. */
  readonly declaredFunctions: ReadonlySet<string>;
}

/** Opens the project alone: no credentials are read, and no database. */
export async function withFolder<Result>(
  run: Run,
  started: StartedEngine,
  use: (folder: Folder) => Promise<Result>,
): Promise<Result> {
  const { cwd } = run.context;
  const found = findProjectRoot(projectOptions(run));
  if (found.notice !== null) run.notice(found.notice);
  const { schema: path, migrationsFolder, externalTables } = await openFound(run, found);
  const open = async (schema: CheckedSchema | null): Promise<Result> =>
    use({
      migrationsFolder,
      migrations: await readFolder(run, migrationsFolder, path),
      schema,
      declaredFunctions: readDeclaredFunctions(migrationsFolder, cwd),
    });
  if (path === null) return open(null);
  const engine = openEngine(started, { path, root: found.root, cwd, externalTables });
  return open({ engine, path: showPath(path, cwd), externalTables });
}

/** Where to look for the project, as this run was told. */
export function projectOptions({ context, options }: Run): ProjectOptions {
  return {
    cwd: context.cwd,
    env: context.env,
    schema: options.schema,
    migrations: options.migrations,
    config: options.config === false ? 'ignored' : 'read',
  };
}

function findRootIfPresent(run: Run): ProjectRoot {
  try {
    return findProjectRoot(projectOptions(run));
  } catch (error) {
    if (!(error instanceof MigrateError) || !error.code.startsWith('PROJECT_')) throw error;
    return { root: run.context.cwd, notice: null };
  }
}

async function withDatabase<Result>(
  run: Run,
  { target, token, tokenFiles }: OpenedTarget,
  create: Create,
  migrations: readonly Migration[],
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({
    target,
    token,
    timeoutSeconds: run.timeoutSeconds,
    create,
    onTraffic: run.verbose?.onTraffic,
  });
  try {
    return await use(watchDatabase(run, database, { migrations, tokenFiles }));
  } finally {
    run.progress.done();
    await tokenFiles.close();
    await database.close();
  }
}
