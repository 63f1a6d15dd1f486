/** The parts of a dump around its rows: the statements that create the schema, in a form that every loader takes. */

import { buildMirrorStatements, findUntrusted } from '../mirror/mirror-statements.ts';
import { isMadeByEngine, type Schema, type SchemaObject } from '../schema/model/objects.ts';
import { isVectorIndex } from '../sql/contents.ts';
import { quoteIdentifier, quoteText } from '../sql/identifiers.ts';
import { Scanner } from '../sql/scanner.ts';
import type { Value } from '../target/request.ts';
import { backupImpossible } from './failed.ts';
import type { DumpTable } from './tables.ts';

export interface DumpSchema {
  /** Creates the tables, before their rows. */
  readonly tables: readonly string[];
  /** Creates the other objects after the rows: indexes are then built faster, and triggers must not fire. */
  readonly rest: readonly string[];
}

const vectorTable = 'libsql_vector_meta_shadow';

/**
 * Called before a copy is loaded or checked on this machine, which runs its CHECKs.
 * @throws MigrateError BACKUP_FAILED if production's schema could do something here
 */
export function refuseUntrusted(schema: Schema): void {
  const [first] = findUntrusted(schema);
  if (first === undefined) return;
  const { object, reason } = first;
  throw backupImpossible(`a copy cannot be checked on this machine: the ${object.type} "${object.name}" ${reason}`);
}

/** Without objects that SQLite and its extensions create themselves, as for a mirror. */
export function buildDumpSchema(schema: Schema): DumpSchema {
  const all = buildMirrorStatements(schema);
  const others = schema.objects.filter(({ type }) => type !== 'table');
  const rest = buildMirrorStatements({ ...schema, objects: others });
  const tables = all.slice(0, all.length - rest.length);
  // This table remains when the last vector index is dropped, and then nothing creates it again.
  const vectorSql = schema.objects.find(({ type, name }) => type === 'table' && name === vectorTable)?.sql;
  const isNeeded = vectorSql && !rest.some((sql) => isVectorIndex(sql));
  return { tables: isNeeded ? [...tables, vectorSql] : tables, rest };
}

/** Turso's own loader needs these two lines first, as SQLite's shell writes them (turso-cli, `db create --from-dump`). */
export const dumpHead: readonly string[] = ['PRAGMA foreign_keys=OFF', 'BEGIN TRANSACTION'];

export const dumpEnd = 'COMMIT';

/** Numbers that the owner of a database may store in its header. */
export const selectHeaderNumbers =
  'SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id)';

export function buildHeaderNumbers([version, application]: readonly Value[]): readonly string[] {
  return [
    ...(Number(version) === 0 ? [] : [`PRAGMA user_version=${Number(version)}`]),
    ...(Number(application) === 0 ? [] : [`PRAGMA application_id=${Number(application)}`]),
  ];
}

/** Empties a table that already has rows when it is created. */
export function buildClear({ name }: DumpTable): string {
  return `DELETE FROM ${quoteIdentifier(name)}`;
}

/** SQLite's own tables with content: the AUTOINCREMENT counters, and the results of ANALYZE. */
export const selectCounters = 'SELECT name, seq FROM sqlite_sequence';
export const countCounters = 'SELECT count(*) FROM sqlite_sequence';
export const selectStatistics = 'SELECT tbl, idx, stat FROM sqlite_stat1';
export const countStatistics = 'SELECT count(*) FROM sqlite_stat1';

/** Written after all rows, because inserting rows changes the counters. */
export function buildCounters(rows: readonly (readonly Value[])[]): readonly string[] {
  return [
    'DELETE FROM sqlite_sequence',
    ...rows.map((row) => `INSERT INTO sqlite_sequence VALUES(${row.map(renderSimple).join(',')})`),
  ];
}

/** Written after all indexes. */
export function buildStatistics(rows: readonly (readonly Value[])[]): readonly string[] {
  return [
    'ANALYZE sqlite_schema',
    'DELETE FROM sqlite_stat1',
    ...rows.map((row) => `INSERT INTO sqlite_stat1 VALUES(${row.map(renderSimple).join(',')})`),
    'ANALYZE sqlite_schema',
  ];
}

/** A name or a count, as SQLite writes it. */
function renderSimple(value: Value): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? quoteText(value) : String(value);
}

/** A statement as one or more lines of the dump. */
export function endStatement(sql: string): string {
  return endsInComment(sql) ? `${sql}\n;\n` : `${sql};\n`;
}

/** An index, view or trigger is stored with the text after its last token, and `-- …` there would swallow the `;`. */
function endsInComment(sql: string): boolean {
  if (!sql.includes('--')) return false;
  const scanner = new Scanner(sql);
  let last = '';
  while (scanner.next()) last = scanner.kind;
  return last === 'comment';
}

/**
 * The name of an object that only one of the two has, or that differs; null if there is none. SQLite's own objects do
 * not count, nor does white space at the end: a script cannot have a comment there without it.
 */
export function findFirstDifference(left: readonly SchemaObject[], right: readonly SchemaObject[]): string | null {
  const [one, other] = [describeAll(left), describeAll(right)];
  const [name] = [...one, ...other].find(([key]) => one.get(key) !== other.get(key)) ?? [];
  return name ?? null;
}

function describeAll(objects: readonly SchemaObject[]): ReadonlyMap<string, string> {
  const own = objects.filter((object) => !isMadeByEngine(object));
  return new Map(own.map(({ type, name, table, sql }) => [name, JSON.stringify([type, table, sql?.trimEnd()])]));
}
