/** Rows that INSERT OR REPLACE deletes beside the one that it writes anew: a row that it puts meets each by another unique key. */

import type { DataGuard } from '../../plan/plan.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { listCompared, listReadBy, type UniqueKey } from '../../schema/model/unique-keys.ts';
import { isLeftToChance } from '../../sql/chance.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { listUniques } from '../constraints/duplicates.ts';
import type { PutRows } from '../constraints/put-rows.ts';
import { guardLoss, reportLoss } from './loss.ts';

export interface MetKey {
  readonly unique: UniqueKey;
  readonly columns: readonly string[];
  readonly reads: readonly string[];
}

/** For an INSERT, before it. @param rows what it puts there. @returns what must hold then. */
export function askTaken(scene: Scene, place: StatementPlace, rows: PutRows | null): readonly DataGuard[] {
  const tracked = scene.rows.find(rows?.table.name ?? '');
  if (!rows || !tracked || rows.consequence !== 'replaces') return [];
  // What a new table leaves out is told of its keys.
  if (tracked.origin === null && (!tracked.isFilled || hasKeyword(rows.select, 'SELECT'))) return [];
  const keys = listMet(scene, rows);
  if (keys.length < 2) return [];
  const loss = { kind: 'rows-replaced', table: rows.table.name } as const;
  const isPlain = keys.every(({ unique }) => isTold(unique));
  // Those that have values which it does not write are told already.
  const others = isPlain && scene.structures.listTriggers(tracked.name).length === 0 ? withoutForgotten(rows) : '';
  const reads = [...new Set([...rows.named, ...keys.flatMap((key) => key.reads)])];
  const write = (of: readonly MetKey[]) => (from: string) =>
    `SELECT * FROM ${quoteIdentifier(rows.table.name)} WHERE (${writeTaken(rows.table, of, from)})`;
  const asked = rows.ask((from) => `${write(keys)(from)}${others}`, reads, isPlain ? 'match' : 'value');
  reportLoss(scene, place, {
    loss,
    args: { what: 'taken-by-insert', table: rows.table.name },
    count: asked === null ? () => null : scene.asking.count(asked),
    query: asked?.bound?.sql ?? null,
    columns: rows.table.columns.map(({ name }) => name),
    nothing: null,
  });
  const written = keys.filter((key) => key.reads.every((name) => isNamed(rows, name)));
  if (written.length < 2 || isLeftToChance(rows.select)) return [];
  const put = `WITH migrate_prod_put (${rows.named.map(quoteIdentifier).join(', ')}) AS (${rows.select})`;
  return [guardLoss(`NOT EXISTS (${put} ${write(written)('migrate_prod_put')}${others})`, loss)];
}

function isNamed({ named }: PutRows, name: string): boolean {
  return named.some((each) => sameName(each, name));
}

/**
 * Keys that a row which it puts may have the values of; what it says of none is NULL, which is nobody's, and so is a default
 * that is left to chance.
 */
export function listMet(scene: Scene, rows: PutRows): readonly MetKey[] {
  const { table } = rows;
  const hasValue = (read: string) =>
    isNamed(rows, read) ||
    table.columns.some(
      ({ name, generated, written }) =>
        sameName(name, read) && (generated !== null || (written.default !== null && !isLeftToChance(written.default))),
    );
  return listUniques(scene, table)
    .map((unique) => ({ unique, columns: listCompared(unique, table), reads: listReadBy(unique, table) }))
    .filter(({ reads }) => reads.every(hasValue));
}

/** As the question about values that are not written again knows them. */
export function isTold({ columns, where }: UniqueKey): boolean {
  return where === null && columns.every(({ expression }) => expression === undefined);
}

function withoutForgotten(rows: PutRows): string {
  const forgotten = rows.table.columns.filter(({ name, generated }) => generated === null && !isNamed(rows, name));
  return forgotten.map(({ name }) => ` AND ${quoteIdentifier(name)} IS NULL`).join('');
}

/** One row stays, as the new one: that of the first key. The names on the left bring the table's collations. */
function writeTaken(table: TableStructure, keys: readonly MetKey[], from: string): string {
  const pairs = keys.flatMap((key, index) => keys.slice(0, index).map((first) => writePair(table, first, key, from)));
  return pairs.join(' OR ');
}

function writePair(table: TableStructure, first: MetKey, other: MetKey, from: string): string {
  const where = ({ unique }: MetKey) => (unique.where === null ? '' : `(${unique.where}) AND `);
  const name = (columns: readonly string[], prefix: string) =>
    columns.map((column, index) => `${column} AS ${prefix}${index}`);
  const both = [...name(first.columns, 'a'), ...name(other.columns, 'b')].join(', ');
  const equal = (columns: readonly string[], prefix: string) =>
    columns.map((_, index) => `o.${prefix}${index} = p.${prefix}${index}`).join(' AND ');
  const put = `(SELECT ${both} FROM ${from} WHERE ${where(first)}${where(other)}1)`;
  const stays = `(SELECT ${both}, ${where(other)}1 AS w FROM ${quoteIdentifier(table.name)} WHERE ${where(first)}1)`;
  const list = other.columns.map((_, index) => `p.b${index}`).join(', ');
  const taken = `SELECT ${list} FROM ${put} AS p JOIN ${stays} AS o ON ${equal(first.columns, 'a')} WHERE (o.w AND ${equal(other.columns, 'b')}) IS NOT TRUE`;
  const key = other.columns.length === 1 ? other.columns.join('') : `(${other.columns.join(', ')})`;
  return `${where(other)}${key} IN (${taken})`;
}
