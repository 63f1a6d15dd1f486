/** A target opened as the operations take it. */

import { parseTarget } from '../../src/adapters/files/target.ts';
import type { Database } from '../../src/ports.ts';
import { openDatabase } from '../../src/wiring.ts';

/** Closes it whatever happens. */
export async function withDatabase<Result>(url: string, use: (database: Database) => Promise<Result>): Promise<Result> {
  const { target } = parseTarget(url, process.cwd());
  const database = await openDatabase({ target, token: null, timeoutSeconds: 20, create: 'must-exist' });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
