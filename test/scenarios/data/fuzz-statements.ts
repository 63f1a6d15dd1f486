/** Random statements of the kinds that real histories hold besides table rebuilds. */

import fc from 'fast-check';
import { anyCondition, anyExpression, writeCondition, writeExpression } from './fuzz-expressions.ts';
import { anyColumn, buildColumn, values, writeIndex } from './fuzz-production.ts';
import { type Column, listCopyable, quote, renderColumn, renderTable, type Table, type World } from './fuzz-world.ts';

const place = fc.nat(5);

export const anyStatement = fc.oneof(
  fc.record({ type: fc.constant('add-column' as const), table: place, column: anyColumn }),
  fc.record({ type: fc.constant('drop-column' as const), table: place, column: place }),
  fc.record({ type: fc.constant('rename-column' as const), table: place, column: place }),
  fc.record({ type: fc.constant('rename-table' as const), table: place }),
  fc.record({
    type: fc.constant('create-index' as const),
    table: place,
    column: place,
    unique: fc.constantFrom(true, true, true, false),
    form: fc.nat(10),
  }),
  fc.record({ type: fc.constant('drop-index' as const), index: place }),
  fc.record({
    type: fc.constant('update' as const),
    table: place,
    column: place,
    value: anyExpression,
    where: fc.option(anyCondition),
    more: fc.option(fc.record({ column: place, value: anyExpression }), { freq: 4 }),
    conflict: fc.constantFrom('', '', '', '', 'OR IGNORE ', 'OR REPLACE '),
    from: fc.option(place, { freq: 6 }),
    alias: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('delete' as const),
    table: place,
    where: fc.option(anyCondition),
    end: fc.constantFrom('', '', '', '', ' RETURNING "id"', ' LIMIT 1'),
  }),
  fc.record({
    type: fc.constant('insert-select' as const),
    table: place,
    from: place,
    items: fc.array(anyExpression, { minLength: 6, maxLength: 6 }),
    skip: fc.nat(63),
    where: fc.option(anyCondition),
    conflict: fc.constantFrom('', '', '', '', 'OR IGNORE ', 'OR REPLACE '),
    end: fc.constantFrom('', '', '', '', ' ON CONFLICT DO NOTHING', ' RETURNING "id"', ' LIMIT 2'),
    form: fc.nat(7),
  }),
  fc.record({
    type: fc.constant('insert-values' as const),
    table: place,
    rows: fc.array(fc.array(fc.nat(values.length - 1), { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 2 }),
    skip: fc.nat(63),
    conflict: fc.constantFrom('', '', '', '', 'OR IGNORE ', 'OR REPLACE '),
  }),
  fc.record({ type: fc.constant('drop-table' as const), table: place }),
  fc.record({ type: fc.constant('create-as' as const), from: place, where: fc.option(anyCondition) }),
  fc.record({
    type: fc.constant('create-table' as const),
    like: place,
    columns: fc.array(anyColumn, { minLength: 1, maxLength: 3 }),
    fills: fc.boolean(),
  }),
  fc.record({ type: fc.constant('create-view' as const), table: place, takes: fc.boolean() }),
);

export type StatementSeed = typeof anyStatement extends fc.Arbitrary<infer Seed> ? Seed : never;

/** @returns nothing where there is nothing to say it of. */
export function writeStatement(world: World, seed: StatementSeed): readonly string[] {
  switch (seed.type) {
    case 'drop-index': {
      const index = world.indexes[seed.index % Math.max(1, world.indexes.length)];
      if (index === undefined) return [];
      world.indexes = world.indexes.filter(({ name }) => name !== index.name);
      return [`DROP INDEX ${quote(index.name)}`];
    }
    case 'create-as':
    case 'create-table':
      return writeCreate(world, seed);
    case 'insert-select':
    case 'insert-values':
      return writeInsert(world, seed);
    default: {
      const table = world.pick(seed.table);
      return table === undefined ? [] : writeOf(world, table, seed);
    }
  }
}

type Of<Type> = Extract<StatementSeed, { type: Type }>;

function writeOf(
  world: World,
  table: Table,
  seed: Exclude<
    StatementSeed,
    { type: 'drop-index' | 'create-as' | 'create-table' | 'insert-select' | 'insert-values' }
  >,
): readonly string[] {
  const alter = `ALTER TABLE ${quote(table.name)}`;
  const copyable = listCopyable(table);
  switch (seed.type) {
    case 'add-column': {
      const built = buildColumn(seed.column, world.newName('n'), table.name, world.tables);
      const column = { ...built, origin: null, unique: false };
      world.replace(table.name, { ...table, columns: [...table.columns, column] });
      return [`${alter} ADD COLUMN ${renderColumn(column, table.kind)}`];
    }
    case 'drop-column': {
      const column = table.columns[seed.column % table.columns.length];
      if (column === undefined || column.isKey || column.unique || column.reference || table.columns.length < 2)
        return [];
      world.replace(table.name, { ...table, columns: table.columns.filter((known) => known !== column) });
      return [`${alter} DROP COLUMN ${quote(column.name)}`];
    }
    case 'rename-column': {
      const column = table.columns[seed.column % table.columns.length];
      if (column === undefined || column.name === 'id') return [];
      const to = world.newName('r');
      world.renameColumn(table.name, column.name, to);
      return [`${alter} RENAME COLUMN ${quote(column.name)} TO ${quote(to)}`];
    }
    case 'rename-table': {
      const to = world.newName('R');
      world.rename(table.name, to);
      return [`${alter} RENAME TO ${quote(to)}`];
    }
    case 'create-index': {
      const name = world.newName('i');
      world.indexes.push({ name, table: table.name });
      return [writeIndex(name, table, seed.unique, seed.form, seed.column)];
    }
    case 'update':
      return writeUpdate(world, table, copyable, seed);
    case 'delete':
      world.name(table);
      return [
        `DELETE FROM ${quote(table.name)}${seed.where === null ? '' : ` WHERE ${writeCondition(world, table, seed.where)}`}${seed.end}`,
      ];
    case 'drop-table':
      world.drop(table.name);
      return [`DROP TABLE ${quote(table.name)}`];
    case 'create-view':
      return [
        `CREATE VIEW ${quote(world.newName('v'))} AS SELECT ${seed.takes ? '*' : '"id"'} FROM ${quote(table.name)}`,
      ];
  }
}

function writeUpdate(
  world: World,
  table: Table,
  copyable: readonly Column[],
  { column, value, where, more, conflict, from, alias }: Of<'update'>,
): readonly string[] {
  const changed = [{ column, value }, ...(more ? [more] : [])].flatMap((each) => {
    const found = copyable[each.column % copyable.length];
    return found === undefined ? [] : [{ column: found, value: each.value }];
  });
  for (const each of changed) world.speak(table, each.column);
  if (conflict === 'OR REPLACE ') world.name(table);
  const other = from === null ? undefined : world.pick(from);
  const isJoined = other !== undefined && other.name !== table.name;
  const at = isJoined || alias ? 't.' : '';
  const sets = changed.map((each) => `${quote(each.column.name)} = ${writeExpression(world, table, each.value, at)}`);
  const conditions = [
    ...(isJoined ? [`t."id" = o."id"`] : []),
    ...(where === null ? [] : [writeCondition(world, table, where, at)]),
  ];
  const head = `UPDATE ${conflict}${quote(table.name)}${at === '' ? '' : ' AS t'} SET ${sets.join(', ')}`;
  return [
    `${head}${isJoined ? ` FROM ${quote(other.name)} AS o` : ''}${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}`,
  ];
}

function writeInsert(world: World, seed: Of<'insert-select'> | Of<'insert-values'>): readonly string[] {
  const table = world.pick(seed.table);
  if (table === undefined) return [];
  const columns = listCopyable(table).filter((_, index) => (seed.skip & (1 << index)) === 0 || index > 5);
  const given = columns.length === 0 ? listCopyable(table) : columns;
  if (seed.conflict === 'OR REPLACE ') world.name(table);
  world.filled.add(table.name);
  const head = `INSERT ${seed.conflict}INTO ${quote(table.name)} (${given.map(({ name }) => quote(name)).join(', ')})`;
  if (seed.type === 'insert-values') {
    const rows = seed.rows.map((row) => `(${given.map((_, index) => values[row[index] ?? 0] ?? 'NULL').join(', ')})`);
    return [`${head} VALUES ${rows.join(', ')}`];
  }
  const from = world.pick(seed.from) ?? table;
  const items = given.map((_, index) =>
    writeExpression(world, from, seed.items[index] ?? { form: 0, column: 0, other: 0, value: 0 }),
  );
  const where = seed.where === null ? '' : ` WHERE ${writeCondition(world, from, seed.where)}`;
  const needsWhere = seed.end.startsWith(' ON') && where === '' ? ' WHERE true' : '';
  const select = `SELECT ${seed.form === 1 ? 'DISTINCT ' : ''}${items.join(', ')} FROM ${quote(from.name)}${where}${needsWhere}${seed.end}`;
  if (seed.form === 2)
    return [
      `${head} WITH w AS (SELECT * FROM ${quote(from.name)}) ${select.replace(` FROM ${quote(from.name)}`, ' FROM w')}`,
    ];
  if (seed.form === 3 && seed.end === '') return [`${head} ${select} UNION ALL ${select}`];
  return [`${head} ${select}`];
}

function writeCreate(world: World, seed: Of<'create-as'> | Of<'create-table'>): readonly string[] {
  const like = world.pick(seed.type === 'create-as' ? seed.from : seed.like);
  if (like === undefined) return [];
  const name = world.newName('N');
  if (seed.type === 'create-as') {
    const columns = like.columns.map((column) => ({
      ...column,
      isKey: false,
      notNull: false,
      fallback: null,
      unique: false,
      nocase: false,
      check: null,
      generated: null,
      reference: null,
      origin: null,
    }));
    const where = seed.where === null ? '' : ` WHERE ${writeCondition(world, like, seed.where)}`;
    world.tables = [...world.tables, { name, kind: 'keyless', columns, constraints: [], origin: null }];
    return [`CREATE TABLE ${quote(name)} AS SELECT * FROM ${quote(like.name)}${where}`];
  }
  const key = { ...buildColumn(idSeed, 'id', name, []), type: 'INTEGER', isKey: true };
  const others = seed.columns.map((column, index) =>
    buildColumn(column, ['a', 'b', 'c'][index] ?? 'z', name, world.tables),
  );
  const made: Table = {
    name,
    kind: 'rowid',
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
  return [create, `INSERT INTO ${quote(name)} (${list}) SELECT ${items} FROM ${quote(like.name)}`];
}

const idSeed = { type: 1, notNull: false, fallback: null, rule: 'plain', detail: 0, parent: 0 } as const;
