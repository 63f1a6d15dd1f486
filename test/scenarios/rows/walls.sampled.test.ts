/** Where a migration stops and where it does not: indexes that are there before the rows, long files, names that mean something. */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf } from './cases.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT';
const schema = `CREATE TABLE "Product" (${columns});`;
const rows = {
  Product: [
    [1, 'a'],
    [2, 'A'],
    [3, null],
  ],
};
const unique = 'CREATE UNIQUE INDEX "Product_code_key" ON "Product"("code");';
const nothing = { tells: 'nothing', schema, rows } as const;
const duplicates = {
  tells: 'blocker',
  code: 'duplicates',
  at: 'CREATE UNIQUE INDEX',
  schema,
  rows,
  count: 2,
  finds: 2,
  fails: 'UNIQUE constraint failed',
} as const;

const setByItself: readonly Case[] = [
  {
    ...nothing,
    code: 'duplicates',
    title: 'an UPDATE that counts on from what it gave the row before',
    schema: 'CREATE TABLE "Product" ("id" INTEGER NOT NULL PRIMARY KEY, "place" INTEGER);',
    rows: {
      Product: [
        [1, null],
        [2, null],
      ],
    },
    pending: [
      `UPDATE "Product" SET "place" = (SELECT coalesce(max(other."place"), 0) + 1 FROM "Product" AS other WHERE other."id" <> "Product"."id");
CREATE UNIQUE INDEX "Product_place_key" ON "Product"("place");`,
    ],
    after: {
      Product: [
        [1, 1],
        [2, 2],
      ],
    },
  },
  {
    ...duplicates,
    title: 'an UPDATE that gives every row what another table has',
    schema: `${schema}\nCREATE TABLE "Kind" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT);`,
    rows: { ...rows, Kind: [[1, 'x']] },
    pending: [
      `UPDATE "Product" SET "code" = (SELECT "Kind"."code" FROM "Kind" WHERE "Kind"."id" <= "Product"."id");\n${unique}`,
    ],
    count: 3,
    finds: 0,
  },
];

const setOnce: Case = {
  ...duplicates,
  title: 'an UPDATE that gives every row what it counted before the first',
  pending: [`UPDATE "Product" SET "code" = (SELECT count("code") FROM "Product");\n${unique}`],
  count: 3,
  finds: 0,
};

const copy = (index: string, insert: string) => `CREATE TABLE "new_Product" (${columns});
${index}
${insert} INTO "new_Product" ("id", "code") SELECT "id", "code" FROM "Product";
DROP TABLE "Product";
ALTER TABLE "new_Product" RENAME TO "Product";`;
const early = 'CREATE UNIQUE INDEX "Product_code_key" ON "new_Product"("code" COLLATE NOCASE);';
const byHand = ['CREATE UNIQUE INDEX "by_hand" ON "Product"("code") WHERE "id" > 0'];

const earlyIndexes: readonly Case[] = [
  {
    ...duplicates,
    title: 'rows that meet a unique index which the copy had before them',
    at: 'INSERT ',
    pending: [copy(early, 'INSERT')],
  },
  {
    tells: 'hazard',
    code: 'data-loss',
    title: 'rows that a unique index of the copy leaves out',
    schema,
    rows,
    at: 'INSERT ',
    pending: [copy(early, 'INSERT OR IGNORE')],
    count: 1,
    finds: 2,
    after: {
      Product: [
        [1, 'a'],
        [3, null],
      ],
    },
  },
  {
    ...nothing,
    code: 'data-loss',
    title: 'an index of the copy that is not unique',
    pending: [copy(early.replace(' UNIQUE', ''), 'INSERT OR IGNORE')],
  },
  {
    ...nothing,
    code: 'duplicates',
    title: 'rows that a rebuild copies as they are under a unique index which it keeps',
    byHand,
    pending: [redefine({ table: 'Product', columns: `${columns} DEFAULT ''`, into: '"id", "code"' })],
  },
];

const secondInserts: readonly Case[] = [
  {
    ...duplicates,
    title: 'two INSERTs into a new table, of which the first fails',
    at: 'INSERT INTO "Code" ("code") SELECT upper',
    pending: [
      `CREATE TABLE "Code" ("code" TEXT UNIQUE);
INSERT INTO "Code" ("code") SELECT upper("code") FROM "Product";
INSERT INTO "Code" ("code") VALUES ('b');`,
    ],
  },
  {
    ...duplicates,
    title: 'two INSERTs into a new table, of which the second fails',
    at: 'INSERT INTO "Code" ("code") VALUES',
    pending: [
      `CREATE TABLE "Code" ("code" TEXT UNIQUE);
INSERT INTO "Code" ("code") SELECT "code" FROM "Product";
INSERT INTO "Code" ("code") VALUES ('a');`,
    ],
    // The row that is there.
    count: 1,
    finds: 1,
  },
];

