/** The old table of a rebuild beside the new one: which row and which value of the one is which of the other, by the copy alone. */

import { findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn, isNeverNull, listKeyColumns } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, unquoteIdentifier } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import type { AskedRows } from '../ask/asking.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { listUniques } from '../constraints/duplicates.ts';
import { type CopiedPart, isIntact } from './copies.ts';
import { storeAs } from './same-value.ts';

export interface Pair {
  readonly old: TableStructure;
  readonly made: TableStructure;
  /** The statements that filled the new table. */
  readonly all: readonly CopiedPart[];
  /** Those of them that copied rows of the old one. */
  readonly parts: readonly CopiedPart[];
  /** What a row of both is known by, names quoted; null where nothing tells. */
  readonly keys: readonly { readonly old: string; readonly made: string }[] | null;
}

export function pairTables(scene: Scene, { old, made, all }: Pick<Pair, 'old' | 'made' | 'all'>): Pair {
  const parts = all.filter(({ tables }) => tables.has(foldName(old.name)));
  const uniques = listUniques(scene, old).filter(
    ({ where, columns }) => where === null && columns.every(({ expression }) => expression === undefined),
  );
  const primary = old.primaryKey === null ? [] : [listKeyColumns(old.primaryKey)];
  const candidates = [...primary, ...uniques.map(({ columns }) => columns.map(({ name }) => name))];
  const known = candidates.map((names) => names.map((name) => findKey(old, made, name, parts)));
  const keys = known.find((key) => key.length > 0 && !key.includes(null))?.filter((key) => key !== null) ?? null;
  return { old, made, all, parts, keys };
}

/** A column that is never NULL, and the new one that every statement copies it to. */
function findKey(old: TableStructure, made: TableStructure, name: string, parts: readonly CopiedPart[]) {
  const column = findStructureColumn(old, name);
  if (column === undefined || !isNeverNull(old, column)) return null;
  const [first = [], ...more] = parts.map((part) => listPlaces('kept', old, column, part));
  const into = findStructureColumn(made, first.find((each) => more.every((names) => names.includes(each))) ?? '');
  return into ? { old: quoteIdentifier(column.name), made: quoteIdentifier(into.name) } : null;
}

/** Folded names of the new columns that the part puts it into. */
export function listPlaces(
  kind: 'kept' | 'read',
  { name: table }: TableStructure,
  { name }: ColumnStructure,
  { items }: CopiedPart,
): readonly string[] {
  return items.filter((item) => takesColumn(item[kind], table, name)).map(({ into }) => into);
}

/** Rows of the old table that are not in the new one; null where nothing tells. */
export function findLeft(scene: Scene, place: StatementPlace, pair: Pair): AskedRows | null {
  const { old, made, all, keys } = pair;
  const [from, to] = [old.name, made.name].map(quoteIdentifier);
  if (keys === null) {
    // As many rows may be others, where several SELECTs fill it, one that reads several tables, or a statement comes between.
    const [copy, ...more] = all;
    if (!copy?.isPlain || more.length > 0 || !isIntact(scene, copy.place, place, old.name)) return null;
    const fewer = `max(0, (SELECT count(*) FROM ${from}) - (SELECT count(*) FROM ${to}))`;
    return { select: `SELECT * FROM ${from} LIMIT ${fewer}`, bound: null };
  }
  const [own, others] = [keys.map((key) => key.old), keys.map((key) => key.made)];
  const key = own.length === 1 ? own.join() : `(${own.join(', ')})`;
  // One NULL in the list, and NOT IN is never true.
  const filled = others.map((name) => `${name} IS NOT NULL`).join(' AND ');
  const write = (source = '') =>
    `SELECT * FROM ${from} WHERE ${key} NOT IN (SELECT ${others.join(', ')} FROM ${source} WHERE ${filled})`;
  const copied = writeCopied(scene, place, pair, []);
  return { select: write(to), bound: copied === null ? null : scene.rows.bind(write(copied)) };
}

