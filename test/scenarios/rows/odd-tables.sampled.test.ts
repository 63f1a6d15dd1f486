/** Tables written in a way that SQLite takes and few people know: what goes with them is told as of any other. */

import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

interface Odd {
  readonly title: string;
  /** The columns and constraints of `Customer`: `id`, `fax` and what is odd. */
  readonly definition: string;
}

const odd: readonly Odd[] = [
  {
    title: 'a type with CURRENT_TIMESTAMP in it',
    definition: '"id" INTEGER PRIMARY KEY, "fax" TEXT CURRENT_TIMESTAMP',
  },
  { title: 'a type with TRUE in it', definition: '"id" INTEGER PRIMARY KEY, "fax" TEXT true NULL' },
  { title: 'a CONSTRAINT that is only a name', definition: '"id" INTEGER PRIMARY KEY, "fax" TEXT CONSTRAINT "x"' },
  {
    title: 'two names of one constraint',
    definition: '"id" INTEGER CONSTRAINT "a" CONSTRAINT "b" PRIMARY KEY, "fax" TEXT',
  },
  {
    title: 'DEFERRABLE without a key',
    definition: '"id" INTEGER PRIMARY KEY, "fax" TEXT DEFERRABLE INITIALLY DEFERRED',
  },
  { title: 'a key in parentheses', definition: '"id" INTEGER, "fax" TEXT, PRIMARY KEY (("id"))' },
  {
    title: 'a collation in parentheses',
    definition: '"id" INTEGER PRIMARY KEY, "fax" TEXT, UNIQUE (("id") COLLATE nocase)',
  },
  {
    title: 'constraints without commas',
    definition: '"id" INTEGER PRIMARY KEY, "fax" TEXT, CHECK (1) CONSTRAINT "x" CONSTRAINT "y"',
  },
];

const cases = odd.flatMap(({ title, definition }): readonly Case[] => {
  const shared = {
    code: 'data-loss',
    schema: `CREATE TABLE "Customer" (${definition});\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ON DELETE CASCADE);`,
    rows: {
      Customer: [
        [1, '47 22'],
        [2, null],
      ],
      Order: [[7, 1]],
    },
    count: 1,
    finds: 1,
  } as const;
  const order = { Order: [[7, 1]] };
  return [
    {
      ...shared,
      tells: 'hazard',
      title: `a column that a rebuild leaves out, beside ${title}`,
      pending: [redefine({ table: 'Customer', columns: '"id" INTEGER PRIMARY KEY', into: '"id"' })],
      at: anyOfRebuild,
      says: /Drops "Customer"\."fax" with its values in 1 row/,
      after: { Customer: [[1], [2]], ...order },
    },
    {
      ...shared,
      tells: 'hazard',
      title: `a column that is dropped, beside ${title}`,
      pending: ['ALTER TABLE "Customer" DROP COLUMN "fax";'],
      at: 'ALTER',
      says: /Drops "Customer"\."fax" with its values in 1 row/,
      after: { Customer: [[1], [2]], ...order },
    },
    {
      ...shared,
      tells: 'hazard',
      title: `rows that refer to one which is deleted, beside ${title}`,
      pending: ['DELETE FROM "Customer" WHERE "id" = 1;'],
      at: 'DELETE',
      says: /1 row of "Order"/,
      after: { Customer: [[2, null]], Order: [] },
    },
    {
      ...shared,
      tells: 'hazard',
      title: `a table that is dropped, with ${title}`,
      rows: { Customer: shared.rows.Customer, Order: [] },
      pending: ['DROP TABLE "Customer";'],
      at: 'DROP',
      says: /Drops "Customer" with 2 rows/,
      count: 2,
      finds: 2,
      allow: ['drops-referenced', 'leaves-broken'],
      after: { Order: [] },
    },
  ];
});

describeCases('a table of an odd form', cases);
