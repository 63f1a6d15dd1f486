/** Putting production's rows into a mirror, exactly as they are there. */

import { writeSchema } from '../../mirror/mirror.ts';
import { storeText } from '../../mirror/shells.ts';
import { EngineError, isDiskFull, type Mirror } from '../../ports.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import type { FetchedTable } from './query.ts';
import { listStored, type TableShape } from './stored.ts';

/** How much of an INSERT is written at once. */
const longestInsert = 250_000;

/** Tables that are being filled. */
export interface Loading {
  /**
   * @param rows the next ones of the table.
   * @throws EngineError `isDiskFull`, of a mirror in a file
   * @returns false if the engine does not take them; the table is empty then, and takes no more.
   */
  readonly take: (shape: TableShape, rows: readonly string[]) => boolean;
  /** To be called in the end. @returns the tables that the engine did not take; these are empty. */
  readonly end: () => readonly TableShape[];
}

/**
 * To be called when the tables are there, and their indexes, triggers and views not yet: no trigger fires, and an index is made
 * of what is there. Production has rows that its own tables would not take: a NULL in a column that became NOT NULL, a text in a
 * column that became INTEGER, a stored value that its expression no longer gives. So a table is filled while it has no types and
 * no constraints, and gets its own text back.
 */
export function beginLoading(mirror: Mirror, shapes: readonly TableShape[]): Loading {
  const texts = new Map(
    mirror
      .query(`SELECT name, sql FROM sqlite_schema WHERE type = 'table'`)
      .map(([name, sql]) => [String(name), String(sql)] as const),
  );
  const loadable = shapes.filter(({ bare }) => bare !== null);
  const bare = loadable.filter(({ name }) => hasConstraints(name));
  if (!swap(mirror, bare, (shape) => shape.bare ?? '')) return { take: () => false, end: () => shapes };
  const refused = new Set(shapes.filter((shape) => shape.bare === null));
  // The indexes that keys refer to are not there yet, nor all parents.
  mirror.run('PRAGMA foreign_keys=OFF');
  // What makes a virtual table puts rows into the tables that it keeps itself in.
  for (const { name } of loadable) mirror.run(`DELETE FROM ${quoteIdentifier(name)}`);
  return {
    take: (shape, rows) => {
      if (!refused.has(shape) && !put(mirror, shape, rows)) refused.add(shape);
      return !refused.has(shape);
    },
    end: () => {
      mirror.run('PRAGMA foreign_keys=ON');
      if (!swap(mirror, bare, ({ name }) => texts.get(name) ?? ''))
        throw new Error('the engine does not take the text of a table again');
      return [...refused];
    },
  };
}

/** @returns the tables that the engine did not take; these are empty. */
export function loadRows(mirror: Mirror, tables: readonly FetchedTable[]): readonly FetchedTable[] {
  const loading = beginLoading(
    mirror,
    tables.map(({ shape }) => shape),
  );
  for (const { shape, rows } of tables) loading.take(shape, rows);
  const refused = loading.end();
  return tables.filter(({ shape }) => refused.includes(shape));
}

/** What SQLite keeps for itself has none, and its text is not to be touched. */
function hasConstraints(name: string): boolean {
  return !name.startsWith('sqlite_');
}

/** @returns false if the engine refuses the texts; the tables then have those of before. */
function swap(mirror: Mirror, shapes: readonly TableShape[], textOf: (shape: TableShape) => string): boolean {
  const statements = shapes.map((shape) =>
    storeText({ object: { type: 'table', name: shape.name }, sql: textOf(shape) }),
  );
  return statements.length === 0 || writeSchema(mirror, statements);
}

function put(mirror: Mirror, shape: TableShape, rows: readonly string[]): boolean {
  const name = quoteIdentifier(shape.name);
  mirror.run('SAVEPOINT filling');
  try {
    for (const values of cut(rows))
      mirror.run(`INSERT INTO ${name} (${listStored(shape).join(', ')}) VALUES ${values}`);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (isDiskFull(error)) throw error;
    mirror.run('ROLLBACK TO filling');
    mirror.run(`DELETE FROM ${name}`);
    mirror.run('RELEASE filling');
    return false;
  }
  mirror.run('RELEASE filling');
  return true;
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
