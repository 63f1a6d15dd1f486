/** Random table rebuilds: Prisma's own, and what hands make of them. */

import fc from 'fast-check';
import {
  anyCondition,
  anyExpression,
  findRead,
  keepsValue,
  writeCondition,
  writeExpression,
} from './fuzz-expressions.ts';
import { anyColumn, buildColumn } from './fuzz-production.ts';
import { type Column, listCopyable, quote, renderTable, type Table, type World } from './fuzz-world.ts';

const place = fc.nat(5);
const changes = [
  'drop',
  'not null',
  'rename',
  'type',
  'nullable',
  'default',
  'unique',
  'check',
  'nocase',
  'reference',
  'forget reference',
  'add',
  'not unique',
  'binary',
] as const;

export const anyRebuild = fc.record({
  type: fc.constant('rebuild' as const),
  table: place,
  changes: fc.array(fc.record({ change: fc.constantFrom(...changes), column: place, seed: anyColumn }), {
    maxLength: 3,
  }),
  constraint: fc.option(fc.constantFrom('UNIQUE', 'CHECK', 'FOREIGN KEY'), { freq: 5 }),
  kind: fc.option(fc.constantFrom('rowid', 'autoincrement', 'text', 'without rowid', 'int'), { freq: 6 }),
  style: fc.constantFrom('prisma', 'prisma', 'prisma', 'rename first', 'no copy', 'copy twice', 'temporary'),
  /** Columns that the copy leaves out. */
  omits: fc.nat({ max: 63 }).map((bits) => (bits % 3 === 0 ? bits : 0)),
  /** What is copied in the place of a column. */
  items: fc.array(fc.record({ column: place, value: anyExpression, named: fc.boolean() }), { maxLength: 2 }),
  form: fc.constantFrom('list', 'list', 'list', 'star', 'positional', 'alias', 'with'),
  clause: fc.constantFrom(
    '',
    '',
    '',
    '',
    '',
    'WHERE',
    'ORDER BY',
    'LIMIT',
    'DISTINCT',
    'JOIN',
    'LEFT JOIN',
    'GROUP BY',
    'UNION',
    'HAVING',
    'OFFSET',
  ),
  condition: anyCondition,
  conflict: fc.constantFrom('', '', '', '', 'OR IGNORE ', 'OR REPLACE ', 'OR FAIL '),
  end: fc.constantFrom('', '', '', '', '', ' ON CONFLICT DO NOTHING'),
  between: fc.option(
    fc.record({
      verb: fc.constantFrom('update new', 'update old', 'delete new', 'delete old'),
      column: place,
      value: anyExpression,
      where: fc.option(anyCondition),
    }),
    { freq: 5 },
  ),
  other: place,
  indexes: fc.boolean(),
});

export type RebuildSeed = typeof anyRebuild extends fc.Arbitrary<infer Seed> ? Seed : never;

export function writeRebuild(world: World, seed: RebuildSeed): readonly string[] {
  const found = world.pick(seed.table);
  if (found === undefined) return [];
  const wanted = change(world, found, seed);
  if (seed.style === 'rename first') return renameFirst(world, found, wanted, seed);
  const copy = `new_${found.name}`;
  const made = renderTable(wanted.table, copy);
  const filling = { ...wanted.table, name: copy };
  const written = writeCopies(world, found, filling, wanted.renamed, seed);
  const between = writeBetween(world, found, filling, seed);
  const kept = settle(filling, written.sources);
  world.drop(found.name);
  world.tables = [...world.tables, { ...kept, name: found.name }];
  world.filled.delete(found.name);
  return [
    made,
    ...written.statements,
    ...between,
    `DROP TABLE ${quote(found.name)}`,
    `ALTER TABLE ${quote(copy)} RENAME TO ${quote(found.name)}`,
  ];
}

interface Wanted {
  readonly table: Table;
  /** New name to old name. */
  readonly renamed: ReadonlyMap<string, string>;
}

