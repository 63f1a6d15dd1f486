/** What fails or is lost in ways that a look at the statement alone does not show. */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, describeFindings, migrationsOf, nameOf } from './cases.ts';
import { anyOfRebuild, keysOff, rebuild, redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT';
const customer = `CREATE TABLE "Customer" (${columns});`;
const customers = [
  [1, 'Ada Example'],
  [2, 'Bob Example'],
  [3, 'Ada Example'],
];
const anywhere = ['CREATE TABLE ', 'INSERT ', 'DROP TABLE ', 'ALTER TABLE ', 'DELETE ', 'UPDATE '];

const failing: readonly Case[] = [
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'an index whose statement spells names its own way',
    at: 'create unique index',
    schema: customer,
    rows: { Customer: customers },
    pending: ['create unique index if not exists k on CUSTOMER (NAME desc);'],
    count: 2,
    fails: 'UNIQUE constraint failed: Customer.name',
  },
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'columns that are called as a question might call its own',
    at: 'CREATE UNIQUE INDEX',
    schema: 'CREATE TABLE "n" ("k0" INTEGER, "k1" INTEGER, "n" INTEGER, "a0" INTEGER);',
    rows: {
      n: [
        [1, 2, 1, 1],
        [1, 2, 2, 2],
        [2, 1, 3, 3],
      ],
    },
    pending: ['CREATE UNIQUE INDEX "k" ON "n"("k1", "k0");'],
    count: 2,
    fails: 'UNIQUE constraint failed: n.k1, n.k0',
  },
  {
    tells: 'blocker',
    code: 'nulls',
    title: 'a primary key of a table without rowids, which takes no NULL',
    at: 'INSERT INTO "new_',
    schema: 'CREATE TABLE "Code" ("code" TEXT, "name" TEXT);',
    rows: {
      Code: [
        [null, 'Ada Example'],
        ['b', 'Bob Example'],
      ],
    },
    pending: [
      redefine({
        table: 'Code',
        columns: '"code" TEXT PRIMARY KEY, "name" TEXT',
        options: 'WITHOUT ROWID',
        into: '"code", "name"',
      }),
    ],
    count: 1,
    finds: 1,
    fails: 'NOT NULL constraint failed: new_Code.code',
  },
  {
    tells: 'blocker',
    code: 'duplicates',
    title: 'rows that an UPDATE before makes the same, in two columns that it exchanges',
    at: 'CREATE UNIQUE INDEX',
    schema: 'CREATE TABLE "Pair" ("a" INTEGER, "b" INTEGER);',
    rows: {
      Pair: [
        [1, 7],
        [2, 7],
      ],
    },
    pending: ['UPDATE "Pair" SET "a" = "b", "b" = "a";\nCREATE UNIQUE INDEX "k" ON "Pair"("a");'],
    count: 2,
    fails: 'UNIQUE constraint failed: Pair.a',
  },
];

const tree =
  'CREATE TABLE "Category" ("id" INTEGER NOT NULL PRIMARY KEY, "parentId" INTEGER REFERENCES "Category" ("id") ON DELETE CASCADE);';
const order = (action: string) =>
  `${customer}\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE ${action});`;
const withOrders = {
  Customer: customers,
  Order: [
    [1, 1],
    [2, 3],
  ],
};
const lost = {
  tells: 'hazard',
  code: 'data-loss',
  at: anyOfRebuild,
  schema: customer,
  rows: { Customer: customers },
} as const;
const kept = { Customer: customers.slice(0, 2) };
const copy = { table: 'Customer', columns, into: '"id", "name"' };

