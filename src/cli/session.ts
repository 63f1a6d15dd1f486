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
import { printable } from '../adapters/terminal/printable.ts';
import type { CheckedSchema } from '../check/check.ts';
import { MigrateError } from '../errors.ts';
import type { EarlierTarget } from '../history/earlier.ts';
import type { Migration } from '../history/migration.ts';
import type { Database, SchemaEngine, StreamProgress } from '../ports.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { describeTarget } from '../target/target.ts';
import { writeNumber } from '../text/count.ts';
import { openDatabase } from '../wiring.ts';
import type { Run } from './context.ts';
import { readEarlier } from './earlier-targets.ts';
import { type Create, type OpenedTarget, readTarget } from './open-target.ts';
import type { TokenFiles } from './token-files.ts';

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
  const migrations = await readMigrations(migrationsFolder, run.context.cwd, schema);
  const settings = readSettings(found.root, run.context.cwd);
  const { tokenFiles } = opened;
  return withDatabase(run, opened, create, (database) =>
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
  const migrations = isThere ? await readMigrations(migrationsFolder, cwd, path) : [];
  const { tokenFiles } = opened;
  return withDatabase(run, opened, create, (database) =>
    use({
      ...{ database, migrations, externalTables, engine, migrationsFolder, settings, tokenFiles },
      readEarlier: () => readEarlier(run, opened, settings),
    }),
  );
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
  return withDatabase(run, opened, 'must-exist', use);
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
      migrations: await readMigrations(migrationsFolder, cwd, path),
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
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({
    target,
    token,
    timeoutSeconds: run.timeoutSeconds,
    create,
  });
  try {
    return await use(watchDatabase(run, database, tokenFiles));
  } finally {
    run.progress.done();
    await tokenFiles.close();
    await database.close();
  }
}

/** The same database; whoever waits for it sees so, and its first write is noticed. */
function watchDatabase(run: Run, database: Database, tokenFiles: TokenFiles): Database {
  const { progress } = run;
  const name = describeTarget(database.target);
  const watch = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const owned = progress.begin(`Waiting for ${name}`);
    try {
      return await call();
    } finally {
      if (owned) progress.done();
    }
  };
  return {
    ...database,
    read: (queries, options) =>
      watch(() => {
        const reading = database.read(queries, options);
        // While the server works on it: nobody waits for git.
        tokenFiles.ask();
        return reading;
      }),
    parse: (statements) => watch(() => database.parse(statements)),
    backUp: (options) => {
      run.holdInterruption();
      return database.backUp(options);
    },
    streamRows: async (options) => {
      const onProgress = ({ table, rows }: StreamProgress) =>
        progress.wait(`Fetching all rows: ${writeNumber(rows)}, now of ${printable(quoteIdentifier(table))}`);
      const rows = await watch(() => database.streamRows({ ...options, onProgress }));
      // What follows takes as long. Whoever shows or asks something takes the line away.
      if (rows !== null) progress.wait('Running the migrations on a copy of these rows');
      return rows;
    },
    execute: (steps, options) => {
      run.beginWriting();
      return watch(() => database.execute(steps, options));
    },
  };
}
