/** Migrations that go well because of what a column makes of its values, or of how SQLite counts; and some that fail for it. */

import { type Case, describeCases } from './cases.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT';
const schema = `CREATE TABLE "Product" (${columns});`;
const rows = {
  Product: [
    [1, '2'],
    [2, '2'],
    [3, null],
  ],
};
const unique = 'CREATE UNIQUE INDEX "Product_code_key" ON "Product"("code");';
const nothing = { tells: 'nothing', schema, rows } as const;
const first = { Product: [rows.Product[0] ?? [], rows.Product[2] ?? []] };
const copy = { table: 'Product', columns, into: '"id", "code"' };

const values: readonly Case[] = [
  {
    ...nothing,
    code: 'duplicates',
    title: 'a number that a column of texts takes for a text, after an UPDATE',
    pending: [
      `UPDATE "Product" SET "code" = trim("code") WHERE "id" > 0;\nDELETE FROM "Product" WHERE "code" = 2 AND "id" = 2;\n${unique}`,
    ],
    after: first,
  },
  {
    ...nothing,
    code: 'check-fails',
    title: 'a new column of numbers whose default is written as a text',
    pending: [`ALTER TABLE "Product" ADD COLUMN "stock" INTEGER DEFAULT '1' CHECK ("stock" = '1');`],
    after: { Product: rows.Product.map((row) => [...row, 1]) },
  },
  {
    ...nothing,
    code: 'duplicates',
    title: 'rows that are told apart by their rowid',
    pending: [
      `DELETE FROM "Product" WHERE "code" IS NOT NULL AND rowid NOT IN (SELECT min(rowid) FROM "Product" GROUP BY "code");\n${unique}`,
    ],
    after: first,
  },
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'numbers and texts that are the same in a column of texts',
    at: 'CREATE UNIQUE INDEX',
    schema,
    rows,
    pending: [`UPDATE "Product" SET "code" = CASE "id" WHEN 1 THEN 7 ELSE '7' END;\n${unique}`],
    count: 3,
    finds: 2,
    fails: 'UNIQUE constraint failed: Product.code',
  },
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'texts that are the same number in a column of numbers',
    at: 'INSERT ',
    schema,
    rows: {
      Product: [
        [1, '7'],
        [2, '07'],
      ],
    },
    pending: [redefine({ ...copy, columns: columns.replace('"code" TEXT', '"code" INTEGER UNIQUE') })],
    count: 2,
    finds: 0,
    fails: 'UNIQUE constraint failed: new_Product.code',
  },
  {
    ...nothing,
    code: 'needs-default',
    title: 'a copy in two parts, of which one leaves a column out and has no rows',
    rows: {
      Product: [
        [1, '1'],
        [2, '2'],
      ],
    },
    pending: [
      redefine({
        ...copy,
        columns: `${columns} NOT NULL`,
        insert: `INSERT INTO "new_Product" ("id", "code") SELECT "id", "code" FROM "Product" WHERE "code" IS NOT NULL;
INSERT INTO "new_Product" ("id") SELECT "id" FROM "Product" WHERE "code" IS NULL;`,
      }),
    ],
  },
];

const team = `CREATE TABLE "Team" ("id" INTEGER NOT NULL PRIMARY KEY, "leader" INTEGER REFERENCES "Member" ("id"));
CREATE TABLE "Member" ("id" INTEGER NOT NULL PRIMARY KEY, "team" TEXT REFERENCES "Team" ("id"));`;

const keys: readonly Case[] = [
  {
    // No wall: COMMIT goes through. Yet the row points nowhere afterwards.
    tells: 'hazard',
    code: 'foreign-keys',
    title: 'a row that loses its parent, and one that never had it and is deleted',
    at: ['CREATE TABLE', 'DROP TABLE', 'ALTER TABLE'],
    says: /^1 row of "Member" would be left without a parent in "Team"/,
    schema: team,
    rows: {
      Team: [
        [1, null],
        [2, 9],
      ],
      Member: [[1, '1']],
    },
    pending: [
      'PRAGMA defer_foreign_keys=ON;\nCREATE TABLE "new_Team" ("id" INTEGER NOT NULL PRIMARY KEY);\nDROP TABLE "Team";\nALTER TABLE "new_Team" RENAME TO "Team";',
    ],
    allow: ['data-loss'],
    after: { Team: [], Member: [[1, '1']] },
  },
  {
    tells: 'nothing',
    code: 'foreign-keys',
    title: 'parents that get company, whose numbers are looked for as texts',
    schema: team,
    rows: { Team: [[1, null]], Member: [[1, '1']] },
    pending: ['PRAGMA defer_foreign_keys=ON;\nINSERT INTO "Team" ("id", "leader") SELECT "id" + 1, NULL FROM "Team";'],
    after: {
      Team: [
        [1, null],
        [2, null],
      ],
      Member: [[1, '1']],
    },
  },
];

describeCases('values as a column keeps them', values);
describeCases('foreign keys as SQLite counts', keys);
