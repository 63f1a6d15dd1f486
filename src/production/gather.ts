/** Reads production in one read-only request. */

import { MigrateError } from '../errors.ts';
import type { CallOptions, Database, Question, ReadOptions, Reply } from '../ports.ts';
import { command } from '../text/prose.ts';
import { listProductionQueries, type Production, parseProduction } from './production.ts';

/** @throws MigrateError of the connection; READ_FAILED, INTERRUPTED */
export async function readProduction(database: Database, options?: CallOptions): Promise<Production> {
  return parseProduction(
    await readReplies(database, listProductionQueries(database.tracker), {
      purpose: 'schema and history',
      ...options,
    }),
    database.tracker,
  );
}

/**
 * Reports an interrupted read as INTERRUPTED: to the database layer it looks like an unreachable server.
 * @throws MigrateError of the connection; INTERRUPTED
 */
export async function readReplies(
  database: Database,
  questions: readonly Question[],
  options?: ReadOptions,
): Promise<readonly Reply[]> {
  try {
    return await database.read(questions, options);
  } catch (error) {
    if (!options?.signal?.aborted) throw error;
    throw new MigrateError('INTERRUPTED', 'Interrupted while reading; nothing was written.', command('status'));
  }
}
