/**
 * What of a schema cannot be used, told by the engine: every use is compiled, and runs over no rows. A foreign key that cannot be
 * satisfied, and a trigger that names what is gone, fail only then (SQLite, fkey.c and trigger.c).
 */

import { readColumns } from '../../mirror/columns.ts';
import { findFault, findWorking } from '../../mirror/try-object.ts';
import { EngineError, isOutOfBounds, type Mirror } from '../../ports.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../../schema/model/objects.ts';
import { classify } from '../../sql/classify.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import { groupBy } from '../../text/group.ts';
import { everyForeignKey } from './foreign-keys.ts';

export type BrokenUse =
  /** A view, a trigger, or a full-text index. */
  | { readonly type: 'object'; readonly object: SchemaObject; readonly reason: string }
  /** No row of the child can be written, and none of the parent deleted. */
  | BrokenKey
  /** Writing to a table fails for another reason. */
  | { readonly type: 'table'; readonly table: string; readonly reason: string };

export interface BrokenKey {
  readonly type: 'key';
  readonly child: string;
  readonly parent: string;
  readonly reason: string;
  /** Columns of the parent: once they are unique the key can be satisfied. null where that is not what is wrong. */
  readonly toBeUnique: readonly string[] | null;
}

/** What to try. Names are folded. */
export interface Concerned {
  /** Whatever names one of these tables and views, and those themselves. */
  readonly names: ReadonlySet<string>;
  /** Foreign keys to these tables. */
  readonly parents: ReadonlySet<string>;
  /** These tables. */
  readonly written: ReadonlySet<string>;
}

/** Tries objects and tables, each known by a key such as `table city`. */
export interface UseFinder {
  /**
   * Foreign keys have to be on.
   * @param isToTry by its key.
   * @returns the keys of what was tried, with what is wrong with it.
   */
  find(concerned: Concerned, isToTry: (key: string) => boolean): ReadonlyMap<string, readonly BrokenUse[]>;
}

/** @param listNames the names in a text, folded; it is asked for the same texts again. */
export function openUseFinder(mirror: Mirror, listNames: (sql: string) => ReadonlySet<string>): UseFinder {
  return {
    find: (concerned, isToTry) => {
      const tried = new Map<string, readonly BrokenUse[]>();
      const attempt = (key: string, find: () => readonly BrokenUse[]) => {
        if (!tried.has(key) && isToTry(key)) tried.set(key, find());
      };
      const users = mirror
        .query(
          `${selectSchemaObjects} WHERE type IN ('view', 'trigger') OR (type = 'table' AND sql LIKE 'CREATE VIRTUAL%')`,
        )
        .map(parseSchemaObject);
      const found = findUsers(users, concerned.names, listNames);
      const views = new Set(users.filter(({ type }) => type === 'view').map(({ name }) => foldName(name)));
      const tables = new Set([...concerned.written, ...concerned.parents]);
      // Of a chain of views only the end is compiled, if it works.
      const working = findWorking(
        mirror,
        [...found].filter((object) => object.type === 'view' && isToTry(keyOf(object))),
      );
      for (const object of found) {
        if (object.type === 'trigger' && !views.has(foldName(object.table))) tables.add(foldName(object.table));
        else attempt(keyOf(object), () => (working.has(object) ? [] : tryObject(mirror, object)));
      }
      // A counter that a table has not yet begins with a write over no rows.
      takeBack(mirror, 'uses', () => {
        const tryAll = (names: Iterable<string>) => {
          for (const table of names) attempt(`table ${table}`, () => tryTable(mirror, table, users));
        };
        tryAll(tables);
        // The keys to a table are compiled with its own DELETE: only where that fails, or it is gone, each is tried.
        tryAll(readChildren(mirror, findUnsound(mirror, concerned.parents, tried)));
      });
      return tried;
    },
  };
}

function keyOf({ type, name }: SchemaObject): string {
  return `${type} ${foldName(name)}`;
}

