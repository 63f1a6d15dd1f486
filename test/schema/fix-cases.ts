/** Pairs of schemas that a fix has to lead from one to the other, in the given direction. */

export interface FixCase {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Run on `from` after its schema, instead of rows that are made up. */
  readonly rows?: string;
  /** What a query answers in the end, where that is more than "the same rows as before". */
  readonly expected?: readonly { readonly query: string; readonly rows: readonly (readonly unknown[])[] }[];
  /** What the text of the fix has to say. */
  readonly says?: readonly (string | RegExp)[];
  /** What it must not say. */
  readonly never?: readonly (string | RegExp)[];
  /** The copy of a table computes what it puts in. */
  readonly computes?: true;
  /** It cannot succeed on these rows, and says so by failing; without rows it does. */
  readonly fails?: RegExp;
}

const parent = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT);';
const child =
  'CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE ON UPDATE CASCADE);';
const shopRows = `INSERT INTO "Customer" ("id", "email") VALUES (1, 'a'), (2, 'b'), (7, NULL); INSERT INTO "Order" VALUES (1, 1), (2, 2), (3, 7), (4, NULL);`;
const keepsOrders = {
  query: 'SELECT * FROM "Order" ORDER BY 1',
  rows: [
    [1, 1],
    [2, 2],
    [3, 7],
    [4, null],
  ],
};

const rebuilds = /CREATE TABLE "new_/;
const adds = /ALTER TABLE .* ADD COLUMN/;

/** One column more; whether SQLite can add it to a table with rows. */
function addedColumn(name: string, definition: string, how: 'added' | 'rebuilt', more: Partial<FixCase> = {}): FixCase {
  return {
    name: `a new column: ${name}`,
    from: `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT)`,
    to: `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT, ${definition})`,
    says: [how === 'added' ? adds : rebuilds],
    never: [how === 'added' ? rebuilds : adds],
    ...more,
  };
}

/** The definition of a table with other things in it, rebuilt. */
function changedTable(name: string, from: string, to: string, more: Partial<FixCase> = {}): FixCase {
  return { name: `a changed table: ${name}`, from, to, says: [rebuilds], ...more };
}

