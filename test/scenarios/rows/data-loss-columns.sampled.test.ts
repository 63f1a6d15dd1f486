/** Columns that are dropped with values in them. */

import { type Case, describeCases } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { redefine } from './rebuilds.ts';

const schema = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT, "fax" TEXT);';
const rows = {
  Customer: [
    [1, 'Ada Example', '+47 0001'],
    [2, 'Bob Example', null],
    [3, 'Eve Example', ''],
  ],
};
const empty = { Customer: rows.Customer.map(([id, name]) => [id ?? 0, name ?? null, null]) };
const without = { Customer: rows.Customer.map((row) => row.slice(0, 2)) };
const drop = 'ALTER TABLE "Customer" DROP COLUMN "fax";';
/** Two have a value; an empty text is one. */
const lost = {
  tells: 'hazard',
  code: 'data-loss',
  at: 'ALTER TABLE',
  count: 2,
  finds: 2,
  schema,
  rows,
  after: without,
} as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;

const fillFax = 'UPDATE "Customer" SET "fax" = n."fax" FROM "Number" n WHERE n."customer" = "Customer"."id";';

const addTelex = 'ALTER TABLE "Customer" ADD COLUMN "telex" TEXT;\n';
/** The values of the one column are in the other. */
const moved = { Customer: rows.Customer };
const moves = [
  'UPDATE "Customer" SET "telex" = "fax";',
  'UPDATE "Customer" SET "telex" = (SELECT c."fax" FROM "Customer" c WHERE c."id" = "Customer"."id");',
  'UPDATE "Customer" SET "telex" = c."fax" FROM "Customer" c WHERE c."id" = "Customer"."id";',
];

const cases: readonly Case[] = [
  ...moves.map(
    (move): Case => ({
      ...nothing,
      title: `a column whose values another one has: ${move}`,
      pending: [`${addTelex}${move}\n${drop}`],
      after: moved,
    }),
  ),
  {
    ...lost,
    title: 'a column of which another one has some values only',
    at: drop,
    pending: [`${addTelex}UPDATE "Customer" SET "telex" = "fax" WHERE "id" > 1;\n${drop}`],
    says: /in 1 row\.$/,
    count: 1,
    finds: undefined,
    after: {
      Customer: rows.Customer.map(([id, name, fax]) => [id ?? 0, name ?? null, id === 1 ? null : (fax ?? null)]),
    },
  },
  {
    ...lost,
    title: 'a column that took the values of one that is gone',
    at: 'ALTER TABLE "Customer" DROP COLUMN "telex"',
    pending: [`${addTelex}${moves[0]}\n${drop}`, 'ALTER TABLE "Customer" DROP COLUMN "telex";'],
    about: /"telex"/,
    finds: undefined,
  },
  { ...lost, title: 'a column with values', says: /fax/, pending: [drop] },
  {
    ...lost,
    title: 'a column of which the file makes something else first: the new one is not empty',
    pending: [
      `ALTER TABLE "Customer" ADD COLUMN "note" TEXT;\nUPDATE "Customer" SET "note" = 'Fax: ' || "fax";\n${drop}`,
    ],
    at: drop,
    says: /in 2 rows\.$/,
    way: /keep a copy/,
    after: {
      Customer: [
        [1, 'Ada Example', 'Fax: +47 0001'],
        [2, 'Bob Example', null],
        [3, 'Eve Example', 'Fax: '],
      ],
    },
  },
  ...(
    [
      ['UPDATE "Customer" SET "fax" = NULL;', without],
      ['DELETE FROM "Customer";', { Customer: [] }],
    ] as const
  ).map(
    ([first, after]): Case => ({
      tells: 'hazard',
      code: 'data-loss',
      at: 'ALTER TABLE',
      title: `a column in which the plan itself leaves nothing: ${first}`,
      schema,
      rows,
      pending: [`${first}\n${drop}`],
      says: /clears first: 2 rows in production have a value\.$/,
      after,
    }),
  ),
  {
    tells: 'note',
    code: 'data-loss',
    at: 'ALTER TABLE',
    title: 'a column without values',
    schema,
    rows: empty,
    pending: [drop],
    after: without,
  },
  {
    ...lost,
    title: 'a column that was renamed before',
    at: 'ALTER TABLE "Customer" DROP',
    pending: ['ALTER TABLE "Customer" RENAME COLUMN "fax" TO "telex";\nALTER TABLE "Customer" DROP COLUMN "telex";'],
  },
  {
    ...lost,
    title: 'a column of a table that was renamed before',
    pending: ['ALTER TABLE "Customer" RENAME TO "Client";', 'ALTER TABLE "Client" DROP COLUMN "fax";'],
    after: { Client: without.Customer },
  },
  {
    ...nothing,
    title: 'a column that the plan adds',
    pending: [
      `ALTER TABLE "Customer" ADD COLUMN "note" TEXT DEFAULT 'x';`,
      'ALTER TABLE "Customer" DROP COLUMN "note";',
    ],
  },
  {
    ...lost,
    title: 'a column whose rows an earlier statement deletes in part',
    pending: ['DELETE FROM "Customer" WHERE "id" = 1;', drop],
    count: 1,
    finds: 1,
    after: { Customer: without.Customer.slice(1) },
  },
  {
    ...nothing,
    title: 'a column that is computed from others',
    schema: schema.replace('"fax" TEXT', '"fax" TEXT AS (lower("name")) VIRTUAL'),
    rows: {},
    byHand: [`INSERT INTO "Customer" ("id", "name") VALUES (1, 'Ada Example')`],
    pending: [drop],
    after: { Customer: [[1, 'Ada Example']] },
  },
];

