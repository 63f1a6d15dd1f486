/** Random table rebuilds, written out. */

import { bare, writeIndex } from './columns.ts';
import { settle, writeBetween, writeCopies } from './copies.ts';
import { writeCondition } from './expressions.ts';
import type { RebuildSeed } from './rebuild-seed.ts';
import { buildWanted, type Wanted } from './wanted.ts';
import { listCopyable, quote, renderTable, type Table, type World } from './world.ts';

export function writeRebuild(world: World, seed: RebuildSeed): readonly string[] {
  const found = world.pick(seed.table);
  if (found === undefined) return [];
  const wanted = buildWanted(world, found, seed);
  if (seed.style === 'rename first') return renameFirst(world, found, wanted, seed);
  if (seed.style === 'helper') return writeHelper(world, found, wanted, seed);
  if (seed.style === 'as select') return writeAsSelect(world, found, wanted, seed);
  if (seed.style === 'move' || seed.style === 'move later') return writeMove(world, found, wanted, seed);
  const copy = `new_${found.name}`;
  const { statements, made } = writeFilling(world, found, { ...wanted, table: { ...wanted.table, name: copy } }, seed);
  world.drop(found.name);
  world.tables = [...world.tables, { ...made, name: found.name }];
  const [old, rename] = [quote(found.name), `ALTER TABLE ${quote(copy)} RENAME TO ${quote(found.name)}`];
  if (seed.style !== 'swap') return [...statements, `DROP TABLE ${old}`, rename];
  const aside = quote(`old_${found.name}`);
  world.call(found, `old_${found.name}`);
  return [...statements, `ALTER TABLE ${old} RENAME TO ${aside}`, rename, `DROP TABLE ${aside}`];
}

/** The table under another name; the old one goes now or with the next migration. */
function writeMove(world: World, found: Table, wanted: Wanted, seed: RebuildSeed): readonly string[] {
  const name = world.newName('M');
  const { statements, made } = writeFilling(world, found, { ...wanted, table: { ...wanted.table, name } }, seed);
  world.call(found, name);
  world.tables = [...world.tables, made];
  if (seed.style === 'move later') {
    world.emptied.push(found.name);
    return statements;
  }
  world.drop(found.name);
  return [...statements, `DROP TABLE ${quote(found.name)}`];
}

/** @returns the table with what it holds. */
function writeFilling(
  world: World,
  found: Table,
  { table, renamed }: Wanted,
  seed: RebuildSeed,
): { readonly statements: readonly string[]; readonly made: Table } {
  const index = seed.index;
  const before = index === null ? [] : [writeIndex(world.newName('i'), table, index.unique, index.form, index.column)];
  const written = writeCopies(world, found, table, renamed, seed);
  const between = writeBetween(world, found, table, seed);
  return {
    statements: [renderTable(table, table.name), ...before, ...written.statements, ...between],
    made: settle(table, written.sources),
  };
}

function writeAsSelect(
  world: World,
  found: Table,
  { table: wanted, renamed }: Wanted,
  seed: RebuildSeed,
): readonly string[] {
  const copy = `new_${found.name}`;
  const items = listCopyable(wanted).flatMap((column) => {
    const from = listCopyable(found).find(({ name }) => name === (renamed.get(column.name) ?? column.name));
    return from === undefined ? [] : [{ from, column }];
  });
  const list = items.map(({ from, column }) => `${quote(from.name)} AS ${quote(column.name)}`).join(', ');
  const columns = items.map(({ from, column }) => ({ ...column, ...bare, origin: from.origin }));
  const where = seed.clause === 'WHERE' ? ` WHERE ${writeCondition(world, found, seed.condition)}` : '';
  world.drop(found.name);
  world.tables = [
    ...world.tables,
    { name: found.name, kind: 'keyless', strict: false, columns, constraints: [], origin: found.origin },
  ];
  return [
    `CREATE TABLE ${quote(copy)} AS SELECT ${list} FROM ${quote(found.name)}${where}`,
    `DROP TABLE ${quote(found.name)}`,
    `ALTER TABLE ${quote(copy)} RENAME TO ${quote(found.name)}`,
  ];
}

function renameFirst(
  world: World,
  found: Table,
  { table: wanted, renamed }: Wanted,
  seed: RebuildSeed,
): readonly string[] {
  const old = `old_${found.name}`;
  world.rename(found.name, old);
  const moved = world.find(old) ?? found;
  const made = renderTable(wanted, found.name);
  const written = writeCopies(world, moved, wanted, renamed, seed);
  const between = writeBetween(world, moved, wanted, seed);
  world.drop(old);
  world.tables = [...world.tables, settle({ ...wanted, name: found.name }, written.sources)];
  return [
    `ALTER TABLE ${quote(found.name)} RENAME TO ${quote(old)}`,
    made,
    ...written.statements,
    ...between,
    `DROP TABLE ${quote(old)}`,
  ];
}

/** The rows wait in a table of their own while the table is dropped and made anew. */
function writeHelper(
  world: World,
  found: Table,
  { table: wanted, renamed }: Wanted,
  seed: RebuildSeed,
): readonly string[] {
  const name = world.newName('H');
  const helper: Table = {
    ...{ name, kind: 'keyless', strict: false, constraints: [], origin: found.origin },
    columns: found.columns.map((column) => ({ ...column, ...bare })),
  };
  world.call(found, name);
  const written = writeCopies(world, helper, wanted, renamed, seed);
  const between = writeBetween(world, helper, wanted, seed);
  world.drop(found.name);
  world.tables = [...world.tables, settle({ ...wanted, name: found.name }, written.sources)];
  return [
    `CREATE TABLE ${quote(name)} AS SELECT * FROM ${quote(found.name)}`,
    `DROP TABLE ${quote(found.name)}`,
    renderTable(wanted, found.name),
    ...written.statements,
    ...between,
    `DROP TABLE ${quote(name)}`,
  ];
}