const columnCases: readonly FixCase[] = [
  addedColumn('nullable', '"b" TEXT', 'added'),
  addedColumn('without a type', 'b', 'added'),
  addedColumn('with DEFAULT NULL', '"b" TEXT DEFAULT NULL', 'added'),
  addedColumn('with a text default', `"b" TEXT DEFAULT 'it''s'`, 'added', {
    expected: [{ query: 'SELECT DISTINCT b FROM "T"', rows: [["it's"]] }],
  }),
  addedColumn('with a bare word as default', '"b" TEXT DEFAULT abc', 'added', {
    expected: [{ query: 'SELECT DISTINCT b FROM "T"', rows: [['abc']] }],
  }),
  addedColumn('with a negative default', '"b" REAL NOT NULL DEFAULT -1.5', 'added', {
    expected: [{ query: 'SELECT DISTINCT b FROM "T"', rows: [[-1.5]] }],
  }),
  addedColumn('with a blob default', `"b" BLOB DEFAULT x'00ff'`, 'added'),
  addedColumn('required with a default', '"b" INTEGER NOT NULL DEFAULT 0', 'added'),
  addedColumn('required with TRUE as default', '"b" BOOLEAN NOT NULL DEFAULT true', 'added', {
    expected: [{ query: 'SELECT DISTINCT b FROM "T"', rows: [[1]] }],
  }),
  addedColumn('with a collation', '"b" TEXT COLLATE NOCASE', 'added'),
  addedColumn('with a CHECK', '"b" INTEGER CHECK ("b" > 0)', 'added'),
  addedColumn('with a named CHECK', '"b" INTEGER CONSTRAINT "positive" CHECK ("b" > 0)', 'added'),
  addedColumn('with a reference', '"b" INTEGER REFERENCES "T" ("id") ON DELETE SET DEFAULT', 'added'),
  addedColumn('with a deferred reference', '"b" INTEGER REFERENCES "T" DEFERRABLE INITIALLY DEFERRED', 'added'),
  addedColumn('generated and virtual', `"b" TEXT GENERATED ALWAYS AS ("a" || '!') VIRTUAL`, 'added'),
  addedColumn('generated without a word for it', `"b" AS (length("a"))`, 'added'),
  addedColumn('with a strange name', '"b ""c"" é; -- d" TEXT', 'added'),
  addedColumn('with a comment in it', '"b" -- why; not\n TEXT /* ; */', 'added'),
  addedColumn('a reserved word', '[order] TEXT', 'added'),
  addedColumn('several, one of them made of another', '"c" AS ("b" + 1), "b" INTEGER DEFAULT 2', 'added', {
    expected: [{ query: 'SELECT DISTINCT b, c FROM "T"', rows: [[2, 3]] }],
  }),
  addedColumn('two generated ones in the wrong order', '"c" AS ("b" + 1), "b" AS ("id" * 2)', 'rebuilt'),
  addedColumn('one whose CHECK needs the next', '"b" INTEGER CHECK ("b" < "c"), "c" INTEGER', 'rebuilt'),
  addedColumn('generated and stored', '"b" TEXT GENERATED ALWAYS AS ("a") STORED', 'rebuilt'),
  addedColumn('UNIQUE', '"b" TEXT UNIQUE', 'rebuilt'),
  addedColumn('with the time as default', '"b" DATETIME DEFAULT CURRENT_TIMESTAMP', 'rebuilt'),
  addedColumn('required with the time as default', '"b" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP', 'rebuilt'),
  addedColumn('with the date as default', '"b" TEXT DEFAULT current_date', 'rebuilt'),
  addedColumn('with a default in parentheses', `"b" TEXT DEFAULT (datetime('now'))`, 'rebuilt'),
  addedColumn('with a constant in parentheses', '"b" INTEGER DEFAULT (1)', 'rebuilt'),
  addedColumn('with a reference and a default', '"b" INTEGER DEFAULT 1 REFERENCES "T" ("id")', 'rebuilt'),
  addedColumn('required without a default', '"b" TEXT NOT NULL', 'rebuilt', {
    fails: /NOT NULL constraint failed/,
    says: ['-- Fails if "T" has rows: "b" is required and has no default.'],
  }),
  addedColumn('required with DEFAULT NULL', '"b" TEXT NOT NULL DEFAULT NULL', 'rebuilt', {
    fails: /NOT NULL constraint failed/,
  }),
  addedColumn('with a table-level FOREIGN KEY', '"b" INTEGER, FOREIGN KEY ("b") REFERENCES "T" ("id")', 'rebuilt'),
  addedColumn(
    'with a FOREIGN KEY over two',
    '"b" INTEGER, FOREIGN KEY ("id", "b") REFERENCES "U" ("x", "y")',
    'rebuilt',
  ),
  addedColumn('with a table-level UNIQUE', '"b" INTEGER, UNIQUE ("a", "b")', 'rebuilt'),
  addedColumn('with a table-level CHECK', '"b" INTEGER, CHECK ("b" > "id")', 'rebuilt'),
  {
    name: 'a new column: before the constraints of the table',
    from: 'CREATE TABLE "T" ("id" INTEGER, "a" TEXT, CONSTRAINT "pk" PRIMARY KEY ("id"), CHECK ("a" <> \'\'))',
    to: 'CREATE TABLE "T" ("id" INTEGER, "a" TEXT, "b" TEXT, CONSTRAINT "pk" PRIMARY KEY ("id"), CHECK ("a" <> \'\'))',
    says: [adds],
    never: [rebuilds],
  },
  {
    name: 'a new column: in the middle',
    from: 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "z" TEXT)',
    to: 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT, "z" TEXT)',
  },
  {
    name: 'a new column: in a table without rowid, with an index over it',
    from: 'CREATE TABLE "T" ("id" TEXT PRIMARY KEY, "z" TEXT) WITHOUT ROWID',
    to: 'CREATE TABLE "T" ("id" TEXT PRIMARY KEY, "z" TEXT, "y" TEXT) WITHOUT ROWID; CREATE INDEX "T_y" ON "T" ("y")',
    says: [adds, /ADD COLUMN[\s\S]*CREATE INDEX/],
    never: [rebuilds],
  },
  {
    name: 'a new primary key',
    from: 'CREATE TABLE "T" ("a" TEXT)',
    to: 'CREATE TABLE "T" ("a" TEXT, "id" INTEGER PRIMARY KEY)',
    says: [rebuilds],
  },
  {
    name: 'a new primary key that numbers itself',
    from: 'CREATE TABLE "T" ("a" TEXT)',
    to: 'CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "a" TEXT)',
    says: [rebuilds],
    never: ['Fails'],
  },
];

