/** Rebuilds that make an INTEGER PRIMARY KEY of a column: it takes whole numbers alone, and numbers what is NULL by itself. */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { redefine } from './rebuilds.ts';

const schemaOf = (id: string) => `CREATE TABLE "Customer" (${id}, "name" TEXT);`;
const schema = schemaOf('"id" TEXT PRIMARY KEY');
const copy = {
  table: 'Customer',
  columns: '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT',
  into: '"id", "name"',
};
const insert = (...ids: readonly string[]) =>
  ids.map((id, index) => `INSERT INTO "Customer" VALUES (${id}, 'customer ${index}')`);
const pending = [redefine(copy)];
const fails = {
  tells: 'blocker',
  code: 'check-fails',
  at: 'INSERT INTO "new_',
  count: 1,
  finds: 1,
  says: /^1 row of "Customer" does not have a whole number in "id", which becomes the INTEGER PRIMARY KEY\.$/,
  fails: 'datatype mismatch',
  schema,
  rows: {},
  pending,
} as const;

const others: readonly Case[] = [
  ...[`'abc'`, `'1.5'`, `x'31'`, `'1e30'`, `'9223372036854775808'`, `''`, `'0x10'`].map(
    (id): Case => ({ ...fails, title: `a text key that holds ${id}`, byHand: insert(`'1'`, id) }),
  ),
  ...['INT PRIMARY KEY', 'INTEGER PRIMARY KEY DESC', 'REAL PRIMARY KEY', 'BLOB PRIMARY KEY'].flatMap((type) =>
    [`'abc'`, '1.5', `x'31'`].map(
      (id): Case => ({
        ...fails,
        title: `a key of ${type} that holds ${id}`,
        schema: schemaOf(`"id" ${type}`),
        byHand: insert('1', id),
      }),
    ),
  ),
  {
    ...fails,
    title: 'a key of several rows, some of them numbers',
    byHand: insert(`'a'`, `'2'`, `'b'`),
    count: 2,
    finds: 2,
    says: /^2 rows of "Customer" do not have a whole number/,
  },
  {
    ...fails,
    title: 'a copy of every column',
    byHand: insert(`'a'`),
    pending: [redefine({ ...copy, insert: 'INSERT INTO "new_Customer" SELECT * FROM "Customer";' })],
  },
  {
    ...fails,
    title: 'a copy that leaves out rows that break a constraint, which such a value is not',
    at: 'INSERT OR IGNORE',
    byHand: insert(`'a'`),
    pending: [
      redefine({ ...copy, insert: 'INSERT OR IGNORE INTO "new_Customer" SELECT "id", "name" FROM "Customer";' }),
    ],
  },
  {
    ...fails,
    title: 'a key with a counter',
    byHand: insert(`'a'`),
    pending: [redefine({ ...copy, columns: copy.columns.replace('KEY', 'KEY AUTOINCREMENT') })],
  },
  {
    ...fails,
    title: 'values that an UPDATE makes before',
    byHand: insert(`'1'`, `'2'`),
    pending: [`UPDATE "Customer" SET "id" = 'x' || "id" WHERE "id" = '2';\n${redefine(copy)}`],
  },
  {
    ...fails,
    title: 'a column that was renamed before',
    schema: schemaOf('"key" TEXT PRIMARY KEY'),
    byHand: insert(`'a'`),
    pending: ['ALTER TABLE "Customer" RENAME COLUMN "key" TO "id";', redefine(copy)],
    of: 1,
  },
  {
    ...fails,
    title: 'a key that the copy computes',
    byHand: insert(`'1'`, `'a'`),
    pending: [redefine({ ...copy, select: `trim("id"), "name"` })],
  },
];

const nothing = { tells: 'nothing', code: 'check-fails', schema, pending } as const;
const kept: readonly Case[] = [
  {
    ...nothing,
    title: 'texts that are whole numbers',
    rows: {
      Customer: [
        ['1', 'a'],
        ['-7', 'b'],
        ['1e3', 'd'],
        [' 5 ', 'e'],
        ['6.0', 'f'],
        ['4503599627370496', 'c'],
      ],
    },
    allow: ['data-loss'],
    after: {
      Customer: [
        [-7, 'b'],
        [1, 'a'],
        [5, 'e'],
        [6, 'f'],
        [1000, 'd'],
        [4503599627370496, 'c'],
      ],
    },
  },
  {
    ...nothing,
    title: 'rows that a condition leaves out',
    rows: {},
    byHand: insert(`'1'`, `'a'`),
    pending: [`DELETE FROM "Customer" WHERE "id" = 'a';\n${redefine(copy)}`],
    after: { Customer: [[1, 'customer 0']] },
  },
  {
    ...nothing,
    title: 'a key that was one before',
    schema: schemaOf('"id" INTEGER PRIMARY KEY'),
    rows: {
      Customer: [
        [1, 'a'],
        [2, 'b'],
      ],
    },
  },
  {
    ...nothing,
    title: 'a key of whole numbers, some of them written as reals',
    schema: schemaOf('"id" REAL PRIMARY KEY'),
    rows: {
      Customer: [
        [1, 'a'],
        [2, 'b'],
      ],
    },
  },
];

