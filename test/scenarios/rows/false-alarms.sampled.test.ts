/** Migrations that go well, although a look at production's rows alone says that they would not. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf } from './cases.ts';
import { keysOff, rebuild, redefine } from './rebuilds.ts';

const columns = (name: string) => `"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, ${name}, "city" TEXT`;
const customer = `CREATE TABLE "Customer" (${columns('"name" TEXT')});`;
const rows = {
  Customer: [
    [1, 'Ada Example', 'Oslo'],
    [2, null, 'Oslo'],
  ],
};
const filled = {
  Customer: [
    [1, 'Ada Example', 'Oslo'],
    [2, 'x', 'Oslo'],
  ],
};
const copy = { table: 'Customer', columns: columns('"name" TEXT NOT NULL'), into: '"id", "name", "city"' };
const required = redefine(copy);
const fill = `UPDATE "Customer" SET "name" = 'x' WHERE "name" IS NULL`;
const mended = { tells: 'nothing', code: 'nulls', schema: customer, rows, after: filled } as const;

const nulls: readonly Case[] = [
  {
    ...mended,
    title: 'a trigger of production mends them',
    schema: `${customer}
CREATE TRIGGER "mend" AFTER UPDATE OF "city" ON "Customer" BEGIN
  UPDATE "Customer" SET "name" = 'x' WHERE "name" IS NULL;
END;`,
    pending: [`UPDATE "Customer" SET "city" = "city";\nDROP TRIGGER "mend";\n${required}`],
  },
  {
    ...mended,
    title: 'an UPDATE behind WITH mends them',
    pending: [
      `WITH "empty" AS (SELECT "id" FROM "Customer" WHERE "name" IS NULL) UPDATE "Customer" SET "name" = 'x' WHERE "id" IN (SELECT "id" FROM "empty");`,
      required,
    ],
  },
  {
    ...mended,
    title: 'a DELETE behind WITH takes them away',
    pending: [
      `WITH "empty" AS (SELECT "id" FROM "Customer" WHERE "name" IS NULL) DELETE FROM "Customer" WHERE "id" IN (SELECT "id" FROM "empty");`,
      required,
    ],
    after: { Customer: rows.Customer.slice(0, 1) },
  },
  { ...mended, title: 'UPDATE OR IGNORE mends them', pending: [fill.replace('UPDATE', 'UPDATE OR IGNORE'), required] },
  {
    ...mended,
    title: 'an UPDATE of several columns at once mends them',
    pending: [`UPDATE "Customer" SET ("name", "city") = ('x', 'Oslo') WHERE "name" IS NULL;`, required],
  },
  {
    ...mended,
    title: 'an UPDATE names its table before its columns, and has an alias',
    pending: [`UPDATE "Customer" AS c SET "name" = 'x' WHERE c."name" IS NULL;\n${required}`],
  },
  {
    ...mended,
    title: 'an UPDATE names its schema',
    pending: [`UPDATE main."Customer" SET "name" = 'x' WHERE "Customer"."name" IS NULL;\n${required}`],
  },
  {
    ...mended,
    title: 'an upsert mends them',
    pending: [
      `INSERT INTO "Customer" ("id", "city") SELECT "id", "city" FROM "Customer" WHERE "name" IS NULL ON CONFLICT ("id") DO UPDATE SET "name" = 'x';\n${required}`,
    ],
  },
  {
    ...mended,
    title: 'REPLACE mends them',
    pending: [`REPLACE INTO "Customer" SELECT "id", 'x', "city" FROM "Customer" WHERE "name" IS NULL;\n${required}`],
  },
  {
    ...mended,
    title: 'names are written in another case',
    pending: [`update customer set NAME = 'x' where Name is null;\n${required}`],
  },
  {
    ...mended,
    title: 'two columns are exchanged, at once',
    rows: { Customer: [[1, null, 'Oslo']] },
    pending: [`UPDATE "Customer" SET "name" = "city", "city" = "name";\n${required}`],
    after: { Customer: [[1, 'Oslo', null]] },
  },
  {
    ...mended,
    title: 'a row of another table that the plan puts there gives the value',
    schema: `${customer}\nCREATE TABLE "Label" ("customer" INTEGER PRIMARY KEY, "text" TEXT);`,
    rows: { ...rows, Label: [] },
    pending: [
      `INSERT INTO "Label" VALUES (2, 'x');`,
      `UPDATE "Customer" SET "name" = (SELECT "text" FROM "Label" WHERE "customer" = "Customer"."id") WHERE "name" IS NULL;\n${required}`,
    ],
    after: { ...filled, Label: [[2, 'x']] },
  },
  {
    ...mended,
    title: 'a table is filled, and its defaults stand in for what is left out',
    pending: [
      `CREATE TABLE "Contact" ("id" INTEGER PRIMARY KEY, "state" TEXT DEFAULT 'new', "number" INTEGER);
INSERT INTO "Contact" ("id", "number") SELECT "id", "id" FROM "Customer";`,
      redefine({
        table: 'Contact',
        columns: '"id" INTEGER PRIMARY KEY, "state" TEXT NOT NULL, "number" INTEGER NOT NULL',
        into: '"id", "state", "number"',
      }),
    ],
    after: {
      ...rows,
      Contact: [
        [1, 'new', 1],
        [2, 'new', 2],
      ],
    },
  },
  {
    ...mended,
    title: 'a primary key of text, which may be NULL where there are rowids',
    schema: 'CREATE TABLE "Code" ("code" TEXT, "name" TEXT);',
    rows: { Code: [[null, 'Ada Example']] },
    pending: [
      redefine({ table: 'Code', columns: '"code" TEXT PRIMARY KEY, "name" TEXT NOT NULL', into: '"code", "name"' }),
    ],
    after: { Code: [[null, 'Ada Example']] },
  },
];

const contacts = `CREATE TABLE "Contact" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL);
INSERT INTO "Contact" ("email") SELECT DISTINCT "name" FROM "Customer" WHERE "name" IS NOT NULL ORDER BY "name";
ALTER TABLE "Customer" ADD COLUMN "contactId" INTEGER;
UPDATE "Customer" SET "contactId" = (SELECT c."id" FROM "Contact" AS c WHERE c."email" = "Customer"."name");
`;
const normalised = {
  schema: customer,
  rows: {
    Customer: [
      [1, 'ada@shop.example', 'Oslo'],
      [2, 'bob@shop.example', 'Oslo'],
      [3, 'ada@shop.example', 'Rome'],
    ],
  },
  pending: [
    contacts,
    redefine({
      table: 'Customer',
      columns: `"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT, "city" TEXT, "contactId" INTEGER NOT NULL, FOREIGN KEY ("contactId") REFERENCES "Contact" ("id")`,
      into: '"id", "name", "city", "contactId"',
    }),
  ],
  after: {
    Contact: [
      [1, 'ada@shop.example'],
      [2, 'bob@shop.example'],
    ],
    Customer: [
      [1, 'ada@shop.example', 'Oslo', 1],
      [2, 'bob@shop.example', 'Oslo', 2],
      [3, 'ada@shop.example', 'Rome', 1],
    ],
  },
} as const;

/** A table taken out of another one: its ids are handed out while the migration runs. */
const numbered: readonly Case[] = (['nulls', 'foreign-keys', 'duplicates'] as const).map((code) => ({
  ...normalised,
  tells: 'nothing',
  code,
  title: `ids that are handed out on the way (${code})`,
}));

