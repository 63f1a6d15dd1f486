/** An empty in-memory libSQL database, to rehearse on. */

import type { Mirror } from '../../ports.ts';
import { type EngineStatement, executeStatement, loadEngine, prepareStatement, runPrepared } from './engine.ts';

/** @throws MigrateError ENGINE_MISSING */
export async function openMirror(): Promise<Mirror> {
  const Connection = await loadEngine();
  const connection = new Connection(':memory:');
  // The questions asked of a mirror are few and come again; a statement that lives on slows every change of the schema.
  const questions = new Map<string, EngineStatement>();
  return {
    query: (sql, args = []) => {
      const question = questions.get(sql) ?? prepareStatement(connection, sql);
      questions.set(sql, question);
      return runPrepared(question, args);
    },
    run: (sql) => executeStatement(connection, sql),
    close: () => connection.close(),
  };
}
