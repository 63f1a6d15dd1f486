/** From options to an open database, in the order that keeps a prisma.config file from choosing the database. */

import { type Credentials, readCredentials } from '../adapters/files/credentials.ts';
import { readMigrations } from '../adapters/files/migrations.ts';
import { findProjectRoot, openProject, type ProjectOptions, type ProjectRoot } from '../adapters/prisma/project.ts';
import type { Migration } from '../core/migrations/migration.ts';
import { MigrateError } from '../errors.ts';
import type { Database } from '../ports.ts';
import { openDatabase } from '../wiring.ts';
import type { Run } from './context.ts';

export interface Session {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
}

/** Whether a command may create a `file:` target. */
export type Access = 'reading' | 'writing';

/** Opens project and database, and closes the database whatever happens. */
export async function withProject<Result>(
  run: Run,
  access: Access,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const options = projectOptions(run);
  const found = findProjectRoot(options);
  const credentials = await readTarget(run, found, access);
  const project = await openProject(found.root, options);
  if (project.notice !== null) run.notice(project.notice);
  const migrations = await readMigrations(project.migrationsFolder, run.context.cwd);
  return withDatabase(run, credentials, access, (database) => use({ database, migrations }));
}

/** Opens the database alone; a project is only asked for its credentials, and need not be there. */
export async function withTarget<Result>(run: Run, use: (database: Database) => Promise<Result>): Promise<Result> {
  const credentials = await readTarget(run, findRootIfPresent(run), 'reading');
  return withDatabase(run, credentials, 'reading', use);
}

function projectOptions({ context, options }: Run): ProjectOptions {
  return {
    cwd: context.cwd,
    env: context.env,
    schema: options.schema,
    migrations: options.migrations,
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

async function readTarget(run: Run, { root, notice }: ProjectRoot, access: Access): Promise<Credentials> {
  const { context, options } = run;
  if (notice !== null) run.notice(notice);
  const credentials = await readCredentials({
    cwd: context.cwd,
    root,
    env: context.env,
    reading: access === 'reading',
    envFile: options.envFile,
    url: options.url,
  });
  if (credentials.token !== null) run.hide(credentials.token);
  run.setTarget(credentials.target);
  if (credentials.target.type === 'file') run.notice(`A local file, not a server: ${credentials.target.path}`);
  return credentials;
}

async function withDatabase<Result>(
  run: Run,
  { target, token }: Credentials,
  access: Access,
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({
    target,
    token,
    timeoutSeconds: run.timeoutSeconds,
    create: access === 'writing' ? 'create' : 'must-exist',
  });
  try {
    return await use(watchDatabase(run, database));
  } finally {
    run.progress.done();
    await database.close();
  }
}

/** The same database; whoever waits for it sees so, and its first write is noticed. */
function watchDatabase(run: Run, database: Database): Database {
  const { progress } = run;
  const watch = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const owned = progress.begin(`Waiting for ${database.target.name}`);
    try {
      return await call();
    } finally {
      if (owned) progress.done();
    }
  };
  return {
    ...database,
    read: (queries, options) => watch(() => database.read(queries, options)),
    parse: (statements) => watch(() => database.parse(statements)),
    execute: (steps, options) => {
      run.beginWriting();
      return watch(() => database.execute(steps, options));
    },
  };
}
