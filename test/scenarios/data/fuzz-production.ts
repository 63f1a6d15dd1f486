/** Random small databases: a schema that production has, and the rows in it. */

import fc from 'fast-check';
import { type Column, quote, renderTable, type Table, type TableKind, World } from './fuzz-world.ts';

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
const types = ['TEXT', 'INTEGER', '', 'REAL', 'DATETIME', 'BLOB'] as const;
const actions = [
  '',
  ' ON DELETE CASCADE',
  ' ON DELETE SET NULL',
  ' ON DELETE RESTRICT',
  ' ON DELETE SET DEFAULT',
  ' ON DELETE CASCADE ON UPDATE CASCADE',
  ' ON DELETE SET NULL ON UPDATE SET NULL',
  ' ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED',
  ' DEFERRABLE INITIALLY DEFERRED',
] as const;
const checks = [
  `$ <> 'b'`,
  '$ > 0',
  'length($) < 3',
  '$ IS NOT NULL',
  `$ IN ('a', 'A', 1, '1')`,
  `typeof($) = 'integer'`,
  `$ = lower($)`,
] as const;
const fallbacks = [`'a'`, '1', 'NULL', `'1'`, '-1', '1.0', 'CURRENT_TIMESTAMP', '(1 + 1)', `''`, 'true'] as const;
/** What rows hold: equal, almost equal, and nothing at all. */
export const values = [
  'NULL',
  '1',
  `'a'`,
  '2',
  `'A'`,
  `'1'`,
  '1.0',
  `'b'`,
  `''`,
  '0',
  '3',
  `'1.0'`,
  '1.5',
  `x'61'`,
  `'007'`,
  '-1',
  `'a '`,
  '9007199254740993',
] as const;

export interface ColumnSeed {
  readonly type: number;
  readonly notNull: boolean;
  readonly fallback: number | null;
  readonly rule:
    | 'plain'
    | 'unique'
    | 'nocase'
    | 'check'
    | 'reference'
    | 'generated'
    | 'unique nocase'
    | 'unique reference';
  readonly detail: number;
  readonly parent: number;
}

const rules = [
  'plain',
  'plain',
  'plain',
  'reference',
  'reference',
  'unique',
  'nocase',
  'check',
  'generated',
  'unique nocase',
  'unique reference',
] as const;

export const anyColumn: fc.Arbitrary<ColumnSeed> = fc.record({
  type: fc.nat(types.length - 1),
  notNull: fc.boolean(),
  fallback: fc.option(fc.nat(fallbacks.length - 1), { freq: 2 }),
  rule: fc.constantFrom(...rules),
  detail: fc.nat(30),
  parent: fc.nat(3),
});

const tableSeed = fc.record({
  kind: fc.nat(kinds.length - 1).map((place) => kinds[place] ?? 'rowid'),
  columns: fc.array(anyColumn, { minLength: 1, maxLength: 4 }),
  pair: fc.option(fc.constantFrom('UNIQUE', 'UNIQUE NOCASE', 'CHECK', 'FOREIGN KEY'), { freq: 5 }),
  rows: fc.array(fc.array(fc.nat(values.length - 1), { minLength: 6, maxLength: 6 }), { maxLength: 5 }),
  deletes: fc.boolean(),
  index: fc.option(fc.record({ unique: fc.boolean(), form: fc.nat(5) }), { freq: 2 }),
  column: fc.nat(3),
});

type TableSeed = typeof tableSeed extends fc.Arbitrary<infer Seed> ? Seed : never;

export const productionSeed = fc.record({
  tables: fc.array(tableSeed, { minLength: 1, maxLength: 4 }),
  extra: fc.option(fc.constantFrom('view', 'log trigger', 'deleting trigger', 'refusing trigger'), { freq: 4 }),
});

export type ProductionSeed = typeof productionSeed extends fc.Arbitrary<infer Seed> ? Seed : never;

export interface Production {
  readonly schema: readonly string[];
  readonly rows: readonly string[];
  readonly world: World;
}

const names = ['A', 'B', 'C', 'Order'];
const columnNames = ['a', 'b', 'c', 'group'];

export function writeProduction({ tables, extra }: ProductionSeed): Production {
  const world = new World();
  const heads = tables.map((table, index) => ({ table, name: names[index] ?? `T${index}` }));
  const known = heads.map(({ table, name }) => ({ name, key: findKey(table) }));
  world.tables = heads.map(({ table, name }) => buildTable(table, name, known));
  const schema = world.tables.map((table) => renderTable(table, table.name));
  for (const [index, seed] of tables.entries()) {
    const table = world.tables[index];
    if (table === undefined || seed.index === null) continue;
    const name = `${table.name}_index`;
    schema.push(writeIndex(name, table, seed.index.unique, seed.index.form, seed.column));
    world.indexes.push({ name, table: table.name });
  }
  const [first, second = first] = world.tables;
  if (extra !== null && first && second) schema.push(writeExtra(extra, first, second));
  const rows = world.tables.flatMap((table, index) => (tables[index] ? writeRows(table, tables[index]) : []));
  return { schema, rows, world };
}

function findKey({ kind }: TableSeed): string {
  return kind === 'pair' ? 'c' : 'id';
}

