/** Preserving what a table's rebuild would take along: what is run around its DROP and its RENAME, tried out on the mirror. */

import { exists, findFault, findWorking, isThereAgain } from '../../mirror/try-object.ts';
import type { Mirror } from '../../ports.ts';
import { findReaders } from '../../schema/fix/readers.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../../schema/model/objects.ts';
import { parseTableStructure } from '../../schema/parse/create-table.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import type { AnalysedMigration } from '../analyse.ts';
import type { Rebuild } from '../plan.ts';
import type { IndexJudge } from './known-indexes.ts';
import { type RecreateFault, recreate, type TakenNames } from './recreate.ts';
import { buildCounterCarry, type Fate, findRebuildSpans, judgeFate } from './taken-along.ts';

/** Runs on the mirror what it tells, statement after statement of one migration. */
export interface Preserver {
  /** True for the DROP of a rebuild around which objects are preserved. */
  preservesAround(index: number): boolean;
  /** @returns what hands a rebuilt table's AUTOINCREMENT counter on, right before the statement. */
  carryCounter(index: number): readonly string[];
  /** @returns what is run right before the statement. */
  runBefore(index: number): readonly string[];
  /** Only for a statement that did not fail. @returns what is run right after it. */
  runAfter(index: number): Recreated;
  /** When the migration has ended: what was left broken in the hope that it would mend it, and it did not. */
  findBroken(): readonly Misfit[];
  /** When the migration has ended. */
  readPreserved(): Preserved;
}

export interface Recreated {
  readonly statements: readonly string[];
  /** Objects because of which SQLite would have refused the RENAME. */
  readonly broken: readonly Misfit[];
}

export interface PreservedTable {
  readonly table: string;
  /** The line of its DROP. */
  readonly line: number;
  /** The table's own triggers and indexes, which go with it. */
  readonly own: readonly SchemaObject[];
  /** Views, and triggers of other tables, which would make the RENAME fail. */
  readonly around: readonly SchemaObject[];
}

/** An object that the rebuilt table has no place for any more. */
export interface Misfit {
  readonly object: SchemaObject;
  /** The rebuilt table, with its DROP. */
  readonly table: string;
  readonly line: number;
  readonly sql: string;
  /** In the engine's words. */
  readonly reason: string;
}

export interface Preserved {
  readonly tables: readonly PreservedTable[];
  /** Objects that are not, because they do not fit the new table. */
  readonly lost: readonly Misfit[];
}

export type OpenPreserver = (mirror: Mirror, analysed: AnalysedMigration, isKnownIndex: IndexJudge) => Preserver;

export function openPreserver(mirror: Mirror, analysed: AnalysedMigration, isKnownIndex: IndexJudge): Preserver {
  const spans = findRebuildSpans(analysed);
  let taken: readonly TakenNames[] = [];
  const preserved: TakenNames[] = [];
  const lost: RecreateFault[] = [];
  const doubtful: TakenNames[] = [];

  const findSpan = (index: number) => spans.find(({ drops }) => drops.has(index));
  return {
    preservesAround: (index) => findSpan(index) !== undefined,
    carryCounter: (index) => {
      const rebuild = findSpan(index)?.drops.get(index);
      return rebuild === undefined ? [] : carryCounter(mirror, analysed, rebuild, index);
    },
    runBefore: (index) => {
      const span = findSpan(index);
      const rebuild = span?.drops.get(index);
      const drop = analysed.statements[index];
      if (span === undefined || rebuild === undefined || drop === undefined) return [];
      const judged = takeAround(mirror, rebuild, isKnownIndex, (object) =>
        judgeFate(analysed.statements, index, span.end, object),
      ).map((found) => ({ ...found, table: rebuild.table, drop }));
      taken = [...taken, ...judged];
      return dropReaders(mirror, judged);
    },
    runAfter: (index) => {
      const span = spans.find(({ end }) => end === index);
      if (span === undefined) return { statements: [], broken: [] };
      const later = analysed.statements.slice(index + 1).filter(({ kind }) => kind.type === 'create-index');
      const laterIndexes = later.map(({ sql }) => sql);
      const recreated = recreate(mirror, taken, span, laterIndexes);
      taken = [];
      preserved.push(...recreated.made.filter(({ fate }) => fate === 'keep'));
      lost.push(...recreated.lost);
      doubtful.push(...recreated.doubtful);
      return {
        statements: recreated.made.map(({ object }) => object.sql ?? ''),
        broken: recreated.broken.map(describeFault),
      };
    },
    findBroken: () =>
      doubtful.flatMap((entry) => {
        const reason = exists(mirror, entry.object) ? findFault(mirror, entry.object) : null;
        return reason === null ? [] : [describeFault({ taken: entry, reason })];
      }),
    readPreserved: () => ({
      tables: groupByTable(preserved.filter(({ object }) => exists(mirror, object))),
      lost: lost.filter((fault) => isStillLost(mirror, fault)).map(describeFault),
    }),
  };
}

