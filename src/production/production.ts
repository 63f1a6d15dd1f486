/** What one read-only request tells about a target: its engine, its schema and its tracker. */

import { MigrateError } from '../errors.ts';
import { findRowidColumn } from '../schema/model/columns.ts';
import { emptyFingerprint, schemaFingerprint, trackerFingerprint } from '../schema/model/fingerprint.ts';
import { isInternalTable, parseSchema, type Schema, schemaQueries } from '../schema/model/objects.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { quoteIdentifier, sameName } from '../sql/identifiers.ts';
import type { Query, Reply } from '../target/request.ts';
import { command, say } from '../text/prose.ts';
import { readClock } from '../text/time.ts';
import { isOtherTracker } from '../tracker/other-trackers.ts';
import {
  now,
  parseTrackerRow,
  requiredTrackerColumns,
  selectTrackerRows,
  type TrackerRow,
  type TrackerTable,
} from '../tracker/tracker.ts';
import { needRows } from './replies.ts';

export interface Production {
  /** The result of `sqlite_version()`. */
  readonly engineVersion: string;
  /** True if a new connection enforces foreign keys. */
  readonly foreignKeys: boolean;
  readonly schema: Schema;
  /** Empty, like the tracker's, if the engine cannot compute fingerprints; `checkEngine` refuses such an engine. */
  readonly schemaFingerprint: string;
  /** `other-shape`: a table of that name is there, but is not Prisma's. */
  readonly tracker: 'prisma' | 'other-shape' | 'absent';
  readonly trackerExists: boolean;
  /** The columns of the table in the tracker's place, and its number of rows, whatever its shape. */
  readonly trackerColumns: readonly string[];
  readonly trackerRowCount: number;
  /** Tables where other tools and scripts keep their record. */
  readonly otherTrackers: readonly string[];
  /** Rows of Prisma's tracker; none if it is not there. */
  readonly trackerRows: readonly TrackerRow[];
  readonly trackerFingerprint: string;
  /** The server's clock when it was read, in milliseconds since 1970; null if it is not valid. */
  readonly serverTime: number | null;
}

/** The queries, all read-only, and all allowed to a read-only token (bare pragmas are not, measured on sqld 0.24.32). */
export function listProductionQueries(tracker: TrackerTable): readonly Query[] {
  return [
    { sql: 'SELECT sqlite_version()' },
    { sql: 'SELECT foreign_keys FROM pragma_foreign_keys' },
    ...schemaQueries,
    { sql: 'SELECT name FROM pragma_table_xinfo(?)', args: [tracker.name] },
    { sql: `SELECT count(*) FROM ${quoteIdentifier(tracker.name)}` },
    selectTrackerRows(tracker),
    { sql: `SELECT ${schemaFingerprint(tracker)}, ${emptyFingerprint}` },
    { sql: `SELECT ${trackerFingerprint(tracker)}` },
    { sql: `SELECT ${now}` },
  ];
}

/**
 * @param replies to `listProductionQueries`, in that order
 * @throws MigrateError READ_FAILED if a query was not answered. A tracker that does not exist, or has another shape, is
 * no error.
 */
export function parseProduction(replies: readonly Reply[], place: TrackerTable): Production {
  const [version, foreignKeys, schemaRows, kindRows, columnRows, count, rows, hashedSchema, hashedTracker, time] =
    replies;
  const schema = parseSchema(needRows(schemaRows, 'the schema'), needRows(kindRows, 'the list of tables'), place);
  const tables = schema.objects.filter((object) => object.type === 'table');
  const table = tables.find(({ name }) => sameName(name, place.name));
  const isThere = table !== undefined;
  const columns = isThere ? needRows(columnRows, "the tracker's columns").map(([name]) => String(name)) : [];
  const tracker = judgeTracker(table, columns);
  const trackerExists = tracker === 'prisma';
  return {
    engineVersion: String(needRows(version, 'the engine')[0]?.[0]),
    foreignKeys: needRows(foreignKeys, 'the foreign-key setting')[0]?.[0] === 1,
    schema,
    tracker,
    trackerExists,
    trackerColumns: columns,
    trackerRowCount: isThere ? Number(needRows(count, 'the tracker')[0]?.[0]) : 0,
    otherTrackers: tables
      .map(({ name }) => name)
      .filter((name) => isOtherTracker(name, place) && isInternalTable(schema, name)),
    trackerRows: trackerExists ? needRows(rows, 'the tracker').map(parseTrackerRow) : [],
    ...findFingerprints(trackerExists, hashedSchema, hashedTracker),
    // No reason to refuse: without it the restore point uses the clock of this machine.
    serverTime: time?.type === 'rows' ? readClock(time.rows[0]?.[0]) : null,
  };
}

