/** New constraints on rows that cannot be followed: said, and no silence that looks like an answer. */

import { type Case, describeCases } from './cases.ts';
import { redefine } from './rebuilds.ts';

const schema = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER, "email" TEXT);`;
const rows = {
  Customer: [[1, 'ada@shop.example']],
  Order: [
    [1, 1, null],
    [2, 1, null],
  ],
};
const fill = 'UPDATE "Order" SET "email" = c."email" FROM "Customer" AS c WHERE c."id" = "Order"."customerId";\n';
const copy = { table: 'Order', into: '"id", "customerId", "email"' };
const columns = (email: string) => `"id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER, "email" TEXT ${email}`;
const after = { ...rows, Order: rows.Order.map(([id]) => [id ?? 0, 1, 'ada@shop.example']) };
const said = { tells: 'note', code: 'unasked', at: 'INSERT INTO', schema, rows, after } as const;
const nothing = { tells: 'nothing', code: 'unasked', schema, rows, after } as const;

const cases: readonly Case[] = [
  {
    ...said,
    title: 'a column that another table fills becomes NOT NULL',
    pending: [fill + redefine({ ...copy, columns: columns('NOT NULL') })],
    says: /^The plan did not check whether the rows of "Order" satisfy NOT NULL of "email": /,
  },
  {
    ...said,
    title: 'several constraints make one note',
    pending: [
      fill + redefine({ ...copy, columns: `${columns(`NOT NULL CHECK ("email" <> '')`)}, UNIQUE ("email", "id")` }),
    ],
    says: /satisfy NOT NULL of "email", UNIQUE \("email", "id"\), CHECK \("email" <> ''\): /,
  },
  {
    ...said,
    title: 'a unique index on a table that was made of a query',
    at: 'CREATE UNIQUE',
    pending: [
      'CREATE TABLE "Mail" AS SELECT "email" FROM "Customer";',
      'CREATE UNIQUE INDEX "Mail_email_key" ON "Mail"("email");',
    ],
    says: /rows of "Mail" satisfy UNIQUE \("email"\)/,
    after: { ...rows, Mail: [['ada@shop.example']] },
  },
  {
    ...said,
    title: 'a table becomes STRICT',
    pending: [redefine({ ...copy, columns: columns(''), options: 'STRICT' })],
    says: /satisfy the types of a STRICT table/,
    after: rows,
  },
  {
    ...nothing,
    title: 'a rebuild that asks no more of such rows than before',
    pending: [fill + redefine({ ...copy, columns: columns('') })],
  },
  {
    ...nothing,
    title: 'a required column that every row gets',
    pending: [
      fill +
        redefine({
          ...copy,
          columns: `${columns('')}, "state" TEXT NOT NULL`,
          into: `${copy.into}, "state"`,
          select: `${copy.into}, 'open'`,
        }),
    ],
    after: { ...rows, Order: after.Order.map((row) => [...row, 'open']) },
  },
];

describeCases('a constraint that could not be asked about', cases);

const settings = 'CREATE TABLE "Setting" ("id" INTEGER NOT NULL PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, "note" TEXT);';
const theme = { Setting: [[5, 'theme', 'important']] };

describeCases('rows beside those that production has', [
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'a seed whose unique key is there already',
    schema: settings,
    rows: theme,
    pending: [`INSERT INTO "Setting" ("key") VALUES ('theme'), ('size');`],
    at: 'INSERT',
    fails: 'UNIQUE constraint failed',
    count: 1,
    finds: 1,
  },
  {
    tells: 'nothing',
    code: 'duplicates',
    title: 'a seed whose unique keys are new',
    schema: settings,
    rows: theme,
    pending: [`INSERT INTO "Setting" ("key") VALUES ('size');`],
    after: {
      Setting: [
        [5, 'theme', 'important'],
        [6, 'size', null],
      ],
    },
  },
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'the rows of another table, with their ids',
    schema: `${settings}\nCREATE TABLE "Old" ("id" INTEGER NOT NULL PRIMARY KEY, "key" TEXT, "note" TEXT);`,
    rows: { ...theme, Old: [[5, 'colour', null]] },
    pending: ['INSERT INTO "Setting" SELECT * FROM "Old";'],
    at: 'INSERT',
    fails: 'UNIQUE constraint failed',
    count: 1,
    finds: 1,
  },
  {
    tells: 'hazard',
    code: 'data-loss',
    title: 'a row that REPLACE puts out',
    schema: settings,
    rows: theme,
    pending: [`INSERT OR REPLACE INTO "Setting" ("key") VALUES ('theme');`],
    at: 'INSERT',
    count: 1,
    finds: 1,
    after: { Setting: [[6, 'theme', null]] },
  },
  {
    tells: 'nothing',
    code: 'data-loss',
    title: 'REPLACE that meets no row',
    schema: settings,
    rows: theme,
    pending: [`INSERT OR REPLACE INTO "Setting" ("key") VALUES ('size');`],
    after: {
      Setting: [
        [5, 'theme', 'important'],
        [6, 'size', null],
      ],
    },
  },
]);
