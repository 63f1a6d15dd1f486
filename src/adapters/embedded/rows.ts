/** The rows of a file's tables, as one read transaction sees them: on a connection of its own. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { MigrateError } from '../../errors.ts';
import { EngineError, type Reply, type StreamedRows, type StreamOptions } from '../../ports.ts';
import { readParts } from '../../rows/fetch/read-parts.ts';
import { command } from '../../text/prose.ts';
import { interrupted } from './bounded.ts';
import { beginReading, type CopySource } from './copy.ts';
import { type Connection, loadEngine, runStatement } from './engine.ts';

/** @throws MigrateError READ_FAILED, INTERRUPTED, DATABASE_BUSY */
export async function streamFromFile(source: CopySource, options: StreamOptions): Promise<StreamedRows | null> {
  const EngineConnection = await loadEngine();
  const connection = new EngineConnection(source.target.path, { timeout: 100 });
  try {
    await beginReading(connection, source, options.signal);
    return await readAll(connection, options);
  } finally {
    // Closing alone would keep the lock until the statements are collected.
    if (connection.inTransaction) connection.exec('COMMIT');
    connection.close();
  }
}

async function readAll(connection: Connection, options: StreamOptions): Promise<StreamedRows | null> {
  if (!options.goesOn(options.first.map(({ sql }) => read(connection, sql)))) return null;
  let queries = 0;
  const ask = async (statements: readonly string[]) => {
    await nextTurn();
    if (options.signal?.aborted) throw interrupted();
    queries += statements.length;
    return statements.map((sql) => readLines(connection, sql));
  };
  const whole = await readParts(ask, options);
  return { whole, queries, rowsRead: null };
}

function readLines(connection: Connection, sql: string): readonly string[] {
  const reply = read(connection, sql);
  if (reply.type === 'rows') return reply.rows.map(([line]) => String(line));
  const reason = reply.type === 'error' ? reply.message : 'no answer';
  throw new MigrateError(
    'READ_FAILED',
    `The rows of the file cannot be read: ${reason}. Nothing was written.`,
    command('plan'),
    { without: ['--rows'] },
  );
}

function read(connection: Connection, sql: string): Reply {
  try {
    return { type: 'rows', rows: runStatement(connection, sql) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { type: 'error', message: error.message, code: error.code };
  }
}