const madeUp = {
  tells: 'hazard',
  code: 'data-loss',
  at: 'INSERT INTO "new_',
  count: 1,
  finds: 1,
  about: /new number/,
  says: /^1 row of "Customer" has NULL in "id" and gets a new number there, as an INTEGER PRIMARY KEY cannot be NULL\.$/,
  schema,
  rows: {},
  pending,
} as const;
const numbered: readonly Case[] = [
  {
    ...madeUp,
    title: 'a text key that is NULL',
    byHand: insert(`'7'`, 'NULL'),
    after: {
      Customer: [
        [7, 'customer 0'],
        [8, 'customer 1'],
      ],
    },
  },
  ...['INT PRIMARY KEY', 'INTEGER PRIMARY KEY DESC', 'INTEGER'].map(
    (type): Case => ({
      ...madeUp,
      title: `a column of ${type} that is NULL`,
      schema: schemaOf(`"id" ${type}`),
      byHand: insert('7', 'NULL'),
      after: {
        Customer: [
          [7, 'customer 0'],
          [8, 'customer 1'],
        ],
      },
    }),
  ),
  {
    ...madeUp,
    title: 'a key that a CAST makes a number of',
    byHand: insert(`'7'`, 'NULL'),
    pending: [redefine({ ...copy, select: 'CAST("id" AS INTEGER), "name"' })],
    after: {
      Customer: [
        [7, 'customer 0'],
        [8, 'customer 1'],
      ],
    },
  },
  {
    ...madeUp,
    title: 'a key that the copy makes NULL',
    byHand: insert(`'7'`, `''`),
    pending: [redefine({ ...copy, select: `nullif("id", ''), "name"` })],
    allow: ['data-loss'],
    after: {
      Customer: [
        [7, 'customer 0'],
        [8, 'customer 1'],
      ],
    },
  },
  {
    ...madeUp,
    title: 'a copy of every column',
    byHand: insert(`'7'`, 'NULL'),
    pending: [redefine({ ...copy, insert: 'INSERT INTO "new_Customer" SELECT * FROM "Customer";' })],
    after: {
      Customer: [
        [7, 'customer 0'],
        [8, 'customer 1'],
      ],
    },
  },
  {
    tells: 'nothing',
    code: 'data-loss',
    title: 'a copy that gives no number, which is asked of the table',
    schema,
    rows: {},
    byHand: insert(`'7'`),
    pending: [
      `CREATE TABLE "Other" ("id" INTEGER PRIMARY KEY, "name" TEXT);\nINSERT INTO "Other" ("id", "name") SELECT NULL, "name" FROM "Customer";`,
    ],
    after: { Customer: [['7', 'customer 0']], Other: [[1, 'customer 0']] },
  },
  {
    tells: 'nothing',
    code: 'data-loss',
    title: 'rows with NULL that a condition leaves out',
    schema,
    rows: {},
    byHand: insert(`'7'`, 'NULL'),
    pending: [
      `CREATE TABLE "Other" ("id" INTEGER PRIMARY KEY, "name" TEXT);\nINSERT INTO "Other" ("id", "name") SELECT "id", "name" FROM "Customer" WHERE "id" IS NOT NULL;`,
    ],
    after: expect.objectContaining({ Other: [[7, 'customer 0']] }),
  },
];

describeCases('a key that takes whole numbers alone', sampled(others, 2));
describeCases('a key that stays what it is', sampled(kept, 2));
describeCases('a key that is made up', sampled(numbered, 2));
describeTargets('a key that becomes a number', (fresh) => {
  it.each([[`'abc'`], ['NULL']])('is not said to stay what it is where it is %s', async (id) => {
    const story = { title: '', schema, rows: {}, byHand: insert(id), pending };
    const target = await begin(await fresh(), story);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(story) });
    expect(findAll(planned).filter(({ message }) => message.includes('changes none'))).toEqual([]);
  });
});
describeMeanwhile('a key that is made up', [
  {
    title: 'a row without a key',
    code: 'data-loss',
    schema,
    rows: {},
    byHand: insert(`'7'`),
    pending,
    meanwhile: `INSERT INTO "Customer" VALUES (NULL, 'late')`,
    says: /rows of "Customer" that have NULL in "id"/,
    left: {
      Customer: [
        [7, 'customer 0'],
        [8, 'late'],
      ],
    },
  },
]);