const tableCases: readonly FixCase[] = [
  {
    name: 'a new table with its index and trigger',
    from: parent,
    to: `${parent} ${child} CREATE INDEX "Order_customerId_idx" ON "Order" ("customerId"); CREATE TRIGGER "count" AFTER INSERT ON "Order" BEGIN UPDATE "Customer" SET "email" = 'x' WHERE "id" = NEW."customerId"; SELECT 1; END;`,
    says: [/^-- CreateTable\nCREATE TABLE "Order"/],
  },
  {
    name: 'a table only in the old one',
    from: `${parent} ${child}`,
    to: parent,
    rows: shopRows,
    says: [
      /^-- DropTable\n-- Drops table "Order" .*\nPRAGMA foreign_keys=off;\nDROP TABLE "Order";\nPRAGMA foreign_keys=on;\n/,
    ],
  },
  {
    name: 'a parent only in the old one: the child keeps its rows',
    from: `${parent} ${child} CREATE TABLE "Other" ("id" INTEGER PRIMARY KEY);`,
    to: 'CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER)',
    rows: shopRows,
    expected: [keepsOrders],
    says: ['PRAGMA foreign_keys=off;\nDROP TABLE "Customer";\nDROP TABLE "Other";\nPRAGMA foreign_keys=on;'],
  },
  {
    name: 'a table dropped that a view and a trigger read which stay, broken',
    from: `CREATE TABLE "T" ("a"); CREATE TABLE "U" ("a"); CREATE VIEW "v" AS SELECT * FROM "T"; CREATE TRIGGER "t" AFTER INSERT ON "U" BEGIN DELETE FROM "T"; END;`,
    to: `CREATE TABLE "U" ("a" TEXT); CREATE VIEW "v" AS SELECT * FROM "T"; CREATE TRIGGER "t" AFTER INSERT ON "U" BEGIN DELETE FROM "T"; END;`,
    rows: 'INSERT INTO "U" VALUES (1)',
  },
  {
    name: 'names with quotes, spaces, dots, reserved words and letters beyond ASCII',
    from: `CREATE TABLE "a ""b"" c" ("select" TEXT, "é x" TEXT); CREATE TABLE [order] ([group] INTEGER); CREATE TABLE \`Ä.ö\` (\`x;y\` TEXT);`,
    to: `CREATE TABLE "a ""b"" c" ("select" TEXT NOT NULL DEFAULT '', "é x" TEXT); CREATE TABLE [order] ([group] INTEGER UNIQUE); CREATE TABLE \`Ä.ö\` (\`x;y\` TEXT COLLATE NOCASE);`,
    says: ['"new_a ""b"" c"', '"new_order"', '"new_Ä.ö"'],
  },
  {
    name: 'a name in single quotes and without any',
    from: `CREATE TABLE 'T' (a); CREATE TABLE U (a)`,
    to: `CREATE TABLE 'T' (a UNIQUE); CREATE TABLE U (a UNIQUE)`,
  },
  changedTable(
    'only in case, and something else',
    'CREATE TABLE "customer" ("ID" INTEGER PRIMARY KEY, "email" TEXT)',
    'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "Email" TEXT UNIQUE)',
  ),
  {
    name: 'names that differ only beyond ASCII are two tables',
    from: 'CREATE TABLE "É" ("a")',
    to: 'CREATE TABLE "é" ("a")',
    says: ['DROP TABLE "É"', 'CREATE TABLE "é"'],
  },
  changedTable(
    'where new_T is there',
    'CREATE TABLE "T" ("a" TEXT); CREATE TABLE "New_t" ("b" TEXT)',
    'CREATE TABLE "T" ("a" TEXT NOT NULL DEFAULT \'\'); CREATE TABLE "New_t" ("b" TEXT)',
    { says: ['CREATE TABLE "new_T_2"'] },
  ),
  changedTable(
    'where new_T is what is left of another tool, and goes',
    'CREATE TABLE "T" ("a" TEXT); CREATE TABLE "new_T" ("b" TEXT)',
    'CREATE TABLE "T" ("a" INTEGER)',
    { says: ['CREATE TABLE "new_T_2"'] },
  ),
  changedTable(
    'where a reference means a table new_T that is not there',
    'CREATE TABLE "T" ("a" TEXT); CREATE TABLE "U" ("b" REFERENCES "new_T" ("a"))',
    'CREATE TABLE "T" ("a" INTEGER); CREATE TABLE "U" ("b" REFERENCES "new_T" ("a"))',
    { says: ['CREATE TABLE "new_T_2"'] },
  ),
  changedTable(
    'two of which each is the new_ of the other',
    'CREATE TABLE "T" ("a" TEXT); CREATE TABLE "new_T" ("a" TEXT)',
    'CREATE TABLE "T" ("a" INTEGER); CREATE TABLE "new_T" ("a" INTEGER)',
  ),
  changedTable(
    'with children that cascade, and a changed child',
    `${parent} ${child}`,
    `${parent.replace('"email" TEXT', '"email" TEXT NOT NULL DEFAULT \'?\'')} ${child.replace('"customerId" INTEGER', '"customerId" INTEGER NOT NULL DEFAULT 2')}`,
    {
      rows: shopRows,
      says: [
        `INSERT INTO "new_Customer" ("id", "email") SELECT "id", coalesce("email", '?') AS "email" FROM "Customer";`,
      ],
      expected: [
        {
          query: 'SELECT * FROM "Customer" ORDER BY 1',
          rows: [
            [1, 'a'],
            [2, 'b'],
            [7, '?'],
          ],
        },
        {
          query: 'SELECT * FROM "Order" ORDER BY 1',
          rows: [
            [1, 1],
            [2, 2],
            [3, 7],
            [4, 2],
          ],
        },
      ],
    },
  ),
  changedTable(
    'with children of every action',
    `${parent} CREATE TABLE "C" ("a" INTEGER REFERENCES "Customer" ON DELETE SET NULL, "b" INTEGER DEFAULT 1 REFERENCES "Customer" ON DELETE SET DEFAULT, "c" INTEGER REFERENCES "Customer" ON DELETE RESTRICT);`,
    `${parent.replace('"email" TEXT', '"email" TEXT UNIQUE')} CREATE TABLE "C" ("a" INTEGER REFERENCES "Customer" ON DELETE SET NULL, "b" INTEGER DEFAULT 1 REFERENCES "Customer" ON DELETE SET DEFAULT, "c" INTEGER REFERENCES "Customer" ON DELETE RESTRICT);`,
    {
      rows: 'INSERT INTO "Customer" ("id") VALUES (1), (5); INSERT INTO "C" VALUES (5, 5, 5), (1, 1, 1)',
      expected: [
        {
          query: 'SELECT * FROM "C"',
          rows: [
            [5, 5, 5],
            [1, 1, 1],
          ],
        },
      ],
    },
  ),
  changedTable(
    'that refers to itself',
    'CREATE TABLE "Node" ("id" INTEGER PRIMARY KEY, "up" INTEGER REFERENCES "Node" ("id") ON DELETE CASCADE)',
    'CREATE TABLE "Node" ("id" INTEGER PRIMARY KEY, "up" INTEGER REFERENCES "Node" ("id") ON DELETE CASCADE, "a" TEXT UNIQUE)',
    { rows: 'INSERT INTO "Node" VALUES (1, NULL), (2, 1), (3, 2), (4, 4)' },
  ),
  changedTable(
    'two that refer to each other',
    'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "b" INTEGER REFERENCES "B" ON DELETE CASCADE); CREATE TABLE "B" ("id" INTEGER PRIMARY KEY, "a" INTEGER REFERENCES "A" ON DELETE CASCADE)',
    'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY, "b" INTEGER UNIQUE REFERENCES "B" ON DELETE CASCADE); CREATE TABLE "B" ("id" INTEGER PRIMARY KEY, "a" INTEGER UNIQUE REFERENCES "A" ON DELETE CASCADE)',
    {
      rows: 'INSERT INTO "A" VALUES (1, NULL), (2, NULL); INSERT INTO "B" VALUES (1, 2), (2, 1); UPDATE "A" SET "b" = "id"',
    },
  ),
  changedTable(
    'a column gone',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT, "b" TEXT)',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "b" TEXT)',
    {
      says: [
        '-- RedefineTables\n-- Drops "a" of "T" and its values.\n',
        'INSERT INTO "new_T" ("id", "b") SELECT "id", "b" FROM "T";',
      ],
    },
  ),
  changedTable('no column in common', 'CREATE TABLE "T" ("a" TEXT)', 'CREATE TABLE "T" ("b" TEXT)', {
    rows: 'SELECT 1',
    never: ['INSERT'],
  }),
  changedTable(
    'the order of the columns and a type',
    'CREATE TABLE "T" ("a" TEXT, "b" TEXT, "c" TEXT)',
    'CREATE TABLE "T" ("c" TEXT, "a" TEXT, "b" INTEGER)',
    { rows: `INSERT INTO "T" VALUES ('a', 2, 'c')`, expected: [{ query: 'SELECT * FROM "T"', rows: [['c', 'a', 2]] }] },
  ),
  changedTable(
    'an expression as the default of what becomes required',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT)',
    `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL DEFAULT (CAST(upper('x') AS TEXT) || "lower"('Y')))`,
    {
      computes: true,
      rows: `INSERT INTO "T" VALUES (1, 'a'), (2, NULL)`,
      expected: [
        {
          query: 'SELECT * FROM "T" ORDER BY 1',
          rows: [
            [1, 'a'],
            [2, 'Xy'],
          ],
        },
      ],
    },
  ),
  changedTable(
    'a default of what was required',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL)',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL DEFAULT 1)',
    { never: ['coalesce'] },
  ),
  changedTable(
    'a default of what the key makes required',
    'CREATE TABLE "T" ("a" TEXT, "b" INTEGER)',
    `CREATE TABLE "T" ("a" TEXT DEFAULT 'x' PRIMARY KEY, "b" INTEGER) WITHOUT ROWID`,
    {
      rows: `INSERT INTO "T" VALUES ('a', 1), (NULL, 2)`,
      expected: [
        {
          query: 'SELECT * FROM "T" ORDER BY 2',
          rows: [
            ['a', 1],
            ['x', 2],
          ],
        },
      ],
    },
  ),
  changedTable(
    'a default of what becomes the rowid, which numbers by itself',
    'CREATE TABLE "T" ("id" INTEGER, "a" TEXT)',
    'CREATE TABLE "T" ("id" INTEGER NOT NULL DEFAULT 7 PRIMARY KEY, "a" TEXT)',
    {
      never: ['coalesce'],
      rows: `INSERT INTO "T" VALUES (NULL, 'a'), (NULL, 'b')`,
      expected: [
        {
          query: 'SELECT * FROM "T" ORDER BY 2',
          rows: [
            [1, 'a'],
            [2, 'b'],
          ],
        },
      ],
    },
  ),
  changedTable(
    'a bare word as the default of what becomes required',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT)',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL DEFAULT "id")',
    {
      rows: `INSERT INTO "T" VALUES (1, 'a'), (2, NULL)`,
      expected: [
        {
          query: 'SELECT * FROM "T" ORDER BY 1',
          rows: [
            [1, 'a'],
            [2, 'id'],
          ],
        },
      ],
    },
  ),
  changedTable(
    'required now, without a default',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT)',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL)',
    { fails: /NOT NULL constraint failed/, rows: `INSERT INTO "T" VALUES (1, 'a'), (2, NULL)` },
  ),
  changedTable(
    'required now, IGNORE said: no row goes silently',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT)',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL ON CONFLICT IGNORE)',
    { fails: /NOT NULL constraint failed/, rows: `INSERT INTO "T" VALUES (1, 'a'), (2, NULL)`, computes: true },
  ),
  changedTable(
    'unique now, REPLACE said: no row goes silently',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT)',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT UNIQUE ON CONFLICT REPLACE)',
    { computes: true, fails: /UNIQUE constraint failed/, rows: `INSERT INTO "T" VALUES (1, 'a'), (2, 'a')` },
  ),
  changedTable(
    'unique now, REPLACE said, and the rows are',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT)',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT UNIQUE ON CONFLICT REPLACE)',
    { computes: true },
  ),
  changedTable(
    'a primary key',
    'CREATE TABLE "T" ("a" TEXT PRIMARY KEY, "b" TEXT)',
    'CREATE TABLE "T" ("a" TEXT, "b" TEXT, PRIMARY KEY ("a", "b"))',
  ),
  changedTable(
    'AUTOINCREMENT',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY)',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)',
    {
      rows: 'INSERT INTO "T" VALUES (3), (9)',
      expected: [{ query: `SELECT seq FROM sqlite_sequence WHERE name = 'T'`, rows: [[9]] }],
    },
  ),
  changedTable('no AUTOINCREMENT', parent, parent.replace(' AUTOINCREMENT', '')),
  changedTable('STRICT', 'CREATE TABLE "T" ("a" TEXT)', 'CREATE TABLE "T" ("a" TEXT) STRICT'),
  changedTable('not STRICT', 'CREATE TABLE "T" ("a" TEXT) STRICT', 'CREATE TABLE "T" ("a" TEXT)'),
  changedTable(
    'WITHOUT ROWID',
    'CREATE TABLE "T" ("a" TEXT NOT NULL PRIMARY KEY)',
    'CREATE TABLE "T" ("a" TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID',
  ),
  changedTable(
    'a rowid again',
    'CREATE TABLE "T" ("a" TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID, STRICT',
    'CREATE TABLE "T" ("a" TEXT NOT NULL PRIMARY KEY)',
  ),
  changedTable('a CHECK', 'CREATE TABLE "T" ("a" INTEGER)', 'CREATE TABLE "T" ("a" INTEGER CHECK ("a" >= 0))'),
  changedTable(
    'a CHECK that calls the table by its name',
    'CREATE TABLE "T" ("a" INTEGER)',
    'CREATE TABLE "T" ("a" INTEGER, CHECK (t."a" >= 0 AND "T".a < 100 AND [T].[a] <> 55))',
    { says: ['"new_T"."a" >= 0'] },
  ),
  changedTable('a collation', 'CREATE TABLE "T" ("a" TEXT)', 'CREATE TABLE "T" ("a" TEXT COLLATE NOCASE)'),
  changedTable('a default', 'CREATE TABLE "T" ("a" TEXT)', `CREATE TABLE "T" ("a" TEXT DEFAULT 'x')`),
  changedTable(
    'a deferred key',
    `${parent} ${child}`,
    `${parent} ${child.replace('CASCADE)', 'CASCADE DEFERRABLE INITIALLY DEFERRED)')}`,
    {
      rows: shopRows,
      expected: [keepsOrders],
    },
  ),
  changedTable(
    'a key gone',
    `${parent} ${child}`,
    `${parent} CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER)`,
    {
      rows: shopRows,
      expected: [keepsOrders],
    },
  ),
  changedTable(
    'an ordinary column becomes a generated one',
    'CREATE TABLE "T" ("a" INTEGER, "b" INTEGER)',
    'CREATE TABLE "T" ("a" INTEGER, "b" INTEGER AS ("a" * 2) STORED)',
    { rows: 'INSERT INTO "T" VALUES (1, 5)', expected: [{ query: 'SELECT * FROM "T"', rows: [[1, 2]] }] },
  ),
  changedTable(
    'a generated column becomes an ordinary one',
    'CREATE TABLE "T" ("a" INTEGER, "b" INTEGER AS ("a" * 2))',
    'CREATE TABLE "T" ("a" INTEGER, "b" INTEGER)',
    { rows: 'INSERT INTO "T" VALUES (4)', expected: [{ query: 'SELECT * FROM "T"', rows: [[4, 8]] }] },
  ),
  changedTable(
    'with all its indexes, triggers and comments kept',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT, "b" TEXT); CREATE INDEX "T_old" ON "T" ("a")',
    `CREATE TABLE "T" ( -- the table; of all tables
      "id" INTEGER PRIMARY KEY, /* a */ "a" TEXT NOT NULL DEFAULT ';', "b" TEXT -- the last
    );
    CREATE UNIQUE INDEX "T_part" ON "T" ("b" COLLATE NOCASE DESC) WHERE "b" IS NOT NULL;
    CREATE INDEX "T_expression" ON "T" (lower("a"), "b" || ';');
    CREATE TRIGGER "T_keep" AFTER UPDATE OF "a", "b" ON "T" WHEN NEW."a" <> OLD."a" BEGIN INSERT INTO "T" ("a") SELECT CASE WHEN 1 THEN ';' END; END;`,
    {
      says: [
        /^-- DropIndex\nDROP INDEX "T_old";\n\n/,
        /RENAME TO "T";\nCREATE UNIQUE INDEX "T_part"[\s\S]*CREATE INDEX "T_expression"[\s\S]*PRAGMA foreign_keys=ON;/,
      ],
    },
  ),
  changedTable(
    'with a vector index',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "e" F32_BLOB(2)); CREATE INDEX "T_vector" ON "T" (libsql_vector_idx("e"))',
    'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "e" F32_BLOB(2), "a" TEXT UNIQUE); CREATE INDEX "T_vector" ON "T" (libsql_vector_idx("e"))',
    {
      rows: `INSERT INTO "T" VALUES (1, vector('[1,2]')), (2, vector('[5,5]'))`,
      expected: [{ query: `SELECT id FROM vector_top_k('T_vector', vector('[5,5]'), 1)`, rows: [[2]] }],
    },
  ),
];

