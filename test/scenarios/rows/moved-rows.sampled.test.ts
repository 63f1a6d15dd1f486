/** Rows that move to another table before the one that they were in is dropped. */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { anyOfRebuild, keysOff, rebuild, redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT, "fax" TEXT';
const schema = `CREATE TABLE "Customer" (${columns});`;
const customers = [
  [1, 'Ada Example', '+47 0001'],
  [2, 'Bob Example', '+47 0002'],
  [3, 'ada example', null],
];
const rows = { Customer: customers };
const without = { Customer: customers.map((row) => row.slice(0, 2)) };
const lost = { tells: 'hazard', code: 'data-loss', schema, rows } as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;

const make = `CREATE TABLE "made" (${columns});`;
const fill = 'INSERT INTO "made" SELECT * FROM "Customer";';
const exchange = `ALTER TABLE "Customer" RENAME TO "old";
ALTER TABLE "made" RENAME TO "Customer";
DROP TABLE "old";`;
const dropFax = 'ALTER TABLE "Customer" DROP COLUMN "fax";';
const aside = `ALTER TABLE "Customer" RENAME TO "old";\nCREATE TABLE "Customer" (${columns});`;
const back = 'INSERT INTO "Customer" SELECT * FROM "old";';
const laterColumn = {
  ...lost,
  at: 'ALTER TABLE',
  says: /^Drops "Customer"\."fax"/,
  count: 2,
  finds: 2,
  after: without,
};

const kept: readonly Case[] = [
  { ...nothing, title: 'a table exchanged for its copy', pending: [`${make}\n${fill}\n${exchange}`] },
  { ...nothing, title: 'the same in two migrations', pending: [`${make}\n${fill}`, exchange] },
  { ...nothing, title: 'a table put aside and filled again', pending: [`${aside}\n${back}\nDROP TABLE "old";`] },
  {
    ...nothing,
    title: 'the same, and dropped in the next migration',
    pending: [`${aside}\n${back}`, 'DROP TABLE "old";'],
  },
  { ...nothing, title: 'the same in three migrations', pending: [aside, back, 'DROP TABLE "old";'] },
  {
    ...nothing,
    title: 'a table whose rows have a new name',
    pending: [
      `CREATE TABLE "Client" (${columns});\nINSERT INTO "Client" SELECT * FROM "Customer";\nDROP TABLE "Customer";`,
    ],
    after: { Client: customers },
  },
  {
    ...nothing,
    title: 'a table of which CREATE TABLE AS keeps a copy',
    pending: ['CREATE TABLE "Customer_kept" AS SELECT * FROM "Customer";', 'DROP TABLE "Customer";'],
    after: { Customer_kept: customers },
  },
  {
    ...nothing,
    title: 'a rebuild whose copy CREATE TABLE AS makes',
    pending: [
      'CREATE TABLE "new_Customer" AS SELECT * FROM "Customer";\nDROP TABLE "Customer";\nALTER TABLE "new_Customer" RENAME TO "Customer";',
    ],
  },
  {
    ...nothing,
    title: 'rows that wait in a table of their own meanwhile',
    pending: [
      `CREATE TABLE "stage" AS SELECT * FROM "Customer";
DROP TABLE "Customer";
CREATE TABLE "Customer" (${columns});
INSERT INTO "Customer" SELECT * FROM "stage";
DROP TABLE "stage";`,
    ],
  },
  {
    ...nothing,
    title: 'a rebuild whose rows come through a table of their own',
    pending: [
      `CREATE TABLE "stage" AS SELECT * FROM "Customer";
${redefine({ table: 'Customer', columns, insert: 'INSERT INTO "new_Customer" SELECT * FROM "stage";' })}
DROP TABLE "stage";`,
    ],
  },
  {
    ...nothing,
    title: 'a rebuild whose copy looks something up, and keeps every row',
    schema: `${schema}\nCREATE TABLE "Area" ("fax" TEXT NOT NULL PRIMARY KEY, "area" TEXT);`,
    rows: { ...rows, Area: [['+47 0001', 'Oslo']] },
    pending: [
      redefine({
        table: 'Customer',
        columns: `${columns}, "area" TEXT`,
        insert:
          'INSERT INTO "new_Customer" SELECT c."id", c."name", c."fax", a."area" FROM "Customer" c LEFT JOIN "Area" a ON a."fax" = c."fax";',
      }),
    ],
    after: {
      Area: [['+47 0001', 'Oslo']],
      Customer: customers.map((row, index) => [...row, index === 0 ? 'Oslo' : null]),
    },
  },
  {
    ...nothing,
    title: 'a rebuild whose copy begins with WITH, and keeps every row',
    pending: [
      redefine({
        table: 'Customer',
        columns,
        insert: 'INSERT INTO "new_Customer" WITH w AS (SELECT * FROM "Customer") SELECT "id", "name", "fax" FROM w;',
      }),
    ],
  },
];

const later: readonly Case[] = [
  {
    ...laterColumn,
    title: 'a column, after its table was exchanged',
    pending: [`${make}\n${fill}\n${exchange}`, dropFax],
  },
  {
    ...laterColumn,
    title: 'a column, after the exchange took two migrations',
    pending: [`${make}\n${fill}`, exchange, dropFax],
  },
  {
    ...laterColumn,
    title: 'a column, after its table was put aside and filled',
    pending: [`${aside}\n${back}`, 'DROP TABLE "old";', dropFax],
  },
  {
    ...laterColumn,
    title: 'a column, under the new name of its table',
    pending: [
      `CREATE TABLE "Client" (${columns});\nINSERT INTO "Client" SELECT * FROM "Customer";\nDROP TABLE "Customer";`,
      dropFax.replace('Customer', 'Client'),
    ],
    says: /^Drops "Client"\."fax"/,
    after: { Client: without.Customer },
  },
  {
    ...lost,
    title: 'a table, under its new name',
    at: 'DROP TABLE',
    pending: [
      `CREATE TABLE "Client" (${columns});\nINSERT INTO "Client" SELECT * FROM "Customer";\nDROP TABLE "Customer";\nDROP TABLE "Client";`,
    ],
    about: /"Client"/,
    count: 3,
    finds: 3,
    after: {},
  },
  {
    ...lost,
    title: 'rows that were moved into a table that the next migration drops',
    at: 'DROP TABLE',
    pending: [
      `CREATE TABLE "Past" AS SELECT * FROM "Customer" WHERE "id" < 3;\nDELETE FROM "Customer" WHERE "id" < 3;`,
      'DROP TABLE "Past";',
    ],
    says: /^Drops "Past" with 2 rows\.$/,
    after: { Customer: customers.slice(2) },
  },
  {
    ...lost,
    title: 'a copy of some columns is none of the table',
    at: 'DROP TABLE',
    pending: ['CREATE TABLE "Name" AS SELECT "id", "name" FROM "Customer";\nDROP TABLE "Customer";'],
    says: /^Drops "Customer" with 3 rows/,
    count: 3,
    finds: 3,
    after: { Name: without.Customer },
  },
  {
    ...lost,
    title: 'a copy of some rows is none of the table',
    at: 'DROP TABLE',
    pending: ['CREATE TABLE "Some" AS SELECT * FROM "Customer" WHERE "id" < 3;\nDROP TABLE "Customer";'],
    says: /^Drops "Customer" with 3 rows/,
    count: 3,
    finds: 3,
    after: { Some: customers.slice(0, 2) },
  },
];

const two = `CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);`;
const pairs = {
  A: [
    [1, 'Ada Example'],
    [2, 'Bob Example'],
  ],
  B: [
    [1, 'Cy Example'],
    [2, 'Di Example'],
  ],
};
const rebuildB = (source: string) =>
  redefine({
    table: 'B',
    columns: '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL',
    insert: `INSERT INTO "new_B" ("id", "name") ${source};`,
  });

const others: readonly Case[] = [
  {
    ...lost,
    title: 'the columns of another table, which are called as its own',
    at: anyOfRebuild,
    schema: two,
    rows: pairs,
    pending: [rebuildB('SELECT "id", "name" FROM "A" WHERE "id" IN (SELECT "id" FROM "B")')],
    count: 2,
    finds: 2,
    after: { A: pairs.A, B: pairs.A },
  },
  {
    ...lost,
    title: 'a column that only the other table of a join hands on',
    at: anyOfRebuild,
    schema: two,
    rows: pairs,
    pending: [rebuildB('SELECT B."id", A."name" FROM B JOIN A ON A."id" = B."id"')],
    about: /"name"/,
    count: 2,
    finds: 2,
    after: { A: pairs.A, B: pairs.A },
  },
  {
    ...nothing,
    title: 'its own columns in a join',
    schema: two,
    rows: pairs,
    pending: [rebuildB('SELECT B."id", B."name" FROM B JOIN A ON A."id" = B."id"')],
  },
];

const item = 'CREATE TABLE "Item" ("id" INTEGER NOT NULL PRIMARY KEY, "customer" INTEGER);';
const items = {
  ...rows,
  Item: [
    [1, 1],
    [2, 2],
  ],
};
const copyWith = (more: string, unique = '') =>
  rebuild({
    table: 'Customer',
    columns: columns.replace('"name" TEXT', `"name" TEXT ${unique}`),
    insert: `INSERT INTO "new_Customer" SELECT * FROM "Customer";\n${more}`,
  });

const fromTheCopy: readonly Case[] = [
  {
    ...lost,
    title: 'UPDATE OR REPLACE puts rows of the copy out',
    at: anyOfRebuild,
    pending: [keysOff(copyWith('UPDATE OR REPLACE "new_Customer" SET "name" = lower("name");', 'UNIQUE'))],
    after: {
      Customer: [
        [1, 'ada example', '+47 0001'],
        [2, 'bob example', '+47 0002'],
      ],
    },
  },
  {
    ...lost,
    title: 'NOT NULL ON CONFLICT IGNORE leaves rows out of the copy',
    at: anyOfRebuild,
    pending: [
      redefine({ table: 'Customer', columns: `${columns} NOT NULL ON CONFLICT IGNORE`, into: '"id", "name", "fax"' }),
    ],
    count: 1,
    finds: 1,
    after: { Customer: customers.slice(0, 2) },
  },
  {
    ...nothing,
    title: 'NOT NULL ON CONFLICT IGNORE meets no NULL',
    rows: { Customer: customers.slice(0, 2) },
    pending: [
      redefine({ table: 'Customer', columns: `${columns} NOT NULL ON CONFLICT IGNORE`, into: '"id", "name", "fax"' }),
    ],
  },
  {
    ...nothing,
    title: 'UPDATE changes rows of the copy',
    pending: [keysOff(copyWith('UPDATE "new_Customer" SET "name" = lower("name");'))],
    after: { Customer: customers.map(([id = null, name, fax = null]) => [id, String(name).toLowerCase(), fax]) },
  },
  {
    ...lost,
    title: 'a trigger takes rows from the copy',
    at: anyOfRebuild,
    schema: `${schema}\n${item}`,
    rows: items,
    pending: [
      keysOff(
        copyWith(
          'CREATE TRIGGER "gone" AFTER UPDATE ON "Item" BEGIN DELETE FROM "new_Customer" WHERE "id" = NEW."customer"; END;\nUPDATE "Item" SET "customer" = 1 WHERE "id" = 1;\nDROP TRIGGER "gone";',
        ),
      ),
    ],
    after: { Customer: customers.slice(1), Item: items.Item },
  },
  {
    ...lost,
    title: 'a cascade takes rows from the copy',
    at: anyOfRebuild,
    schema: `CREATE TABLE "Shop" ("id" INTEGER NOT NULL PRIMARY KEY);\n${schema}`,
    rows: { Customer: customers, Shop: [[1], [2], [3]] },
    pending: [
      rebuild({
        table: 'Customer',
        columns: columns.replace('PRIMARY KEY', 'PRIMARY KEY REFERENCES "Shop" ("id") ON DELETE CASCADE'),
        insert: 'INSERT INTO "new_Customer" SELECT * FROM "Customer";\nDELETE FROM "Shop" WHERE "id" = 1;',
      }),
    ],
    about: /copy every row/,
    after: { Customer: customers.slice(1), Shop: [[2], [3]] },
  },
];

const seedWith = `INSERT OR IGNORE INTO "Customer" VALUES (1, 'Ada Example', '+47 0001');`;
const seeded = { Customer: [[1, 'Ada Example']] };
const slim = redefine({ table: 'Customer', columns: columns.replace(', "fax" TEXT', ''), into: '"id", "name"' });

const ownRows: readonly Case[] = [
  {
    tells: 'note',
    code: 'data-loss',
    title: 'a column that the same file fills',
    at: 'DROP TABLE',
    schema,
    rows: { Customer: [] },
    pending: [`${seedWith}\n${slim}`],
    after: seeded,
  },
  {
    tells: 'note',
    code: 'data-loss',
    schema,
    title: 'a column that an earlier file fills, in a table that CREATE TABLE AS rebuilds',
    at: 'ALTER TABLE "Customer" DROP',
    rows: { Customer: [] },
    pending: [
      seedWith.replace(' OR IGNORE', ''),
      `CREATE TABLE "new_Customer" AS SELECT * FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
${dropFax}`,
    ],
    after: seeded,
  },
  {
    tells: 'note',
    code: 'data-loss',
    title: 'a table that an earlier file fills',
    at: 'DROP TABLE',
    schema,
    rows: { Customer: [] },
    pending: [seedWith, 'DROP TABLE "Customer";'],
    after: {},
  },
  {
    tells: 'note',
    code: 'data-loss',
    title: 'a column that a plain INSERT fills',
    at: 'ALTER TABLE',
    schema,
    rows: { Customer: [] },
    pending: [`${seedWith.replace(' OR IGNORE', '')}\n${dropFax}`],
    after: seeded,
  },
  {
    ...lost,
    title: 'a column of production that the same file fills, too',
    at: 'DROP TABLE',
    pending: [`${seedWith.replace('(1,', '(4,')}\n${slim}`],
    count: 2,
    finds: 2,
    after: { Customer: [...without.Customer, [4, 'Ada Example']] },
  },
];

describeCases('values that the plan itself puts there', sampled(ownRows, 2));
describeCases('rows that move', sampled(kept, 2));
describeCases('what is lost after rows have moved', sampled(later, 2));
describeCases('a rebuild of one table from another', sampled(others, 2));
describeCases('rows that go from the copy', sampled(fromTheCopy, 2));

describeMeanwhile('rows that move', [
  {
    title: 'a row in an empty table that the migration fills and drops',
    code: 'data-loss',
    schema,
    rows: { Customer: [] },
    pending: [`INSERT INTO "Customer" VALUES (1, 'Ada Example', NULL);\nDROP TABLE "Customer";`],
    meanwhile: `INSERT INTO "Customer" VALUES (7, 'Bob Example', NULL)`,
    says: /Customer/,
    left: {},
  },
  {
    title: 'a value in a column that the migration fills and drops',
    code: 'data-loss',
    schema,
    rows: { Customer: [] },
    pending: [`${seedWith}\n${slim}`],
    meanwhile: `INSERT INTO "Customer" VALUES (7, 'Bob Example', '+47 0007')`,
    says: /fax/,
    left: {
      Customer: [
        [1, 'Ada Example'],
        [7, 'Bob Example'],
      ],
    },
  },
  {
    title: 'a row that moves into a table that the next migration drops',
    code: 'data-loss',
    schema,
    rows: { Customer: customers.slice(2) },
    pending: [
      `CREATE TABLE "Past" AS SELECT * FROM "Customer" WHERE "id" < 3;\nDELETE FROM "Customer" WHERE "id" < 3;`,
      'DROP TABLE "Past";',
    ],
    meanwhile: `INSERT INTO "Customer" VALUES (1, 'Bob Example', NULL)`,
    says: /rows in "Past"/,
    left: { Customer: customers.slice(2) },
  },
]);
