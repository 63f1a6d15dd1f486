/** Random statements of the kinds that real histories hold besides table rebuilds, written out. */

import { buildColumn, writeIndex } from './columns.ts';
import { writeCondition, writeExpression } from './expressions.ts';
import { writeCreate, writeInsert } from './fillings.ts';
import type { Of, StatementSeed } from './statement-seed.ts';
import { changeColumn } from './wanted.ts';
import { type Column, listCopyable, quote, renderColumn, type Table, type World } from './world.ts';

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
      const built = buildColumn(seed.column, world.newName('n'), world.tables);
      const column = { ...built, origin: null, unique: false, stored: false };
      world.replace(table.name, { ...table, columns: [...table.columns, column] });
      return [`${alter} ADD COLUMN ${renderColumn(column, table)}`];
    }
    case 'drop-column': {
      const column = table.columns[seed.column % table.columns.length];
      if (column === undefined || column.isKey || column.unique || column.reference || table.columns.length < 2)
        return [];
      const mentioned = [...table.constraints, ...table.columns.map(({ generated }) => generated ?? '')].join();
      if (mentioned.includes(quote(column.name)) || column.check !== null) return [];
      if (world.indexes.some((index) => index.table === table.name)) return [];
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
    case 'alter-column':
      return writeAlter(world, table, seed);
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
      return writeDelete(world, table, seed);
    case 'drop-table':
      world.drop(table.name);
      return [`DROP TABLE ${quote(table.name)}`];
    case 'create-view':
      return [
        `CREATE VIEW ${quote(world.newName('v'))} AS SELECT ${seed.takes ? '*' : '"id"'} FROM ${quote(table.name)}`,
      ];
  }
}

function writeDelete(
  world: World,
  picked: Table,
  { table: place, where, end, reaches }: Of<'delete'>,
): readonly string[] {
  const parents = world.tables.flatMap(({ name, columns }) =>
    columns.flatMap(({ reference }) => (reference === null || reference.parent === name ? [] : [reference.parent])),
  );
  const table = (reaches ? world.find(parents[place % Math.max(1, parents.length)] ?? '') : undefined) ?? picked;
  world.name(table);
  const condition = where === null ? '' : ` WHERE ${writeCondition(world, table, where)}`;
  const finds = `SELECT * FROM ${quote(table.name)}${condition}`;
  return [world.say(`DELETE FROM ${quote(table.name)}${condition}${end}`, { finds, columns: 'all' })];
}

/** libSQL's own: another definition in the place of the column's. */
function writeAlter(world: World, table: Table, { column: place, to, change }: Of<'alter-column'>): readonly string[] {
  const column = table.columns[place % table.columns.length];
  if (column === undefined || column.generated !== null || (column.isKey && table.kind === 'pair')) return [];
  const altered = changeColumn(column, buildColumn(to, column.name, world.tables), change);
  const columns = table.columns.map((known) => (known === column ? altered : known));
  world.replace(table.name, { ...table, columns });
  return [`ALTER TABLE ${quote(table.name)} ALTER COLUMN ${quote(column.name)} TO ${renderColumn(altered, table)}`];
}

function writeUpdate(
  world: World,
  table: Table,
  copyable: readonly Column[],
  { column, value, where, more, conflict, from, alias, aims }: Of<'update'>,
): readonly string[] {
  const unique = copyable.filter((one) => one.unique || (one.isKey && one.name !== 'id'));
  const choice = aims && unique.length > 0 ? unique : copyable;
  const changed = [{ column, value }, ...(more ? [more] : [])].flatMap((each) => {
    const found = choice[each.column % choice.length];
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
  const ending = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const target = `${quote(table.name)}${at === '' ? '' : ' AS t'}`;
  const joined = isJoined ? `${quote(other.name)} AS o` : '';
  const sql = `UPDATE ${conflict}${target} SET ${sets.join(', ')}${isJoined ? ` FROM ${joined}` : ''}${ending}`;
  const finds = `SELECT ${at === '' ? '*' : 't.*'} FROM ${[target, ...(isJoined ? [joined] : [])].join(', ')}${ending}`;
  return [world.say(sql, { finds, columns: changed.map((each) => each.column.name) })];
}
