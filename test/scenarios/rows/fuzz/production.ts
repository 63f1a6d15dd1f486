/** Random small databases: a schema that production has, and the rows in it. */

import fc from 'fast-check';
import { actions, anyColumn, anyValue, buildColumn, plain, rarely, values, writeIndex } from './columns.ts';
import { extras, writeExtra } from './extras.ts';
import { writeMark } from './marks.ts';
import { type Column, quote, renderTable, type Table, type TableKind, World } from './world.ts';

const kinds: readonly TableKind[] = [
  'rowid',
  'autoincrement',
  'text',
  'nullable',
  'pair',
  'keyless',
  'without rowid',
  'int',
];
/** No column is called as a table is, so that it shows which of them a finding speaks of. */
const plainTables = ['Customer', 'Item', 'Shop', 'Order'];
const plainColumns = ['a', 'b', 'c', 'd'];
const namings = [
  { tables: plainTables, columns: plainColumns },
  { tables: plainTables, columns: plainColumns },
  { tables: plainTables, columns: ['temp', 'main', 'group', 'oid'] },
  { tables: ['Order', 'main', 'temp', 'Group'], columns: plainColumns },
];

const tableSeed = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant<TableKind>('rowid') },
    { weight: 2, arbitrary: fc.nat(kinds.length - 1).map((place) => kinds[place] ?? 'rowid') },
  ),
  columns: fc.array(anyColumn, { minLength: 1, maxLength: 4 }),
  constraint: rarely(fc.constantFrom('UNIQUE', 'UNIQUE NOCASE', 'CHECK', 'FOREIGN KEY', 'FOREIGN KEY'), 5),
  rows: fc.array(fc.array(anyValue, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
  deletes: fc.boolean(),
  strict: rarely(fc.constant(true), 14),
  /** Columns of which each value is found nowhere else, a bit each. */
  marks: fc.nat(15),
  index: rarely(fc.record({ unique: fc.boolean(), form: fc.nat(5) }), 2),
  column: fc.nat(3),
});

type TableSeed = typeof tableSeed extends fc.Arbitrary<infer Seed> ? Seed : never;

export const productionSeed = fc.record({
  tables: fc.array(tableSeed, { minLength: 1, maxLength: 4 }),
  names: fc.constantFrom(...namings),
  extra: rarely(fc.constantFrom(...extras), 4),
});

export type ProductionSeed = typeof productionSeed extends fc.Arbitrary<infer Seed> ? Seed : never;

export interface Production {
  readonly schema: readonly string[];
  readonly rows: readonly string[];
  readonly world: World;
}

export function writeProduction({ tables, names, extra }: ProductionSeed): Production {
  const world = new World();
  const heads = tables.map((table, index) => ({ table, name: names.tables[index] ?? `T${index}` }));
  const known = heads.map(({ table, name }) => ({ name, kind: table.kind }));
  world.tables = heads.map(({ table, name }) => buildTable(table, name, names.columns, known));
  const schema = world.tables.map((table) => renderTable(table, table.name));
  for (const [index, seed] of tables.entries()) {
    const table = world.tables[index];
    if (table === undefined || seed.index === null) continue;
    const name = `${table.name}_index`;
    schema.push(writeIndex(name, table, seed.index.unique, seed.index.form, seed.column));
    world.indexes.push({ name, table: table.name });
  }
  const [first, second = first] = world.tables;
  const more = extra !== null && first && second ? writeExtra(extra, first, second) : { schema: [], rows: [] };
  const rows = world.tables.flatMap((table, index) => (tables[index] ? writeRows(table, tables[index], index) : []));
  return { schema: [...schema, ...more.schema], rows: [...rows, ...more.rows], world };
}

