/** New columns that rows already there have nothing to put into. */

import { type Case, describeCases } from './cases.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT';
const schema = `CREATE TABLE "Customer" (${columns});`;
const rows = {
  Customer: [
    [1, 'Ada Example'],
    [2, 'Bob Example'],
  ],
};
const none = { Customer: [] };
const add = (definition: string) => `ALTER TABLE "Customer" ADD COLUMN ${definition};`;
const withValue = (value: string | number | null) => ({ Customer: rows.Customer.map((row) => [...row, value]) });

const onRows = {
  tells: 'blocker',
  code: 'needs-default',
  at: 'ALTER TABLE',
  count: 2,
  // Every row is meant.
  finds: 0,
  fails: 'Cannot add a NOT NULL column with default value NULL',
  schema,
  rows,
} as const;
const notConstant = 'Cannot add a column with non-constant default';
const nothing = { tells: 'nothing', code: 'needs-default', schema, rows } as const;

const added: readonly Case[] = [
  { ...onRows, title: 'NOT NULL without a default, where there are rows', pending: [add('"slug" TEXT NOT NULL')] },
  {
    ...nothing,
    title: 'NOT NULL without a default, where there are none',
    rows: none,
    pending: [add('"slug" TEXT NOT NULL')],
  },
  { ...onRows, title: 'NOT NULL with NULL as its default', pending: [add('"slug" TEXT NOT NULL DEFAULT NULL')] },
  { ...nothing, title: 'NULL without a default', pending: [add('"slug" TEXT')], after: withValue(null) },
  {
    ...nothing,
    title: 'NOT NULL with a constant default',
    pending: [add(`"slug" TEXT NOT NULL DEFAULT 'x'`)],
    after: withValue('x'),
  },
  {
    ...nothing,
    title: 'NOT NULL with a constant in parentheses',
    pending: [add(`"slug" TEXT NOT NULL DEFAULT ('x')`)],
    after: withValue('x'),
  },
  {
    ...nothing,
    title: 'NOT NULL with a number below zero',
    pending: [add('"slug" INTEGER NOT NULL DEFAULT -1')],
    after: withValue(-1),
  },
  {
    ...onRows,
    title: 'the time of the row as its default',
    pending: [add('"createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP')],
    fails: notConstant,
  },
  {
    ...onRows,
    title: 'the time of the row as its default, also where NULL is allowed',
    pending: [add('"createdAt" DATETIME DEFAULT CURRENT_TIMESTAMP')],
    fails: notConstant,
  },
  {
    ...nothing,
    title: 'the time of the row as its default, where there are none',
    rows: none,
    pending: [add('"createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP')],
  },
  {
    ...onRows,
    title: 'an expression as its default',
    pending: [add('"code" TEXT NOT NULL DEFAULT (lower(hex(randomblob(8))))')],
    fails: notConstant,
  },
  {
    ...onRows,
    title: 'a sum of constants, which SQLite does not take for one',
    pending: [add('"code" INTEGER NOT NULL DEFAULT (1 + 1)')],
    fails: notConstant,
  },
  {
    ...nothing,
    title: 'an expression as its default, where there are none',
    rows: none,
    pending: [add('"code" TEXT NOT NULL DEFAULT (lower(hex(randomblob(8))))')],
  },
  {
    ...nothing,
    title: 'NOT NULL of a column that is computed from others',
    pending: [add('"key" TEXT NOT NULL AS (lower("name")) VIRTUAL')],
    after: {
      Customer: [
        [1, 'Ada Example', 'ada example'],
        [2, 'Bob Example', 'bob example'],
      ],
    },
  },
  {
    ...onRows,
    title: 'a table that was renamed before',
    pending: ['ALTER TABLE "Customer" RENAME TO "Client";', 'ALTER TABLE "Client" ADD COLUMN "slug" TEXT NOT NULL;'],
  },
  {
    ...onRows,
    title: 'a table that an earlier statement empties only in part',
    pending: [`DELETE FROM "Customer" WHERE "id" = 1;\n${add('"slug" TEXT NOT NULL')}`],
    at: 'ALTER TABLE',
    count: 1,
  },
  {
    ...nothing,
    title: 'a table that an earlier statement empties',
    pending: [`DELETE FROM "Customer";\n${add('"slug" TEXT NOT NULL')}`],
    after: none,
  },
  {
    ...onRows,
    title: 'a new table that is filled from production before',
    pending: [
      'CREATE TABLE "Contact" ("id" INTEGER PRIMARY KEY);\nINSERT INTO "Contact" SELECT "id" FROM "Customer";',
      'ALTER TABLE "Contact" ADD COLUMN "slug" TEXT NOT NULL;',
    ],
  },
  {
    ...nothing,
    title: 'a new table that nothing fills',
    pending: [
      'CREATE TABLE "Contact" ("id" INTEGER PRIMARY KEY);',
      'ALTER TABLE "Contact" ADD COLUMN "slug" TEXT NOT NULL;',
    ],
    after: { ...rows, Contact: [] },
  },
];

