/** Statements that put rows into a table, or make one. */

import { bare, buildColumn, values } from './columns.ts';
import { writeCondition, writeExpression } from './expressions.ts';
import type { Of } from './statement-seed.ts';
import { type Column, listCopyable, quote, renderTable, type Table, type World } from './world.ts';

export function writeInsert(world: World, seed: Of<'insert-select'> | Of<'insert-values'>): readonly string[] {
  const table = world.pick(seed.table);
  if (table === undefined) return [];
  const columns = listCopyable(table).filter((_, index) => (seed.skip & (1 << index)) === 0 || index > 5);
  const given = columns.length === 0 ? listCopyable(table) : columns;
  if (seed.conflict === 'OR REPLACE ') world.name(table);
  world.filled.add(table.name);
  const head = `INSERT ${seed.conflict}INTO ${quote(table.name)} (${given.map(({ name }) => quote(name)).join(', ')})`;
  if (seed.type === 'insert-values') {
    if (seed.defaults) return [`INSERT ${seed.conflict}INTO ${quote(table.name)} DEFAULT VALUES`];
    const rows = seed.rows.map((row) => `(${given.map((_, index) => values[row[index] ?? 0] ?? 'NULL').join(', ')})`);
    return [writeUpsert(world, table, given, `${head} VALUES ${rows.join(', ')}`, seed.end)];
  }
  const from = world.pick(seed.from) ?? table;
  const items = given.map((_, index) =>
    writeExpression(world, from, seed.items[index] ?? { form: 0, column: 0, other: 0, value: 0 }),
  );
  const where = seed.where === null ? '' : ` WHERE ${writeCondition(world, from, seed.where)}`;
  const isUpsert = seed.end === 'UPSERT';
  const needsWhere = (isUpsert || seed.end.startsWith(' ON')) && where === '' ? ' WHERE true' : '';
  const select = `SELECT ${seed.form === 1 ? 'DISTINCT ' : ''}${items.join(', ')} FROM ${quote(from.name)}${where}${needsWhere}${isUpsert ? '' : seed.end}`;
  if (isUpsert) return [writeUpsert(world, table, given, `${head} ${select}`, seed.end)];
  if (seed.form === 2)
    return [
      `${head} WITH w AS (SELECT * FROM ${quote(from.name)}) ${select.replace(` FROM ${quote(from.name)}`, ' FROM w')}`,
    ];
  if (seed.form === 3 && seed.end === '') return [`${head} ${select} UNION ALL ${select}`];
  return [`${head} ${select}`];
}

/** Overwrites what it says of any row: which of them it meets depends on what it inserts. */
function writeUpsert(world: World, table: Table, given: readonly Column[], head: string, end: string): string {
  const set = given.filter(({ name }) => name !== 'id').slice(0, 2);
  if (end !== 'UPSERT' || set.length === 0) return head;
  for (const column of set) world.speak(table, column);
  const sets = set.map(({ name }, index) =>
    index === 0 ? `${quote(name)} = excluded.${quote(name)}` : `${quote(name)} = coalesce(${quote(name)}, 'u')`,
  );
  return world.say(`${head} ON CONFLICT ("id") DO UPDATE SET ${sets.join(', ')}`, {
    finds: `SELECT * FROM ${quote(table.name)}`,
    columns: set.map(({ name }) => name),
  });
}

export function writeCreate(world: World, seed: Of<'create-as'> | Of<'create-table'>): readonly string[] {
  const like = world.pick(seed.type === 'create-as' ? seed.from : seed.like);
  if (like === undefined) return [];
  const name = world.newName('N');
  if (seed.type === 'create-as') {
    const columns = like.columns.map((column) => ({ ...column, ...bare }));
    const where = seed.where === null ? '' : ` WHERE ${writeCondition(world, like, seed.where)}`;
    world.call(like, name);
    world.tables = [
      ...world.tables,
      { name, kind: 'keyless', strict: false, columns, constraints: [], origin: like.origin },
    ];
    return [`CREATE TABLE ${quote(name)} AS SELECT * FROM ${quote(like.name)}${where}`];
  }
  const key = { ...buildColumn(idSeed, 'id', []), type: 'INTEGER', isKey: true };
  const others = seed.columns.map((column, index) => buildColumn(column, ['a', 'b', 'c'][index] ?? 'z', world.tables));
  const made: Table = {
    name,
    kind: 'rowid',
    strict: false,
    columns: [key, ...others].map((column) => ({ ...column, origin: null })),
    constraints: [],
    origin: null,
  };
  world.tables = [...world.tables, made];
  const create = renderTable(made, name);
  if (!seed.fills) return [create];
  const from = listCopyable(like);
  const into = listCopyable(made).slice(0, from.length);
  const list = into.map((column) => quote(column.name)).join(', ');
  const items = into.map((_, index) => quote(from[index]?.name ?? 'id')).join(', ');
  world.filled.add(name);
  world.call(like, name);
  const columns = made.columns.map((column) => ({ ...column, origin: from[into.indexOf(column)]?.origin ?? null }));
  world.replace(name, { ...made, columns, origin: like.origin });
  return [create, `INSERT INTO ${quote(name)} (${list}) SELECT ${items} FROM ${quote(like.name)}`];
}

const idSeed = { type: 1, notNull: false, fallback: null, rule: 'plain', detail: 0, parent: 0 } as const;
