/** Values that a rebuild puts into the wrong column. */

import { type Case, describeCases } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const schema = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT, "city" TEXT);';
const rows = {
  Customer: [
    [1, 'Ada Example', 'Oslo'],
    [2, 'Same', 'Same'],
  ],
};
const turned = '"id" INTEGER NOT NULL PRIMARY KEY, "city" TEXT, "name" TEXT';
const copyAll = 'INSERT INTO "new_Customer" SELECT * FROM "Customer";';
const crossed = { tells: 'hazard', code: 'column-order', at: anyOfRebuild, schema, rows, count: 1, finds: 1 } as const;
const nothing = { tells: 'nothing', code: 'column-order', schema, rows } as const;
const straight = {
  Customer: [
    [1, 'Oslo', 'Ada Example'],
    [2, 'Same', 'Same'],
  ],
};

const cases: readonly Case[] = [
  {
    ...crossed,
    title: 'a copy by position into a table of another order',
    pending: [redefine({ table: 'Customer', columns: turned, insert: copyAll })],
    says: /"Customer"\."name" into "city", "Customer"\."city" into "name",/,
    way: /\("id", "name", "city"\) SELECT "id", "name", "city" FROM "Customer";$/,
    after: rows,
  },
  {
    ...crossed,
    title: 'names in another order than what goes into them',
    pending: [
      redefine({ table: 'Customer', columns: turned, into: '"id", "city", "name"', select: '"id", "name", "city"' }),
    ],
    after: rows,
  },
  {
    ...nothing,
    title: 'a copy that names the columns',
    pending: [redefine({ table: 'Customer', columns: turned, into: '"id", "name", "city"' })],
    after: straight,
  },
  {
    ...nothing,
    title: 'a copy by position into a table of the same order, with other names',
    pending: [
      redefine({
        table: 'Customer',
        columns: '"id" INTEGER NOT NULL PRIMARY KEY, "fullName" TEXT, "town" TEXT',
        insert: copyAll,
      }),
    ],
  },
  {
    ...nothing,
    title: 'one column that stands in for another',
    pending: [
      redefine({
        table: 'Customer',
        columns: turned,
        into: '"id", "city", "name"',
        select: `"id", coalesce("city", "name"), "name"`,
      }),
    ],
    after: straight,
  },
  {
    ...nothing,
    title: 'a table without rows',
    rows: { Customer: [] },
    pending: [redefine({ table: 'Customer', columns: turned, insert: copyAll })],
  },
];

describeCases('a rebuild that crosses columns', cases);

describeMeanwhile('a rebuild that crosses columns', [
  {
    title: 'a row with other values in the two, where all have the same',
    code: 'column-order',
    schema,
    rows: { Customer: rows.Customer.slice(1) },
    pending: [redefine({ table: 'Customer', columns: turned, insert: copyAll })],
    meanwhile: `INSERT INTO "Customer" VALUES (3, 'Ada Example', 'Oslo')`,
    says: /values of "Customer"\."name"/,
    left: { Customer: [...rows.Customer.slice(1), [3, 'Ada Example', 'Oslo']] },
  },
]);
