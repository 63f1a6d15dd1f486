/** A `file:` target: the same conditional batches as on a server, evaluated in process. */

import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { holds } from '../../apply/conditions.ts';
import { MigrateError } from '../../errors.ts';
import {
  type BatchOutcome,
  type CallOptions,
  type Clock,
  type Database,
  EngineError,
  outOfTimeCode,
  type Question,
  type Reply,
  type Value,
} from '../../ports.ts';
import { quoteIdentifier, quoteText } from '../../sql/identifiers.ts';
import type { Target } from '../../target/target.ts';
import { prismaTracker, type TrackerTable } from '../../tracker/tracker.ts';
import { runBounded } from './bounded.ts';
import { copyFile } from './copy.ts';
import { allowMemory, type Connection, keepStatements, loadAsync, loadEngine, runStatement } from './engine.ts';
import { streamFromFile } from './rows.ts';

export interface FileOptions {
  readonly target: Extract<Target, { type: 'file' }>;
  /** How long to wait for another writer. */
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  /** Commands that only read never create a file. */
  readonly create: 'create' | 'must-exist';
  /** Prisma's unless given. */
  readonly tracker?: TrackerTable | undefined;
}

/** @throws MigrateError TARGET_FILE_MISSING, TARGET_FILE_INVALID, ENGINE_MISSING */
export async function openFile(options: FileOptions): Promise<Database> {
  const { target, tracker = prismaTracker } = options;
  allowMemory();
  if (options.create === 'must-exist' && !existsSync(target.path)) {
    throw new MigrateError(
      'TARGET_FILE_MISSING',
      `There is no file ${target.path}.`,
      'Check the path given with --url.',
    );
  }
  const timeout = options.timeoutSeconds * 1000;
  // A file that is yet to be made reads as an empty database, and is made by the first write: not by a look at it.
  let isThere = existsSync(target.path);
  let connection = await openConnection(isThere ? target.path : ':memory:');
  if (isThere) refuseBrokenText(connection, target.path, tracker);
  const open = async (): Promise<void> => {
    if (isThere) return;
    connection.close();
    connection = await openConnection(target.path);
    isThere = true;
  };

  return {
    target,
    tracker,
    read: (queries, call) => {
      const { patience } = call ?? {};
      if (patience === undefined || !isThere) {
        return retryWhileBusy(options.clock, timeout, call, () => readSnapshot(connection, queries));
      }
      const end = options.clock.now() + patience;
      const left = () => end - options.clock.now();
      return retryWhileBusy(options.clock, timeout, call, () => askInTime(target.path, queries, left));
    },
    execute: async (steps, call) => {
      await open();
      const replies: Reply[] = [];
      for (const step of steps) {
        const runs = holds(step.condition, replies, !connection.inTransaction);
        const run = async () => runStep(connection, step);
        replies.push(runs ? await retryWhileBusy(options.clock, timeout, call, run) : { type: 'skipped' });
      }
      return { type: 'ran', replies, sent: 1 } satisfies BatchOutcome;
    },
    backUp: async (backup) => {
      if (!isThere) return null;
      return copyFile({ target, clock: options.clock, timeout }, backup);
    },
    streamRows: async (stream) => {
      if (!isThere) return { whole: [], queries: 0, rowsRead: null };
      return streamFromFile({ target, clock: options.clock, timeout }, stream);
    },
    // The rehearsal runs on this very engine, so there is no second parser to ask.
    parse: async (statements) => statements.map(() => null),
    requests: () => 0,
    close: async () => connection.close(),
  };
}

async function openConnection(path: string): Promise<Connection> {
  const EngineConnection = await loadEngine();
  try {
    const connection = new EngineConnection(path, { timeout: busyTimeout });
    checkHeader(connection);
    return connection;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrateError(
      'TARGET_FILE_INVALID',
      `${path} cannot be opened as a libSQL database: ${reason}.`,
      'Check the path given with --url.',
      { cause },
    );
  }
}

/**
 * Checks the texts that every command reads: the package aborts the process on bytes that are not UTF-8.
 * @throws MigrateError TARGET_FILE_INVALID
 */
