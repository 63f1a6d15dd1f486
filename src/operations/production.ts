/** Gathering production: one read-only request. */

import { type Production, parseProduction, productionQueries } from '../core/production.ts';
import { MigrateError } from '../errors.ts';
import type { CallOptions, Database, Reply } from '../ports.ts';

/** @throws MigrateError of the connection; READ_FAILED, TRACKER_SHAPE */
export async function readProduction(database: Database, options?: CallOptions): Promise<Production> {
  return parseProduction(await read(database, options));
}

/** An interrupted read looks like an unreachable server to the one who reads. */
async function read(database: Database, options?: CallOptions): Promise<readonly Reply[]> {
  try {
    return await database.read(productionQueries, options);
  } catch (error) {
    if (!options?.signal?.aborted) throw error;
    throw new MigrateError('INTERRUPTED', 'Interrupted while reading; nothing was written.', 'migrate-prod status');
  }
}
