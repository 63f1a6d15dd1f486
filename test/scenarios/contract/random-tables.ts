/** Random tables with keys of every kind, and values that a key or a literal may confuse. */

import fc from 'fast-check';

/** SQL that makes a database, each statement for itself. */
export interface RandomDatabase {
  readonly schema: readonly string[];
  /** The same each time; a function, so that a failure prints the schema alone. */
  readonly rows: () => readonly string[];
}

const collations = ['', ' COLLATE NOCASE', ' COLLATE RTRIM', ' COLLATE BINARY'] as const;
const types = ['', 'TEXT', 'INTEGER', 'REAL', 'NUMERIC', 'BLOB', 'VARCHAR(20)'] as const;
const names = [
  ...['a', 'B', 'größe', 'order', 'a"b', "it's", 'a b', 'x;y', '-- z', 'line\nend', '[c]', '`d`', '%', '?1', ':e'],
  ...['rowid', '_rowid_', 'oid', 'RowID', 'value', 'rank', 'typeof', 'hidden'],
] as const;

/** Alike but for case, spaces at the end, type or the last digit. */
const keys = [
  ...[
    `'a'`,
    `'A'`,
    `'a '`,
    `'A  '`,
    `'ab'`,
    `'aB'`,
    `'AB'`,
    `'a  b'`,
    `'ä'`,
    `'Ä'`,
    `''`,
    `' '`,
    `'1'`,
    `'1.0'`,
    `'1e3'`,
  ],
  ...['1', '1.5', `x'31'`, `x'61'`, `x'41'`, `x''`, '0', '-1', '1000', '0.1', '0.30000000000000004', '0.3'],
  ...[
    '9223372036854775807',
    '-9223372036854775808',
    '9007199254740993',
    '9007199254740992',
    '1e300',
    '-1e300',
    '5e-324',
  ],
  ...[`'a' || char(10) || '-- b'`, `'a' || char(13)`, `CAST(x'610062' AS TEXT)`, `CAST(x'610063' AS TEXT)`],
] as const;

/** What JSON does not carry. */
const unsendable = [
  '9e999',
  '-9e999',
  `CAST(x'ff' AS TEXT)`,
  `CAST(x'61ff' AS TEXT)`,
  `CAST(x'ff00' AS TEXT)`,
] as const;

/** What extensions keep tables of their own for. */
const extraTables = {
  search: `CREATE VIRTUAL TABLE "Search" USING fts5("title", tokenize='porter ascii')`,
  place: 'CREATE VIRTUAL TABLE "Place" USING rtree("id", "x0", "x1")',
  movie: 'CREATE TABLE "Movie" ("id" INTEGER PRIMARY KEY, "e" F32_BLOB(3), "n" INTEGER)',
} as const;

/** More than fit into a page at first. */
const extraRows = 130;

