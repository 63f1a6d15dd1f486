/** Everything outside the program, as small interfaces: `adapters` implement them, operations take them as arguments. */

import type { TableShape } from './rows/fetch/stored.ts';
import type { Schema } from './schema/model/objects.ts';
import type { Argument, BatchOutcome, Query, Question, Reply, Step, Value } from './target/request.ts';
import type { Target } from './target/target.ts';
import type { TrackerTable } from './tracker/tracker.ts';

/** The types that the ports use: values, which any file may import. */
export type {
  Argument,
  BatchOutcome,
  Condition,
  Query,
  Question,
  Refusal,
  Reply,
  Step,
  Value,
} from './target/request.ts';

export interface CallOptions {
  /** Ends the request early; its outcome is then `lost`. */
  readonly signal?: AbortSignal;
  /** What it is for, in words: for people who look on. */
  readonly purpose?: string;
}

export interface ReadOptions extends CallOptions {
  /** Milliseconds to wait for answers: a query that is not answered by then has an `error` as its reply. */
  readonly patience?: number;
}

/** An open target database. */
export interface Database {
  readonly target: Target;
  /** The table that keeps the record of what ran. */
  readonly tracker: TrackerTable;
  /**
   * Runs read-only statements in one request and one snapshot. A statement that fails is an `error` reply; the others
   * are still answered.
   * @throws MigrateError if the request as a whole failed (AUTH_FAILED, UNREACHABLE, NOT_LIBSQL, …)
   */
  read(questions: readonly Question[], options?: ReadOptions): Promise<readonly Reply[]>;
  /**
   * Runs one conditional batch in one request.
   * @throws MigrateError UNREACHABLE, only when it is certain that nothing was sent.
   */
  execute(steps: readonly Step[], options?: CallOptions): Promise<BatchOutcome>;
  /**
   * Makes the server parse each statement without running any.
   * @returns the error of each statement, null if it was accepted; same order as `statements`
   */
  parse(statements: readonly string[]): Promise<readonly (string | null)[]>;
  /**
   * Saves a copy of everything: a server as SQL, a file as a file. Either the copy is complete and known to be good, or
   * there is none.
   * @returns null if there is nothing to copy yet
   * @throws MigrateError BACKUP_FAILED, PLAN_STALE if production is no longer as it was read, and those of the
   * connection
   */
  backUp(options: BackupOptions): Promise<SavedBackup | null>;
  /**
   * Reads whole tables part by part, as one read-only transaction sees them.
   * @returns null if `goesOn` said no
   * @throws MigrateError READ_FAILED, INTERRUPTED, and those of the connection
   */
  streamRows(options: StreamOptions): Promise<StreamedRows | null>;
  /** The number of requests sent so far (0 for a database in process). */
  requests(): number;
  close(): Promise<void>;
}

export interface BackupOptions extends CallOptions {
  /** The file's absolute path; an existing file is not overwritten. */
  readonly path: string;
  /** As it was read for the plan. */
  readonly schema: Schema;
  /** The fingerprint of the tracker's rows, read with the schema; null if there is no tracker. */
  readonly trackerFingerprint: string | null;
  readonly onProgress?: (progress: BackupProgress) => void;
}

export interface BackupProgress {
  readonly phase: 'copying' | 'checking';
  readonly bytes: number;
}

export interface SavedBackup {
  readonly bytes: number;
  /** null for a copied file, whose rows were not counted. */
  readonly rows: number | null;
  /** When its transaction began, in milliseconds since 1970, by the clock of the database; null if it did not say. */
  readonly at: number | null;
  /** A libSQL server's number for that state; null if there is none. */
  readonly replicationIndex: string | null;
}

export interface StreamOptions extends CallOptions {
  readonly tables: readonly TableShape[];
  /** Asked first, in the same transaction. */
  readonly first: readonly Query[];
  /** Whether rows are wanted, by the replies to `first`. */
  readonly goesOn: (replies: readonly Reply[]) => boolean;
  /**
   * Takes the next rows of a table, each as the SQL of its values in parentheses; one table follows the other.
   * @returns false if no more of this table are wanted
   */
  readonly take: (table: TableShape, rows: readonly string[]) => Promise<boolean>;
  readonly onProgress?: (progress: StreamProgress) => void;
}

export interface StreamProgress {
  readonly table: string;
  /** Of all tables so far. */
  readonly rows: number;
}

export interface StreamedRows {
  /** Those of which every row was taken; one with a row that is too large for an answer is not among them. */
  readonly whole: readonly TableShape[];
  readonly queries: number;
  /** As the server counts and bills them; null if it does not say. */
  readonly rowsRead: number | null;
}

