/** Everything outside the program, as small interfaces: `adapters` implement them, operations take them as arguments. */

import type { Schema } from './schema/model/objects.ts';
import type { Argument, BatchOutcome, Question, Reply, Step, Value } from './target/request.ts';
import type { Target } from './target/target.ts';
import type { TrackerTable } from './tracker/tracker.ts';

/** What the ports speak in: values, which anybody may have. */
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
}

export interface ReadOptions extends CallOptions {
  /** Milliseconds that the answers are worth waiting for: what is not answered by then is an `error` reply. */
  readonly patience?: number;
}

/** An open target database. */
export interface Database {
  readonly target: Target;
  /** Where it keeps the record of what ran. */
  readonly tracker: TrackerTable;
  /**
   * Runs read-only statements in one request and one snapshot. A statement that fails is an `error` reply; the
   * others still answer.
   * @throws MigrateError when the request as a whole failed (AUTH_FAILED, UNREACHABLE, NOT_LIBSQL, …).
   */
  read(questions: readonly Question[], options?: ReadOptions): Promise<readonly Reply[]>;
  /**
   * Runs one conditional batch in one request.
   * @throws MigrateError UNREACHABLE, only when it is certain that nothing was sent.
   */
  execute(steps: readonly Step[], options?: CallOptions): Promise<BatchOutcome>;
  /**
   * Asks the server to parse each statement without running any.
   * @returns the refusal of each statement, null where it was accepted; same order as `statements`.
   */
  parse(statements: readonly string[]): Promise<readonly (string | null)[]>;
  /**
   * Saves a copy of everything: of a server as SQL, of a file as a file. It is there wholly and known to be good, or not
   * at all.
   * @returns null when there is nothing yet to copy.
   * @throws MigrateError BACKUP_FAILED, PLAN_STALE when it is no longer what was read, and those of the connection.
   */
  backUp(options: BackupOptions): Promise<SavedBackup | null>;
  /** How many requests were sent so far (0 for a database in process). */
  requests(): number;
  close(): Promise<void>;
}

export interface BackupOptions extends CallOptions {
  /** The file's absolute path; whatever is there stays. */
  readonly path: string;
  /** As production was read for the plan. */
  readonly schema: Schema;
  /** Of the tracker's rows, read with it; null where there is no tracker. */
  readonly trackerFingerprint: string | null;
  readonly onProgress?: (progress: BackupProgress) => void;
}

export interface BackupProgress {
  readonly phase: 'copying' | 'checking';
  readonly bytes: number;
}

export interface SavedBackup {
  readonly bytes: number;
  /** null for a copied file, whose rows nobody counted. */
  readonly rows: number | null;
  /** When its transaction began, in milliseconds since 1970, by the clock of the database; null where it did not say. */
  readonly at: number | null;
  /** Which state a libSQL server calls it; null where there is none. */
  readonly replicationIndex: string | null;
}

/**
 * An in-memory libSQL database to rehearse on. It lives in this process; what others wrote has a limit of time, and of memory
 * unless the target is a file. An EngineError with `outOfTimeCode` or SQLITE_NOMEM says that it was reached.
 */
export interface Mirror {
  /** That of the database whose mirror it is. */
  readonly tracker: TrackerTable;
  /** Runs one statement of this program and returns its rows. @throws EngineError */
  query(sql: string, args?: readonly Argument[]): readonly (readonly Value[])[];
  /** Runs one statement of this program, its rows unread. @throws EngineError */
  run(sql: string): void;
  /** Compiles one statement, and does not run it. @throws EngineError when it does not fit the schema */
  compile(sql: string): void;
  /** Runs one statement that somebody else wrote, its rows unread: it may never end. @throws EngineError */
  attempt(sql: string): Promise<void>;
  close(): void;
}

/** What the embedded engine said of a statement, in the engine's own words. */
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

/** The code of an EngineError of what did not end in its time. */
export const outOfTimeCode = 'TIMEOUT';

/** Whether a statement failed because it took more time or memory than it is given here; elsewhere it may have more. */
export function isOutOfBounds({ code }: EngineError): boolean {
  return code === outOfTimeCode || code === 'SQLITE_NOMEM';
}

/** @throws MigrateError ENGINE_MISSING when there is no embedded engine for this platform. */
export type OpenMirror = () => Promise<Mirror>;

/** One file of the user's Prisma schema. */
export interface SchemaFile {
  /** As shown to people. */
  readonly path: string;
  readonly content: string;
}

/** What the user's `schema.prisma` says, as text. */
export interface PrismaSchema {
  readonly files: readonly SchemaFile[];
  /** Tables that `tables.external` of the Prisma config leaves to others. */
  readonly externalTables: readonly string[];
}

/** Prisma's own schema engine, which knows what a `schema.prisma` asks for. */
export interface SchemaEngine {
  /**
   * @param statements CREATE statements that make a database, in an order that works.
   * @returns the SQL that leads from that database to the schema; empty where there is nothing to do.
   * @throws MigrateError SCHEMA_INVALID with Prisma's code, file and line; PRISMA_CONFIG_INVALID for `tables.external`;
   * SCHEMA_ENGINE_FAILED when it panicked or hung; ENGINE_MISSING.
   */
  diff(statements: readonly string[]): Promise<string>;
}

/** The folder of migrations, as far as it is written. */
export interface MigrationsFolder {
  /** Where the migration's file is, or would be, as shown to people. */
  pathOf(name: string): string;
  /**
   * Writes a new migration to where it is not seen yet, and removes what interrupted runs left there.
   * @throws MigrateError FILE_NOT_WRITTEN
   */
  stage(name: string, sql: string): Promise<StagedMigration>;
}

export interface StagedMigration {
  /** Moves it into the folder, wholly. @throws MigrateError FILE_NOT_WRITTEN, also when the name is taken */
  publish(): Promise<void>;
  /** Removes it, wherever it is, wholly. @throws MigrateError FILE_NOT_WRITTEN, which says that it stays in the folder */
  remove(): Promise<void>;
}

/** Time, as far as the program needs it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What an operation needs from outside. */
export interface Outside {
  /** Where databases keep the record of what ran. */
  readonly tracker: TrackerTable;
  readonly openMirror: OpenMirror;
  readonly clock: Clock;
  /** A new UUID v4. */
  readonly newId: () => string;
  /** SHA-256 of the text's UTF-8 bytes, in lower-case hex. */
  readonly sha256: (text: string) => string;
  /** Who runs this: a CI run's URL, or user@host. */
  readonly who: string;
  /** This program's version. */
  readonly version: string;
}
