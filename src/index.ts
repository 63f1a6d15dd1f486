/** The library: the commands as functions, without a terminal. Nothing here prints, prompts or reads the environment. */

import { basename, resolve } from 'node:path';
import { acceptBackup, refuseWithin } from './adapters/files/backup-file.ts';
import { refuseTarget } from './adapters/files/backup-name.ts';
import { readCredentials } from './adapters/files/credentials.ts';
import { consentsName, migrationFromText, readMigrations } from './adapters/files/migrations.ts';
import { readWho } from './adapters/files/who.ts';
import { readPrismaSchema } from './adapters/prisma/schema.ts';
import { applyMigrations } from './apply/apply.ts';
import type { ApplyEvent } from './apply/execution.ts';
import { type BackfillResult, backfillMigrations } from './backfill/backfill.ts';
import type { BackfillRequest } from './backfill/choice.ts';
import type { BackupFile } from './backup/backup.ts';
import { type Consent, parseConsents } from './consents/consent.ts';
import { checkPlan } from './consents/gate.ts';
import { parseWrittenConsents } from './consents/written-consents.ts';
import { type Drift, readDrift } from './drift/drift.ts';
import { MigrateError } from './errors.ts';
import type { BackfillConsent } from './findings/codes.ts';
import { findOpenEntries, type History } from './history/history.ts';
import { compareNames, type Migration } from './history/migration.ts';
import { type RecordedHistory, readRecorded } from './history/read-recorded.ts';
import { readStatus } from './history/status.ts';
import { countTableRows, inspectTable, readTables } from './inspect/inspect.ts';
import type { Table } from './inspect/tables.ts';
import { makeSteadyPlan } from './plan/make-plan.ts';
import type { Database } from './ports.ts';
import { type ApplyResult, type Plan, reportApply, reportPlan, reportStatus, type Status } from './reports.ts';
import { parseRowsSetting, type RowsSetting } from './rows/fetch/query.ts';
import { listSome } from './text/list.ts';
import { command } from './text/prose.ts';
import { readVersion } from './version.ts';
import {
  createOutside,
  defaultTimeoutSeconds,
  longestTimeoutSeconds,
  openDatabase,
  startSchemaEngine,
} from './wiring.ts';

export type { ApplyOutcome, FailedMigration } from './apply/result.ts';
export type { RestorePoint } from './backup/restore-point.ts';
export type { Pair } from './drift/judge.ts';
export { type ErrorCode, MigrateError } from './errors.ts';
export type { FindingReport as Finding } from './findings/report.ts';
export type { HistoryEntry, MigrationState } from './history/history.ts';
export type { RecordedMigration, RecordedRun } from './history/recorded.ts';
export type { ApplyResult, Plan, PlannedMigration, PlannedStatement, Status } from './reports.ts';
export type { Difference } from './schema/compare/difference.ts';
export type { Part, Prose } from './text/prose.ts';
export type { RecordedConsent } from './tracker/row-logs.ts';
export type { ApplyEvent, BackfillConsent, BackfillResult, Consent, Drift, History, RecordedHistory, Table };

/** The database to work on. */
export interface TargetOptions {
  /** libsql://, https://, http:// (with a token only to this machine), wss://, ws:// or file: relative to the working directory. */
  readonly url: string;
  /** The access token. A read-only token is enough for every function that only reads. */
  readonly authToken?: string | undefined;
  /** The longest time in seconds for one request, and for waiting for another run or a lost answer. Default 300. */
  readonly timeoutSeconds?: number | undefined;
}

/** A migration given as a value, for bundles that have no folder; `sql` is the whole text of its `migration.sql`. */
export interface MigrationSource {
  readonly name: string;
  readonly sql: string;
  /** The whole text of the `migrate-prod.allow` beside it: one `code: reason` a line. */
  readonly allow?: string | undefined;
}

/** The database, and the migrations. */
export interface MigrationOptions extends TargetOptions {
  /** The path of the migrations folder, or the migrations themselves. */
  readonly migrations: string | readonly MigrationSource[];
}

export interface PlanOptions extends MigrationOptions {
  /** The last migration to apply; all when absent. */
  readonly to?: string | undefined;
  /**
   * How many of production's rows may be fetched to run the plan on a copy of them, of all tables together: 20,000 when absent,
   * none at 0. `all` reads every row of the tables concerned, however long that takes, into a private temporary file.
   */
  readonly rows?: number | 'all' | undefined;
  /** Aborting stops the run; the outcome of what was already sent is still found out. */
  readonly signal?: AbortSignal | undefined;
}