function refuseBrokenText(connection: Connection, path: string, tracker: TrackerTable): void {
  const asBytes = (columns: readonly string[]) =>
    columns.map((column) => `CASE WHEN typeof(${column}) = 'text' THEN CAST(${column} AS BLOB) END`).join(', ');
  const isBroken = (sql: string): boolean =>
    runStatement(connection, sql).some((row) => row.some((value) => value instanceof Uint8Array && !isUtf8(value)));
  try {
    const ofSchema = isBroken(`SELECT ${asBytes(['type', 'name', 'tbl_name', 'sql'])} FROM sqlite_schema`);
    const columns = ofSchema
      ? []
      : runStatement(connection, `SELECT name FROM pragma_table_info(${quoteText(tracker.name)})`);
    const names = columns.map(([name]) => quoteIdentifier(String(name)));
    const ofTracker = names.length > 0 && isBroken(`SELECT ${asBytes(names)} FROM ${quoteIdentifier(tracker.name)}`);
    if (!ofSchema && !ofTracker) return;
    connection.close();
    const where = ofSchema ? 'its schema' : `its table "${tracker.name}"`;
    throw new MigrateError(
      'TARGET_FILE_INVALID',
      `${path} cannot be read: ${where} has bytes that are not UTF-8 text.`,
      "Fix that with SQLite's own shell, then run the same command again.",
    );
  } catch (error) {
    // Another program holds the file, or the table is no table: whoever reads it says so.
    if (!(error instanceof EngineError)) throw error;
  }
}

/** The file is read for the first time here; one that is only busy with another program is not invalid. */
function checkHeader(connection: Connection): void {
  try {
    runStatement(connection, 'PRAGMA schema_version');
  } catch (error) {
    if (!(error instanceof EngineError && error.code === 'SQLITE_BUSY')) throw error;
  }
}

/**
 * The engine waits synchronously, deaf to everything else; so it waits briefly, and the longer wait for another writer
 * is ours, between tries, where it can be interrupted. Outside a transaction nothing is lost by trying again; inside one
 * the engine reports a lock only for what did not begin.
 */
const busyTimeout = 100;
const busyDelay = 50;

async function retryWhileBusy<Result extends Reply | readonly Reply[]>(
  clock: Clock,
  timeout: number,
  call: CallOptions | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  const deadline = clock.now() + timeout;
  for (;;) {
    const result = await run();
    if (!isBusy(result) || clock.now() >= deadline || call?.signal?.aborted) return result;
    await clock.sleep(busyDelay, call?.signal);
  }
}

function isBusy(result: Reply | readonly Reply[]): boolean {
  if (!('type' in result)) return result.some(isBusy);
  return result.type === 'error' && result.code === 'SQLITE_BUSY';
}

async function readSnapshot(connection: Connection, queries: readonly Question[]): Promise<readonly Reply[]> {
  runStatement(connection, 'BEGIN');
  try {
    return queries.map((query) => runStep(connection, query));
  } finally {
    if (connection.inTransaction) runStatement(connection, 'COMMIT');
  }
}

const late: Reply = { type: 'error', message: 'no answer in time', code: outOfTimeCode };

/** Questions that are broken off when their time is up: on a connection of their own. @param left milliseconds that are left. */
async function askInTime(path: string, queries: readonly Question[], left: () => number): Promise<readonly Reply[]> {
  const connection = await openConnection(path);
  try {
    keepStatements(connection);
    const free = (await loadAsync())(connection);
    connection.exec('BEGIN');
    const replies: Reply[] = [];
    for (const { sql, args = [], runs } of queries) {
      if (runs === 'never') {
        replies.push({ type: 'skipped' });
        continue;
      }
      const milliseconds = left();
      const run = () => runBounded(connection, free, sql, args, { milliseconds });
      // A timer may be a moment early: what was late once stays late.
      const isOver = milliseconds <= 0 || replies.at(-1) === late;
      replies.push(isOver ? late : await run().then(toRows, toReply));
    }
    return replies;
  } finally {
    // Its statements live on, and with them what they have locked.
    if (connection.inTransaction) commit(connection);
    connection.close();
  }
}

/** What was interrupted a moment ago may take the next statement along. */
function commit(connection: Connection): void {
  try {
    connection.exec('COMMIT');
  } catch {
    connection.exec('COMMIT');
  }
}

function toRows(rows: readonly (readonly Value[])[]): Reply {
  return { type: 'rows', rows };
}

function toReply(error: unknown): Reply {
  if (!(error instanceof EngineError)) throw error;
  return error.code === outOfTimeCode ? late : { type: 'error', message: error.message, code: error.code };
}

function runStep(connection: Connection, { sql, args, runs }: Question): Reply {
  // The rehearsal runs on this very engine: there is no second parser to ask.
  if (runs === 'never') return { type: 'skipped' };
  try {
    return { type: 'rows', rows: runStatement(connection, sql, args) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { type: 'error', message: error.message, code: error.code };
  }
}
