/** Gathering production: one read-only request. */

import { type Production, parseProduction, productionQueries } from '../core/production.ts';
import type { CallOptions, Database } from '../ports.ts';

/** @throws MigrateError of the connection; READ_FAILED, TRACKER_SHAPE */
export async function readProduction(database: Database, options?: CallOptions): Promise<Production> {
  return parseProduction(await database.read(productionQueries, options));
}