/**
 * The values of an old column, `before`, beside those that may be it in the same row.
 * @param into folded names of the new columns; the first is called `after`.
 * @returns null where nothing tells which row is which.
 */
export function findValues(
  scene: Scene,
  place: StatementPlace,
  pair: Pair,
  column: string,
  into: readonly string[],
): AskedRows | null {
  const { old, made, keys } = pair;
  const places = into.flatMap((name) => findStructureColumn(made, name) ?? []);
  const before = `${quoteIdentifier(column)} AS "before"`;
  if (keys === null) {
    const select = writeComputed(pair, before, places);
    return select === null ? null : { select, bound: scene.rows.bind(select) };
  }
  const list = places.map(({ name }, index) => `made.${quoteIdentifier(name)} AS ${nameAfter(index)}`).join(', ');
  const same = keys.map((key) => `made.${key.made} = was.${key.old}`).join(' AND ');
  const write = (source = '') =>
    `SELECT was.${before}, ${list} FROM ${quoteIdentifier(old.name)} AS was JOIN ${source} AS made ON ${same}`;
  const copied = writeCopied(scene, place, pair, places);
  return { select: write(quoteIdentifier(made.name)), bound: copied === null ? null : scene.rows.bind(write(copied)) };
}

/** What stands for the new table where there is none yet, with its keys and these columns; null where it may hold something else. */
function writeCopied(
  scene: Scene,
  place: StatementPlace,
  { old, made, all, keys }: Pair,
  places: readonly ColumnStructure[],
): string | null {
  const names = [...(keys ?? []).map((key) => key.made), ...places.map(({ name }) => quoteIdentifier(name))];
  const stored = places.map((each) => writeStored(quoteIdentifier(each.name), each, made));
  const list = [...names.slice(0, names.length - places.length), ...stored].join(', ');
  const selects = all.map(({ place: copy, source, items }) => {
    const own = names.map((name) => items.find(({ into }) => into === foldName(unquoteIdentifier(name))));
    if (source === null || own.includes(undefined) || !isIntact(scene, copy, place, old.name)) return null;
    if (own.every((item, index) => item?.text === names[index]))
      return places.length === 0 ? source : `SELECT ${list} FROM (${source})`;
    const columns = items.map(({ into }) => quoteIdentifier(into)).join(', ');
    return `WITH migrate_prod_copied (${columns}) AS (${source}) SELECT ${list} FROM migrate_prod_copied`;
  });
  if (selects.length === 0 || selects.includes(null)) return null;
  return selects.length === 1
    ? `(${selects.join()})`
    : `(${selects.map((select) => `SELECT ${names.join(', ')} FROM (${select})`).join(' UNION ALL ')})`;
}

/** Without a key, what the copy's own items make of each row of the old table. */
function writeComputed({ old, made, all }: Pair, before: string, places: readonly ColumnStructure[]): string | null {
  const [part, ...more] = all;
  if (part === undefined || more.length > 0 || part.alias === null || part.tables.size > 1) return null;
  const alias = quoteIdentifier(part.alias);
  const texts = places.map(({ name }) => part.items.find(({ into }) => into === foldName(name))?.text ?? 'NULL');
  if (texts.includes('')) return null;
  const list = texts.map((text, index) => `(${text}) AS ${nameAfter(index)}`).join(', ');
  const stored = places.map((each, index) => writeStored(nameAfter(index), each, made));
  const computed = `SELECT ${alias}.${before}, ${list} FROM ${quoteIdentifier(old.name)} AS ${alias}`;
  return `SELECT "before", ${stored.join(', ')} FROM (${computed})`;
}

function writeStored(name: string, column: ColumnStructure, made: TableStructure): string {
  return `${storeAs(name, findAffinity(column, made))} AS ${name}`;
}

export function nameAfter(index: number): string {
  return index === 0 ? '"after"' : `"after ${index + 1}"`;
}