export interface ApplyOptions extends PlanOptions {
  /** Apply only the plan with this id. */
  readonly plan?: string | undefined;
  /**
   * Consents to hazards, as `--allow` takes them: `code` or `code:migration`, or several with commas between them.
   * Consents written beside the migrations count too.
   */
  readonly allow?: readonly string[] | undefined;
  /** The path of a new file to which production is copied before the first write (a server as SQL). Without a good copy nothing is applied. */
  readonly backup?: string | undefined;
  readonly onEvent?: ((event: ApplyEvent) => void) | undefined;
}

export interface BackfillOptions extends MigrationOptions {
  /** One migration to record; all that are not recorded when absent. */
  readonly name?: string | undefined;
  /** The last migration to record; all when absent. Not together with `name`. */
  readonly to?: string | undefined;
  /** Consents, as `--allow` takes them. */
  readonly allow?: readonly BackfillConsent[] | undefined;
  /** Tables that are left to other tools. */
  readonly externalTables?: readonly string[] | undefined;
}

export interface DriftOptions extends MigrationOptions {
  /** The path of schema.prisma, or of the folder of its files. */
  readonly schema: string;
  /** Tables that are left to other tools (`tables.external` of a Prisma config). */
  readonly externalTables?: readonly string[] | undefined;
}

/** The result of `plan`. `ready` is true if `apply` would run it with no consents other than those written beside the migrations. */
export interface PlanReport {
  readonly plan: Plan;
  readonly history: History;
  readonly ready: boolean;
}

/**
 * The state of every migration. One read-only request.
 * @returns the migrations with their states, and findings about them
 * @throws MigrateError USAGE, READ_FAILED, and those of the connection and of the migrations folder
 */
export async function status(options: MigrationOptions): Promise<Status> {
  const migrations = await readSources(options);
  return withDatabase(options, 'must-exist', async (database) => {
    return reportStatus(await readStatus({ database, migrations, outside: outside() }));
  });
}

/**
 * The plan of what `apply` would do, rehearsed. One read-only request, and one more if rows have to be asked about.
 * @returns the plan, the state of every migration, and whether `apply` would run it
 * @throws MigrateError as `status`, MIGRATION_UNKNOWN, CONSENT_FILE_INVALID, TRACKER_SHAPE, ENGINE_UNVERIFIED, ENGINE_MISSING,
 * REHEARSAL_STUCK
 */
export async function plan(options: PlanOptions): Promise<PlanReport> {
  const migrations = await readSources(options);
  return withDatabase(options, 'must-exist', async (database) => {
    const { plan, history } = await makeSteadyPlan({
      database,
      migrations,
      outside: outside(options.signal),
      to: options.to,
      rows: acceptRows(options.rows),
      signal: options.signal,
    });
    const gate = checkPlan(plan, []);
    return { plan: reportPlan(plan), history, ready: gate.blockers.length === 0 && gate.unconsented.length === 0 };
  });
}

/**
 * Applies the pending migrations. Calling it is the confirmation; hazards still need their consent in `allow`.
 * @returns the outcome with the number of requests. A failure, a refusal and an unknown outcome are results (`outcome`,
 * `error`), not exceptions.
 * @throws MigrateError as `plan`, BACKUP_FAILED; only before anything was sent
 */
export async function apply(options: ApplyOptions): Promise<ApplyResult & { readonly requests: number }> {
  const migrations = await readSources(options);
  const consents = parseConsents(options.allow ?? []);
  const backup = options.backup === undefined ? undefined : acceptFile(options.backup, options.migrations);
  return withDatabase(options, 'create', async (database) => {
    if (backup) refuseTarget(database.target, backup);
    const result = await applyMigrations({
      database,
      migrations,
      outside: outside(options.signal),
      to: options.to,
      rows: acceptRows(options.rows),
      // A value that is no text is no plan's id either.
      expectedPlan: options.plan === undefined ? undefined : String(options.plan),
      consents,
      backup,
      timeoutSeconds: options.timeoutSeconds ?? defaultTimeoutSeconds,
      signal: options.signal,
      onEvent: options.onEvent,
      confirm: async () => ({ type: 'yes', consents: [] }),
    });
    return { ...reportApply(result), requests: database.requests() };
  });
}