function buildTable(
  { kind, columns, constraint, column, strict }: TableSeed,
  name: string,
  columnNames: readonly string[],
  tables: readonly { readonly name: string; readonly kind: TableKind }[],
): Table {
  const isNumber = kind === 'rowid' || kind === 'autoincrement';
  const key: Column = {
    ...plain('id'),
    type: isNumber ? 'INTEGER' : kind === 'int' ? 'INT' : kind === 'keyless' ? 'INTEGER' : 'TEXT',
    isKey: kind !== 'keyless',
    notNull: kind === 'text' || kind === 'autoincrement' || kind === 'int',
  };
  const others = columns.map((seed, index) => buildColumn(seed, columnNames[index] ?? 'z', tables));
  const all = [
    key,
    ...others.map((other, index) =>
      kind === 'pair' && index === 0 ? { ...other, isKey: true, generated: null } : other,
    ),
  ];
  const [second, third] = [all[1 + (column % others.length)] ?? key, all[(2 + column) % all.length] ?? key];
  const written =
    second.generated === null ? writeConstraint(constraint, [second, third], columnNames, tables, column) : null;
  return {
    name,
    kind,
    strict: strict !== null,
    columns: all,
    constraints: written === null ? [] : [written],
    origin: name,
  };
}

function writeConstraint(
  constraint: TableSeed['constraint'],
  [first, second]: readonly [Column, Column],
  columnNames: readonly string[],
  tables: readonly { readonly name: string; readonly kind: TableKind }[],
  place: number,
): string | null {
  const action = actions[place % actions.length] ?? '';
  const pair = tables.find(({ kind }) => kind === 'pair');
  switch (constraint) {
    case 'CHECK':
      return `CHECK ("id" IS NOT ${quote(first.name)})`;
    case 'FOREIGN KEY':
      return pair === undefined || second.generated !== null
        ? `FOREIGN KEY (${quote(first.name)}) REFERENCES ${quote(tables[place % tables.length]?.name ?? '')} ("id")${action}`
        : `FOREIGN KEY (${quote(second.name)}, ${quote(first.name)}) REFERENCES ${quote(pair.name)} ("id", ${quote(columnNames[0] ?? '')})${action}`;
    case 'UNIQUE':
      return `UNIQUE (${quote(first.name)}, "id")`;
    case 'UNIQUE NOCASE':
      return `UNIQUE (${quote(first.name)} COLLATE NOCASE, "id")`;
    default:
      return null;
  }
}

/** Rows that break a constraint are left out by SQLite itself. */
function writeRows(table: Table, seed: TableSeed, number: number): readonly string[] {
  const columns = table.columns.filter(({ generated }) => generated === null);
  const list = columns.map(({ name }) => quote(name)).join(', ');
  const inserts = seed.rows.map((row, place) => {
    const written = columns.map((column, index) => {
      const value = row[index] ?? 0;
      if (column.isKey || column.reference !== null) return writeKey(column, value, table.kind, place);
      const mark = writeMark(column, number * 10_000 + place * 100 + index * 10);
      const isMarked =
        (value !== 0 || column.notNull) && column.check === null && (seed.marks & (1 << (index - 1))) !== 0;
      const literal = values[value] ?? 'NULL';
      const isRefused = (column.notNull && value === 0) || (table.strict && !isOfType(literal, column.type));
      return isMarked || isRefused ? mark : literal;
    });
    return `INSERT OR IGNORE INTO ${quote(table.name)} (${list}) VALUES (${written.join(', ')})`;
  });
  return seed.deletes && inserts.length > 0
    ? [...inserts, `DELETE FROM ${quote(table.name)} WHERE "id" = (SELECT max("id") FROM ${quote(table.name)})`]
    : inserts;
}

function writeKey(column: Column, seed: number, kind: TableKind, place: number): string {
  if (column.name === 'id' && column.isKey) {
    const number = kind === 'pair' ? (seed % 3) + 1 : place + (seed > 5 ? 2 : 1);
    if (kind === 'rowid' || kind === 'autoincrement') return String(number);
    return kind === 'nullable' && seed === 0 ? 'NULL' : seed > 6 ? `'${number}'` : String(number);
  }
  if (column.reference !== null)
    return seed % 5 === 0 && !column.notNull ? 'NULL' : seed % 7 === 6 ? `'${seed % 4}'` : String((seed % 5) + 1);
  return values[seed] ?? 'NULL';
}

/** In a STRICT table. */
function isOfType(literal: string, type: string): boolean {
  const types: Readonly<Record<string, RegExp>> = {
    INTEGER: /^(?:NULL|-?\d+)$/,
    REAL: /^(?:NULL|-?\d+(?:\.\d+)?)$/,
    BLOB: /^(?:NULL|x'.*')$/,
    '': /./,
  };
  return (types[type] ?? /^(?:NULL|'.*'|-?\d.*)$/).test(literal);
}
