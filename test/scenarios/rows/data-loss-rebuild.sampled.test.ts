/** Columns and rows that a table rebuild does not copy. */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const slim = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT';
const columns = `${slim}, "fax" TEXT`;
const schema = `CREATE TABLE "Customer" (${columns});`;
const rows = {
  Customer: [
    [1, 'Ada Example', '+47 0001'],
    [2, 'Bob Example', null],
    [3, 'Ada Example', '+47 0003'],
  ],
};
const empty = { Customer: rows.Customer.map(([id, name]) => [id ?? 0, name ?? null, null]) };
const without = { Customer: rows.Customer.map((row) => row.slice(0, 2)) };
const first = { Customer: rows.Customer.slice(0, 1) };
const firstTwo = { Customer: rows.Customer.slice(0, 2) };
const lost = { tells: 'hazard', code: 'data-loss', at: anyOfRebuild, count: 2, finds: 2, schema, rows } as const;
const noted = { tells: 'note', code: 'data-loss', at: anyOfRebuild, schema, rows } as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;

const copy = { table: 'Customer', columns, into: '"id", "name", "fax"' };
const leaveFax = redefine({ ...copy, columns: slim, into: '"id", "name"' });
const insert = (head: string, tail: string, uniqueName = '') =>
  redefine({
    ...copy,
    columns: columns.replace('"name" TEXT', `"name" TEXT ${uniqueName}`),
    insert: `${head} INTO "new_Customer" ("id", "name", "fax") SELECT "id", "name", "fax" FROM "Customer"${tail};`,
  });

const left: readonly Case[] = [
  { ...lost, title: 'a column with values is left out', says: /fax/, pending: [leaveFax], after: without },
  {
    tells: 'note',
    code: 'data-loss',
    at: anyOfRebuild,
    title: 'a column without values is left out',
    schema,
    rows: empty,
    pending: [leaveFax],
    after: without,
  },
  { ...nothing, title: 'every column is copied', pending: [redefine(copy)] },
  {
    ...nothing,
    title: 'a column is copied into one of another name',
    pending: [
      redefine({
        ...copy,
        columns: columns.replace('"fax"', '"telex"'),
        into: '"id", "name", "telex"',
        select: '"id", "name", "fax"',
      }),
    ],
  },
  {
    ...noted,
    title: 'a column is copied changed, and no value changes',
    pending: [redefine({ ...copy, select: `"id", "name", coalesce(trim("fax"), '') AS "fax"` })],
    after: { Customer: rows.Customer.map(([id, name, fax]) => [id ?? 0, name ?? null, fax ?? '']) },
  },
  {
    ...noted,
    title: 'two columns are copied into one',
    about: /"fax"/,
    pending: [
      redefine({ ...copy, columns: slim, into: '"id", "name"', select: `"id", "name" || coalesce(' ' || "fax", '')` }),
    ],
    after: {
      Customer: [
        [1, 'Ada Example +47 0001'],
        [2, 'Bob Example'],
        [3, 'Ada Example +47 0003'],
      ],
    },
  },
  {
    ...lost,
    title: 'a column is there again, and filled with something else',
    pending: [redefine({ ...copy, select: `"id", "name", 'x'` })],
    after: { Customer: rows.Customer.map(([id, name]) => [id ?? 0, name ?? null, 'x']) },
  },
  {
    ...lost,
    title: 'a column that was renamed before is left out',
    pending: ['ALTER TABLE "Customer" RENAME COLUMN "fax" TO "telex";', leaveFax],
    after: without,
  },
  {
    ...nothing,
    title: 'a column that the plan adds is left out',
    pending: [`ALTER TABLE "Customer" ADD COLUMN "note" TEXT DEFAULT 'x';`, redefine(copy)],
  },
];