const losing: readonly Case[] = [
  {
    ...lost,
    title: 'rows of the same table that refer to the one that is deleted',
    at: 'DELETE FROM',
    schema: tree,
    rows: {
      Category: [
        [1, null],
        [2, 1],
        [4, null],
      ],
    },
    pending: ['DELETE FROM "Category" WHERE "id" = 1;'],
    count: 1,
    finds: 1,
    after: { Category: [[4, null]] },
  },
  {
    ...lost,
    title: 'ON CONFLICT DO NOTHING in the copy',
    pending: [
      redefine({
        ...copy,
        columns: columns.replace('"name" TEXT', '"name" TEXT UNIQUE'),
        insert:
          'INSERT INTO "new_Customer" ("id", "name") SELECT "id", "name" FROM "Customer" WHERE true ON CONFLICT DO NOTHING;',
      }),
    ],
    after: kept,
  },
  {
    ...lost,
    title: 'a constraint that ignores what it does not take',
    pending: [redefine({ ...copy, columns: columns.replace('"name" TEXT', '"name" TEXT UNIQUE ON CONFLICT IGNORE') })],
    after: kept,
  },
  {
    ...lost,
    title: 'a constraint that replaces what was there',
    pending: [redefine({ ...copy, columns: columns.replace('"name" TEXT', '"name" TEXT UNIQUE ON CONFLICT REPLACE') })],
    after: { Customer: customers.slice(1) },
  },
  {
    ...lost,
    title: 'a table for searching text',
    at: 'DROP TABLE',
    schema: 'CREATE VIRTUAL TABLE "Search" USING fts5("text");',
    rows: {},
    byHand: [`INSERT INTO "Search" VALUES ('ada example'), ('bob example')`],
    pending: ['DROP TABLE "Search";'],
    after: {},
  },
];

const orphaning: readonly Case[] = [
  {
    tells: 'hazard',
    code: 'foreign-keys',
    title: 'a rebuild gives the parents other ids',
    at: anywhere,
    schema: order('CASCADE'),
    rows: withOrders,
    pending: [redefine({ ...copy, select: '"id" + 100, "name"' })],
    count: 2,
    finds: 2,
    after: {
      ...withOrders,
      Customer: customers.map(([id, name]) => [Number(id) + 100, name ?? null]),
    },
  },
  {
    tells: 'hazard',
    code: 'foreign-keys',
    title: 'a rebuild keeps one parent of each kind',
    at: anywhere,
    schema: order('CASCADE'),
    rows: withOrders,
    pending: [
      redefine({
        ...copy,
        insert: 'INSERT INTO "new_Customer" SELECT min("id"), "name" FROM "Customer" GROUP BY "name";',
      }),
    ],
    allow: ['data-loss'],
    count: 1,
    finds: 0,
    after: { ...withOrders, ...kept },
  },
  {
    tells: 'hazard',
    code: 'foreign-keys',
    title: 'rows without a parent are mended only by the next migration',
    of: 0,
    at: anywhere,
    schema: `${customer}\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER);`,
    rows: { Customer: customers, Order: [[1, 9]] },
    pending: [
      keysOff(
        rebuild({
          table: 'Order',
          columns: '"id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id")',
          into: '"id", "customerId"',
        }),
      ),
      'UPDATE "Order" SET "customerId" = NULL WHERE "customerId" = 9;',
    ],
    count: 1,
    finds: 1,
    after: { Customer: customers, Order: [[1, null]] },
  },
];

describeCases('what fails and is easily missed', sampled(failing, 2));
describeCases('what is lost and is easily missed', sampled(losing, 2));
describeCases('what is left without a parent and is easily missed', sampled(orphaning, 2));

describeTargets('several findings', (fresh) => {
  it('are all told, also when one question cannot be answered', async () => {
    const story = {
      title: '',
      schema: customer,
      rows: { Customer: customers },
      pending: [
        // The first name that is no JSON ends the question.
        redefine({ ...copy, columns: `${columns}, CHECK (json_extract("name", '$.a') = 1)` }),
        'CREATE UNIQUE INDEX "k" ON "Customer"("name");',
        'CREATE UNIQUE INDEX "j" ON "Customer"(json_extract("name", \'$.a\'));',
        'ALTER TABLE "Customer" ADD COLUMN "slug" TEXT NOT NULL;',
      ],
    };
    const target = await begin(await fresh(), story);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(story) });
    expect(describeFindings(planned, 'duplicates')).toEqual([`blocker duplicates of ${nameOf(1)}`]);
    expect(describeFindings(planned, 'needs-default')).toEqual([`blocker needs-default of ${nameOf(3)}`]);
  });

  it('are one for each index that fails', async () => {
    const story = {
      title: '',
      schema: customer,
      rows: {
        Customer: [
          [1, 'Ada Example'],
          [2, 'Ada Example'],
        ],
      },
      pending: [
        'CREATE UNIQUE INDEX "a" ON "Customer"("name");\nCREATE UNIQUE INDEX "b" ON "Customer"("name" COLLATE NOCASE);',
      ],
    };
    const target = await begin(await fresh(), story);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(story) });
    const findings = planned.migrations.flatMap((migration) => migration.findings);
    expect(findings.filter(({ code }) => code === 'duplicates').map(({ line }) => line)).toEqual([1, 2]);
  });
});
