/** The library: what the commands do, without a terminal. Nothing here prints, prompts or reads the environment. */

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
import type { WantedBackup } from './backup/backup.ts';
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

/** Which database. */
export interface TargetOptions {
  /** libsql://, https://, http:// (a token only to this machine), wss://, ws:// or file: relative to the working directory. */
  readonly url: string;
  /** A read-only token is enough for all that only reads. */
  readonly authToken?: string | undefined;
  /** How long one request may take, and how long to wait for another run or a lost answer. Default 300. */
  readonly timeoutSeconds?: number | undefined;
}

/** A migration given as a value, for bundles that have no folder; `sql` is the whole text of its `migration.sql`. */
export interface MigrationSource {
  readonly name: string;
  readonly sql: string;
  /** The whole text of the `migrate-prod.allow` beside it, a `code: reason` on each line. */
  readonly allow?: string | undefined;
}

/** Which database, and which migrations. */
export interface MigrationOptions extends TargetOptions {
  /** The path of the migrations folder, or the migrations themselves. */
  readonly migrations: string | readonly MigrationSource[];
}

export interface PlanOptions extends MigrationOptions {
  /** The last migration to apply; all when absent. */
  readonly to?: string | undefined;
}

export interface ApplyOptions extends PlanOptions {
  /** Apply exactly the plan of this id. */
  readonly plan?: string | undefined;
  /** Consents to hazards, as `--allow` takes them: `code` or `code:migration`, or several with commas between them; those written beside the migrations count too. */
  readonly allow?: readonly string[] | undefined;
  /** A new file that production is copied to before the first write (a server as SQL); without the copy nothing is applied. */
  readonly backup?: string | undefined;
  /** Stops it; what became of what was sent is still found out. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ApplyEvent) => void) | undefined;
}

export interface BackfillOptions extends MigrationOptions {
  /** One migration; all that are not recorded when absent. */
  readonly name?: string | undefined;
  /** Of all, the last one to record. */
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

/** What `plan` returns: the plan, and whether `apply` would run it without consents but those written beside the migrations. */
export interface PlanReport {
  readonly plan: Plan;
  readonly history: History;
  readonly ready: boolean;
}

/**
 * The state of every migration. One read-only request.
 * @throws MigrateError of the connection and of the migrations folder
 */
export async function status(options: MigrationOptions): Promise<Status> {
  const migrations = await readSources(options);
  return withDatabase(options, 'must-exist', async (database) => {
    return reportStatus(await readStatus({ database, migrations, outside: outside() }));
  });
}

/** What `apply` would do, rehearsed. One read-only request, and one more where rows have to be asked about. @throws MigrateError as `status`, ENGINE_UNVERIFIED, ENGINE_MISSING */
export async function plan(options: PlanOptions): Promise<PlanReport> {
  const migrations = await readSources(options);
  return withDatabase(options, 'must-exist', async (database) => {
    const { plan, history } = await makeSteadyPlan({ database, migrations, outside: outside(), to: options.to });
    const gate = checkPlan(plan, []);
    return { plan: reportPlan(plan), history, ready: gate.blockers.length === 0 && gate.unconsented.length === 0 };
  });
}

/**
 * Applies what is pending. Calling it is the confirmation; hazards still need their consent in `allow`.
 * A failure, a refusal and an unknown outcome are results (`outcome`, `error`), not exceptions.
 * @throws MigrateError only before anything was sent
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
      outside: outside(),
      to: options.to,
      // Whatever is no text is no plan's id either.
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
 * Records what production has already as applied, without running it, after proving that the migrations make production's
 * schema. What is unproven is a result (`outcome: 'unproven'`), not an exception. Calling it is the confirmation.
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

/** Takes the record of a backfilled (never of an applied) or unfinished migration back. @throws MigrateError as `backfill` */
export async function undoBackfill(
  options: Omit<BackfillOptions, 'to'> & { readonly name: string },
): Promise<BackfillResult> {
  return record(options, { type: 'undo', name: options.name });
}

/**
 * Where production, the migrations and schema.prisma disagree, each compared with each. One read-only request.
 * @throws MigrateError as `plan`, SCHEMA_NOT_FOUND, SCHEMA_INVALID, PROVIDER_UNSUPPORTED, PRISMA_UNSUPPORTED, SCHEMA_ENGINE_FAILED
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
 * What was applied when, by whom and with which consents, as the tracker's rows tell. One read-only request.
 * @throws MigrateError of the connection
 */
export async function history(options: TargetOptions): Promise<RecordedHistory> {
  return withDatabase(options, 'must-exist', (database) => readRecorded(database));
}

/** Every table with its columns, indexes, foreign keys and triggers. One read-only request. */
export async function tables(options: TargetOptions): Promise<readonly Table[]> {
  return withDatabase(options, 'must-exist', readTables);
}

/** Rows by table name; reads each table from end to end, and reading is billed. */
export async function countRows(options: TargetOptions): Promise<ReadonlyMap<string, number | null>> {
  return withDatabase(options, 'must-exist', async (database) => countTableRows(database, await readTables(database)));
}

/** One table or view. @throws MigrateError TABLE_UNKNOWN */
export async function inspect(options: TargetOptions & { readonly table: string }): Promise<Table> {
  return withDatabase(options, 'must-exist', (database) => inspectTable(database, options.table));
}

/**
 * For an application's start or build: throws when a migration is yet to be applied, or was begun and not finished. One that
 * is recorded and has no folder here is no reason: an application that goes back to its last version has to start.
 * @throws MigrateError NOT_UP_TO_DATE, and those of `status`
 */
export async function assertUpToDate(options: MigrationOptions): Promise<void> {
  const { history } = await status(options);
  const open = findOpenEntries(history);
  if (open.length === 0) return;
  const names = listSome(open.map((entry) => `${entry.name} (${entry.state})`));
  throw new MigrateError('NOT_UP_TO_DATE', `The database is not up to date: ${names}.`, command('plan'));
}

function acceptFile(path: string, migrations: MigrationOptions['migrations']): WantedBackup {
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

/** Whoever calls from JavaScript may pass anything. */
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

function outside() {
  return createOutside(readWho({}), readVersion());
}