describeCases('a column that is dropped', cases);

describeMeanwhile('a column that is dropped', [
  {
    title: 'a value that the UPDATE before does not take along',
    code: 'data-loss',
    schema,
    rows: { Customer: rows.Customer.slice(0, 2) },
    pending: [`${addTelex}UPDATE "Customer" SET "telex" = "fax" WHERE "id" = 1;\n${drop}`],
    meanwhile: `UPDATE "Customer" SET "fax" = '+47 0002' WHERE "id" = 2`,
    says: /fax/,
    left: { Customer: rows.Customer.slice(0, 2) },
  },
  {
    title: 'a value in a column that had none',
    code: 'data-loss',
    schema,
    rows: empty,
    pending: [drop],
    meanwhile: `UPDATE "Customer" SET "fax" = '+47 0002' WHERE "id" = 2`,
    says: /fax/,
    left: without,
  },
  ...[[`${fillFax}\n${drop}`], [fillFax, drop]].map((pending) => ({
    title: `a value in a column that the plan fills before, in ${pending.length} migrations`,
    code: 'data-loss' as const,
    schema: `${schema}\nCREATE TABLE "Number" ("customer" INTEGER, "fax" TEXT);`,
    rows: { ...empty, Number: [[1, '+47 0009']] },
    pending,
    meanwhile: `UPDATE "Customer" SET "fax" = '+47 0002' WHERE "id" = 2`,
    says: /values in "Customer"\."fax"/,
    left: { ...without, Number: [[1, '+47 0009']] },
  })),
  {
    title: 'a value in a column that the plan seeds, and that a later rebuild leaves out',
    code: 'data-loss',
    schema,
    rows: empty,
    pending: [
      `INSERT INTO "Customer" ("id", "name", "fax") VALUES (9, 'Cy Example', '+47 0009');`,
      redefine({
        table: 'Customer',
        columns: '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT',
        into: '"id", "name"',
      }),
    ],
    meanwhile: `UPDATE "Customer" SET "fax" = '+47 0002' WHERE "id" = 2`,
    says: /values in "Customer"\."fax"/,
    left: { Customer: [...without.Customer, [9, 'Cy Example']] },
  },
]);
