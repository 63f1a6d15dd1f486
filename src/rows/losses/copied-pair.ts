/** The old table of a rebuild beside the new one: which row and which value of the one is which of the other, by the copy alone. */

import { findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn, isNeverNull, listKeyColumns } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import type { AskedRows } from '../asking.ts';
import type { Scene } from '../context.ts';
import type { CopiedPart } from '../state/copies.ts';
import { storeAs } from './same-value.ts';

export interface Pair {
  readonly old: TableStructure;
  readonly made: TableStructure;
  /** The statements that filled the new table. */
  readonly all: readonly CopiedPart[];
  /** Those of them that copied rows of the old one. */
  readonly parts: readonly CopiedPart[];
  /** What a row of both is known by; null where nothing tells. */
  readonly keys: readonly Key[] | null;
}

/** Names, quoted. */
interface Key {
  readonly old: string;
  readonly made: string;
}

export function pairTables(scene: Scene, { old, made, all }: Pick<Pair, 'old' | 'made' | 'all'>): Pair {
  const parts = all.filter(({ tables }) => tables.has(foldName(old.name)));
  return { old, made, all, parts, keys: findSharedKey(scene, old, made, parts) };
}

/** The primary key, or else what is unique in production: where it is never NULL, and the copy takes it over. */
function findSharedKey(
  { rows, production }: Scene,
  old: TableStructure,
  made: TableStructure,
  parts: readonly CopiedPart[],
): readonly Key[] | null {
  const uniques = production.get(foldName(rows.find(old.name)?.origin ?? ''))?.uniques ?? [];
  const primary = old.primaryKey === null ? [] : [listKeyColumns(old.primaryKey)];
  const candidates = [...primary, ...uniques.map((columns) => columns.map(({ name }) => name))];
  for (const names of candidates) {
    const keys = names.flatMap((name): readonly Key[] => {
      const column = findStructureColumn(old, name);
      const into = column && isNeverNull(old, column) ? findOnlyPlace(old, made, column, parts) : undefined;
      return column && into ? [{ old: quoteIdentifier(column.name), made: quoteIdentifier(into.name) }] : [];
    });
    if (keys.length > 0 && keys.length === names.length) return keys;
  }
  return null;
}

/** The one new column that every statement copies it to. */
function findOnlyPlace(
  old: TableStructure,
  made: TableStructure,
  column: ColumnStructure,
  parts: readonly CopiedPart[],
): ColumnStructure | undefined {
  const [first = [], ...more] = parts.map((part) => listPlaces('kept', old, column, part));
  const into = first.find((name) => more.every((names) => names.includes(name)));
  return into === undefined ? undefined : findStructureColumn(made, into);
}

/** Folded names of the new columns that the part puts it into; that of the same name where it does not show. */
export function listPlaces(
  kind: 'kept' | 'read',
  { name: table }: TableStructure,
  { name }: ColumnStructure,
  part: CopiedPart,
): readonly string[] {
  if (part.items === null) return takesColumn(part[kind], table, name) ? [foldName(name)] : [];
  return part.items.filter((item) => takesColumn(item[kind], table, name)).map(({ into }) => into);
}

/** Rows of the old table that are not in the new one; null where no key tells, and numbers have to. */
export function findLeft(scene: Scene, pair: Pair): AskedRows | null {
  const { old, made, keys } = pair;
  if (keys === null) return null;
  const write = (from: string) => {
    const [own, others] = [keys.map((key) => key.old), keys.map((key) => key.made)];
    // One NULL in the list, and NOT IN is never true.
    const filled = others.map((key) => `${key} IS NOT NULL`).join(' AND ');
    const key = own.length === 1 ? own.join() : `(${own.join(', ')})`;
    return `SELECT * FROM ${quoteIdentifier(old.name)} WHERE ${key} NOT IN (SELECT ${others.join(', ')} FROM ${from} WHERE ${filled})`;
  };
  const copied = writeCopied(
    pair,
    keys.map((key) => key.made),
  );
  return { select: write(quoteIdentifier(made.name)), bound: copied && scene.rows.bind(write(copied)) };
}

