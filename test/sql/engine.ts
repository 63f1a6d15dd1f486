/** An empty libSQL database in memory, to ask the engine itself. */

import Database from 'libsql';

type Rows = readonly (readonly unknown[])[];

export interface Engine {
  /** Runs all statements of a text. */
  run(sql: string): void;
  /** Runs the first statement of a text. */
  query(sql: string): Rows;
}

/** What `use` answers of a new database, which is closed afterwards. */
export function withEngine<Answer>(use: (engine: Engine) => Answer): Answer {
  const database = new Database(':memory:');
  try {
    return use({
      run: (sql) => database.exec(sql),
      query: (sql) => {
        const statement = database.prepare(sql);
        if (statement.reader) return statement.raw().all() as Rows;
        statement.run();
        return [];
      },
    });
  } finally {
    database.close();
  }
}

/** Whether the engine can prepare the statement in an empty database. */
export function isReadable(sql: string): boolean {
  const database = new Database(':memory:');
  try {
    database.prepare(sql);
    return true;
  } catch {
    return false;
  } finally {
    database.close();
  }
}
