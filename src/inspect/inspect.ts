/** `tables` and `inspect`: production's tables, read in one request. */

import { MigrateError } from '../errors.ts';
import type { Database, Value } from '../ports.ts';
import { needRows } from '../production/replies.ts';
import { parseSchema, type Schema, type SchemaObject } from '../schema/model/objects.ts';
import { quoteIdentifier, sameName } from '../sql/identifiers.ts';
import { command, say } from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';
import { suggest } from '../text/suggest.ts';
import { buildTables, findShown, selectColumnsOf, type Table, tableQueries } from './tables.ts';

/** @throws MigrateError READ_FAILED and those of the connection */
export async function readTables(database: Database): Promise<readonly Table[]> {
  const [objects, kinds, columns, indexes, keys] = await database.read(tableQueries, { purpose: 'tables' });
  const schema = parseSchema(needRows(objects, 'the schema'), needRows(kinds, 'the list of tables'), database.tracker);
  const isWhole = columns?.type !== 'error' || !findShown(schema).some((object) => mayBeBroken(schema, object));
  const { rows, broken } = isWhole
    ? { rows: needRows(columns, 'the columns'), broken: new Map() }
    : await readColumnsApart(database, schema);
  return buildTables(schema, rows, needRows(indexes, 'the indexes'), needRows(keys, 'the foreign keys'), broken);
}

interface ColumnsApart {
  readonly rows: readonly (readonly Value[])[];
  readonly broken: ReadonlyMap<string, string>;
}

/** A second request, only if a view or virtual table is broken. */
async function readColumnsApart(database: Database, schema: Schema): Promise<ColumnsApart> {
  const shown = findShown(schema);
  const replies = await database.read(
    shown.map(({ name }) => selectColumnsOf(name)),
    { purpose: 'columns' },
  );
  const broken = new Map<string, string>();
  const rows = shown.flatMap((object, index) => {
    const reply = replies[index];
    if (reply?.type !== 'error' || !mayBeBroken(schema, object))
      return needRows(reply, `the columns of ${object.name}`);
    broken.set(object.name, reply.message);
    return [];
  });
  return { rows, broken };
}

/** True for views (their table may be gone) and virtual tables (their module may be). */
function mayBeBroken(schema: Schema, { type, name }: SchemaObject): boolean {
  return type === 'view' || schema.kinds.get(name) === 'virtual';
}

/**
 * Counts rows, which reads an index or the table from end to end: a second request, and reading is billed.
 * @returns rows by table name; null if a table could not be counted
 */
export async function countTableRows(
  database: Database,
  tables: readonly Table[],
): Promise<ReadonlyMap<string, number | null>> {
  const counted = tables.filter((table) => table.kind !== 'view');
  const replies = await database.read(
    counted.map((table) => ({ sql: `SELECT count(*) FROM ${quoteIdentifier(table.name)}` })),
  );
  return new Map(
    counted.map((table, index) => {
      const reply = replies[index];
      return [table.name, reply?.type === 'rows' ? Number(reply.rows[0]?.[0]) : null];
    }),
  );
}

/** @throws MigrateError TABLE_UNKNOWN with a suggestion, READ_FAILED and those of the connection */
export async function inspectTable(database: Database, name: string): Promise<Table> {
  const tables = await readTables(database);
  const table =
    tables.find((candidate) => candidate.name === name) ?? tables.find((candidate) => sameName(candidate.name, name));
  if (table) return table;
  const near = suggest(
    name,
    tables.map((candidate) => candidate.name),
  );
  throw new MigrateError(
    'TABLE_UNKNOWN',
    `Production has no table or view called ${name}.`,
    near ? say`Did you mean ${quoteArgument(near)}? ${command('inspect', [near])}` : command('tables'),
  );
}