/** Objects that belong to the table or read it, as they are right before the DROP. */
function takeAround(
  mirror: Mirror,
  { table }: Rebuild,
  isKnownIndex: IndexJudge,
  judge: (object: SchemaObject) => Fate,
): readonly Omit<TakenNames, 'table' | 'drop'>[] {
  const objects = mirror
    .query(
      `${selectSchemaObjects} WHERE type IN ('view', 'trigger') OR (type = 'index' AND sql IS NOT NULL AND tbl_name = ? COLLATE NOCASE)`,
      [table],
    )
    .map(parseSchemaObject);
  if (objects.length === 0) return [];
  const readers = findReaders({ objects, kinds: new Map(), tracker: mirror.tracker }, new Set([foldName(table)]));
  const taken = objects.flatMap((object) => {
    const isOwn = object.type !== 'view' && sameName(object.table, table);
    if (!isOwn && !readers.has(object)) return [];
    const fate = judge(object);
    if (fate === 'untouched') return [];
    if (fate === 'keep' && object.type === 'index' && isKnownIndex(object)) return [];
    return [{ object, fate, isOwn }];
  });
  const working = findWorking(
    mirror,
    taken.map(({ object }) => object),
  );
  return taken.map((each) => ({ ...each, wasBroken: !working.has(each.object) }));
}

/** Triggers first: those of a view go with it. */
function dropReaders(mirror: Mirror, taken: readonly TakenNames[]): readonly string[] {
  const readers = taken.filter(({ isOwn }) => !isOwn).map(({ object }) => object);
  const statements = [
    ...readers.filter(({ type }) => type === 'trigger').map(({ name }) => `DROP TRIGGER ${quoteIdentifier(name)}`),
    ...readers.filter(({ type }) => type === 'view').map(({ name }) => `DROP VIEW ${quoteIdentifier(name)}`),
  ];
  for (const sql of statements) mirror.run(sql);
  return statements;
}

/** True if the object's table is there, and the object is not. */
function isStillLost(mirror: Mirror, { taken: { object } }: RecreateFault): boolean {
  return exists(mirror, { type: 'table', name: object.table }) && !isThereAgain(mirror, object);
}

function describeFault({ taken: { object, table, drop }, reason }: RecreateFault): Misfit {
  return { object, table, line: drop.line, sql: drop.sql, reason };
}

function groupByTable(preserved: readonly TakenNames[]): readonly PreservedTable[] {
  const tables = new Map<string, { table: string; line: number; own: SchemaObject[]; around: SchemaObject[] }>();
  for (const { object, table, drop, isOwn } of preserved) {
    const key = foldName(table);
    const entry = tables.get(key) ?? { table, line: drop.line, own: [], around: [] };
    tables.set(key, entry);
    const list = isOwn ? entry.own : entry.around;
    const isListed = list.some(({ type, name }) => type === object.type && name === object.name);
    if (!isListed) list.push(object);
  }
  return [...tables.values()];
}

/** Returns nothing if the migration itself writes to sqlite_sequence within the rebuild, or one of the tables has no counter. */
function carryCounter(
  mirror: Mirror,
  { statements }: AnalysedMigration,
  { table, replacement, first }: Rebuild,
  drop: number,
): readonly string[] {
  const [from, to] = [readCounted(mirror, table), readCounted(mirror, replacement)];
  if (from === null || to === null) return [];
  if (statements.slice(first, drop).some(({ sql }) => mentionsName(sql, 'sqlite_sequence'))) return [];
  const carry = buildCounterCarry(from, to);
  for (const sql of carry) mirror.run(sql);
  return carry;
}

/** @returns the name as it is stored; null for a table without AUTOINCREMENT. */
function readCounted(mirror: Mirror, name: string): string | null {
  const [row] = mirror.query(`${selectSchemaObjects} WHERE type = 'table' AND name = ? COLLATE NOCASE`, [name]);
  const table = row === undefined ? null : parseSchemaObject(row);
  return table !== null && parseTableStructure(table.sql ?? '')?.autoincrement === true ? table.name : null;
}
