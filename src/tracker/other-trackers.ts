/** Trackers that are not Prisma's: which tables they are, and which migrations their rows have as applied. */

import { foldName } from '../sql/identifiers.ts';
import type { Value } from '../target/request.ts';
import type { TrackerTable } from './tracker.ts';

export interface OtherRecords {
  readonly table: string;
  /** The migrations that it has as applied; null if its rows are not read, because their meaning is not known. */
  readonly names: readonly string[] | null;
  readonly columns: readonly string[];
}

/** Default names of the tables where other tools keep their records and locks; folded. `migrations` is not here: the word is too common. */
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

/** True if a table of this name keeps the record of a tool or script other than today's Prisma Migrate; it is no user's data. */
export function isOtherTracker(tableName: string, tracker: TrackerTable): boolean {
  const name = foldName(tableName);
  const isOther = name !== foldName(tracker.name);
  return isOther && (tablesOfTools.has(name) || isKeptTracker(name, tracker) || isHomeMade(tableName));
}

/**
 * True if its rows name migrations of the folder, as those of scripts that apply the folder do. Rows of other tools are
 * about files of their own, and a tracker under another name is an old one.
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
 * `_app_migrations`, `_migration_tracker`: typical names in scripts. Not `_immigration`, where the word is only a part,
 * and not `_MigrationToUser`: Prisma names the table of a many-to-many relation so, after two models.
 */
function isHomeMade(tableName: string): boolean {
  if (!tableName.startsWith('_')) return false;
  if (tableName !== tableName.toLowerCase() && tableName !== tableName.toUpperCase()) return false;
  const words = foldName(tableName).split('_');
  return words.includes('migrations') || words.includes('migration');
}

/** Names of the column with the migration's name, in lower case and without punctuation; the most certain first. */
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

/** These contain names in some trackers, and numbers in others. */
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

/** The columns that `parseOtherRows` needs; others may be large, such as the text of the migration. */
export function selectOtherColumns(columns: readonly string[]): readonly string[] {
  return columns.filter((column) => findMeaning(column) !== null);
}

/**
 * The names of the folders that the rows have as applied, each once, in the order of the rows. A row does not count if
 * its state says that it failed or did not end, if it has a column for the time of its end and no value there, or if it
 * was rolled back.
 * @returns null if no column contains names
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

/** True for `20260102093000_init`, or the time alone; not for a running number or a UUID. */
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

/** False if this value says that the migration of its row is not applied. */
function isConsistent(meaning: TrackerMeaning | null, value: Value): boolean {
  switch (meaning) {
    case 'state':
      return value === null || value === '' || (isSet(value) && !saysUndone(value));
    case 'done':
      // A time in words may contain any word: Newfoundland, Coordinated Universal Time.
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

/** Beginnings of words, and every word in -ing: pending, running. */
const undone =
  /\b(not|un|incomplete|fail|err|run|start|begun|progress|roll|revert|abort|cancel|interrupt|down|partial|queue|wait|skip|ignor|todo|new|dirty|block|schedul|plan|dry)|\b\w+ing\b/;

function saysUndone(value: Value): boolean {
  return typeof value === 'string' && undone.test(value.toLowerCase().replaceAll('_', ' '));
}
