/** Random small schemas, all made from the same few names, so that two of them have much in common and little the same. */

import fc from 'fast-check';

const tableNames = ['A', 'b c', 'Order', 'new_A'] as const;

/** `$` stands for the column's own name. */
const columnKinds = [
  'TEXT',
  'INTEGER',
  'REAL',
  'TEXT COLLATE NOCASE',
  'TEXT UNIQUE',
  `TEXT NOT NULL DEFAULT 'x''y'`,
  'INTEGER NOT NULL DEFAULT -1',
  'TEXT DEFAULT CURRENT_TIMESTAMP',
  'INTEGER DEFAULT (1 + 1)',
  'TEXT NOT NULL',
  'INTEGER CHECK ($ > 0)',
  'INTEGER AS ("id" * 2)',
  'TEXT GENERATED ALWAYS AS ("id" || \'!\') STORED',
  'INTEGER REFERENCES "A" ("id") ON DELETE CASCADE',
  'INTEGER REFERENCES "Order" ("id") ON DELETE SET NULL ON UPDATE CASCADE',
  'INTEGER DEFAULT 1 REFERENCES "b c" ("id") DEFERRABLE INITIALLY DEFERRED',
] as const;

const keyKinds = [
  'INTEGER PRIMARY KEY',
  'INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT',
  'TEXT NOT NULL PRIMARY KEY',
] as const;

const constraints = [
  'UNIQUE ("a", "id")',
  'CHECK ("id" <> 77)',
  'FOREIGN KEY ("a") REFERENCES "A" ("id") ON DELETE CASCADE',
] as const;

const indexes = ['("a")', '("a" DESC, "id")', '(lower("a"))', '("id") WHERE "a" IS NOT NULL'] as const;

type Named<Value> = Readonly<Record<string, Value | null>>;

interface Table {
  readonly key: string;
  readonly a: string;
  readonly others: Named<string>;
  readonly constraint: string | null;
  readonly options: string;
  readonly index: { readonly columns: string; readonly unique: string } | null;
  /** The table that its trigger writes to, and the one that its view reads. */
  readonly trigger: string | null;
  readonly view: string | null;
}

type Tables = Named<Table>;

const column = fc.constantFrom(...columnKinds);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 3 });

const table: fc.Arbitrary<Table> = fc.record({
  key: fc.constantFrom(...keyKinds),
  a: column,
  others: fc.record({ b: optional(column), 'c "d"': optional(column), select: optional(column) }),
  constraint: optional(fc.constantFrom(...constraints)),
  options: fc.constantFrom('', '', ' STRICT'),
  index: optional(fc.record({ columns: fc.constantFrom(...indexes), unique: fc.constantFrom('', 'UNIQUE ') })),
  trigger: optional(fc.constantFrom(...tableNames)),
  view: optional(fc.constantFrom(...tableNames)),
});

const tables: fc.Arbitrary<Tables> = fc.record(
  Object.fromEntries(tableNames.map((name) => [name, optional(table)] as const)),
);

/**
 * Two schemas as texts, each table of the second being that of the first, or the same with other columns beside it, or
 * another one. A view or a trigger may name a table that is not there, as it may in a real database.
 */
export const schemaPair: fc.Arbitrary<{ readonly from: string; readonly to: string }> = fc
  .record({
    from: tables,
    other: tables,
    mix: fc.array(fc.constantFrom('same', 'more columns', 'other'), {
      minLength: tableNames.length,
      maxLength: tableNames.length,
    }),
  })
  .map(({ from, other, mix }) => {
    const to = tableNames.map((name, index) => [name, mixTables(from[name] ?? null, other[name] ?? null, mix[index])]);
    return { from: renderTables(from), to: renderTables(Object.fromEntries(to)) };
  });

function mixTables(from: Table | null, other: Table | null, mix: string | undefined): Table | null {
  if (mix === 'same') return from;
  if (mix === 'other' || from === null || other === null) return other;
  const added = Object.entries(other.others).filter(([name]) => (from.others[name] ?? null) === null);
  return { ...from, others: { ...from.others, ...Object.fromEntries(added) } };
}

function renderTables(all: Tables): string {
  const there = Object.entries(all).flatMap(([name, found]) => (found === null ? [] : [{ name, ...found }]));
  return [
    ...there.map(({ name, ...found }) => `CREATE TABLE "${name}" ${renderBody(found)};`),
    ...there.map(({ name, index }) =>
      index === null ? '' : `CREATE ${index.unique}INDEX "${name} index" ON "${name}" ${index.columns};`,
    ),
    ...there.map(({ name, view }) =>
      view === null ? '' : `CREATE VIEW "${name} view" AS SELECT "id" FROM "${view}" UNION SELECT "id" FROM "${name}";`,
    ),
    ...there.map(({ name, trigger }) =>
      trigger === null
        ? ''
        : `CREATE TRIGGER "${name} trigger" AFTER DELETE ON "${name}" BEGIN UPDATE "${trigger}" SET "id" = "id"; END;`,
    ),
  ]
    .filter((statement) => statement !== '')
    .join('\n');
}

function renderBody({ key, a, others, constraint, options }: Table): string {
  const columns = Object.entries({ a, ...others }).flatMap(([name, kind]) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    return kind === null ? [] : [`${quoted} ${kind.replaceAll('$', quoted)}`];
  });
  const parts = [`"id" ${key}`, ...columns, ...(constraint === null ? [] : [constraint])];
  return `(\n  ${parts.join(',\n  ')}\n)${options}`;
}
