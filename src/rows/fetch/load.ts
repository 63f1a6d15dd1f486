/** Putting production's rows into a mirror, exactly as they are there. */

import { EngineError, type Mirror } from '../../ports.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import type { FetchedTable } from './query.ts';
import { listStored, storeTable } from './shape.ts';

/** How much of an INSERT is written at once. */
const longestInsert = 250_000;

/**
 * To be called when the tables are there, and their indexes, triggers and views not yet: no trigger fires, and an index is made
 * of what is there. Production has rows that its own tables would not take: a NULL in a column that became NOT NULL, a text in a
 * column that became INTEGER, a stored value that its expression no longer gives. So a table is filled while it has no types and
 * no constraints, and gets its own text back.
 * @returns the tables that the engine did not take; these are empty.
 */
export function loadRows(mirror: Mirror, tables: readonly FetchedTable[]): readonly FetchedTable[] {
  const texts = new Map(
    mirror
      .query(`SELECT name, sql FROM sqlite_schema WHERE type = 'table'`)
      .map(([name, sql]) => [String(name), String(sql)] as const),
  );
  // The indexes that keys refer to are not there yet, nor all parents.
  mirror.run('PRAGMA foreign_keys=OFF');
  const loadable = tables.filter(({ shape }) => shape.bare !== null);
  const bare = loadable.filter(({ shape }) => hasConstraints(shape.name));
  swap(
    mirror,
    bare.map(({ shape }) => storeTable(shape.name, shape.bare ?? '')),
  );
  const failed = loadable.filter((table) => !fill(mirror, table));
  swap(
    mirror,
    bare.map(({ shape }) => storeTable(shape.name, texts.get(shape.name) ?? '')),
  );
  mirror.run('PRAGMA foreign_keys=ON');
  return [...tables.filter(({ shape }) => shape.bare === null), ...failed];
}

/** What SQLite keeps for itself has none, and its text is not to be touched. */
function hasConstraints(name: string): boolean {
  return !name.startsWith('sqlite_');
}

/** Writes the schema as text, and has the engine read it again. */
function swap(mirror: Mirror, statements: readonly string[]): void {
  if (statements.length === 0) return;
  mirror.run('PRAGMA writable_schema=ON');
  for (const sql of statements) mirror.run(sql);
  mirror.run('PRAGMA writable_schema=RESET');
}

function fill(mirror: Mirror, { shape, rows }: FetchedTable): boolean {
  const name = quoteIdentifier(shape.name);
  mirror.run('SAVEPOINT filling');
  try {
    // What makes a virtual table puts rows into the tables that it keeps itself in.
    mirror.run(`DELETE FROM ${name}`);
    for (const values of cut(rows))
      mirror.run(`INSERT INTO ${name} (${listStored(shape).join(', ')}) VALUES ${values}`);
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    mirror.run('ROLLBACK TO filling');
    mirror.run(`DELETE FROM ${name}`);
    return false;
  } finally {
    mirror.run('RELEASE filling');
  }
}

function* cut(rows: readonly string[]): Generator<string> {
  let part: string[] = [];
  let length = 0;
  for (const row of rows) {
    if (length + row.length > longestInsert && part.length > 0) {
      yield part.join(',\n');
      [part, length] = [[], 0];
    }
    part.push(row);
    length += row.length;
  }
  if (part.length > 0) yield part.join(',\n');
}