/**
 * Records as applied what production already has, without running it, after proving that the migrations make
 * production's schema. Calling it is the confirmation.
 * @returns the outcome. If it is not proven, that is a result (`outcome: 'unproven'`), not an exception.
 * @throws MigrateError as `status`, MIGRATION_UNKNOWN, MIGRATION_STATE, ENGINE_UNVERIFIED, ENGINE_MISSING
 */
export async function backfill(options: BackfillOptions): Promise<BackfillResult> {
  const { name, to } = options;
  if (name !== undefined && to !== undefined) {
    throw new MigrateError(
      'USAGE',
      'name is one migration, to is the last of many: they cannot be combined.',
      'Pass one of them.',
    );
  }
  return record(options, name === undefined ? { type: 'all', to: to ?? null } : { type: 'one', name });
}

/**
 * Takes back the record of a backfilled or unfinished migration, never of an applied one.
 * @returns the outcome, as `backfill`
 * @throws MigrateError as `backfill`
 */
export async function undoBackfill(
  options: Omit<BackfillOptions, 'to'> & { readonly name: string },
): Promise<BackfillResult> {
  return record(options, { type: 'undo', name: options.name });
}

/**
 * Compares production, the migrations and schema.prisma, each with each. One read-only request.
 * @returns the differences of each pair, and what to do next
 * @throws MigrateError as `status`, TRACKER_SHAPE, ENGINE_UNVERIFIED, ENGINE_MISSING, REHEARSAL_STUCK, SCHEMA_NOT_FOUND,
 * SCHEMA_INVALID, PROVIDER_UNSUPPORTED, PRISMA_UNSUPPORTED, SCHEMA_ENGINE_FAILED
 */
export async function drift(options: DriftOptions): Promise<Drift> {
  const migrations = await readSources(options);
  if (typeof options.schema !== 'string') {
    throw new MigrateError(
      'USAGE',
      'schema is not the path of a schema.prisma.',
      "Pass 'prisma/schema.prisma', or the folder of its files.",
    );
  }
  const cwd = resolve('.');
  const externalTables = options.externalTables ?? [];
  const schema = readPrismaSchema({ path: resolve(options.schema), root: cwd, cwd, externalTables });
  const started = startSchemaEngine({});
  try {
    return await withDatabase(options, 'must-exist', async (database) => {
      const engine = started.open(schema);
      const input = { database, migrations, outside: outside(), engine, externalTables };
      return (await readDrift(input)).drift;
    });
  } finally {
    await started.close();
  }
}

/**
 * Reads from the tracker's rows what was applied when, by whom and with which consents. One read-only request.
 * @returns the runs of each recorded migration
 * @throws MigrateError of the connection, USAGE, READ_FAILED
 */
export async function history(options: TargetOptions): Promise<RecordedHistory> {
  return withDatabase(options, 'must-exist', (database) => readRecorded(database));
}

/**
 * Reads every table with its columns, indexes, foreign keys and triggers. One read-only request.
 * @throws MigrateError of the connection, USAGE, READ_FAILED
 */
export async function tables(options: TargetOptions): Promise<readonly Table[]> {
  return withDatabase(options, 'must-exist', readTables);
}

/**
 * Counts the rows of every table. It reads each table from end to end, and reading is billed.
 * @returns rows by table name; null if a table could not be counted
 * @throws MigrateError as `tables`
 */
export async function countRows(options: TargetOptions): Promise<ReadonlyMap<string, number | null>> {
  return withDatabase(options, 'must-exist', async (database) => countTableRows(database, await readTables(database)));
}

/**
 * Reads one table or view.
 * @throws MigrateError as `tables`, TABLE_UNKNOWN
 */
export async function inspect(options: TargetOptions & { readonly table: string }): Promise<Table> {
  return withDatabase(options, 'must-exist', (database) => inspectTable(database, options.table));
}

/**
 * For an application's start or build: throws if a migration is to be applied, or was started and not finished. A
 * recorded migration without a folder here is no reason: an application that goes back to its last version has to
 * start.
 * @throws MigrateError NOT_UP_TO_DATE, and those of `status`
 */
