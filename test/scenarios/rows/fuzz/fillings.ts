/** Statements that put rows into a table, or make one. */

import { bare, buildColumn, values } from './columns.ts';
import { writeCondition, writeExpression } from './expressions.ts';
import type { Of } from './statement-seed.ts';
import { type Column, listCopyable, quote, renderTable, type Table, type World } from './world.ts';

type InsertSeed = Of<'insert-select'> | Of<'insert-values'>;

export function writeInsert(world: World, seed: InsertSeed): readonly string[] {
  const table = world.pick(seed.table);
  if (table === undefined) return [];
  const columns = listCopyable(table).filter((_, index) => (seed.skip & (1 << index)) === 0 || index > 5);
  const given = columns.length === 0 ? listCopyable(table) : columns;
  if (seed.conflict === 'OR REPLACE ') world.name(table);
  world.filled.add(table.name);
  const head = `INSERT ${seed.conflict}INTO ${quote(table.name)}`;
  if (seed.type === 'insert-values' && seed.defaults) return [`${head} DEFAULT VALUES`];
  const list = given.map(({ name }) => quote(name)).join(', ');
  const source = seed.type === 'insert-values' ? writeValues(given, seed) : writeQuery(world, table, given, seed);
  const sql = `${head} (${list}) ${source}${seed.end === 'UPSERT' ? '' : seed.end}`;
  if (seed.end === 'UPSERT') return [writeUpsert(world, table, given, sql)];
  if (seed.conflict !== 'OR REPLACE ') return [sql];
  // Of the rows whose keys it takes it writes these columns anew; what else goes with them it does not say.
  const same = given.some(({ name }) => name === 'id') ? ' WHERE "id" IN (SELECT "id" FROM given)' : '';
  const finds = `WITH given (${list}) AS (${source}) SELECT * FROM ${quote(table.name)}${same}`;
  return [world.say(sql, { finds, columns: given.map(({ name }) => name) })];
}

function writeValues(given: readonly Column[], { rows }: Of<'insert-values'>): string {
  const written = rows.map((row) => `(${given.map((_, index) => values[row[index] ?? 0] ?? 'NULL').join(', ')})`);
  return `VALUES ${written.join(', ')}`;
}

function writeQuery(world: World, table: Table, given: readonly Column[], seed: Of<'insert-select'>): string {
  const from = world.pick(seed.from) ?? table;
  const items = given.map((_, index) =>
    writeExpression(world, from, seed.items[index] ?? { form: 0, column: 0, other: 0, value: 0 }),
  );
  const name = quote(from.name);
  // Without it ON CONFLICT would be read as the condition of a JOIN.
  const needed = seed.end === 'UPSERT' || seed.end.startsWith(' ON') ? ' WHERE true' : '';
  const where = seed.where === null ? needed : ` WHERE ${writeCondition(world, from, seed.where)}`;
  const select = (source: string) =>
    `SELECT ${seed.form === 1 ? 'DISTINCT ' : ''}${items.join(', ')} FROM ${source}${where}`;
  if (seed.form === 2) return `WITH w AS (SELECT * FROM ${name}) ${select('w')}`;
  return seed.form === 3 && seed.end === '' ? `${select(name)} UNION ALL ${select(name)}` : select(name);
}

/** Overwrites what it says of any row: which of them it meets depends on what it inserts. */
function writeUpsert(world: World, table: Table, given: readonly Column[], insert: string): string {
  const set = given.filter(({ name }) => name !== 'id').slice(0, 2);
  if (set.length === 0) return insert;
  for (const column of set) world.speak(table, column);
  const sets = set.map(({ name }, index) =>
    index === 0 ? `${quote(name)} = excluded.${quote(name)}` : `${quote(name)} = coalesce(${quote(name)}, 'u')`,
  );
  const finds = `SELECT * FROM ${quote(table.name)}`;
  const sql = `${insert} ON CONFLICT ("id") DO UPDATE SET ${sets.join(', ')}`;
  return world.say(sql, { finds, columns: set.map(({ name }) => name) });
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
