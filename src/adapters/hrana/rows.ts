/** The rows of a server's tables, read in one read-only transaction on one stream. */

import { MigrateError } from '../../errors.ts';
import type { StreamedRows, StreamOptions } from '../../ports.ts';
import { NoRows, readParts } from '../../rows/fetch/read-parts.ts';
import { command, type Sayable } from '../../text/prose.ts';
import { interrupted } from '../embedded/bounded.ts';
import { readError, readResponse } from './decode.ts';
import type { WireResponse } from './messages.ts';
import { openStream, type StreamServer } from './stream.ts';

/** @throws MigrateError READ_FAILED, INTERRUPTED, and those of the connection */
export async function streamFromServer(server: StreamServer, options: StreamOptions): Promise<StreamedRows | null> {
  try {
    return await readAll(server, options);
  } catch (error) {
    if (options.signal?.aborted) throw interrupted();
    throw error instanceof NoRows ? unreadable(server, 'the answer is not what was asked for') : error;
  }
}

async function readAll(server: StreamServer, options: StreamOptions): Promise<StreamedRows | null> {
  const stream = openStream(server);
  const { responses } = await stream.ask(['BEGIN', ...options.first.map(({ sql }) => sql)]);
  const [begun, ...replies] = responses.map(readResponse);
  if (begun?.type !== 'rows')
    throw unreadable(server, begun?.type === 'error' ? begun.message : 'there is no transaction');
  let queries = 0;
  let rowsRead: number | null = null;
  const ask = async (statements: readonly string[]) => {
    const answer = await stream.ask(statements);
    // A stream that lost its transaction would go on reading, each part as of another moment.
    if (!answer.inTransaction)
      throw unreadable(server, 'it ended the transaction that they were read in', 'Run the same command again.');
    queries += statements.length;
    const read = sumRowsRead(answer.responses);
    if (read !== null) rowsRead = (rowsRead ?? 0) + read;
    return answer.responses.map((response) => readLines(server, response));
  };
  const whole = options.goesOn(replies) ? await readParts(ask, options) : null;
  await stream.close();
  return whole && { whole, queries, rowsRead };
}

function sumRowsRead(responses: readonly WireResponse[]): number | null {
  const counts = responses.flatMap((response) =>
    response.type === 'execute' && response.result.rowsRead !== null ? [response.result.rowsRead] : [],
  );
  return counts.length === 0 ? null : counts.reduce((sum, rows) => sum + rows, 0);
}

/** Of an answer, 10 MB, and of a value, 4 MB: each line is one. */
const tooLarge: ReadonlySet<string> = new Set(['RESPONSE_TOO_LARGE', 'SQLITE_TOOBIG']);

/** @returns null for what was too large. */
function readLines(server: StreamServer, response: WireResponse): readonly string[] | null {
  if (response.type === 'error') {
    const { code, message } = readError(response.error);
    if (tooLarge.has(code)) return null;
    throw unreadable(server, message);
  }
  if (response.type !== 'execute') throw new NoRows();
  return response.result.rows.map(([line]) => {
    if (line?.type !== 'text') throw new NoRows();
    return line.value;
  });
}

function unreadable({ target }: StreamServer, reason: string, next: Sayable = command('plan')): MigrateError {
  return new MigrateError(
    'READ_FAILED',
    `The rows of ${target.name} cannot be read: ${reason}. Nothing was written.`,
    next,
    { without: ['--rows'] },
  );
}
