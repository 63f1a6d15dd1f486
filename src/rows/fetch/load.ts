/** Putting production's rows into a mirror, exactly as they are there. */

import { writeSchema } from '../../mirror/mirror.ts';
import { storeText } from '../../mirror/shells.ts';
import { EngineError, type Mirror } from '../../ports.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import type { FetchedTable } from './query.ts';
import { listStored, type TableShape } from './shape.ts';

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
  const loadable = tables.filter(({ shape }) => shape.bare !== null);
  const bare = loadable.filter(({ shape }) => hasConstraints(shape.name));
  if (!swap(mirror, bare, (shape) => shape.bare ?? '')) return tables;
  // The indexes that keys refer to are not there yet, nor all parents.
  mirror.run('PRAGMA foreign_keys=OFF');
  const failed = loadable.filter((table) => !fill(mirror, table));
  mirror.run('PRAGMA foreign_keys=ON');
  if (!swap(mirror, bare, ({ name }) => texts.get(name) ?? ''))
    throw new Error('the engine does not take the text of a table again');
  return [...tables.filter(({ shape }) => shape.bare === null), ...failed];
}

/** What SQLite keeps for itself has none, and its text is not to be touched. */
function hasConstraints(name: string): boolean {
  return !name.startsWith('sqlite_');
}

/** @returns false if the engine refuses the texts; the tables then have those of before. */
function swap(mirror: Mirror, tables: readonly FetchedTable[], textOf: (shape: TableShape) => string): boolean {
  const statements = tables.map(({ shape }) =>
    storeText({ object: { type: 'table', name: shape.name }, sql: textOf(shape) }),
  );
  return statements.length === 0 || writeSchema(mirror, statements);
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
