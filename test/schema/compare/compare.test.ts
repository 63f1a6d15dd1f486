import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { EngineError } from '../../../src/ports.ts';
import { compareSchemas } from '../../../src/schema/compare/compare.ts';
import type { Difference } from '../../../src/schema/compare/difference.ts';
import type { SchemaObject } from '../../../src/schema/model/objects.ts';
import { tablePair } from '../arbitrary-tables.ts';
import { differences, harmless } from '../cases.ts';
import { askStored, storeObjects } from '../stored.ts';

/** What the same comparison says with its sides swapped; the table of an index that is on two is the left one's. */
function swap(found: readonly Difference[]): readonly unknown[] {
  return found.map((difference) => ({
    ...difference,
    left: difference.right,
    right: difference.left,
    table: difference.kind === 'definition' ? expect.any(String) : difference.table,
  }));
}

describe('a single difference is found, and nothing besides', () => {
  it.each(differences)('$name', async ({ left, right, expected }) => {
    const [a, b] = [await storeObjects(left), await storeObjects(right)];
    expect(compareSchemas(a, b, 'everything')).toEqual(expected);
    expect(compareSchemas(b, a, 'everything')).toEqual(swap(expected));
  });
});

describe('what says the same in other words is no difference', () => {
  it.each(harmless)('$name', async ({ left, right }) => {
    const [a, b] = [await storeObjects(left), await storeObjects(right)];
    expect(a.map(({ sql }) => sql)).not.toEqual(b.map(({ sql }) => sql));
    expect(compareSchemas(a, b, 'everything')).toEqual([]);
    expect(compareSchemas(a, b, 'prisma')).toEqual([]);
  });
});

/** `kind name: left | right` */
async function compare(left: readonly string[], right: readonly string[]): Promise<readonly string[]> {
  const found = compareSchemas(await storeObjects(left), await storeObjects(right), 'everything');
  return found.map(({ kind, object, name, ...sides }) => {
    return `${kind} of ${object} ${name}: ${sides.left ?? '-'} | ${sides.right ?? '-'}`;
  });
}

describe('NOT NULL of a key', () => {
  test.each([
    ['INT PRIMARY KEY', ''],
    ['INTEGER PRIMARY KEY DESC', ''],
    ['TEXT PRIMARY KEY', ''],
    ['INTEGER', ', b INT, PRIMARY KEY (a, b)'],
  ])('is a difference where it is not the rowid: %s%s', async (column, rest) => {
    const make = (nullability: string) => `CREATE TABLE t (a ${column} ${nullability}${rest})`;
    expect(await compare([make('NOT NULL')], [make('')])).toEqual(['nullability of column t.a: NOT NULL | -']);
  });
});

