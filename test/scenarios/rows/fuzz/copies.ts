/** The INSERT … SELECT of a rebuild, and what stands between it and the DROP. */

import { findRead, keepsValue, writeCondition, writeExpression } from './expressions.ts';
import type { RebuildSeed } from './rebuild-seed.ts';
import { type Column, listCopyable, quote, type Table, type World } from './world.ts';

/** Which column of the old table a column of the new one holds; null where something is computed. */
export type Sources = ReadonlyMap<string, Column | null>;

export function settle(made: Table, sources: Sources): Table {
  return {
    ...made,
    columns: made.columns.map((column) => ({ ...column, origin: sources.get(column.name)?.origin ?? null })),
  };
}

export function writeCopies(
  world: World,
  old: Table,
  made: Table,
  renamed: ReadonlyMap<string, string>,
  seed: RebuildSeed,
): { readonly statements: readonly string[]; readonly sources: Sources } {
  if (seed.style === 'no copy') return { statements: [], sources: new Map() };
  const copyable = listCopyable(old);
  const sources = new Map<string, Column | null>();
  const items: Item[] = [];
  const at = seed.form === 'alias' || seed.clause?.includes('JOIN') === true ? 't.' : '';
  const targets = listCopyable(made);
  for (const [index, column] of targets.entries()) {
    const from = copyable.find(({ name }) => name === (renamed.get(column.name) ?? column.name));
    const given = seed.items.find((item) => item.column % targets.length === index);
    if (given !== undefined) {
      const read = findRead(old, given.value);
      for (const each of read) world.compute(old, each);
      sources.set(column.name, keepsValue(given.value) ? (read[0] ?? null) : null);
      const item = writeExpression(world, old, given.value, at);
      items.push({ name: column.name, item: given.named ? `${item} AS ${quote(column.name)}` : item });
      continue;
    }
    if (from === undefined || (seed.omits & (1 << index)) !== 0) continue;
    sources.set(column.name, from);
    const item = `${at}${quote(from.name)}`;
    const isFilled = column.notNull && column.fallback !== null && from.notNull === false;
    items.push({
      name: column.name,
      item: isFilled ? `coalesce(${item}, ${column.fallback}) AS ${quote(column.name)}` : item,
    });
  }
  const into = items.map(({ name }) => quote(name)).join(', ');
  const canStar =
    seed.form === 'star' &&
    at === '' &&
    old.columns.length === made.columns.length &&
    copyable.length === old.columns.length;
  if (canStar) {
    for (const [index, column] of made.columns.entries()) sources.set(column.name, old.columns[index] ?? null);
  }
  const head = `INSERT ${seed.conflict}INTO ${quote(made.name)}`;
  const isPositional = seed.form === 'positional' && items.length === listCopyable(made).length;
  const list = canStar ? '*' : items.map(({ item }) => item).join(', ');
  if (list === '') return { statements: [], sources: new Map() };
  const target = canStar || isPositional ? head : `${head} (${into})`;
  const halves = seed.style === 'halves' && !canStar ? writeHalves(world, old, made, items, seed, at) : null;
  if (halves !== null) {
    if (halves.without !== null) sources.set(halves.without, null);
    return { statements: halves.statements, sources };
  }
  const other = world.pick(seed.other);
  if (seed.style === 'wrong source' && other !== undefined && other.name !== old.name && at === '')
    return { statements: [`${target} SELECT ${list} FROM ${quote(other.name)}`], sources: new Map() };
  const select = writeSelect(world, old, list, seed, at);
  const needsWhere = seed.end !== '' && !/ WHERE | GROUP | ORDER | LIMIT /.test(select) ? ' WHERE true' : '';
  const copy = `${target} ${select}${needsWhere}${seed.end}`;
  return { statements: seed.style === 'copy twice' ? [copy, copy] : [copy], sources };
}

interface Item {
  readonly name: string;
  readonly item: string;
}

/** Two copies of some rows each; the second may leave a column out. */
function writeHalves(
  world: World,
  old: Table,
  made: Table,
  items: readonly Item[],
  { condition, omits, conflict }: RebuildSeed,
  at: string,
): { readonly statements: readonly string[]; readonly without: string | null } {
  const from = `${quote(old.name)}${at === '' ? '' : ' AS t'}`;
  const where = writeCondition(world, old, condition, at);
  const write = (list: readonly Item[], term: string) =>
    `INSERT ${conflict}INTO ${quote(made.name)} (${list.map(({ name }) => quote(name)).join(', ')}) SELECT ${list.map(({ item }) => item).join(', ')} FROM ${from} WHERE ${term}`;
  const leaves = omits === 0 && items.length > 1;
  const second = leaves ? items.slice(0, -1) : items;
  const without = leaves ? (items.at(-1)?.name ?? null) : null;
  return { statements: [write(items, where), write(second, `(${where}) IS NOT TRUE`)], without };
}

function writeSelect(
  world: World,
  old: Table,
  list: string,
  { clause, condition, form, other }: RebuildSeed,
  at: string,
): string {
  const from = `${quote(old.name)}${at === '' ? '' : form === 'alias' ? ' t' : ' AS t'}`;
  const joined = world.pick(other) ?? old;
  const plain = `SELECT ${list} FROM ${from}`;
  switch (clause) {
    case 'WHERE':
      return `${plain} WHERE ${writeCondition(world, old, condition, at)}`;
    case 'ORDER BY':
      return `${plain} ORDER BY ${at}"id" DESC`;
    case 'LIMIT':
      return `${plain} LIMIT 2`;
    case 'OFFSET':
      return `${plain} LIMIT -1 OFFSET 1`;
    case 'DISTINCT':
      return `SELECT DISTINCT ${list} FROM ${from}`;
    case 'JOIN':
    case 'LEFT JOIN':
      return `${plain} ${clause} ${quote(joined.name)} AS o ON o.${quote(joined.columns[condition.column % 2]?.name ?? 'id')} = t."id"`;
    case 'GROUP BY':
      return `${plain} GROUP BY ${at}"id"`;
    case 'HAVING':
      return `${plain} GROUP BY ${at}"id" HAVING count(*) = 1`;
    case 'UNION':
      return `${plain} UNION ${plain}`;
    default:
      return form === 'with' && at === ''
        ? `WITH w AS (SELECT * FROM ${quote(old.name)}) SELECT ${list} FROM w`
        : plain;
  }
}

export function writeBetween(world: World, old: Table, made: Table, { between }: RebuildSeed): readonly string[] {
  if (between === null) return [];
  const table = between.verb.endsWith('new') ? made : old;
  const columns = listCopyable(table);
  const column = columns[between.column % columns.length];
  if (column === undefined) return [];
  const where = between.where === null ? '' : ` WHERE ${writeCondition(world, table, between.where)}`;
  if (between.verb.startsWith('delete')) {
    world.name(old);
    const finds = `SELECT * FROM ${quote(table.name)}${where}`;
    return [world.say(`DELETE FROM ${quote(table.name)}${where}`, { finds, columns: 'all' })];
  }
  // Whatever it held is overwritten by the file's own word.
  for (const known of old.columns) world.speak(old, known);
  const value = writeExpression(world, table, between.value);
  return [
    world.say(`UPDATE ${quote(table.name)} SET ${quote(column.name)} = ${value}${where}`, {
      ...{ finds: `SELECT * FROM ${quote(table.name)}${where}`, columns: [column.name] },
    }),
  ];
}