/**
 * The values of an old column, `before`, beside those that may be it in the same row.
 * @param into folded names of the new columns; the first is called `after`.
 * @returns null where nothing tells which row is which.
 */
export function findValues(
  scene: Scene,
  pair: Pair,
  column: ColumnStructure,
  into: readonly string[],
): AskedRows | null {
  const { old, made, keys } = pair;
  const before = `${quoteIdentifier(column.name)} AS "before"`;
  const places = into.flatMap((name) => findStructureColumn(made, name) ?? []);
  if (keys === null) return findComputed(scene, pair, before, places);
  const list = places.map(({ name }, index) => `made.${quoteIdentifier(name)} AS ${nameAfter(index)}`);
  const write = (from: string) => {
    const same = keys.map((key) => `made.${key.made} = was.${key.old}`).join(' AND ');
    return `SELECT was.${before}, ${list.join(', ')} FROM ${quoteIdentifier(old.name)} AS was JOIN ${from} AS made ON ${same}`;
  };
  const read = new Set([...keys.map((key) => key.made), ...places.map(({ name }) => quoteIdentifier(name))]);
  const copied = writeCopied(pair, [...read]);
  return { select: write(quoteIdentifier(made.name)), bound: copied && scene.rows.bind(write(copied)) };
}

/** Without a key, what the copy's own items make of each row. */
function findComputed(
  { rows }: Scene,
  { old, parts }: Pair,
  before: string,
  places: readonly ColumnStructure[],
): AskedRows | null {
  const [part, ...more] = parts;
  if (part?.items == null || more.length > 0 || part.alias === null || part.tables.size > 1) return null;
  const alias = quoteIdentifier(part.alias);
  const list = places.map(({ name }, index) => {
    const item = part.items?.find(({ into }) => into === foldName(name));
    return `(${item?.text ?? 'NULL'}) AS ${nameAfter(index)}`;
  });
  const select = `SELECT ${alias}.${before}, ${list.join(', ')} FROM ${quoteIdentifier(old.name)} AS ${alias}`;
  return { select, bound: rows.bind(select) };
}

export function nameAfter(index: number): string {
  return index === 0 ? '"after"' : `"after ${index + 1}"`;
}

/** The rows of the new table by what they were copied from. @param columns quoted. @returns null where they may be others by now. */
function writeCopied({ old, made, all }: Pair, columns: readonly string[]): string | null {
  const selects = all.map((part) => {
    if (part.source === null || !part.isIntact || part.tables.size === 0) return null;
    const list = columns.map((quoted) => writeStored(old, made, part, quoted));
    if (list.every((text, index) => text === columns[index])) return part.source;
    const names = part.columns.map(quoteIdentifier).join(', ');
    return `WITH migrate_prod_copied (${names}) AS (${part.source}) SELECT ${list.join(', ')} FROM migrate_prod_copied`;
  });
  if (selects.length === 0 || selects.includes(null)) return null;
  if (selects.length === 1) return `(${selects.join()})`;
  return `(${selects.map((select) => `SELECT ${columns.join(', ')} FROM (${select})`).join(' UNION ALL ')})`;
}

/** A column as the new table holds it; its quoted name alone where the copy has it under that name already. */
function writeStored(
  old: TableStructure,
  made: TableStructure,
  { items, columns }: CopiedPart,
  quoted: string,
): string {
  const column = made.columns.find(({ name }) => quoteIdentifier(name) === quoted);
  if (column === undefined || !columns.some((name) => sameName(name, column.name))) return `NULL AS ${quoted}`;
  const item = items?.find(({ into }) => into === foldName(column.name));
  const from = old.columns.find(({ name }) => item !== undefined && takesColumn(item.kept, old.name, name));
  const [before, after] = [from === undefined ? null : findAffinity(from, old), findAffinity(column, made)];
  return item?.text === quoted && before === after ? quoted : `${storeAs(quoted, after)} AS ${quoted}`;
}