const operators: readonly Case[] = ['NOTNULL', 'ISNULL'].map((operator) => ({
  ...nothing,
  code: 'nulls',
  title: `a copy of whether there is something, ${operator}`,
  pending: [
    redefine({
      table: 'Product',
      columns: `${columns} NOT NULL`,
      into: '"id", "code"',
      select: `"id", "code" ${operator}`,
    }),
  ],
  after: {
    Product: rows.Product.map(([id, code]) => [id ?? 0, (code === null) === (operator === 'ISNULL') ? '1' : '0']),
  },
}));

const filled = (literal: string, check: string) => ({
  schema: 'CREATE TABLE "Stock" ("id" INTEGER NOT NULL PRIMARY KEY, "n" INTEGER);',
  rows: {
    Stock: [
      [1, 7],
      [2, null],
    ],
  },
  pending: [
    redefine({
      table: 'Stock',
      columns: `"id" INTEGER NOT NULL PRIMARY KEY, "n" INTEGER NOT NULL CHECK (${check})`,
      into: '"id", "n"',
      select: `"id", coalesce("n", ${literal})`,
    }),
  ],
});

const literals: readonly Case[] = [
  {
    tells: 'nothing',
    code: 'check-fails',
    title: 'a number written as a text in the place of NULL',
    ...filled(`'0'`, '"n" < 100'),
    after: {
      Stock: [
        [1, 7],
        [2, 0],
      ],
    },
  },
  {
    tells: 'blocker',
    code: 'check-fails',
    title: 'a number in the place of NULL that is too large',
    ...filled('200', '"n" < 100'),
    at: 'INSERT ',
    count: 1,
    finds: 0,
    fails: 'CHECK constraint failed',
  },
];

const family = {
  schema: `${schema}
CREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "product" INTEGER REFERENCES "Product"("id") ON UPDATE CASCADE, "text" TEXT);`,
  rows: {
    ...rows,
    Line: [
      [1, 1, 'x'],
      [2, 2, 'x'],
    ],
  },
} as const;
const lineKey = 'CREATE UNIQUE INDEX "Line_text_key" ON "Line"("text");';

const children: readonly Case[] = [
  {
    ...duplicates,
    ...family,
    title: 'rows whose parents change where no key points to',
    finds: 0,
    pending: [`UPDATE "Product" SET "code" = lower("code");\n${lineKey}`],
  },
  {
    ...nothing,
    ...family,
    code: 'duplicates',
    title: 'rows whose parents get another key, which they follow',
    pending: [
      `UPDATE "Product" SET "id" = "id" + 10 WHERE "id" = 2;\nCREATE UNIQUE INDEX "Line_product_key" ON "Line"("product");`,
    ],
    after: {
      Product: [
        [1, 'a'],
        [3, null],
        [12, 'A'],
      ],
      Line: [
        [1, 1, 'x'],
        [2, 12, 'x'],
      ],
    },
  },
];

const madeUp: readonly Case[] = [
  {
    ...nothing,
    code: 'duplicates',
    title: 'a key of a constant and an id that is handed out',
    pending: [
      redefine({
        table: 'Product',
        columns: `${columns}, "kind" TEXT NOT NULL DEFAULT 'x', UNIQUE ("kind", "id")`,
        into: '"code"',
      }),
    ],
    // The ids that they had are not copied.
    allow: ['data-loss'],
    after: { Product: rows.Product.map((row) => [...row, 'x']) },
  },
  {
    ...duplicates,
    title: 'a key of a constant and a column that repeats',
    at: 'INSERT ',
    rows: {
      Product: [
        [1, 'a'],
        [2, 'a'],
      ],
    },
    pending: [
      redefine({
        table: 'Product',
        columns: `${columns}, "kind" TEXT NOT NULL DEFAULT 'x', UNIQUE ("kind", "code")`,
        into: '"code"',
      }),
    ],
  },
  {
    ...nothing,
    code: 'check-fails',
    title: 'a default of 1.0 without a type, which is a whole number in the rows that are there',
    pending: [`ALTER TABLE "Product" ADD COLUMN "n" DEFAULT 1.0 CHECK (typeof("n") = 'integer');`],
    next: { sql: 'SELECT DISTINCT "n" FROM "Product"', rows: [[1]] },
    after: { Product: rows.Product.map((row) => [...row, 1]) },
  },
  {
    tells: 'blocker',
    code: 'check-fails',
    title: 'a default of 1.5 without a type, which is none',
    schema,
    rows,
    at: 'ALTER TABLE',
    pending: [`ALTER TABLE "Product" ADD COLUMN "n" DEFAULT 1.5 CHECK (typeof("n") = 'integer');`],
    fails: 'CHECK constraint failed',
  },
];

