/** Random tables in which every clause is one of a few, some of them only other words for others. */

import fc from 'fast-check';

const clauses = {
  type: ['', 'TEXT', 'text', 'VARCHAR(10)', 'varchar( 10 )', 'INTEGER', 'INT', 'DATETIME', 'DECIMAL(10, 2)', 'BOOLEAN'],
  nullability: ['', '', 'NULL', 'NOT NULL', 'not null on conflict abort', 'NOT NULL ON CONFLICT IGNORE'],
  fallback: [
    ...['', 'DEFAULT NULL', 'DEFAULT (NULL)', 'DEFAULT 1', 'DEFAULT (1)', 'DEFAULT +1', "DEFAULT '1'", 'DEFAULT true'],
    ...['DEFAULT x', 'DEFAULT "x"', 'DEFAULT X', "DEFAULT 'x'", 'DEFAULT -1', 'DEFAULT (- 1)', 'DEFAULT "true"'],
    ...["DEFAULT x'0a'", "DEFAULT X'0A'", 'DEFAULT (1 + 1)', 'DEFAULT ((1+1))', 'DEFAULT 1 DEFAULT 2', 'DEFAULT 1.0'],
  ],
  collation: ['', '', 'COLLATE BINARY', 'COLLATE NOCASE', 'collate "nocase"', 'COLLATE NOCASE COLLATE RTRIM'],
  key: [
    ...['', '', 'UNIQUE', 'UNIQUE ON CONFLICT ABORT', 'UNIQUE ON CONFLICT IGNORE', 'CONSTRAINT u UNIQUE'],
    ...['REFERENCES p (id)', 'REFERENCES "P"', 'REFERENCES p (code) MATCH FULL', 'REFERENCES p ON DELETE CASCADE'],
    ...['REFERENCES p ON DELETE NO ACTION ON UPDATE SET NULL NOT DEFERRABLE', 'CHECK ($ <> 2)', 'check (($<>2))'],
  ],
} as const;

const tableConstraints = [
  ...['', '', 'UNIQUE (a)', 'UNIQUE ("A" ASC)', 'UNIQUE (a DESC)', 'UNIQUE (a COLLATE NOCASE)', 'UNIQUE (b, a)'],
  ...['FOREIGN KEY (a) REFERENCES p (id)', 'FOREIGN KEY (b, a) REFERENCES p (id, code)', 'CHECK (b <> 2)'],
] as const;

const primaryKeys = [
  ...['', 'PRIMARY KEY (a)', 'PRIMARY KEY ("a" ASC)', 'PRIMARY KEY (a DESC)', 'PRIMARY KEY (a, b)'],
  ...['PRIMARY KEY (b, a)', 'PRIMARY KEY (a COLLATE NOCASE)', 'PRIMARY KEY (a AUTOINCREMENT)'],
] as const;

const indexes = [
  ...['', '', 'INDEX i ON t (a)', 'INDEX i ON t ("A" ASC)', 'INDEX i ON t (a DESC)', 'INDEX i ON t (a COLLATE NOCASE)'],
  ...[
    'UNIQUE INDEX i ON t (b)',
    'INDEX i ON t (a) WHERE b > 1',
    'INDEX i ON "t" ([a]) where (b>1)',
    'INDEX i ON t (a || 1)',
  ],
] as const;

const triggers = [
  ...['', '', 'TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END', 'TRIGGER g INSERT ON t BEGIN SELECT 1; END'],
  ...['TRIGGER g BEFORE INSERT ON main."T" FOR EACH ROW BEGIN SELECT 1; END'],
] as const;

const column = fc.record({
  type: fc.constantFrom(...clauses.type),
  nullability: fc.constantFrom(...clauses.nullability),
  fallback: fc.constantFrom(...clauses.fallback),
  collation: fc.constantFrom(...clauses.collation),
  key: fc.constantFrom(...clauses.key),
});

const table = fc.record({
  a: column,
  b: column,
  order: fc.constantFrom('ab', 'ba'),
  primaryKey: fc.constantFrom(...primaryKeys),
  constraint: fc.constantFrom(...tableConstraints),
  options: fc.constantFrom('', '', 'STRICT', 'WITHOUT ROWID', 'without rowid, strict', 'STRICT,WITHOUT ROWID'),
  index: fc.constantFrom(...indexes),
  trigger: fc.constantFrom(...triggers),
});

type Table = typeof table extends fc.Arbitrary<infer Value> ? Value : never;

/** Two tables `t`, of which the second has up to two things of its own; some are none that SQLite takes. */
export const tablePair: fc.Arbitrary<readonly [readonly string[], readonly string[]]> = fc
  .tuple(
    table,
    table,
    fc.array(fc.constantFrom('a', 'b', 'order', 'primaryKey', 'constraint', 'options', 'index', 'trigger'), {
      maxLength: 1,
    }),
    column,
    fc.array(fc.constantFrom('type', 'nullability', 'fallback', 'collation', 'key'), { maxLength: 1 }),
  )
  .map(([left, other, parts, otherColumn, columnParts]) => {
    const pick = <Value extends object>(value: Value, keys: readonly string[]) =>
      Object.fromEntries(Object.entries(value).filter(([name]) => keys.includes(name)));
    const a = { ...left.a, ...pick(otherColumn, columnParts) };
    return [render(left), render({ ...left, a, ...pick(other, parts) })];
  });

function render({ a, b, order, primaryKey, constraint, options, index, trigger }: Table): readonly string[] {
  const [first, second] = [renderColumn('a', a), renderColumn('b', b)];
  const parts = [...(order === 'ab' ? [first, second] : [second, first]), constraint, primaryKey];
  return [
    'CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT)',
    `CREATE TABLE t (${parts.filter((part) => part !== '').join(', ')}) ${options}`,
    ...[index, trigger].flatMap((rest) => (rest === '' ? [] : [`CREATE ${rest}`])),
  ];
}

function renderColumn(name: string, { type, nullability, fallback, collation, key }: Table['a']): string {
  return [name, type, nullability, fallback, collation, key.replaceAll('$', name)].join(' ');
}