const order = (action: string) =>
  `${customer}\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE ${action});`;
const free = `${customer}\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER);`;
const orderKey = rebuild({
  table: 'Order',
  columns: '"id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id")',
  into: '"id", "customerId"',
});
const orphan = { Customer: filled.Customer, Order: [[1, 9]] };
const noOrphan = { tells: 'nothing', code: 'foreign-keys', schema: free, rows: orphan } as const;
const restored = { Customer: [...filled.Customer, [9, 'back', null]], Order: [[1, 9]] };

const references: readonly Case[] = [
  {
    ...noOrphan,
    title: 'the plan puts the parent there that is missing',
    pending: [`INSERT INTO "Customer" ("id", "name") VALUES (9, 'back');`, keysOff(orderKey)],
    after: restored,
  },
  {
    ...noOrphan,
    title: 'the same, later in the file that has foreign keys off',
    pending: [keysOff(`${orderKey}\nINSERT INTO "Customer" ("id", "name") VALUES (9, 'back');`)],
    after: restored,
  },
  {
    ...noOrphan,
    title: 'the rows without a parent are deleted later in the file that has foreign keys off',
    pending: [keysOff(`${orderKey}\nDELETE FROM "Order" WHERE "customerId" = 9;`)],
    after: { ...orphan, Order: [] },
  },
  {
    ...noOrphan,
    title: 'a parent is deleted with foreign keys off, and its children after it',
    schema: order('CASCADE'),
    rows: { Customer: filled.Customer, Order: [[1, 2]] },
    pending: [
      `PRAGMA foreign_keys=OFF;\nDELETE FROM "Customer" WHERE "id" = 2;\nDELETE FROM "Order" WHERE "customerId" = 2;\nPRAGMA foreign_keys=ON;`,
    ],
    after: { Customer: filled.Customer.slice(0, 1), Order: [] },
  },
];

