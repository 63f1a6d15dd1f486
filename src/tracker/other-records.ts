/** Reads the records of a tracker that is not Prisma's: one more read-only request, only if there is one whose rows can be read. */

import type { CallOptions, Database } from '../ports.ts';
import { readReplies } from '../production/gather.ts';
import type { Production } from '../production/production.ts';
import { needRows } from '../production/replies.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { quoteIdentifier, sameName } from '../sql/identifiers.ts';
import { isReadable, type OtherRecords, parseOtherRows, selectOtherColumns } from './other-trackers.ts';

export type { OtherRecords } from './other-trackers.ts';

/** More rows than any folder has migrations. There is a limit because reading is billed. */
const mostRows = 10_000;

/**
 * @returns the first tracker that names migrations; the table in the tracker's place comes first; null if there is no
 * other tracker. Of other tools' tables and of old trackers under another name, only the name is returned.
 * @throws MigrateError of the connection; READ_FAILED, INTERRUPTED
 */
export async function readOtherTracker(
  database: Database,
  production: Production,
  options?: CallOptions,
): Promise<OtherRecords | null> {
  const tables = findTables(production);
  const readable = tables
    .map(({ table, columns }) => ({ table, columns, selected: selectOtherColumns(columns) }))
    .filter(({ table, selected }) => isReadable(table, production.schema.tracker) && selected.length > 0);
  const [first] = tables;
  if (first === undefined) return null;
  if (readable.length === 0) return { table: first.table, names: null, columns: first.columns };

  const replies = await readReplies(
    database,
    readable.map(({ table, selected }) => ({
      sql: `SELECT ${selected.map(quoteIdentifier).join(', ')} FROM ${quoteIdentifier(table)} LIMIT ${mostRows}`,
    })),
    { purpose: 'records of other tools', ...options },
  );
  const records = readable.map(({ table, columns, selected }, index) => ({
    table,
    columns,
    names: parseOtherRows(selected, needRows(replies[index], `the table ${table}`)),
  }));
  return records.find(({ names }) => names !== null && names.length > 0) ?? records[0] ?? null;
}

/** The tracker of this program's predecessor. */
const predecessor = '_migration_tracker';

function findTables({
  tracker,
  otherTrackers,
  schema,
}: Production): readonly { readonly table: string; readonly columns: readonly string[] }[] {
  const own = schema.tracker.name;
  const names = tracker === 'other-shape' ? [own, ...otherTrackers] : otherTrackers;
  // The most reliable ones come first.
  const surest = [own, predecessor];
  const isSure = (name: string): boolean => surest.some((sure) => sameName(sure, name));
  return [
    ...surest.flatMap((sure) => names.filter((name) => sameName(sure, name))),
    ...names.filter((name) => !isSure(name)),
  ].map((table) => {
    const sql = schema.objects.find((object) => object.type === 'table' && sameName(object.name, table))?.sql;
    return { table, columns: parseTableStructure(sql ?? '')?.columns.map(({ name }) => name) ?? [] };
  });
}
