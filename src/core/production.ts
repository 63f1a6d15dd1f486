/** What one read-only request tells about a target: its engine, its schema and its tracker. */

import { MigrateError } from '../errors.ts';
import type { Query, Reply } from '../ports.ts';
import {
  parseTrackerRow,
  requiredTrackerColumns,
  selectTrackerRows,
  type TrackerRow,
  trackerTable,
} from './migrations/tracker.ts';
import { needRows } from './replies.ts';
import { emptyFingerprint, schemaFingerprint, trackerFingerprint } from './schema/fingerprint.ts';
import { parseSchema, type Schema, schemaQueries } from './schema/objects.ts';
import { sameName } from './sql/identifiers.ts';

export interface Production {
  /** What `sqlite_version()` says. */
  readonly engineVersion: string;
  /** Whether a new connection enforces foreign keys. */
  readonly foreignKeys: boolean;
  readonly schema: Schema;
  /** Empty, as the tracker's, where the engine cannot compute them; `checkEngine` refuses such an engine. */
  readonly schemaFingerprint: string;
  readonly trackerExists: boolean;
  readonly trackerRows: readonly TrackerRow[];
  readonly trackerFingerprint: string;
}

/** The questions, all read-only, all allowed to a read-only token (bare pragmas are not, measured on sqld 0.24.32). */
export const productionQueries: readonly Query[] = [
  { sql: 'SELECT sqlite_version()' },
  { sql: 'SELECT foreign_keys FROM pragma_foreign_keys' },
  ...schemaQueries,
  { sql: 'SELECT name FROM pragma_table_xinfo(?)', args: [trackerTable] },
  { sql: selectTrackerRows },
  { sql: `SELECT ${schemaFingerprint}, ${emptyFingerprint}` },
  { sql: `SELECT ${trackerFingerprint}` },
];

/**
 * @param replies to `productionQueries`, in that order.
 * @throws MigrateError READ_FAILED when a question was not answered, TRACKER_SHAPE when `_prisma_migrations` is not
 * Prisma's. A tracker that does not exist is no error.
 */
export function parseProduction(replies: readonly Reply[]): Production {
  const [version, foreignKeys, schemaRows, kindRows, trackerColumns, rows, hashedSchema, hashedTracker] = replies;
  const schema = parseSchema(needRows(schemaRows, 'the schema'), needRows(kindRows, 'the list of tables'));
  const trackerExists = schema.objects.some((object) => object.type === 'table' && sameName(object.name, trackerTable));
  if (trackerExists) checkTrackerShape(needRows(trackerColumns, "the tracker's columns").map(([name]) => String(name)));

  const trackerRows = trackerExists ? needRows(rows, 'the tracker').map(parseTrackerRow) : [];
  return {
    engineVersion: String(needRows(version, 'the engine')[0]?.[0]),
    foreignKeys: needRows(foreignKeys, 'the foreign-key setting')[0]?.[0] === 1,
    schema,
    trackerExists,
    trackerRows,
    ...findFingerprints(trackerExists, hashedSchema, hashedTracker),
  };
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

function checkTrackerShape(columns: readonly string[]): void {
  const absent = requiredTrackerColumns.filter((column) => !columns.includes(column));
  if (absent.length === 0) return;
  throw new MigrateError(
    'TRACKER_SHAPE',
    `The table "${trackerTable}" in production is not Prisma's: it has no column ${absent.join(', ')}. Its columns are ${columns.join(', ')}. Nothing was written.`,
    `Look at it with migrate-prod inspect ${trackerTable}. If a script of your own made it, rename it (ALTER TABLE "${trackerTable}" RENAME TO "old_migrations"), then record what is applied with migrate-prod backfill.`,
  );
}

/** The engine that every rule of this program was checked on. */
const verifiedVersions = /^3\.45\./;

/**
 * Before anything is planned: is this the engine whose transactions and foreign keys are known?
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
