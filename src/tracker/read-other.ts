/** Another tracker, where there is one: nearly every database has none, and the code that reads it is loaded for the others only. */

import type { CallOptions, Database } from '../ports.ts';
import type { Production } from '../production/production.ts';
import { readForeignRecords } from './other-records.ts';
import type { ForeignRecords } from './other-trackers.ts';

/** @throws MigrateError of the connection; READ_FAILED, INTERRUPTED */
export async function readForeign(
  database: Database,
  production: Production,
  options?: CallOptions,
): Promise<ForeignRecords | null> {
  if (production.tracker !== 'other-shape' && production.foreignTrackers.length === 0) return null;
  return readForeignRecords(database, production, options);
}
