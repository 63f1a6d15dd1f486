/** A table that is dropped with foreign keys on takes along what refers to its rows: told in every form that a file gives it. */

import { type Case, describeCases } from './cases.ts';
import { keysOff, rebuild } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT';
const orderColumns = (action: string) =>
  `"id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE ${action}`;
const schema = `CREATE TABLE "Customer" (${columns});\nCREATE TABLE "Order" (${orderColumns('CASCADE')});`;
const customers = [
  [1, 'Ada Example'],
  [2, 'Bob Example'],
];
const orders = [
  [1, 1],
  [2, null],
];
const rows = { Customer: customers, Order: orders };
const left = { Customer: customers, Order: [[2, null]] };
const rebuilt = rebuild({ table: 'Customer', columns, into: '"id", "name"' });
const drop = 'DROP TABLE "Customer";';

const told = {
  tells: 'hazard',
  code: 'drops-referenced',
  at: 'DROP TABLE',
  says: /"Order" \(ON DELETE CASCADE\)/,
  schema,
  rows,
  after: left,
} as const;

const cases: readonly Case[] = [
  {
    ...told,
    title: 'a table that does not come back',
    allow: ['data-loss', 'leaves-broken'],
    pending: [drop],
    after: { Order: [[2, null]] },
  },
  { ...told, title: 'a rebuild with keys on', pending: [rebuilt], count: 1, finds: 1 },
  {
    ...told,
    title: 'a rebuild in a file where keys wait for its end',
    pending: [`PRAGMA defer_foreign_keys=ON;\n${rebuilt}`],
  },
  {
    ...told,
    title: 'a rebuild in the middle of a file',
    pending: [`ALTER TABLE "Order" ADD COLUMN "note" TEXT;\n${rebuilt}\nUPDATE "Customer" SET "name" = 'x';`],
    after: {
      Customer: [
        [1, 'x'],
        [2, 'x'],
      ],
      Order: [[2, null, null]],
    },
  },
  {
    ...told,
    title: 'children whose references are set to NULL',
    schema: schema.replace('CASCADE', 'SET NULL'),
    says: /"Order" \(ON DELETE SET NULL\)/,
    pending: [rebuilt],
    after: {
      Customer: customers,
      Order: [
        [1, null],
        [2, null],
      ],
    },
  },
  {
    ...told,
    title: 'children of which nobody can tell what they hold',
    pending: [`UPDATE "Order" SET "id" = "id" + last_insert_rowid() * 0;\n${rebuilt}`],
  },
  {
    ...told,
    title: 'a grandchild',
    schema: `${schema}\nCREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE SET NULL);`,
    rows: { ...rows, Line: [[1, 1]] },
    says: /"Order" \(ON DELETE CASCADE\), "Line" \(ON DELETE SET NULL\).* Today this changes 2 rows\. To keep them, /,
    count: 2,
    finds: 2,
    pending: [rebuilt],
    after: { ...left, Line: [[1, null]] },
  },
  {
    ...told,
    title: 'the copy itself, where the table refers to itself',
    schema:
      'CREATE TABLE "Category" ("id" INTEGER NOT NULL PRIMARY KEY, "parentId" INTEGER REFERENCES "Category" ("id") ON DELETE CASCADE);',
    rows: {
      Category: [
        [1, null],
        [2, 1],
      ],
    },
    pending: [
      rebuild({
        table: 'Category',
        columns:
          '"id" INTEGER NOT NULL PRIMARY KEY, "parentId" INTEGER REFERENCES "Category" ("id") ON DELETE CASCADE, "text" TEXT',
        into: '"id", "parentId"',
      }),
    ],
    says: /"new_Category" \(ON DELETE CASCADE\).* Today this changes 1 row\. To keep them, /,
    count: 1,
    finds: 1,
    after: { Category: [[1, null, null]] },
  },
  {
    ...told,
    title: 'a grandchild of a child that is dropped in its turn',
    schema: `${schema}\nCREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE CASCADE);`,
    rows: {
      ...rows,
      Line: [
        [1, 1],
        [2, 2],
      ],
    },
    about: /dropping "Order".*"Line" \(ON DELETE CASCADE\)/,
    says: /"Line"/,
    pending: [`DROP TABLE "Customer";\nDROP TABLE "Order";`],
    allow: ['data-loss', 'leaves-broken'],
    after: { Line: [] },
  },
  {
    ...told,
    title: 'a row that REPLACE puts out, to which rows of its own table refer',
    at: 'INSERT OR REPLACE',
    schema:
      'CREATE TABLE "Category" ("id" INTEGER NOT NULL PRIMARY KEY, "parentId" INTEGER REFERENCES "Category" ("id") ON DELETE CASCADE);',
    rows: {
      Category: [
        [1, null],
        [2, 1],
      ],
    },
    says: /"Category" \(ON DELETE CASCADE\)/,
    pending: ['INSERT OR REPLACE INTO "Category" VALUES (1, NULL);'],
    after: { Category: [[1, null]] },
  },
  {
    tells: 'nothing',
    code: 'drops-referenced',
    title: 'a rebuild with keys off',
    schema,
    rows,
    pending: [keysOff(rebuilt)],
  },
  {
    tells: 'nothing',
    code: 'drops-referenced',
    title: 'a table to which nothing refers any more',
    schema,
    rows,
    pending: [`DROP TABLE "Order";\n${rebuilt}`],
    allow: ['data-loss'],
    after: { Customer: customers },
  },
];

describeCases('a table that is dropped, with rows that refer to it', cases);
