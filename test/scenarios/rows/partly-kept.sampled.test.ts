/** Rebuilds whose copy is made by several statements. */

import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const schema = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT, "city" TEXT);';
const rows = {
  Customer: [
    [1, 'Ada Example', 'Oslo'],
    [2, 'Bob Example', null],
  ],
};
const filled = {
  Customer: [
    [1, 'Ada Example', 'Oslo'],
    [2, 'Bob Example', ''],
  ],
};
const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT, "city" TEXT NOT NULL';
const halves = (second: string, condition = '"city" IS NULL') =>
  redefine({
    table: 'Customer',
    columns,
    insert: `INSERT INTO "new_Customer" SELECT "id", "name", "city" FROM "Customer" WHERE NOT (${condition});
INSERT INTO "new_Customer" SELECT "id", "name", ${second} FROM "Customer" WHERE ${condition};`,
  });

const cases: readonly Case[] = [
  {
    title: 'two halves of which one has no value to lose',
    schema,
    rows,
    pending: [halves(`''`)],
    tells: 'nothing',
    code: 'data-loss',
    after: filled,
  },
  {
    title: 'two halves of which one puts something in the place of what may be there',
    schema,
    rows,
    pending: [halves(`coalesce("city", '')`)],
    tells: 'nothing',
    code: 'data-loss',
    after: filled,
  },
  {
    title: 'two halves of which one forgets what is there',
    schema,
    rows: {
      Customer: [
        [1, 'Ada Example', 'Oslo'],
        [2, 'Bob Example', 'Rome'],
      ],
    },
    pending: [halves(`''`, '"id" = 2')],
    tells: 'hazard',
    code: 'data-loss',
    at: anyOfRebuild,
    count: 1,
    finds: 1,
    says: /^Rebuilds "Customer" with several statements, and does not keep the values of "Customer"\."city" in 1 row\.$/,
    after: filled,
  },
];

describeCases('a copy by several statements', cases);
