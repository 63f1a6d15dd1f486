/** An empty in-memory libSQL database, to rehearse on. */

import type { Mirror } from '../../ports.ts';
import { executeStatement, loadEngine, runStatement } from './engine.ts';

/** @throws MigrateError ENGINE_MISSING */
export async function openMirror(): Promise<Mirror> {
  const Connection = await loadEngine();
  const connection = new Connection(':memory:');
  return {
    query: (sql, args) => runStatement(connection, sql, args),
    run: (sql) => executeStatement(connection, sql),
    close: () => connection.close(),
  };
}