const objectCases: readonly FixCase[] = [
  {
    name: 'an index more, an index less, an index changed',
    from: 'CREATE TABLE "T" ("a", "b"); CREATE INDEX "less" ON "T" ("a"); CREATE INDEX "changed" ON "T" ("a")',
    to: 'CREATE TABLE "T" ("a", "b"); CREATE INDEX "more" ON "T" ("a"); CREATE UNIQUE INDEX "changed" ON "T" ("a", "b")',
    says: ['-- DropIndex\nDROP INDEX "less";\n', '-- CreateIndex\nCREATE INDEX "more" ON "T" ("a");\n'],
    never: ['PRAGMA'],
  },
  {
    name: 'a vector index changed',
    from: 'CREATE TABLE "T" ("e" F32_BLOB(2)); CREATE INDEX "i" ON "T" (libsql_vector_idx("e"))',
    to: `CREATE TABLE "T" ("e" F32_BLOB(2)); CREATE INDEX "i" ON "T" (libsql_vector_idx("e", 'metric=l2'))`,
    rows: `INSERT INTO "T" VALUES (vector('[1,2]'))`,
    never: ['PRAGMA'],
  },
  {
    name: 'an index whose text ends in a comment',
    from: 'CREATE TABLE "T" ("a")',
    to: 'CREATE TABLE "T" ("a"); CREATE INDEX "i" ON "T" ("a") -- not; the end\n',
  },
  {
    name: 'a table whose text ends in a comment',
    from: 'CREATE TABLE "T" ("a" INTEGER); CREATE TABLE "U" ("a" INTEGER)',
    to: 'CREATE TABLE "T" ("a" INTEGER) STRICT -- by hand; not\n; CREATE TABLE "New" ("a" INTEGER) STRICT -- too\n; CREATE TABLE "U" ("a" INTEGER, "b" TEXT) STRICT /* and this',
    says: [rebuilds, 'CREATE TABLE "New" ("a" INTEGER) STRICT;'],
  },
  {
    name: 'an index that moves to another table, which is rebuilt first',
    from: 'CREATE TABLE "A" ("x"); CREATE TABLE "B" ("x"); CREATE INDEX "i" ON "B" ("x")',
    to: 'CREATE TABLE "A" ("x" TEXT); CREATE TABLE "B" ("x" TEXT); CREATE INDEX "i" ON "A" ("x")',
    says: ['DROP INDEX "i"'],
  },
  {
    name: 'an index of a dropped table whose name becomes a table',
    from: 'CREATE TABLE "A" ("x"); CREATE INDEX "i" ON "A" ("x")',
    to: 'CREATE TABLE "i" ("x")',
  },
  {
    name: 'a table whose name becomes an index, and a view whose name becomes a table',
    from: 'CREATE TABLE "A" ("x"); CREATE TABLE "n" ("x"); CREATE VIEW "v" AS SELECT 1 AS "x"',
    to: 'CREATE TABLE "A" ("x" TEXT); CREATE INDEX "n" ON "A" ("x"); CREATE TABLE "v" ("x")',
    never: [/CREATE VIEW/],
  },
  {
    name: 'a table that becomes a view, and one that becomes virtual',
    from: 'CREATE TABLE "a" ("x"); CREATE TABLE "b" ("x"); CREATE TABLE "c" ("x")',
    to: 'CREATE VIEW "a" AS SELECT * FROM "c"; CREATE VIRTUAL TABLE "b" USING fts5 ("x"); CREATE TABLE "c" ("x")',
  },
  {
    name: 'a view that becomes a table, and a virtual table that becomes one',
    from: 'CREATE VIEW "a" AS SELECT * FROM "c"; CREATE VIRTUAL TABLE "b" USING fts5 ("x"); CREATE TABLE "c" ("x")',
    to: 'CREATE TABLE "a" ("x"); CREATE TABLE "b" ("x"); CREATE TABLE "c" ("x")',
  },
  {
    name: 'a view more, a view less, a view changed',
    from: 'CREATE TABLE "T" ("a"); CREATE VIEW "less" AS SELECT 1; CREATE VIEW "changed" AS SELECT "a" FROM "T"',
    to: 'CREATE TABLE "T" ("a"); CREATE VIEW "more" AS SELECT 2 -- two; or more\n; CREATE VIEW "changed" AS SELECT "a" AS "b" FROM "T"',
    says: ['-- DropView\nDROP VIEW "less";\n', '-- CreateView\nCREATE VIEW "changed"'],
    never: ['PRAGMA'],
  },
  {
    name: 'a view changed that has a trigger and is read by another view',
    from: `CREATE TABLE "T" ("a"); CREATE VIEW "v" AS SELECT "a" FROM "T"; CREATE VIEW "w" AS SELECT * FROM "v"; CREATE TRIGGER "vt" INSTEAD OF INSERT ON "v" BEGIN INSERT INTO "T" VALUES (NEW."a"); END;`,
    to: `CREATE TABLE "T" ("a"); CREATE VIEW "v" AS SELECT "a", 1 AS "b" FROM "T"; CREATE VIEW "w" AS SELECT * FROM "v"; CREATE TRIGGER "vt" INSTEAD OF INSERT ON "v" BEGIN INSERT INTO "T" VALUES (NEW."a"); END;`,
  },
  {
    name: 'a table rebuilt below views on views and their triggers',
    from: `CREATE TABLE "T" ("a" TEXT); CREATE TABLE "U" ("a" TEXT); CREATE VIEW "top" AS SELECT * FROM "middle"; CREATE VIEW "middle" AS SELECT * FROM t; CREATE TRIGGER "tt" INSTEAD OF DELETE ON "top" BEGIN DELETE FROM "T"; END; CREATE TRIGGER "ut" AFTER INSERT ON "U" BEGIN DELETE FROM "U" WHERE "a" IN (SELECT "a" FROM "top"); END; CREATE VIEW "apart" AS SELECT * FROM "U", json_each('[]'); CREATE TRIGGER "apart too" AFTER UPDATE OF "a" ON "U" BEGIN SELECT "value" FROM json_each('[]'); END;`,
    to: `CREATE TABLE "T" ("a" TEXT UNIQUE); CREATE TABLE "U" ("a" TEXT); CREATE VIEW "top" AS SELECT * FROM "middle"; CREATE VIEW "middle" AS SELECT * FROM t; CREATE TRIGGER "tt" INSTEAD OF DELETE ON "top" BEGIN DELETE FROM "T"; END; CREATE TRIGGER "ut" AFTER INSERT ON "U" BEGIN DELETE FROM "U" WHERE "a" IN (SELECT "a" FROM "top"); END; CREATE VIEW "apart" AS SELECT * FROM "U", json_each('[]'); CREATE TRIGGER "apart too" AFTER UPDATE OF "a" ON "U" BEGIN SELECT "value" FROM json_each('[]'); END;`,
    rows: `DROP TRIGGER "ut"; INSERT INTO "T" VALUES ('x'); INSERT INTO "U" VALUES ('x'); CREATE TRIGGER "ut" AFTER INSERT ON "U" BEGIN DELETE FROM "U" WHERE "a" IN (SELECT "a" FROM "top"); END;`,
    never: [/"apart/],
  },
  {
    name: 'two tables rebuilt whose triggers write to each other',
    from: `CREATE TABLE "A" ("x" TEXT); CREATE TABLE "B" ("x" TEXT); CREATE TRIGGER "ab" AFTER DELETE ON "A" BEGIN DELETE FROM "B"; END; CREATE TRIGGER "ba" AFTER DELETE ON "B" BEGIN DELETE FROM "A"; END;`,
    to: `CREATE TABLE "A" ("x" INTEGER); CREATE TABLE "B" ("x" INTEGER); CREATE TRIGGER "ab" AFTER DELETE ON "A" BEGIN DELETE FROM "B"; END; CREATE TRIGGER "ba" AFTER DELETE ON "B" BEGIN DELETE FROM "A"; END;`,
  },
  {
    name: 'a rebuild beside a view and a trigger that have long been broken',
    from: `CREATE TABLE "T" ("a" TEXT); CREATE TABLE "U" ("a"); CREATE VIEW "broken" AS WITH "c" AS (SELECT 1) SELECT * FROM "gone", "c"; CREATE TRIGGER "lost" AFTER UPDATE OF "a" ON "U" BEGIN INSERT INTO "away" VALUES (1); END;`,
    to: `CREATE TABLE "T" ("a" INTEGER); CREATE TABLE "U" ("a"); CREATE VIEW "broken" AS WITH "c" AS (SELECT 1) SELECT * FROM "gone", "c"; CREATE TRIGGER "lost" AFTER UPDATE OF "a" ON "U" BEGIN INSERT INTO "away" VALUES (1); END;`,
  },
  {
    name: 'a trigger more, a trigger less, a trigger changed, a trigger moved',
    from: `CREATE TABLE "T" ("a"); CREATE TABLE "U" ("a"); CREATE TRIGGER "less" AFTER INSERT ON "T" BEGIN SELECT 1; END; CREATE TRIGGER "changed" AFTER INSERT ON "T" BEGIN SELECT 1; END; CREATE TRIGGER "moved" AFTER DELETE ON "T" BEGIN SELECT 1; END;`,
    to: `CREATE TABLE "T" ("a"); CREATE TABLE "U" ("a"); CREATE TRIGGER "more" AFTER INSERT ON "T" BEGIN SELECT 1; END; CREATE TRIGGER "changed" AFTER INSERT ON "T" BEGIN SELECT 2; END; CREATE TRIGGER "moved" AFTER DELETE ON "U" BEGIN SELECT 1; END;`,
    never: ['PRAGMA'],
  },
  {
    name: 'a trigger with the name of its table',
    from: `CREATE TABLE "T" ("a"); CREATE TRIGGER "T" AFTER INSERT ON "T" BEGIN SELECT 1; END;`,
    to: `CREATE TABLE "T" ("a" TEXT); CREATE TRIGGER "T" AFTER INSERT ON "T" BEGIN SELECT 1; END;`,
  },
  {
    name: 'a virtual table changed',
    from: 'CREATE VIRTUAL TABLE "f" USING fts5 ("a")',
    to: `CREATE VIRTUAL TABLE "f" USING fts5 ("a", "b", tokenize = 'porter')`,
    rows: 'SELECT 1',
    says: [
      '-- DropTable\n-- The content of this virtual table is not preserved.\nDROP TABLE "f";\n',
      '-- CreateTable\nCREATE VIRTUAL TABLE "f"',
    ],
  },
  {
    name: 'a virtual table over a rebuilt table, with the triggers that feed it',
    from: `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT); CREATE VIRTUAL TABLE "f" USING fts5 ("a", content = 'T', content_rowid = 'id'); CREATE TRIGGER "feed" AFTER INSERT ON "T" BEGIN INSERT INTO "f" (rowid, "a") VALUES (NEW."id", NEW."a"); END;`,
    to: `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL DEFAULT ''); CREATE VIRTUAL TABLE "f" USING fts5 ("a", content = 'T', content_rowid = 'id'); CREATE TRIGGER "feed" AFTER INSERT ON "T" BEGIN INSERT INTO "f" (rowid, "a") VALUES (NEW."id", NEW."a"); END;`,
    rows: `INSERT INTO "T" VALUES (1, 'hello'), (2, 'there')`,
    expected: [{ query: `SELECT rowid FROM "f" WHERE "f" MATCH 'there'`, rows: [[2]] }],
    never: [/VIRTUAL/],
  },
  {
    name: 'a virtual table more and one less',
    from: 'CREATE VIRTUAL TABLE "f" USING fts5 ("a")',
    to: 'CREATE VIRTUAL TABLE "r" USING rtree ("id", "x", "y")',
    rows: 'SELECT 1',
    never: ['not kept'],
  },
];

export const fixCases: readonly FixCase[] = [...columnCases, ...tableCases, ...objectCases];
