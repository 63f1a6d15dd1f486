/** Trackers that are not Prisma's: which tables they are, and which migrations their rows say are applied. */

import { foldName } from '../sql/identifiers.ts';
import type { Value } from '../target/request.ts';
import type { TrackerTable } from './tracker.ts';

/** What another tracker records. */
export interface OtherRecords {
  readonly table: string;
  /** The migrations that it says are applied; null where its rows are not read, because their meaning is not known. */
  readonly names: readonly string[] | null;
  readonly columns: readonly string[];
}

/** Where tools other than Prisma keep their record, and their locks, by default; folded. Too common a word, `migrations`, is not here. */
const tablesOfTools: ReadonlySet<string> = new Set([
  '__diesel_schema_migrations',
  '__drizzle_migrations',
  '__efmigrationshistory',
  '_sqlx_migrations',
  'alembic_version',
  'ar_internal_metadata',
  'atlas_schema_revisions',
  'bun_migration_locks',
  'bun_migrations',
  'd1_migrations',
  'databasechangelog',
  'databasechangeloglock',
  'django_migrations',
  'doctrine_migration_versions',
  'flyway_schema_history',
  'goose_db_version',
  'gorp_migrations',
  'knex_migrations',
  'knex_migrations_lock',
  'kysely_migration',
  'kysely_migration_lock',
  'mikro_orm_migrations',
  'payload_migrations',
  'pgmigrations',
  'phinxlog',
  'refinery_schema_history',
  'schema_migrations',
  'seaql_migrations',
  'sequelizemeta',
]);

/** Whether a table of this name keeps the record of a tool or script other than Prisma's Migrate of today; nobody's data. */
export function isOtherTracker(tableName: string, tracker: TrackerTable): boolean {
  const name = foldName(tableName);
  const isOther = name !== foldName(tracker.name);
  return isOther && (tablesOfTools.has(name) || isKeptTracker(name, tracker) || isHomeMade(tableName));
}

/**
 * Whether its rows are names of the folder's migrations: those of scripts are, which apply the folder. Those of other
 * tools stand for files of their own, and a tracker kept under another name is an old one.
 */
export function isReadable(tableName: string, tracker: TrackerTable): boolean {
  const name = foldName(tableName);
  return isHomeMade(tableName) && !tablesOfTools.has(name) && !isKeptTracker(name, tracker);
}

/** `_prisma_migrations_old`, `_prisma_migrations_backup_20260218`. */
function isKeptTracker(name: string, tracker: TrackerTable): boolean {
  const own = foldName(tracker.name);
  return name !== own && name.startsWith(own);
}

/**
 * `_app_migrations`, `_migration_tracker`: what scripts call theirs. Not `_immigration`, where the word is none, and not
 * `_MigrationToUser`: Prisma names the table of a many-to-many relation so, after two models.
 */
function isHomeMade(tableName: string): boolean {
  if (!tableName.startsWith('_')) return false;
  if (tableName !== tableName.toLowerCase() && tableName !== tableName.toUpperCase()) return false;
  const words = foldName(tableName).split('_');
  return words.includes('migrations') || words.includes('migration');
}

/** What scripts call the column of the name, without case and punctuation, from the surest on. */
const nameColumns = [
  'migrationname',
  'name',
  'migration',
  'foldername',
  'folder',
  'filename',
  'file',
  'path',
  'script',
];

/** These hold names in some trackers, and numbers in others. */
const keyColumns = ['id', 'migrationid', 'version', 'key', 'tag'];

type TrackerMeaning = 'name' | 'state' | 'done' | 'undone';

const meanings: readonly (readonly [RegExp, TrackerMeaning])[] = [
  [/^(migration)?(status|state|result|outcome)$/, 'state'],
  [/^(is)?(finished|applied|executed|completed|migrated|deployed|installed|ran|done)(at|on|date|time)?$/, 'done'],
  [/^runat$|^(is)?(success|succeeded|successful)$/, 'done'],
  [/^(is)?(rolledback|reverted|undone|failed)(at|on)?$|^error(message|text)?$/, 'undone'],
];

function findMeaning(column: string): TrackerMeaning | null {
  const word = foldColumn(column);
  if (nameColumns.includes(word) || keyColumns.includes(word)) return 'name';
  return meanings.find(([pattern]) => pattern.test(word))?.[1] ?? null;
}

function foldColumn(column: string): string {
  return column.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The columns that `parseOtherRows` looks at; others may be large, as the text of the migration is. */
export function selectOtherColumns(columns: readonly string[]): readonly string[] {
  return columns.filter((column) => findMeaning(column) !== null);
}

/**
 * The names of the folders that the rows record as applied, each once, in the order of the rows. A row does not count
 * when a state says that it failed or never ended, when the time of its end is there as a column and not set, or when it
 * was rolled back.
 * @returns null when no column holds names.
 */
export function parseOtherRows(
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
): readonly string[] | null {
  if (rows.length === 0) return [];
  const index = findNameColumn(columns, rows);
  if (index === null) return null;
  const found = columns.map(findMeaning);
  const applied = rows.filter((row) => row.every((value, at) => isConsistent(found[at] ?? null, value)));
  return [...new Set(applied.flatMap((row) => parseName(row[index] ?? null) ?? []))];
}

function findNameColumn(columns: readonly string[], rows: readonly (readonly Value[])[]): number | null {
  const words = columns.map(foldColumn);
  for (const candidate of [...nameColumns, ...keyColumns]) {
    const index = words.indexOf(candidate);
    if (index < 0) continue;
    const names = rows.flatMap((row) => parseName(row[index] ?? null) ?? []);
    if (names.some((name) => nameColumns.includes(candidate) || isFolderName(name))) return index;
  }
  return null;
}

/** `20260102093000_init`, or the time alone; not a running number, and not a UUID. */
function isFolderName(name: string): boolean {
  return /^\d+_\S/.test(name) || /^\d{14}$/.test(name);
}

/** The folder's name in `prisma/migrations/20260102093000_init/migration.sql`, `20260102093000_init.sql` and the like. */
function parseName(value: Value): string | null {
  if (value === null || value instanceof Uint8Array) return null;
  const path = String(value)
    .trim()
    .replaceAll('\\', '/')
    .replace(/\/+$/, '')
    .replace(/\/migration\.sql$/i, '');
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.sql$/i, '');
  return name === '' ? null : name;
}

/** Whether this value of the row leaves it possible that the migration is applied. */
function isConsistent(meaning: TrackerMeaning | null, value: Value): boolean {
  switch (meaning) {
    case 'state':
      return value === null || value === '' || (isSet(value) && !saysUndone(value));
    case 'done':
      // A time in words may have any word in it: Newfoundland, Coordinated Universal Time.
      return isSet(value) && (/\d/.test(String(value)) || !saysUndone(value));
    case 'undone':
      return !isSet(value);
    default:
      return true;
  }
}

const nothing: ReadonlySet<string> = new Set(['', '0', 'f', 'n', 'no', 'false', 'null']);

function isSet(value: Value): boolean {
  if (value === null) return false;
  return value instanceof Uint8Array ? value.length > 0 : !nothing.has(String(value).trim().toLowerCase());
}

/** Each at the beginning of a word, and every word in -ing: pending, running. */
const undone =
  /\b(not|un|incomplete|fail|err|run|start|begun|progress|roll|revert|abort|cancel|interrupt|down|partial|queue|wait|skip|ignor|todo|new|dirty|block|schedul|plan|dry)|\b\w+ing\b/;

function saysUndone(value: Value): boolean {
  return typeof value === 'string' && undone.test(value.toLowerCase().replaceAll('_', ' '));
}