/**
 * @param table in the tracker's place; undefined if there is none
 * @param columns of the table
 */
export function judgeTracker(
  table: { readonly sql: string | null } | undefined,
  columns: readonly string[],
): Production['tracker'] {
  if (table === undefined) return 'absent';
  return isShapedByPrisma(table.sql ?? '', columns) ? 'prisma' : 'other-shape';
}

/**
 * False for an `id INTEGER PRIMARY KEY`: it takes only numbers, and Prisma's ids are texts. Rows are read in the order
 * of their rowids, so there must be rowids.
 */
function isShapedByPrisma(createTableSql: string, columns: readonly string[]): boolean {
  const structure = parseTableStructure(createTableSql);
  const number = structure === null ? undefined : findRowidColumn(structure);
  const isReadable = structure?.options.includes('without rowid') !== true && number?.name !== 'id';
  return isReadable && requiredTrackerColumns.every((column) => columns.includes(column));
}

function findFingerprints(
  trackerExists: boolean,
  hashedSchema: Reply | undefined,
  hashedTracker: Reply | undefined,
): Pick<Production, 'schemaFingerprint' | 'trackerFingerprint'> {
  if (hashedSchema?.type === 'error' && hashedSchema.message.includes('no such function')) {
    return { schemaFingerprint: '', trackerFingerprint: '' };
  }
  const [ofSchema, ofNothing] = needRows(hashedSchema, 'the schema')[0] ?? [];
  return {
    schemaFingerprint: String(ofSchema),
    trackerFingerprint: String(trackerExists ? needRows(hashedTracker, 'the tracker')[0]?.[0] : ofNothing),
  };
}

/**
 * Called before anything is planned: the table in the tracker's place must be Prisma's.
 * @throws MigrateError TRACKER_SHAPE
 */
export function checkTracker({ tracker, trackerColumns, schema }: Production): void {
  const isView = schema.objects.some(({ type, name }) => type === 'view' && sameName(name, schema.tracker.name));
  if (isView) {
    throw new MigrateError(
      'TRACKER_SHAPE',
      `"${schema.tracker.name}" in production is a view, not Prisma's table. Nothing was written.`,
      say`Drop the view or give it another name, then ${command('plan')}`,
    );
  }
  if (tracker !== 'other-shape') return;
  const absent = requiredTrackerColumns.filter((column) => !trackerColumns.includes(column));
  const reason =
    absent.length > 0
      ? `it has no column ${absent.join(', ')}`
      : 'its rows have no row ids, or its id takes only numbers';
  throw new MigrateError(
    'TRACKER_SHAPE',
    `The table "${schema.tracker.name}" in production is not Prisma's: ${reason}. Its columns are ${trackerColumns.join(', ')}. Nothing was written. What it records can be taken over for Prisma; the table is then kept under another name.`,
    command('backfill'),
  );
}

/** The engine with which every rule of this program was checked. */
const verifiedVersions = /^3\.45\./;

/**
 * Called before anything is planned: the engine must be one whose transactions and foreign keys are known.
 * @throws MigrateError ENGINE_UNVERIFIED
 */
export function checkEngine(production: Production): void {
  const problem = !verifiedVersions.test(production.engineVersion)
    ? `it reports SQLite ${production.engineVersion}, and 3.45 is the one that was verified`
    : !production.foreignKeys
      ? 'it does not enforce foreign keys by default'
      : production.schemaFingerprint === ''
        ? 'it has no function sha3'
        : null;
  if (problem === null) return;
  throw new MigrateError(
    'ENGINE_UNVERIFIED',
    `This database runs on an engine that migrate-prod was not verified on: ${problem}. Nothing was written.`,
    'status, tables and inspect work. To migrate, look for a newer release of migrate-prod, or move the database to libSQL.',
  );
}