function change(world: World, table: Table, { changes: list, constraint, kind }: RebuildSeed): Wanted {
  const renamed = new Map<string, string>();
  let columns = [...table.columns];
  for (const each of list) {
    const index = each.column % columns.length;
    const column = columns[index];
    if (column === undefined) continue;
    if (each.change === 'drop') {
      if (!column.isKey && columns.length > 1) columns = columns.filter((known) => known !== column);
      continue;
    }
    if (each.change === 'add') {
      columns.push({ ...buildColumn(each.seed, world.newName('n'), table.name, world.tables), origin: null });
      continue;
    }
    if (each.change === 'rename') {
      if (column.name === 'id' || column.isKey) continue;
      const to = world.newName('r');
      renamed.set(to, renamed.get(column.name) ?? column.name);
      columns = columns.map((known) => (known === column ? { ...known, name: to } : known));
      continue;
    }
    const built = buildColumn(each.seed, column.name, table.name, world.tables);
    columns = columns.map((known) => (known === column ? changeColumn(known, built, each.change) : known));
  }
  const names = new Set(columns.map(({ name }) => name));
  const mentions = (text: string) => [...text.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');
  const own = table.constraints.filter(
    (text) => !text.startsWith('FOREIGN') && mentions(text).every((name) => names.has(name)),
  );
  const second = columns.find((column) => !column.isKey && column.generated === null);
  const parent = world.pick(list.length);
  const added =
    constraint === null || second === undefined
      ? []
      : constraint === 'UNIQUE'
        ? [`UNIQUE (${quote(second.name)})`]
        : constraint === 'CHECK'
          ? [`CHECK (${quote(second.name)} IS NOT 'b')`]
          : [
              `FOREIGN KEY (${quote(second.name)}) REFERENCES ${quote(parent?.name ?? table.name)} ("id") ON DELETE CASCADE`,
            ];
  const mayChange = kind !== null && !['pair', 'keyless'].includes(table.kind);
  return {
    table: {
      ...table,
      kind: mayChange ? kind : table.kind,
      columns: fitKey(columns, mayChange ? kind : table.kind),
      constraints: [...own, ...added],
    },
    renamed,
  };
}

function fitKey(columns: readonly Column[], kind: Table['kind']): readonly Column[] {
  return columns.map((column) => {
    if (!column.isKey || kind === 'pair') return column;
    return {
      ...column,
      type: kind === 'rowid' || kind === 'autoincrement' ? 'INTEGER' : kind === 'int' ? 'INT' : 'TEXT',
    };
  });
}

function changeColumn(column: Column, built: Column, kind: (typeof changes)[number]): Column {
  if (column.generated !== null) return column;
  switch (kind) {
    case 'not null':
      return { ...column, notNull: true };
    case 'type':
      return { ...column, type: column.isKey ? column.type : built.type };
    case 'nullable':
      return { ...column, notNull: false };
    case 'default':
      return { ...column, fallback: built.fallback };
    case 'unique':
      return { ...column, unique: true };
    case 'not unique':
      return { ...column, unique: false };
    case 'check':
      return { ...column, check: built.check ?? `$ <> 'b'` };
    case 'nocase':
      return { ...column, nocase: true };
    case 'binary':
      return { ...column, nocase: false };
    case 'reference':
      return { ...column, reference: built.reference ?? column.reference };
    case 'forget reference':
      return { ...column, reference: null };
    default:
      return column;
  }
}

/** Which column of the old table a column of the new one holds; null where something is computed. */
type Sources = ReadonlyMap<string, Column | null>;

function settle(made: Table, sources: Sources): Table {
  return {
    ...made,
    columns: made.columns.map((column) => ({ ...column, origin: sources.get(column.name)?.origin ?? null })),
  };
}

function writeCopies(
  world: World,
  old: Table,
  made: Table,
  renamed: ReadonlyMap<string, string>,
  seed: RebuildSeed,
): { readonly statements: readonly string[]; readonly sources: Sources } {
  if (seed.style === 'no copy') return { statements: [], sources: new Map() };
  const copyable = listCopyable(old);
  const sources = new Map<string, Column | null>();
  const items: { readonly name: string; readonly item: string }[] = [];
  const at = seed.form === 'alias' || seed.clause.includes('JOIN') ? 't.' : '';
  for (const [index, column] of listCopyable(made).entries()) {
    const from = copyable.find(({ name }) => name === (renamed.get(column.name) ?? column.name));
    const given = seed.items.find((item) => item.column === index);
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
  const select = writeSelect(world, old, list, seed, at);
  const needsWhere = seed.end !== '' && !/ WHERE | GROUP | ORDER | LIMIT /.test(select) ? ' WHERE true' : '';
  const copy = `${target} ${select}${needsWhere}${seed.end}`;
  return { statements: seed.style === 'copy twice' ? [copy, copy] : [copy], sources };
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
      return `${plain} ${clause} ${quote(joined.name)} AS o ON o."id" = t."id"`;
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

function writeBetween(world: World, old: Table, made: Table, { between }: RebuildSeed): readonly string[] {
  if (between === null) return [];
  const table = between.verb.endsWith('new') ? made : old;
  const columns = listCopyable(table);
  const column = columns[between.column % columns.length];
  if (column === undefined) return [];
  const where = between.where === null ? '' : ` WHERE ${writeCondition(world, table, between.where)}`;
  if (between.verb.startsWith('delete')) {
    world.name(old);
    return [`DELETE FROM ${quote(table.name)}${where}`];
  }
  // Whatever it held is overwritten by the file's own word.
  for (const known of old.columns) world.speak(old, known);
  return [
    `UPDATE ${quote(table.name)} SET ${quote(column.name)} = ${writeExpression(world, table, between.value)}${where}`,
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