const rowsLeft: readonly Case[] = [
  {
    ...lost,
    title: 'a copy with a condition that rows do not meet',
    pending: [insert('INSERT', ' WHERE "id" = 1')],
    after: first,
  },
  { ...nothing, title: 'a copy with a condition that all rows meet', pending: [insert('INSERT', ' WHERE "id" > 0')] },
  {
    ...lost,
    title: 'a copy that ends after some rows',
    pending: [insert('INSERT', ' LIMIT 1')],
    finds: undefined,
    after: first,
  },
  { ...nothing, title: 'a copy in an order', pending: [insert('INSERT', ' ORDER BY "name"')] },
  {
    ...lost,
    title: 'INSERT OR IGNORE of a row that has its like',
    pending: [insert('INSERT OR IGNORE', '', 'UNIQUE')],
    count: 1,
    finds: undefined,
    after: firstTwo,
  },
  {
    ...nothing,
    title: 'INSERT OR IGNORE of rows that have none',
    rows: firstTwo,
    pending: [insert('INSERT OR IGNORE', '', 'UNIQUE')],
  },
  {
    ...lost,
    title: 'INSERT OR IGNORE of a NULL',
    rows: { Customer: [...rows.Customer, [4, null, null]] },
    pending: [insert('INSERT OR IGNORE', '', 'NOT NULL')],
    count: 1,
    finds: undefined,
    after: rows,
  },
  {
    ...lost,
    title: 'INSERT OR REPLACE of a row that has its like',
    pending: [insert('INSERT OR REPLACE', '', 'UNIQUE')],
    count: 1,
    finds: undefined,
    after: { Customer: rows.Customer.slice(1) },
  },
  {
    ...lost,
    title: 'a copy that keeps one row of each kind',
    pending: [
      redefine({
        ...copy,
        insert:
          'INSERT INTO "new_Customer" ("id", "name", "fax") SELECT min("id"), "name", "fax" FROM "Customer" GROUP BY "name";',
      }),
    ],
    count: 1,
    finds: undefined,
    after: firstTwo,
  },
  {
    ...lost,
    title: 'a copy from two tables, which not every row has its like in',
    schema: `${schema}\nCREATE TABLE "Label" ("customer" INTEGER PRIMARY KEY);`,
    rows: { ...rows, Label: [[1]] },
    pending: [
      redefine({
        ...copy,
        insert:
          'INSERT INTO "new_Customer" ("id", "name", "fax") SELECT c."id", c."name", c."fax" FROM "Customer" AS c JOIN "Label" AS l ON l."customer" = c."id";',
      }),
    ],
    finds: undefined,
    after: { ...first, Label: [[1]] },
  },
  {
    ...lost,
    title: 'a rebuild that copies nothing',
    pending: [redefine({ ...copy, insert: '' })],
    count: 3,
    finds: 3,
    after: { Customer: [] },
  },
  {
    ...nothing,
    title: 'a rebuild that copies nothing where there is nothing',
    rows: { Customer: [] },
    pending: [redefine({ ...copy, insert: '' })],
  },
];

describeCases('a column in a rebuild', sampled(left, 2));
describeCases('the rows of a rebuild', sampled(rowsLeft, 2));

describeMeanwhile('a rebuild', [
  {
    title: 'a value in a column that had none',
    code: 'data-loss',
    schema,
    rows: empty,
    pending: [leaveFax],
    meanwhile: `UPDATE "Customer" SET "fax" = '+47 0002' WHERE "id" = 2`,
    says: /fax/,
    left: without,
  },
  {
    title: 'a row that the condition of the copy leaves out',
    code: 'data-loss',
    schema,
    rows,
    pending: [insert('INSERT', ' WHERE "name" IS NOT NULL')],
    meanwhile: 'INSERT INTO "Customer" VALUES (4, NULL, NULL)',
    says: /Customer/,
    left: rows,
  },
  {
    title: 'a row that INSERT OR IGNORE leaves out',
    code: 'data-loss',
    schema,
    rows: firstTwo,
    pending: [insert('INSERT OR IGNORE', '', 'UNIQUE')],
    meanwhile: `INSERT INTO "Customer" VALUES (3, 'Ada Example', NULL)`,
    says: /Customer/,
    left: firstTwo,
  },
  {
    title: 'a row in a table that was empty, and of which nothing is copied',
    code: 'data-loss',
    schema,
    rows: { Customer: [] },
    pending: [redefine({ ...copy, insert: '' })],
    meanwhile: `INSERT INTO "Customer" VALUES (3, 'Ada Example', NULL)`,
    says: /Customer/,
    left: { Customer: [] },
  },
]);
