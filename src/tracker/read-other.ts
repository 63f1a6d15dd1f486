/** Reads another tracker if there is one. Nearly every database has none, so the code for it is loaded only when needed. */

import type { CallOptions, Database } from '../ports.ts';
import type { Production } from '../production/production.ts';
import { readOtherTracker } from './other-records.ts';
import type { OtherRecords } from './other-trackers.ts';

/** @throws MigrateError of the connection; READ_FAILED, INTERRUPTED */
export async function readOtherRecords(
  database: Database,
  production: Production,
  options?: CallOptions,
): Promise<OtherRecords | null> {
  if (production.tracker !== 'other-shape' && production.otherTrackers.length === 0) return null;
  return readOtherTracker(database, production, options);
}