const others: readonly Case[] = [
  {
    tells: 'nothing',
    code: 'duplicates',
    title: 'rows that are the same go along with a parent that is deleted',
    schema: order('CASCADE'),
    rows: {
      Customer: filled.Customer,
      Order: [
        [1, 1],
        [2, 2],
        [3, 2],
      ],
    },
    pending: [
      'DELETE FROM "Customer" WHERE "id" = 2;',
      'CREATE UNIQUE INDEX "Order_customerId_key" ON "Order"("customerId");',
    ],
    allow: ['data-loss'],
    after: { Customer: filled.Customer.slice(0, 1), Order: [[1, 1]] },
  },
  {
    tells: 'nothing',
    code: 'needs-default',
    title: 'rows go along with a parent that is deleted, all of them',
    schema: order('CASCADE'),
    rows: { Customer: filled.Customer, Order: [[1, 2]] },
    pending: ['DELETE FROM "Customer" WHERE "id" = 2;', 'ALTER TABLE "Order" ADD COLUMN "slug" TEXT NOT NULL;'],
    allow: ['data-loss'],
    after: { Customer: filled.Customer.slice(0, 1), Order: [] },
  },
  {
    tells: 'nothing',
    code: 'check-fails',
    title: 'a check that fails where it is asked of a row that never comes to be checked',
    schema: customer,
    rows: {
      Customer: [
        [1, '{"a":1}', 'Oslo'],
        [2, '{a:', 'Rome'],
      ],
    },
    pending: [
      `DELETE FROM "Customer" WHERE "city" = 'Rome';\n${redefine({ ...copy, columns: columns(`"name" TEXT CHECK (json_extract("name", '$.a') = 1)`) })}`,
    ],
    after: { Customer: [[1, '{"a":1}', 'Oslo']] },
  },
];

const fax = { Fax: [] };
const faxTable = 'CREATE TABLE "Fax" ("id" INTEGER PRIMARY KEY, "number" TEXT);';
const own = { tells: 'note', code: 'data-loss', schema: faxTable } as const;
const faxRows = { Fax: [[1, null]] };