/** Those that name one of the names, are it, or are on it; also by way of a view. */
function findUsers(
  users: readonly SchemaObject[],
  names: ReadonlySet<string>,
  listNames: (sql: string) => ReadonlySet<string>,
): ReadonlySet<SchemaObject> {
  const found = new Set<SchemaObject>();
  if (names.size === 0) return found;
  const known = new Set(names);
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const object of users) {
      if (found.has(object)) continue;
      const mentioned = listNames(object.sql ?? '');
      if (![...known].some((name) => mentioned.has(name))) continue;
      found.add(object);
      if (object.type === 'view') known.add(foldName(object.name));
    }
  }
  return found;
}

function findUnsound(
  mirror: Mirror,
  parents: ReadonlySet<string>,
  tried: ReadonlyMap<string, readonly BrokenUse[]>,
): readonly string[] {
  return [...parents].filter((table) => {
    const broken = tried.get(`table ${table}`);
    return broken === undefined ? false : broken.length > 0 || findTable(mirror, table) === null;
  });
}

function readChildren(mirror: Mirror, parents: readonly string[]): readonly string[] {
  if (parents.length === 0) return [];
  return mirror
    .query(`SELECT DISTINCT m.name FROM ${everyForeignKey} AND lower(f."table") IN (SELECT value FROM json_each(?))`, [
      JSON.stringify(parents),
    ])
    .map(([name]) => foldName(String(name)));
}