const shops = `${schema}\nCREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY);`;
const reference = (definition: string) => add(`"shopId" INTEGER ${definition} REFERENCES "Shop" ("id")`);
const shop = { ...rows, Shop: [[1]] };

const referring: readonly Case[] = [
  {
    ...onRows,
    title: 'a reference with a default, with foreign keys on',
    schema: shops,
    rows: shop,
    pending: [reference('NOT NULL DEFAULT 1')],
    fails: 'Cannot add a REFERENCES column with non-NULL default value',
  },
  {
    ...nothing,
    title: 'a reference without a default',
    schema: shops,
    rows: shop,
    pending: [reference('')],
    after: { ...withValue(null), Shop: [[1]] },
  },
  {
    ...nothing,
    title: 'a reference with a default, with foreign keys off',
    schema: shops,
    rows: shop,
    pending: [`PRAGMA foreign_keys=OFF;\n${reference('NOT NULL DEFAULT 1')}\nPRAGMA foreign_keys=ON;`],
    after: { ...withValue(1), Shop: [[1]] },
  },
  {
    ...nothing,
    title: 'a reference with a default, where there are no rows',
    schema: shops,
    rows: { ...none, Shop: [[1]] },
    pending: [reference('NOT NULL DEFAULT 1')],
  },
];

const inRebuild = { ...onRows, at: 'INSERT INTO "new_', fails: 'NOT NULL constraint failed: new_Customer.slug' };
const copy = { table: 'Customer', into: '"id", "name"' };

const rebuilt: readonly Case[] = [
  {
    ...inRebuild,
    title: 'a rebuild with a required column that its copy leaves out',
    pending: [redefine({ ...copy, columns: `${columns}, "slug" TEXT NOT NULL` })],
  },
  {
    ...nothing,
    title: 'the same where there are no rows',
    rows: none,
    pending: [redefine({ ...copy, columns: `${columns}, "slug" TEXT NOT NULL` })],
  },
  {
    ...nothing,
    title: 'a rebuild with a required column that has a default',
    pending: [redefine({ ...copy, columns: `${columns}, "slug" TEXT NOT NULL DEFAULT (lower(hex(zeroblob(1))))` })],
    after: withValue('00'),
  },
  {
    ...nothing,
    title: 'a rebuild with a required column that its copy fills',
    pending: [
      redefine({
        ...copy,
        columns: `${columns}, "slug" TEXT NOT NULL`,
        into: '"id", "name", "slug"',
        select: `"id", "name", 'c' || "id"`,
      }),
    ],
    after: {
      Customer: [
        [1, 'Ada Example', 'c1'],
        [2, 'Bob Example', 'c2'],
      ],
    },
  },
];

describeCases('a column that is added', added);
describeCases('a reference that is added', referring);
describeCases('a required column in a rebuild', rebuilt);