function buildTable(
  { kind, columns, pair, column }: TableSeed,
  name: string,
  tables: readonly { name: string; key: string }[],
): Table {
  const isNumber = kind === 'rowid' || kind === 'autoincrement';
  const key: Column = {
    ...plain('id', name),
    type: isNumber ? 'INTEGER' : kind === 'int' ? 'INT' : kind === 'keyless' ? 'INTEGER' : 'TEXT',
    isKey: kind !== 'keyless',
    notNull: kind === 'text' || kind === 'autoincrement' || kind === 'int',
  };
  const others = columns.map((seed, index) => buildColumn(seed, columnNames[index] ?? 'z', name, tables));
  const all = [
    key,
    ...others.map((other, index) =>
      kind === 'pair' && index === 0 ? { ...other, isKey: true, generated: null } : other,
    ),
  ];
  const second = all[1 + (column % others.length)] ?? key;
  const parent = tables[column % tables.length];
  const constraint =
    pair === null || second.generated !== null
      ? null
      : pair === 'CHECK'
        ? `CHECK ("id" IS NOT ${quote(second.name)})`
        : pair === 'FOREIGN KEY'
          ? `FOREIGN KEY (${quote(second.name)}) REFERENCES ${quote(parent?.name ?? name)} ("id")${actions[(column + columns.length) % actions.length]}`
          : `UNIQUE (${quote(second.name)}${pair === 'UNIQUE NOCASE' ? ' COLLATE NOCASE' : ''}, "id")`;
  return { name, kind, columns: all, constraints: constraint === null ? [] : [constraint], origin: name };
}

export function plain(name: string, _table: string): Column {
  return {
    name,
    type: 'TEXT',
    isKey: false,
    notNull: false,
    fallback: null,
    unique: false,
    nocase: false,
    check: null,
    generated: null,
    reference: null,
    origin: name,
  };
}

export function buildColumn(
  seed: ColumnSeed,
  name: string,
  table: string,
  tables: readonly { readonly name: string }[],
): Column {
  const parent = tables[seed.parent % Math.max(1, tables.length)];
  const is = (rule: string) => seed.rule.split(' ').includes(rule);
  const generated = is('generated') ? (['"id"', `"id" || 'x'`, 'lower("id")'][seed.detail % 3] ?? null) : null;
  return {
    ...plain(name, table),
    type: is('reference') && seed.type < 2 ? 'INTEGER' : (types[seed.type] ?? ''),
    notNull: seed.notNull && generated === null,
    fallback: seed.fallback === null || generated !== null ? null : (fallbacks[seed.fallback] ?? null),
    unique: is('unique'),
    nocase: is('nocase'),
    check: is('check') ? (checks[seed.detail % checks.length] ?? null) : null,
    generated,
    reference:
      is('reference') && parent !== undefined
        ? { parent: parent.name, column: 'id', actions: actions[seed.detail % actions.length] ?? '' }
        : null,
  };
}

export function writeIndex(name: string, table: Table, unique: boolean, form: number, place: number): string {
  const columns = table.columns;
  const first = columns[(place + 1) % columns.length] ?? columns[0];
  const second = columns[place % columns.length] ?? columns[0];
  const [a, b] = [quote(first?.name ?? 'id'), quote(second?.name ?? 'id')];
  const forms = [
    a,
    `${a}, ${b}`,
    `${a} COLLATE NOCASE`,
    `lower(${a})`,
    `${a}) WHERE (${b} IS NOT NULL`,
    `${a}) WHERE (${b} = 1`,
    `coalesce(${a}, '')`,
    `${a} DESC`,
    `${a} || ${b}`,
    `${a} COLLATE BINARY`,
    `${a}) WHERE (${b} > 'A'`,
  ];
  const body = `(${forms[form % forms.length]})`;
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quote(name)} ON ${quote(table.name)} ${body}`;
}

function writeExtra(extra: string, first: Table, second: Table): string {
  if (extra === 'view') return `CREATE VIEW "a view" AS SELECT "id" FROM ${quote(first.name)}`;
  const body =
    extra === 'refusing trigger'
      ? `SELECT RAISE(ABORT, 'no') WHERE old."id" = 1`
      : extra === 'log trigger'
        ? `INSERT OR IGNORE INTO ${quote(second.name)} ("id") VALUES (77)`
        : `DELETE FROM ${quote(second.name)} WHERE "id" = old."id"`;
  return `CREATE TRIGGER "a trigger" AFTER ${extra === 'log trigger' ? 'UPDATE' : 'DELETE'} ON ${quote(first.name)} BEGIN ${body}; END`;
}

/** Rows that break a constraint are left out by SQLite itself. */
function writeRows(table: Table, { rows, deletes, kind }: TableSeed): readonly string[] {
  const columns = table.columns.filter(({ generated }) => generated === null);
  const list = columns.map(({ name }) => quote(name)).join(', ');
  const inserts = rows.map((row) => {
    const written = columns.map((column, index) => writeValue(column, row[index] ?? 0, kind));
    return `INSERT OR IGNORE INTO ${quote(table.name)} (${list}) VALUES (${written.join(', ')})`;
  });
  return deletes && inserts.length > 0
    ? [...inserts, `DELETE FROM ${quote(table.name)} WHERE "id" = (SELECT max("id") FROM ${quote(table.name)})`]
    : inserts;
}

function writeValue(column: Column, seed: number, kind: TableKind): string {
  if (column.name === 'id' && column.isKey) {
    const number = (seed % 6) + 1;
    if (kind === 'rowid' || kind === 'autoincrement') return String(number);
    return kind === 'nullable' && seed === 0 ? 'NULL' : seed > 10 ? `'${number}'` : String(number);
  }
  if (column.reference !== null)
    return seed % 5 === 0 ? 'NULL' : seed % 7 === 6 ? `'${seed % 4}'` : String((seed % 5) + 1);
  return values[seed] ?? 'NULL';
}