describe('several differences', () => {
  test('of one column are an entry each', async () => {
    const left = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE)";
    const right = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER DEFAULT 1)';
    expect(await compare([left], [right])).toEqual([
      'type of column t.a: TEXT | INTEGER',
      'nullability of column t.a: NOT NULL | -',
      "default of column t.a: 'x' | 1",
      'collation of column t.a: NOCASE | -',
    ]);
  });

  test('of constraints are not paired where nothing tells which belong together', async () => {
    const left = 'CREATE TABLE t (a, b, c, CHECK (a > 0), CHECK (b > 0), UNIQUE (a))';
    const right = 'CREATE TABLE t (a, b, c, CHECK (c > 0), UNIQUE (b), UNIQUE (c))';
    expect(await compare([left], [right])).toEqual([
      'unique of table t: UNIQUE ("a") | -',
      'unique of table t: - | UNIQUE ("b")',
      'unique of table t: - | UNIQUE ("c")',
      'check of table t: CHECK (a > 0) | -',
      'check of table t: CHECK (b > 0) | -',
      'check of table t: - | CHECK (c > 0)',
    ]);
  });

  test('of foreign keys are paired by their columns, then by their name', async () => {
    const make = (a: string, b: string) =>
      `CREATE TABLE t (a INT, b INT, c INT, CONSTRAINT one FOREIGN KEY (${a}) REFERENCES t (c), CONSTRAINT two FOREIGN KEY (${b}) REFERENCES t (c))`;
    expect(await compare([make('a', 'b')], [make('a', 'c').replace('t (c)', 't (c) ON DELETE CASCADE')])).toEqual([
      'foreign-key of table t: CONSTRAINT "one" FOREIGN KEY ("a") REFERENCES "t" ("c") | CONSTRAINT "one" FOREIGN KEY ("a") REFERENCES "t" ("c") ON DELETE CASCADE',
      'foreign-key of table t: CONSTRAINT "two" FOREIGN KEY ("b") REFERENCES "t" ("c") | CONSTRAINT "two" FOREIGN KEY ("c") REFERENCES "t" ("c")',
    ]);
  });

  test('come in a stable order: tables with what they have, indexes, views, triggers, by name', async () => {
    const left = [
      'CREATE TABLE "b" (x TEXT, y TEXT, PRIMARY KEY (x))',
      'CREATE TABLE "A" (x TEXT)',
      'CREATE TRIGGER tr AFTER INSERT ON "A" BEGIN SELECT 1; END',
      'CREATE VIEW vi AS SELECT 1',
      'CREATE INDEX z ON "A" (x)',
      'CREATE INDEX y ON "A" (x)',
      'CREATE VIRTUAL TABLE f USING fts5(x)',
    ];
    const right = [
      'CREATE TABLE a (x INT)',
      'CREATE TABLE c (x)',
      'CREATE TABLE b (Z, y INT) STRICT'.replace('Z', 'Z TEXT'),
    ];
    expect((await compare(left, right)).map((line) => line.replace(/:.*/, ''))).toEqual([
      'type of column A.x',
      'existence of column b.x',
      'type of column b.y',
      'existence of column b.Z',
      'primary-key of table b',
      'options of table b',
      'existence of table c',
      'existence of virtual-table f',
      'existence of index y',
      'existence of index z',
      'existence of view vi',
      'existence of trigger tr',
    ]);
  });

  test('are there for a view in the place of a table, without what is on either', async () => {
    const left = ['CREATE TABLE t (a)', 'CREATE INDEX i ON t (a)', 'CREATE TRIGGER g DELETE ON t BEGIN SELECT 1; END'];
    const right = ['CREATE VIEW t AS SELECT 1 AS a', 'CREATE TRIGGER h INSTEAD OF DELETE ON t BEGIN SELECT 1; END'];
    expect(await compare(left, right)).toEqual([
      'existence of table t: CREATE TABLE t (a) | -',
      'existence of view t: - | CREATE VIEW t AS SELECT 1 AS a',
    ]);
  });
});

/** What SQLite itself says of the table `t`, as far as it says it, and the defaults as values. */
const facts = [
  `SELECT lower(name), lower(replace(type, ' ', '')),
   "notnull" OR (pk AND NOT EXISTS (SELECT 1 FROM pragma_index_list('t') WHERE origin = 'pk')), pk, hidden
   FROM pragma_table_xinfo('t') ORDER BY 1`,
  `SELECT i."unique", i.origin, i.partial, group_concat(lower(coalesce(x.name, '')) || x.desc || lower(x.coll) || x.key)
   FROM pragma_index_list('t') AS i, pragma_index_xinfo(i.name) AS x GROUP BY i.name ORDER BY 1, 2, 3, 4`,
  `SELECT lower("table"), lower("from"), coalesce(lower("to"), 'id'), on_update, on_delete FROM pragma_foreign_key_list('t') ORDER BY 1, 2, 3`,
  `SELECT wr, strict FROM pragma_table_list WHERE name = 't'`,
];

/** null where SQLite refuses the statements. */
async function store(statements: readonly string[]) {
  try {
    return { objects: await storeObjects(statements), facts: await askStored(statements, facts) };
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

describe('whatever the tables are', () => {
  it('what SQLite says of two that do not differ is the same, swapping the sides swaps left and right, and none differs from itself', async () => {
    const seen = { same: 0, different: 0 };
    await fc.assert(
      fc.asyncProperty(tablePair, async ([one, other]) => {
        const [left, right] = [await store(one), await store(other)];
        if (left === null || right === null) return;
        for (const lens of ['everything', 'prisma'] as const) {
          const found = compareSchemas(left.objects, right.objects, lens);
          expect(compareSchemas(right.objects, left.objects, lens)).toEqual(swap(found));
          // The same text again is not even looked at; in other white space it is.
          expect(compareSchemas(left.objects, left.objects.map(space), lens)).toEqual([]);
        }
        const isSame = compareSchemas(left.objects, right.objects, 'everything').length === 0;
        if (isSame) expect(left.facts).toEqual(right.facts);
        seen[isSame ? 'same' : 'different'] += 1;
      }),
      { numRuns: 500 },
    );
    expect(seen.same).toBeGreaterThan(50);
    expect(seen.different).toBeGreaterThan(50);
  });
});

function space(object: SchemaObject): SchemaObject {
  return { ...object, sql: object.sql && `${object.sql.replaceAll(',', ' ,\n')} ` };
}