/**
 * A libSQL database to rehearse on, in this process: in memory, or in a private file. Other people's statements have a limit of time, and of
 * memory unless the target is a file. An EngineError with `outOfTimeCode` or SQLITE_NOMEM means that a limit was
 * reached.
 */
export interface Mirror {
  /** The tracker of the database whose mirror it is. */
  readonly tracker: TrackerTable;
  /**
   * Runs one statement of this program and returns its rows.
   * @throws EngineError
   */
  query(sql: string, args?: readonly Argument[]): readonly (readonly Value[])[];
  /**
   * Runs one statement of this program without reading its rows.
   * @throws EngineError
   */
  run(sql: string): void;
  /**
   * Compiles one statement without running it.
   * @throws EngineError if it does not fit the schema
   */
  compile(sql: string): void;
  /**
   * Runs one statement of other people, which may never end, without reading its rows.
   * @throws EngineError
   */
  attempt(sql: string): Promise<void>;
  /**
   * Runs one query of this program which may take long where there are many rows: it can be broken off then.
   * @throws EngineError
   */
  search(sql: string, args?: readonly Argument[]): Promise<readonly (readonly Value[])[]>;
  close(): void;
}

/** The embedded engine's error of a statement, in the engine's own words. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** SQLite's primary result code, such as SQLITE_CONSTRAINT. */
  readonly code: string;
  /** `prepare`: the statement does not fit the schema. `run`: it does, and failed on the rows that it met. */
  readonly phase: 'prepare' | 'run';

  constructor(message: string, code: string, phase: 'prepare' | 'run') {
    super(message);
    this.code = code;
    this.phase = phase;
  }
}

/** The code of an EngineError for a statement that took too long. */
export const outOfTimeCode = 'TIMEOUT';

/** True if a statement failed because it needs more time or memory than it may have here; elsewhere it may have more. */
export function isOutOfBounds({ code }: EngineError): boolean {
  return code === outOfTimeCode || code === 'SQLITE_NOMEM';
}

/** True if there is no room for the file of a mirror. */
export function isDiskFull({ code }: EngineError): boolean {
  return code === 'SQLITE_FULL' || code === 'SQLITE_IOERR';
}

/** @throws MigrateError ENGINE_MISSING if there is no embedded engine for this platform */
export type OpenMirror = (options?: {
  /** Milliseconds that everything which runs on it may take, Infinity for no end; 30 seconds if absent. */
  readonly time?: number;
  /**
   * `file`: for more rows than fit into memory. Nobody else can open that file, and it is gone with the process. Where this
   * platform has no such file, the mirror is in memory all the same.
   */
  readonly place?: 'memory' | 'file';
}) => Promise<Mirror>;

export interface SchemaFile {
  /** As shown to people. */
  readonly path: string;
  readonly content: string;
}

export interface PrismaSchema {
  readonly files: readonly SchemaFile[];
  /** Tables that `tables.external` of the Prisma config leaves to other tools. */
  readonly externalTables: readonly string[];
}

/** Prisma's own schema engine, which can read a `schema.prisma`. */
export interface SchemaEngine {
  /**
   * @param statements CREATE statements that make a database, in an order that works
   * @returns the SQL that leads from that database to the schema; empty if there is nothing to do
   * @throws MigrateError SCHEMA_INVALID with Prisma's code, file and line; PRISMA_CONFIG_INVALID for `tables.external`;
   * SCHEMA_ENGINE_FAILED if it panicked or did not answer; ENGINE_MISSING
   */
  diff(statements: readonly string[]): Promise<string>;
}

/** The folder of migrations, for writing. */
export interface MigrationsFolder {
  /** The path of the migration's file, existing or not, as shown to people. */
  pathOf(name: string): string;
  /**
   * Writes a new migration to a place where it is not seen yet, and removes what interrupted runs left there.
   * @throws MigrateError FILE_NOT_WRITTEN
   */
  stage(name: string, sql: string): Promise<StagedMigration>;
}

export interface StagedMigration {
  /**
   * Moves it into the folder as a whole.
   * @throws MigrateError FILE_NOT_WRITTEN, also if the name is taken
   */
  publish(): Promise<void>;
  /**
   * Removes it as a whole, wherever it is.
   * @throws MigrateError FILE_NOT_WRITTEN, which says that it stays in the folder
   */
  remove(): Promise<void>;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The outside world for an operation. */
export interface Outside {
  /** The table where databases keep the record of what ran. */
  readonly tracker: TrackerTable;
  readonly openMirror: OpenMirror;
  readonly clock: Clock;
  /** A new UUID v4. */
  readonly newId: () => string;
  /** SHA-256 of the text's UTF-8 bytes, in lower-case hex. */
  readonly sha256: (text: string) => string;
  /** The user: a CI run's URL, or user@host. */
  readonly who: string;
  readonly version: string;
}