const lowerAll = (table: string, column: string) =>
  `UPDATE "${table}" SET "${column}" = lower("${column}");\nCREATE UNIQUE INDEX "a key" ON "${table}"("${column}");`;

const names: readonly Case[] = [
  ...['temp', 'main', 'oid', 'rowid', '_rowid_', 'order'].map(
    (name): Case => ({
      ...duplicates,
      title: `a column called ${name}`,
      schema: schema.replace('code', name),
      finds: 2,
      pending: [lowerAll('Product', name)],
    }),
  ),
  ...['Order', 'Group', 'a.b', 'a""b', 'main', 'migrate_prod_rows', "it's"].map(
    (name): Case => ({
      ...duplicates,
      title: `a table called ${name}`,
      schema: schema.replace('Product', name),
      rows: { [name.replaceAll('""', '"')]: rows.Product },
      finds: 2,
      pending: [lowerAll(name, 'code')],
    }),
  ),
  {
    ...duplicates,
    title: 'an ORDER BY beside a table called Order that nobody knows any more',
    schema: `${schema}\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT);`,
    rows: { ...rows, Order: [[1, 'x']] },
    pending: [
      `UPDATE "Order" SET "code" = random();
CREATE TABLE "Code" ("code" TEXT UNIQUE);
INSERT INTO "Code" SELECT upper("code") FROM "Product" ORDER BY "code";`,
    ],
    at: 'INSERT ',
  },
  {
    ...duplicates,
    title: 'a text that is spelled like a table',
    pending: [`UPDATE "Product" SET "code" = 'product' WHERE "code" IS NOT NULL;\n${unique}`],
  },
];

const numbers = Array.from({ length: 30 }, (_, index) => index);

const longFiles: readonly Case[] = [
  {
    ...duplicates,
    title: 'duplicates behind thirty new columns',
    finds: 2,
    pending: [
      `${numbers.map((n) => `ALTER TABLE "Product" ADD COLUMN "c${n}" INTEGER;`).join('\n')}\n${lowerAll('Product', 'code')}`,
    ],
  },
  {
    ...duplicates,
    title: 'duplicates behind thirty rows that are new, too',
    finds: 0,
    pending: [
      `${numbers.map((n) => `INSERT INTO "Product" VALUES (${n + 100}, '${n === 0 ? 'a' : `code ${n}`}');`).join('\n')}\n${unique}`,
    ],
  },
  {
    ...nothing,
    code: 'duplicates',
    title: 'thirty times the same UPDATE, of which the last makes a difference',
    pending: [
      `${numbers.map(() => `UPDATE "Product" SET "code" = upper("code");`).join('\n')}\nUPDATE "Product" SET "code" = "id";\n${unique}`,
    ],
    after: {
      Product: [
        [1, '1'],
        [2, '2'],
        [3, '3'],
      ],
    },
  },
];

describeCases('An UPDATE that reads what it changes', [...setByItself, setOnce]);
describeCases('A unique index that is there before the rows', sampled(earlyIndexes, 2));
describeTargets('A unique index that a rebuild keeps', (fresh) => {
  it('stops it where the copied rows would be the same, though by hand it would be gone with the old table', async () => {
    const upper = redefine({ table: 'Product', columns, into: '"id", "code"', select: '"id", upper("code")' });
    const story = { title: 'kept', schema, rows, byHand, pending: [upper] };
    const { url } = await begin(await fresh(), story);
    const found = findAll((await plan({ url, migrations: migrationsOf(story) })).plan);
    const blockers = found.filter(({ kind }) => kind === 'blocker');
    expect(blockers).toMatchObject([{ code: 'duplicates', evidence: { count: { rows: 2 } } }]);
    expect(blockers[0]?.message).toContain('"by_hand"');
    expect(upper.split('\n')[(blockers[0]?.line ?? 0) - 1]).toMatch(/^ALTER TABLE /);
  });
});

describeCases('The statement that fails', sampled(secondInserts, 2));
describeCases('Operators that look like a name', sampled(operators, 2));
describeCases('Literals in the place of NULL', sampled(literals, 2));
describeCases('Rows that hang on others', sampled(children, 2));
describeCases('Values that nobody wrote', sampled(madeUp, 2));
describeCases('Names that mean something else elsewhere', sampled(names, 2));
describeCases('Long files', sampled(longFiles, 2));