/** @returns the table's name as it is written; null where there is none, or a virtual one. */
function findTable(mirror: Mirror, table: string): string | null {
  const [row] = mirror.query(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE AND sql NOT LIKE 'CREATE VIRTUAL%'`,
    [table],
  );
  return row === undefined ? null : String(row[0]);
}

/** Runs something, and has the mirror as it was before. */
function takeBack<Result>(mirror: Mirror, savepoint: string, run: () => Result): Result {
  mirror.run(`SAVEPOINT ${savepoint}`);
  try {
    return run();
  } finally {
    // What is out of memory is rolled back, with the savepoint.
    hear(() => {
      mirror.run(`ROLLBACK TO ${savepoint}`);
      mirror.run(`RELEASE ${savepoint}`);
    });
  }
}

/** @returns what the engine says is wrong; null where nothing is, or where it did not get to an end. */
function hear(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Rows that the mirror lacks may make a full-text index look damaged.
    return isOutOfBounds(error) || error.code === 'SQLITE_CORRUPT' ? null : error.message;
  }
}

function tryObject(mirror: Mirror, object: SchemaObject): readonly BrokenUse[] {
  const reason = object.type === 'table' ? trySearch(mirror, object) : findFault(mirror, object);
  return reason === null ? [] : [{ type: 'object', object, reason }];
}

/** The last two show what is in an index of the others. */
const fullTextModules = new Set(['fts3', 'fts4', 'fts5', 'fts5vocab', 'fts4aux']);

/** A full-text index looks for the table whose rows it is over only when it is read. */
function trySearch(mirror: Mirror, { name, sql }: SchemaObject): string | null {
  const kind = classify(sql ?? '');
  if (kind.type !== 'create-virtual-table' || !fullTextModules.has(foldName(kind.module))) return null;
  return hear(() => mirror.run(`SELECT * FROM ${quoteIdentifier(name)} LIMIT 1`));
}

function tryTable(mirror: Mirror, table: string, users: readonly SchemaObject[]): readonly BrokenUse[] {
  const name = findTable(mirror, table);
  if (name === null || sameName(name, mirror.tracker.name)) return [];
  const writes = listWrites(mirror, name);
  if (tryWrites(mirror, writes).length === 0) return [];
  return takeBack(mirror, 'alone', () => tryAlone(mirror, name, writes, users));
}

function listWrites(mirror: Mirror, table: string): readonly string[] {
  const columns = readColumns(mirror, table).flatMap(({ name, kind }) =>
    kind === 'stored' ? [quoteIdentifier(name)] : [],
  );
  if (columns.length === 0) return [];
  const [target, list] = [quoteIdentifier(table), columns.join(', ')];
  return [
    `INSERT INTO ${target} (${list}) SELECT ${list} FROM ${target} WHERE 0`,
    `UPDATE ${target} SET ${columns.map((column) => `${column} = ${column}`).join(', ')} WHERE 0`,
    `DELETE FROM ${target} WHERE 0`,
  ];
}

/** @returns what the engine says of those that fail, each once. */
function tryWrites(mirror: Mirror, writes: readonly string[]): readonly string[] {
  return [...new Set(writes.flatMap((sql) => hear(() => mirror.run(sql)) ?? []))];
}

/** Which of its triggers make a table's writes fail, and what is wrong without any: each trigger is tried alone. */
function tryAlone(
  mirror: Mirror,
  table: string,
  writes: readonly string[],
  users: readonly SchemaObject[],
): readonly BrokenUse[] {
  const triggers = users.filter(({ type }) => type === 'trigger');
  for (const { name } of triggers) mirror.run(`DROP TRIGGER ${quoteIdentifier(name)}`);
  const plain = tryWrites(mirror, writes);
  const ownTriggers = triggers.filter((trigger) => sameName(trigger.table, table));
  return [
    ...plain.map((reason) => findBrokenKey(mirror, reason, table) ?? ({ type: 'table', table, reason } as const)),
    ...ownTriggers.flatMap((object): readonly BrokenUse[] => {
      mirror.run(object.sql ?? '');
      const reason = tryWrites(mirror, writes).find((said) => !plain.includes(said));
      mirror.run(`DROP TRIGGER ${quoteIdentifier(object.name)}`);
      if (reason === undefined) return [];
      return [findBrokenKey(mirror, reason, null, object.sql ?? '') ?? { type: 'object', object, reason }];
    }),
  ];
}

/**
 * The foreign key that the engine's words are about; null where they are about something else.
 * @param table whose key it has to be where the words do not say; null for any.
 * @param trigger a text that may itself name the table that is gone.
 */
function findBrokenKey(mirror: Mirror, reason: string, table: string | null, trigger = ''): BrokenUse | null {
  const keys = mirror.query(`SELECT DISTINCT m.name, f."table" FROM ${everyForeignKey}`);
  for (const [child, parent] of keys.map((key) => key.map(String))) {
    if (child === undefined || parent === undefined) continue;
    const isMismatch =
      reason === `foreign key mismatch - ${quoteIdentifier(child)} referencing ${quoteIdentifier(parent)}`;
    const isGone = reason === `no such table: main.${parent}` && (table === null || sameName(child, table));
    if (isMismatch || (isGone && !mentionsName(trigger, parent))) {
      const toBeUnique = isMismatch ? findToBeUnique(mirror, child, parent, reason) : null;
      return { type: 'key', child, parent, reason, toBeUnique };
    }
  }
  return null;
}

/** Tries each key between the two tables: the engine takes it once an index makes its columns unique. */
function findToBeUnique(mirror: Mirror, child: string, parent: string, reason: string): readonly string[] | null {
  const rows = mirror.query(
    'SELECT id, "to" FROM pragma_foreign_key_list(?) WHERE "table" = ? COLLATE NOCASE ORDER BY id, seq',
    [child, parent],
  );
  const keys = groupBy(rows, ([id]) => id);
  for (const key of keys.values()) {
    const columns = key.map(([, to]) => to);
    if (columns.some((to) => typeof to !== 'string')) continue;
    const list = columns.map((to) => quoteIdentifier(String(to)));
    const isMended = takeBack(mirror, 'mended', () => {
      const index = `CREATE UNIQUE INDEX "migrate_prod_key" ON ${quoteIdentifier(parent)} (${list.join(', ')})`;
      const isMade = hear(() => mirror.run(index)) === null;
      return isMade && !tryWrites(mirror, listWrites(mirror, child)).includes(reason);
    });
    if (isMended) return columns.map(String);
  }
  return null;
}
