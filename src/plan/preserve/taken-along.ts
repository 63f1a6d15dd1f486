/** Objects that a rebuild would drop or trip over: where the rebuild begins and ends, and what the migration does to them itself. */

import type { SchemaObject } from '../../schema/model/objects.ts';
import type { Classified } from '../../sql/classify.ts';
import { quoteText, sameName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import type { AnalysedMigration, AnalysedStatement } from '../analyse.ts';
import type { Rebuild } from '../plan.ts';

/** Rebuilds that overlap, as one: what reads their tables cannot be made again before all of them are back. */
export interface RebuildSpan {
  /** By the index of the DROP that takes the old table away. */
  readonly drops: ReadonlyMap<number, Rebuild>;
  /** The index of the RENAME after which none of the tables is missing any more. */
  readonly end: number;
}

/** Only of rebuilds that make the changed copy themselves. */
export function findRebuildSpans({ statements, rebuilds }: AnalysedMigration): readonly RebuildSpan[] {
  const spans: { readonly drops: Map<number, Rebuild>; end: number }[] = [];
  const known = rebuilds
    .filter((rebuild) => makesCopy(statements, rebuild))
    .map((rebuild) => ({ rebuild, drop: findDrop(statements, rebuild) }))
    .sort((left, right) => left.drop - right.drop);
  for (const { rebuild, drop } of known) {
    const open = spans.at(-1);
    if (open === undefined || drop > open.end) spans.push({ drops: new Map([[drop, rebuild]]), end: rebuild.last });
    else {
      if (!open.drops.has(drop)) open.drops.set(drop, rebuild);
      open.end = Math.max(open.end, rebuild.last);
    }
  }
  return spans;
}

/** True for the DROP of a rebuild whose migration also creates the changed copy. */
export function isRebuildDrop({ statements, rebuilds }: AnalysedMigration, index: number): boolean {
  return rebuilds.some((rebuild) => makesCopy(statements, rebuild) && findDrop(statements, rebuild) === index);
}

function makesCopy(statements: readonly AnalysedStatement[], { first }: Rebuild): boolean {
  return statements[first]?.kind.type === 'create-table';
}

function findDrop(statements: readonly AnalysedStatement[], { table, first, last }: Rebuild): number {
  for (let index = last - 1; index >= first; index -= 1) {
    const kind = statements[index]?.kind;
    if (kind?.type === 'drop' && kind.object === 'table' && sameName(kind.name, table)) return index;
  }
  return -1;
}

/**
 * What the migration itself does to an object that was there before the rebuild:
 * - `keep`: it has none, so the object is made again
 * - `lend`: it drops it later, so the object is made again to be there for that
 * - `leave`: it makes or drops it itself; nothing is made again
 * - `untouched`: it drops it before the table is back, so nothing is done at all
 */
export type Fate = 'keep' | 'lend' | 'leave' | 'untouched';

/** @param drop the index of the rebuild's DROP; @param end that of the RENAME after which things are made again. */
export function judgeFate(
  statements: readonly AnalysedStatement[],
  drop: number,
  end: number,
  object: Pick<SchemaObject, 'type' | 'name'>,
): Fate {
  const word = findWord(statements, drop, object);
  if (word === null) return 'keep';
  if (word.type === 'makes') return 'leave';
  if (word.index < end) return 'untouched';
  const between = statements.slice(drop + 1, word.index);
  return word.ifExists && !between.some(({ sql }) => mentionsName(sql, object.name)) ? 'leave' : 'lend';
}

type OwnWord =
  | { readonly type: 'makes'; readonly index: number }
  | { readonly type: 'drops'; readonly index: number; readonly ifExists: boolean };

/** The first statement after `from` that makes or drops something of this name; null where there is none. */
export function findWord(
  statements: readonly AnalysedStatement[],
  from: number,
  object: Pick<SchemaObject, 'type' | 'name'>,
): OwnWord | null {
  for (const [index, { kind }] of statements.entries()) {
    if (index <= from) continue;
    const made = findMade(kind);
    if (made !== null && sameSpace(made.isTrigger, object) && sameName(made.name, object.name)) {
      return { type: 'makes', index };
    }
    if (kind.type === 'drop' && sameSpace(kind.object === 'trigger', object) && sameName(kind.name, object.name)) {
      return { type: 'drops', index, ifExists: kind.ifExists };
    }
  }
  return null;
}

/** Triggers have names of their own; tables, views and indexes share theirs (SQLite, build.c, `sqlite3CheckObjectName`). */
function sameSpace(isTrigger: boolean, object: Pick<SchemaObject, 'type'>): boolean {
  return isTrigger === (object.type === 'trigger');
}

function findMade(kind: Classified): { readonly name: string; readonly isTrigger: boolean } | null {
  switch (kind.type) {
    case 'create-table':
    case 'create-virtual-table':
    case 'create-index':
    case 'create-view':
      return { name: kind.name, isTrigger: false };
    case 'create-trigger':
      return { name: kind.name, isTrigger: true };
    case 'rename-table':
      return { name: kind.to, isTrigger: false };
    default:
      return null;
  }
}

/**
 * Hands the AUTOINCREMENT counter of a table on to the copy that takes its place, unless that one's is higher. RENAME takes
 * the copy's row in sqlite_sequence along, DROP deletes the old table's (SQLite, build.c and alter.c).
 * @param table, replacement: as their CREATE TABLE stores them: the counter goes by the exact name.
 */
export function buildCounterCarry(table: string, replacement: string): readonly string[] {
  const [from, to] = [quoteText(table), quoteText(replacement)];
  const counter = `(SELECT seq FROM sqlite_sequence WHERE name = ${from})`;
  return [
    `UPDATE sqlite_sequence SET seq = ${counter} WHERE name = ${to} AND seq < ${counter}`,
    `INSERT INTO sqlite_sequence (name, seq) SELECT ${to}, seq FROM sqlite_sequence WHERE name = ${from} AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ${to})`,
  ];
}
