/** Objects and rows that DROP TABLE, DROP VIEW and REPLACE take with them although nobody asked for it. */

import type { Finding } from '../../findings/catalogue.ts';
import { dropsReferenced, type ReferringTable } from '../../findings/drops-referenced.ts';
import { find } from '../../findings/finding.ts';
import { exists, isThereAgain } from '../../mirror/try-object.ts';
import type { Mirror } from '../../ports.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../../schema/model/objects.ts';
import { hasKeywords } from '../../sql/contents.ts';
import { sameName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import type { AnalysedMigration, AnalysedStatement } from '../analyse.ts';
import type { IndexJudge } from '../preserve/known-indexes.ts';
import type { Preserver } from '../preserve/preserve.ts';
import { type Origin, openRenames } from '../preserve/renamed-away.ts';
import { findOriginal, findPointingToGone } from '../preserve/renamed-references.ts';
import { chooseDrops, writeAnew } from '../preserve/report.ts';
import { findWord } from '../preserve/taken-along.ts';
import { everyForeignKey } from './foreign-keys.ts';
import { findLeftBroken, type LeavingDrop, readWorkingReaders } from './left-broken.ts';

/** One DROP, or one REPLACE (which deletes the row that it replaces), as the mirror was when it came. */
export interface Drop {
  readonly index: number;
  readonly statement: AnalysedStatement;
  readonly verb: 'drop' | 'replace';
  readonly name: string;
  /** The table as it was before the migration renamed it; null if it has kept its name. */
  readonly origin: Origin | null;
  /** Triggers and indexes that go with it, as they were written when it had its first name. */
  readonly attached: readonly SchemaObject[];
  /** Foreign keys of other tables by which, with keys on, it changes their rows. */
  readonly children: readonly ReferringTable[];
  /** Views, and triggers of other tables, that work until it goes. */
  readonly readers: readonly SchemaObject[];
}

/** Looks at the mirror before each statement. */
export interface DropReader {
  look(index: number): void;
  read(): readonly Drop[];
  /** ALTER TABLE … DROP COLUMN: SQLite sees to those views and triggers that read it, not to those that write it. */
  readColumns(): readonly LeavingDrop[];
}

export function openDropReader(mirror: Mirror, analysed: AnalysedMigration): DropReader {
  const drops: Drop[] = [];
  const columns: LeavingDrop[] = [];
  const renames = openRenames(mirror, analysed);
  const findVerb = mayReplaceByKey(mirror, analysed) ? findAnyVerb : findWrittenVerb;
  return {
    look: (index) => {
      renames.look(index);
      const statement = analysed.statements[index];
      if (statement?.kind.type === 'drop-column')
        columns.push({ statement, readers: readWorkingReaders(mirror, statement.kind.table) });
      const found = statement === undefined ? null : findVerb(statement, mirror);
      if (statement === undefined || found === null) return;
      const origin = found.verb === 'drop' ? renames.find(found.name) : null;
      const attached = found.verb === 'drop' ? readAttached(mirror, found.name) : [];
      drops.push({
        index,
        statement,
        ...found,
        origin,
        attached: origin === null ? attached : attached.map((object) => findOriginal(origin, object)),
        children: analysed.foreignKeysOff ? [] : readChildren(mirror, found),
        readers: found.verb === 'drop' ? readWorkingReaders(mirror, found.name) : [],
      });
    },
    read: () => drops,
    readColumns: () => columns,
  };
}

type Verb = Pick<Drop, 'verb' | 'name'>;

function findWrittenVerb({ kind }: AnalysedStatement): Verb | null {
  if (kind.type === 'insert') return kind.replaces ? { verb: 'replace', name: kind.table } : null;
  if (kind.type !== 'drop' || (kind.object !== 'table' && kind.object !== 'view')) return null;
  return { verb: 'drop', name: kind.name };
}

/** A key that the table itself declares ON CONFLICT REPLACE makes every INSERT and UPDATE one that replaces. */
function hasReplacingKey(createTableSql: string): boolean {
  return hasKeywords(createTableSql, 'ON', 'CONFLICT', 'REPLACE');
}

/** Checked once for a migration: few schemas have such a key, and a seed has many INSERTs. */
function mayReplaceByKey(mirror: Mirror, { foreignKeysOff, statements }: AnalysedMigration): boolean {
  if (foreignKeysOff || !statements.some(({ kind }) => kind.type === 'insert' || kind.type === 'update')) return false;
  const tables = mirror.query(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%replace%'`);
  const made = statements.filter(({ kind }) => kind.type === 'create-table');
  return [...tables.map(([sql]) => String(sql)), ...made.map(({ sql }) => sql)].some(hasReplacingKey);
}

function findAnyVerb(statement: AnalysedStatement, mirror: Mirror): Verb | null {
  const written = findWrittenVerb(statement);
  const { kind } = statement;
  if (written !== null || (kind.type !== 'insert' && kind.type !== 'update')) return written;
  const [row] = mirror.query(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`, [
    kind.table,
  ]);
  return hasReplacingKey(String(row?.[0])) ? { verb: 'replace', name: kind.table } : null;
}

function readAttached(mirror: Mirror, name: string): readonly SchemaObject[] {
  return mirror
    .query(
      `${selectSchemaObjects} WHERE tbl_name = ? COLLATE NOCASE AND type IN ('trigger', 'index') AND sql IS NOT NULL`,
      [name],
    )
    .map(parseSchemaObject);
}

/**
 * DROP TABLE deletes the rows first (SQLite's foreign key documentation, section 5), and these actions follow, down to the
 * last.
 */
function readChildren(mirror: Mirror, { verb, name }: Pick<Drop, 'verb' | 'name'>): Drop['children'] {
  const children = new Map<string, Drop['children'][number]>();
  const waiting = [name];
  for (let parent = waiting.shift(); parent !== undefined; parent = waiting.shift()) {
    const found = mirror.query(
      `SELECT DISTINCT m.name, f.on_delete FROM ${everyForeignKey} AND f."table" = ? COLLATE NOCASE AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')`,
      [parent],
    );
    for (const [child, does] of found) {
      const [table, action] = [String(child), String(does)];
      const known = `${action} ${table}`;
      if (children.has(known) || (verb === 'drop' && sameName(table, name))) continue;
      children.set(known, { table, action });
      if (action === 'CASCADE') waiting.push(table);
    }
  }
  return [...children.values()];
}

/** @param mirror as it is when the migration has ended. */
export function findDropFindings(
  mirror: Mirror,
  analysed: AnalysedMigration,
  reader: DropReader,
  preserver: Preserver | null,
  isKnownIndex: IndexJudge,
): readonly Finding[] {
  const drops = reader.read();
  const unpreserved = drops.filter(({ index }) => preserver?.preservesAround(index) !== true);
  return [
    ...drops.flatMap((drop) => [
      ...findChangedChildren(mirror, analysed, drop),
      ...(unpreserved.includes(drop) ? findLost(mirror, analysed, drop, isKnownIndex) : []),
    ]),
    ...findLeftBroken(mirror, analysed.migration.name, [
      ...unpreserved.filter(({ origin }) => origin === null || !isThere(mirror, origin.name)),
      ...reader.readColumns(),
    ]),
  ];
}

function findChangedChildren(
  mirror: Mirror,
  { migration, statements }: AnalysedMigration,
  drop: Drop,
): readonly Finding[] {
  if (drop.children.length === 0) return [];
  const staying = drop.children.filter(
    ({ table }) => isThere(mirror, table) || !isJustDropped(statements.slice(drop.index + 1), table),
  );
  if (staying.length === 0) return [];
  const { name: table, verb, statement } = drop;
  const place = { migration: migration.name, line: statement.line, sql: statement.sql };
  return [find(dropsReferenced, 'hazard', place, { verb, table, children: staying })];
}

/** True if the next statement that names the table drops it: before that, another could still read its rows. */
function isJustDropped(later: readonly AnalysedStatement[], table: string): boolean {
  const next = later.find(({ sql }) => mentionsName(sql, table));
  return next?.kind.type === 'drop' && next.kind.object === 'table' && sameName(next.kind.name, table);
}

/** The table is there again when the migration ends, and what was on it, or read it, is not as it was. */
function findLost(
  mirror: Mirror,
  analysed: AnalysedMigration,
  drop: Drop,
  isKnownIndex: IndexJudge,
): readonly Finding[] {
  const { name } = analysed.migration;
  if (isThere(mirror, drop.name)) return findUnmade(mirror, analysed, drop, drop.name, isKnownIndex);
  const { origin } = drop;
  if (origin === null || !isThere(mirror, origin.name)) return [];
  return [
    ...findUnmade(mirror, analysed, drop, origin.name, isKnownIndex),
    ...findPointingToGone(mirror, name, drop, origin),
  ];
}

function findUnmade(
  mirror: Mirror,
  { migration, statements }: AnalysedMigration,
  drop: Drop,
  table: string,
  isKnownIndex: IndexJudge,
): readonly Finding[] {
  const place = { migration: migration.name, line: drop.statement.line, sql: drop.statement.sql };
  return drop.attached
    .filter((object) => !(object.type === 'index' && isKnownIndex(object)))
    .filter((object) => !isThereAgain(mirror, object) && findWord(statements, drop.index, object) === null)
    .map((object) => {
      const anew = writeAnew(mirror, object);
      return find(chooseDrops(object), 'hazard', place, { what: 'not-recreated', object, table, anew });
    });
}

function isThere(mirror: Mirror, name: string): boolean {
  return exists(mirror, { type: 'table', name });
}