export async function assertUpToDate(options: MigrationOptions): Promise<void> {
  const { history } = await status(options);
  const open = findOpenEntries(history);
  if (open.length === 0) return;
  const names = listSome(open.map((entry) => `${entry.name} (${entry.state})`));
  throw new MigrateError('NOT_UP_TO_DATE', `The database is not up to date: ${names}.`, command('plan'));
}

function acceptRows(rows: PlanOptions['rows']): RowsSetting | undefined {
  if (rows === undefined) return undefined;
  const setting = parseRowsSetting(String(rows));
  if (setting !== null) return setting;
  throw new MigrateError(
    'USAGE',
    "rows is neither a number of rows, up to 1,000,000, nor 'all'.",
    'Pass 5000, say, or 0 for none.',
  );
}

function acceptFile(path: string, migrations: MigrationOptions['migrations']): BackupFile {
  const accepted = acceptBackup(path, resolve('.'));
  if (typeof migrations === 'string') refuseWithin(resolve(migrations), accepted);
  return accepted;
}

async function record(options: BackfillOptions, request: BackfillRequest): Promise<BackfillResult> {
  const migrations = await readSources(options);
  return withDatabase(options, 'must-exist', (database) =>
    backfillMigrations({
      database,
      migrations,
      outside: outside(),
      request,
      externalTables: options.externalTables ?? [],
      consents: options.allow ?? [],
      timeoutSeconds: options.timeoutSeconds,
      confirm: async ({ open }) => (open.length > 0 ? { type: 'cannot-ask' } : { type: 'yes', consents: [] }),
    }),
  );
}

async function readSources({ migrations }: MigrationOptions): Promise<readonly Migration[]> {
  if (typeof migrations === 'string') return readMigrations(resolve(migrations), resolve('.'));
  checkSources(migrations);
  return migrations.map(openSource).sort((left, right) => compareNames(left.name, right.name));
}

function openSource({ name, sql, allow }: MigrationSource): Migration {
  const migration = migrationFromText(name, sql);
  if (allow === undefined) return migration;
  return { ...migration, ...parseWrittenConsents(allow, { path: `${name}/${consentsName}`, migration: name }) };
}

/** Callers in JavaScript may pass any value. */
function checkSources(migrations: readonly MigrationSource[]): void {
  const isText = (value: unknown) => typeof value === 'string';
  const isSource = ({ name, sql, allow }: MigrationSource) =>
    isText(name) && isText(sql) && (allow === undefined || isText(allow)) && name !== '' && basename(name) === name;
  if (!Array.isArray(migrations) || !migrations.every((migration) => migration && isSource(migration))) {
    throw new MigrateError(
      'USAGE',
      'migrations is neither the path of a folder nor a list of { name, sql }.',
      "Pass 'prisma/migrations', or each migration with the name of its folder and the text of its migration.sql.",
    );
  }
  if (new Set(migrations.map((migration) => migration.name)).size === migrations.length) return;
  throw new MigrateError(
    'MIGRATION_NAMES_COLLIDE',
    'Two migrations have the same name.',
    'Give each migration the name of its folder.',
  );
}

function checkTimeout(seconds: number): number {
  if (seconds > 0 && seconds <= longestTimeoutSeconds) return seconds;
  throw new MigrateError(
    'USAGE',
    `timeoutSeconds is ${seconds}; it must be more than 0 and at most ${longestTimeoutSeconds}.`,
    `Leave it out for ${defaultTimeoutSeconds} seconds.`,
  );
}

async function withDatabase<Result>(
  options: TargetOptions,
  create: 'create' | 'must-exist',
  run: (database: Database) => Promise<Result>,
): Promise<Result> {
  const cwd = resolve('.');
  const timeoutSeconds = checkTimeout(options.timeoutSeconds ?? defaultTimeoutSeconds);
  const { target, token } = await readCredentials({
    cwd,
    root: cwd,
    env: { TURSO_DATABASE_URL: options.url, TURSO_AUTH_TOKEN: options.authToken },
    envFile: false,
    create,
  });
  const database = await openDatabase({ target, token, timeoutSeconds, create });
  try {
    return await run(database);
  } finally {
    await database.close();
  }
}

function outside(signal?: AbortSignal | undefined) {
  return createOutside(readWho({}), readVersion(), signal);
}
