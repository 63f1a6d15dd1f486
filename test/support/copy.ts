/** A server's database copied into an embedded one, for questions that only the embedded engine can be asked. */

import { type Embedded, openEmbedded } from './embedded-adapter.ts';
import { readDump } from './server.ts';

/**
 * Rebuilds what GET /dump says in memory, rows and all.
 * @param url http://localhost:PORT, or that with /dev/NAME.
 */
export async function copyToEmbedded(url: string, token?: string): Promise<Embedded> {
  const dump = await readDump(url, token);
  const database = openEmbedded();
  database.exec(dump);
  database.exec('PRAGMA foreign_keys=ON');
  return database;
}
