/** A driver adapter, in the shape that Prisma's engine expects, over embedded libSQL; the tests' own, so that they judge ours. */

import Database from 'libsql';

/** An open embedded libSQL database. */
export type Embedded = InstanceType<typeof Database>;

/** @returns a database in memory when no path is given. */
export function openEmbedded(path = ':memory:'): Embedded {
  return new Database(path, {});
}

type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AdapterError };

/** Prisma's words for what went wrong (driver-adapter-utils, `MappedError`). */
type AdapterError =
  | { readonly kind: 'TableDoesNotExist'; readonly table: string }
  | { readonly kind: 'sqlite'; readonly extendedCode: number; readonly message: string };

interface EngineQuery {
  readonly sql: string;
  readonly args: readonly unknown[];
}

/** Prisma's numbers of column types (driver-adapter-utils, `ColumnTypeEnum`). */
const columnType = { int64: 1, double: 3, text: 7, dateTime: 10, bytes: 13 } as const;

function columnTypeOf(declared: string | null, value: unknown): number {
  if (declared?.toUpperCase() === 'DATETIME') return columnType.dateTime;
  if (typeof value === 'number') return Number.isInteger(value) ? columnType.int64 : columnType.double;
  if (typeof value === 'bigint') return columnType.int64;
  if (value instanceof Uint8Array) return columnType.bytes;
  return columnType.text;
}

/** Times arrive as integer milliseconds or as text; the engine takes text. */
function toEngineValue(value: unknown, type: number | undefined): unknown {
  return type === columnType.dateTime && typeof value === 'number' ? new Date(value).toISOString() : value;
}

/** Engines from 7.5 on quote a string with double quotes in this one query, which libSQL takes for a column. */
function mendQuotes(sql: string): string {
  return /sqlite_(?:master|schema)/i.test(sql) ? sql.replaceAll(/=\s*"(\w+)"/g, "= '$1'") : sql;
}

function bindable(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof Date ? value.toISOString() : value;
}

function toAdapterError(error: unknown): AdapterError {
  const message = error instanceof Error ? error.message : String(error);
  const table = /^no such table: (?:main\.)?(.*)$/.exec(message)?.[1];
  if (table !== undefined) return { kind: 'TableDoesNotExist', table };
  const rawCode = error instanceof Database.SqliteError ? error.rawCode : undefined;
  return { kind: 'sqlite', extendedCode: rawCode ?? 1, message };
}

async function answer<T>(work: () => T): Promise<Answer<T>> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, error: toAdapterError(error) };
  }
}

function queryRows(database: Embedded, query: EngineQuery) {
  const statement = database.prepare(mendQuotes(query.sql));
  const args = query.args.map(bindable);
  if (!statement.reader) {
    statement.run(...args);
    return { columnNames: [], columnTypes: [], rows: [] };
  }
  const columns = statement.raw(true).columns();
  const rows = statement.all(...args).filter((row) => Array.isArray(row));
  const columnTypes = columns.map(({ type }, index) =>
    columnTypeOf(
      type,
      rows.map((row) => row[index]).find((value) => value !== null),
    ),
  );
  return {
    columnNames: columns.map(({ name }) => name),
    columnTypes,
    rows: rows.map((row) => row.map((value, index) => toEngineValue(value, columnTypes[index]))),
  };
}

/** The whole script runs, and not only its first statement as with Prisma's own libSQL adapter. */
function executeQuery(database: Embedded, query: EngineQuery): number {
  if (query.args.length === 0) {
    database.exec(query.sql);
    return 0;
  }
  return database.prepare(query.sql).run(...query.args.map(bindable)).changes;
}

function adapterOver(database: Embedded, dispose: () => void) {
  const queryable = {
    provider: 'sqlite',
    adapterName: 'embedded-libsql',
    queryRaw: (query: EngineQuery) => answer(() => queryRows(database, query)),
    executeRaw: (query: EngineQuery) => answer(() => executeQuery(database, query)),
  };
  return {
    ...queryable,
    executeScript: (script: string) => answer(() => void database.exec(script)),
    getConnectionInfo: () => ({ ok: true, value: { supportsRelationJoins: false } }),
    dispose: () => answer(dispose),
    startTransaction: () =>
      answer(() => {
        database.exec('BEGIN');
        return {
          ...queryable,
          options: { usePhantomQuery: false },
          commit: () => answer(() => void database.exec('COMMIT')),
          rollback: () => answer(() => void database.exec('ROLLBACK')),
        };
      }),
  };
}

/** @returns what `SchemaEngine.new` takes; the database stays open when the engine lets go of it. */
export function adapterFactoryOver(database: Embedded) {
  return {
    provider: 'sqlite',
    adapterName: 'embedded-libsql',
    connect: () => answer(() => adapterOver(database, () => {})),
    connectToShadowDb: () =>
      answer(() => {
        const shadow = openEmbedded();
        return adapterOver(shadow, () => shadow.close());
      }),
  };
}