function buildExtraRows(extra: keyof typeof extraTables): readonly string[] {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${extraRows})`;
  switch (extra) {
    case 'search':
      return [`INSERT INTO "Search" ${numbers} SELECT 'word' || i || ' running ' || char(10) FROM n`];
    case 'place':
      return [`INSERT INTO "Place" ${numbers} SELECT i * 3, i / 7.0, i FROM n`];
    case 'movie':
      return [
        `INSERT INTO "Movie" ${numbers} SELECT i * 3, vector('[' || i || ',2,3]'), i FROM n`,
        `CREATE INDEX "Movie_e" ON "Movie" (libsql_vector_idx("e"))`,
      ];
  }
}

interface RandomColumn {
  readonly name: string;
  readonly type: (typeof types)[number];
  readonly collation: (typeof collations)[number];
}

const anyColumn = fc.record({
  name: fc.constantFrom(...names),
  type: fc.constantFrom(...types),
  collation: fc.constantFrom(...collations),
});

const anyPart = fc.record({
  collation: fc.constantFrom(...collations),
  direction: fc.constantFrom('', ' ASC', ' DESC'),
});

const anyTable = fc.record({
  name: fc.constantFrom('Customer', 'order', 'a"b', "it's", 'größe', 'x;y', '-- t', 'line\nend', ' ', '%_', 'sqlitex'),
  columns: fc.uniqueArray(anyColumn, { minLength: 1, maxLength: 6, selector: ({ name }) => name.toLowerCase() }),
  key: fc.constantFrom('none', 'without rowid', 'without rowid', 'without rowid', 'with rowid', 'alias', 'counted'),
  parts: fc.array(anyPart, { minLength: 1, maxLength: 3 }),
  isGenerated: fc.boolean(),
  isStrict: fc.boolean(),
  /** Rows that only case or spaces tell apart, so many that a page ends between two of them. */
  isAlike: fc.boolean(),
  count: fc.constantFrom(0, 1, 50, 51, 260, 260, 420),
});

type RandomTable = typeof anyTable extends fc.Arbitrary<infer Table> ? Table : never;

export const anyDatabase: fc.Arbitrary<RandomDatabase> = fc
  .record({
    extras: fc.subarray(['search', 'place', 'movie'] as const),
    tables: fc.uniqueArray(anyTable, { minLength: 1, maxLength: 4, selector: ({ name }) => name.toLowerCase() }),
    seed: fc.nat(),
    isSendable: fc.boolean(),
  })
  .map(({ tables, extras, seed, isSendable }) => {
    const values = isSendable ? keys : [...keys, ...unsendable];
    return {
      schema: [
        ...tables.flatMap((table) => [buildTable(table), ...buildAround(table)]),
        ...extras.map((extra) => extraTables[extra]),
      ],
      rows: () => {
        const roll = createDice(seed);
        return [...tables.flatMap((table) => buildRows(table, values, roll)), ...extras.flatMap(buildExtraRows)];
      },
    };
  });

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const strictTypes: ReadonlySet<string> = new Set(['TEXT', 'INTEGER', 'REAL', 'BLOB']);

function buildTable({ name, columns, key, parts, isGenerated, isStrict }: RandomTable): string {
  const typeOf = ({ type }: RandomColumn) => (isStrict && !strictTypes.has(type) ? 'ANY' : type);
  const lines = columns.map((column) => `${quote(column.name)} ${typeOf(column)}${column.collation}`);
  if (key === 'alias') lines.push('"id" INTEGER PRIMARY KEY');
  if (key === 'counted') lines.push('"id" INTEGER PRIMARY KEY AUTOINCREMENT');
  const [first] = columns;
  if (isGenerated && first) lines.push(`"made" AS (typeof(${quote(first.name)})) STORED`, `"seen" ANY AS (1) VIRTUAL`);
  if (key === 'with rowid' || key === 'without rowid') {
    const own = parts.slice(0, columns.length).map((part, index) => ({ ...part, name: columns[index]?.name ?? '' }));
    lines.push(
      `PRIMARY KEY (${own.map((part) => `${quote(part.name)}${part.collation}${part.direction}`).join(', ')})`,
    );
  }
  const options = [...(key === 'without rowid' ? ['WITHOUT ROWID'] : []), ...(isStrict ? ['STRICT'] : [])];
  const body = isStrict ? lines.map((line) => line.replace('"made" AS', '"made" TEXT AS')) : lines;
  return `CREATE TABLE ${quote(name)} (\n  ${body.join(',\n  ')}\n) ${options.join(', ')}`.trimEnd();
}

function buildAround({ name, columns: [first] }: RandomTable): readonly string[] {
  if (!first) return [];
  const [table, column] = [quote(name), quote(first.name)];
  return [
    `CREATE INDEX ${quote(`${name} by`)} ON ${table} (${column} COLLATE NOCASE DESC) WHERE ${column} IS NOT NULL`,
    `CREATE VIEW ${quote(`${name} seen`)} AS SELECT ${column} AS "a;b" FROM ${table} -- it's a view`,
    `CREATE TRIGGER ${quote(`${name} watched`)} AFTER INSERT ON ${table} BEGIN\n  SELECT 'it''s; END';\nEND`,
  ];
}

function buildRows(table: RandomTable, values: readonly string[], roll: (sides: number) => number): readonly string[] {
  const { name, columns, key, count, isAlike } = table;
  const alike = () => `'${'aA'.charAt(roll(2))}${roll(150)}${' '.repeat(roll(2))}'`;
  const pick = () => (isAlike && roll(20) > 0 ? alike() : (values[roll(values.length)] ?? 'NULL'));
  const any = () =>
    roll(6) === 0 && key !== 'without rowid' ? 'NULL' : roll(3) === 0 && !isAlike ? `${pick()} || ${roll(99)}` : pick();
  const id = key === 'alias' || key === 'counted' ? ['"id"'] : [];
  const list = [...columns.map((column) => quote(column.name)), ...id].join(', ');
  const row = () => [...columns.map(any), ...id.map(() => (roll(20) === 0 ? `${roll(2 ** 31)}` : 'NULL'))];
  // A key that is taken, a type that STRICT does not take: the next row.
  return Array.from(
    { length: count },
    () => `INSERT OR IGNORE INTO ${quote(name)} (${list}) VALUES (${row().join(', ')})`,
  );
}

/** A linear congruence: small, and the same on every machine. */
function createDice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}