/** Nothing of production is lost, and the guards that make sure of it must not stumble over the plan's own rows. */
const ownRows: readonly Case[] = [
  {
    ...own,
    title: 'a table is dropped with rows that the same file put there',
    at: 'DROP TABLE',
    rows: fax,
    pending: [`INSERT INTO "Fax" VALUES (1, '0');\nDROP TABLE "Fax";`],
    after: {},
  },
  {
    ...own,
    title: 'a table is dropped with rows that an earlier migration put there',
    at: 'DROP TABLE',
    rows: fax,
    pending: [`INSERT INTO "Fax" VALUES (1, '0');`, 'DROP TABLE "Fax";'],
    after: {},
  },
  {
    ...own,
    title: 'a column without values is renamed and dropped',
    at: 'ALTER TABLE "Fax" DROP',
    rows: faxRows,
    pending: ['ALTER TABLE "Fax" RENAME COLUMN "number" TO "no";\nALTER TABLE "Fax" DROP COLUMN "no";'],
    after: { Fax: [[1]] },
  },
  {
    ...own,
    title: 'a table without rows is renamed and dropped',
    at: 'DROP TABLE',
    rows: fax,
    pending: ['ALTER TABLE "Fax" RENAME TO "Telex";', 'DROP TABLE "Telex";'],
    after: {},
  },
  {
    ...own,
    tells: 'nothing',
    title: 'rows are left out that the same condition has deleted before',
    rows: {
      Fax: [
        [1, '+47 0001'],
        [2, null],
      ],
    },
    pending: [
      `DELETE FROM "Fax" WHERE "number" IS NULL;\n${redefine({
        table: 'Fax',
        columns: '"id" INTEGER PRIMARY KEY, "number" TEXT NOT NULL',
        insert: 'INSERT INTO "new_Fax" SELECT * FROM "Fax" WHERE "number" IS NOT NULL;',
      })}`,
    ],
    after: { Fax: [[1, '+47 0001']] },
  },
  {
    ...own,
    tells: 'nothing',
    title: 'a rebuild the other way round: the old table renamed, copied and dropped',
    rows: { Fax: [[1, '+47 0001']] },
    pending: [
      `ALTER TABLE "Fax" RENAME TO "Fax_old";
CREATE TABLE "Fax" ("id" INTEGER PRIMARY KEY, "number" TEXT NOT NULL);
INSERT INTO "Fax" ("id", "number") SELECT "id", "number" FROM "Fax_old";
DROP TABLE "Fax_old";`,
    ],
  },
  {
    ...own,
    tells: 'nothing',
    title: 'every column is copied by its place, under another name',
    rows: { Fax: [[1, '+47 0001']] },
    pending: [
      redefine({
        table: 'Fax',
        columns: '"id" INTEGER PRIMARY KEY, "telex" TEXT',
        insert: 'INSERT INTO "new_Fax" SELECT * FROM "Fax";',
      }),
    ],
  },
];

describeCases('NULLs that are gone in time', sampled(nulls, 2));
describeCases('rows that get their ids on the way', sampled(numbered, 2));
describeCases('parents that are there in time', sampled(references, 2));
describeCases('rows that are gone in time', sampled(others, 2));
describeCases('rows that the plan itself put there', sampled(ownRows, 2));

describeTargets('a plan', (fresh) => {
  it.each([
    {
      title: 'that fills a column and drops it',
      schema: faxTable,
      rows: faxRows,
      pending: [`UPDATE "Fax" SET "number" = '0';\nALTER TABLE "Fax" DROP COLUMN "number";`],
    },
    {
      title: 'that gives a parent children and deletes it',
      schema: order('CASCADE'),
      rows: { Customer: filled.Customer, Order: [] },
      pending: ['INSERT INTO "Order" VALUES (1, 2);', 'DELETE FROM "Customer" WHERE "id" = 2;'],
    },
    {
      title: 'that fills a table, rebuilds it without a column, and drops it',
      schema: faxTable,
      rows: fax,
      pending: [
        `INSERT INTO "Fax" VALUES (1, '0'), (2, '0');`,
        redefine({ table: 'Fax', columns: '"id" INTEGER PRIMARY KEY', into: '"id"' }),
        'DROP TABLE "Fax";',
      ],
    },
  ])('$title asks for all the consent that it needs', async (story) => {
    const target = await begin(await fresh(), story);
    const input = { url: target.url, migrations: migrationsOf(story) };
    const hazards = findAll((await plan(input)).plan).filter(({ kind }) => kind === 'hazard');
    const result = await apply({ ...input, allow: hazards.map(({ code, migration }) => `${code}:${migration}`) });
    expect(result).toMatchObject({ outcome: 'applied', error: null });
  });
});
