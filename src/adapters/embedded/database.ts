/** A `file:` target: the same conditional batches as on a server, evaluated in process. */

import { existsSync } from 'node:fs';
import type { Target } from '../../core/target.ts';
import { MigrateError } from '../../errors.ts';
import {
  type BatchOutcome,
  type Condition,
  type Database,
  EngineError,
  type Query,
  type Reply,
  type Step,
} from '../../ports.ts';
import { type Connection, loadEngine, runStatement } from './engine.ts';

export interface FileOptions {
  readonly target: Extract<Target, { type: 'file' }>;
  /** How long to wait for another writer. */
  readonly timeoutSeconds: number;
  /** Whether a file that does not exist may be created; reading commands never do. */
  readonly create: 'create' | 'must-exist';
}

/** @throws MigrateError TARGET_FILE_MISSING, TARGET_FILE_INVALID, ENGINE_MISSING */
export async function openFile(options: FileOptions): Promise<Database> {
  const { target } = options;
  if (options.create === 'must-exist' && !existsSync(target.path)) {
    throw new MigrateError(
      'TARGET_FILE_MISSING',
      `There is no file ${target.path}.`,
      'Check the path given with --url.',
    );
  }
  const connection = await openConnection(options);

  return {
    target,
    read: async (queries) => readSnapshot(connection, queries),
    execute: async (steps) => executeBatch(connection, steps),
    // The rehearsal runs on this very engine, so there is no second parser to ask.
    parse: async (statements) => statements.map(() => null),
    requests: () => 0,
    close: async () => connection.close(),
  };
}

async function openConnection({ target, timeoutSeconds }: FileOptions): Promise<Connection> {
  const EngineConnection = await loadEngine();
  try {
    const connection = new EngineConnection(target.path, { timeout: timeoutSeconds * 1000 });
    runStatement(connection, 'SELECT count(*) FROM sqlite_schema');
    return connection;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrateError(
      'TARGET_FILE_INVALID',
      `${target.path} cannot be opened as a libSQL database: ${reason}.`,
      'Check the path given with --url, and that no other program holds the file.',
      { cause },
    );
  }
}

function readSnapshot(connection: Connection, queries: readonly Query[]): readonly Reply[] {
  const begun = runStep(connection, { sql: 'BEGIN' });
  if (begun.type === 'error') throw new MigrateError('READ_FAILED', begun.message, 'Run the same command again.');
  try {
    return queries.map((query) => runStep(connection, query));
  } finally {
    if (connection.inTransaction) runStatement(connection, 'COMMIT');
  }
}

function executeBatch(connection: Connection, steps: readonly Step[]): BatchOutcome {
  const replies: Reply[] = [];
  for (const step of steps) {
    const runs = step.condition === undefined || holds(step.condition, replies, connection);
    replies.push(runs ? runStep(connection, step) : { type: 'skipped' });
  }
  return { type: 'ran', replies };
}

function holds(condition: Condition, replies: readonly Reply[], connection: Connection): boolean {
  switch (condition.type) {
    case 'ok':
      return replies[condition.step]?.type === 'rows';
    case 'autocommit':
      return !connection.inTransaction;
    case 'not':
      return !holds(condition.condition, replies, connection);
    case 'and':
      return condition.conditions.every((part) => holds(part, replies, connection));
  }
}

function runStep(connection: Connection, { sql, args }: Query): Reply {
  try {
    return { type: 'rows', rows: runStatement(connection, sql, args) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { type: 'error', message: error.message, code: error.code };
  }
}
