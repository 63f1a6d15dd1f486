/** Rows that break a new CHECK. */

import { type Case, describeCases } from './cases.ts';
import { redefine } from './rebuilds.ts';

const columns = (age: string) => `"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "age" ${age}, "name" TEXT`;
const schema = `CREATE TABLE "Customer" (${columns('INTEGER')});`;
const rows = {
  Customer: [
    [1, 40, 'Ada Example'],
    [2, -1, 'Bob Example'],
    [3, null, null],
  ],
};
const sound = { Customer: [[1, 40, 'Ada Example'], ...rows.Customer.slice(2)] };
const copy = { table: 'Customer', columns: columns('INTEGER CHECK ("age" >= 0)'), into: '"id", "age", "name"' };
const inOneRow = {
  tells: 'blocker',
  code: 'check-fails',
  at: 'INSERT INTO "new_',
  count: 1,
  finds: 1,
  fails: 'CHECK constraint failed',
  schema,
  rows,
} as const;
const nothing = { tells: 'nothing', code: 'check-fails', schema, rows } as const;

const rebuilt: readonly Case[] = [
  { ...inOneRow, title: 'a rebuild with a check that a row breaks', pending: [redefine(copy)] },
  { ...nothing, title: 'a rebuild with a check that holds, or is NULL', rows: sound, pending: [redefine(copy)] },
  {
    ...inOneRow,
    title: 'a check over several columns, with a name',
    pending: [
      redefine({ ...copy, columns: `${columns('INTEGER')}, CONSTRAINT "adult" CHECK ("age" > 0 OR "name" IS NULL)` }),
    ],
    fails: 'CHECK constraint failed: adult',
  },
  {
    ...nothing,
    title: 'a check over several columns that holds',
    rows: sound,
    pending: [
      redefine({ ...copy, columns: `${columns('INTEGER')}, CONSTRAINT "adult" CHECK ("age" > 0 OR "name" IS NULL)` }),
    ],
  },
  {
    ...nothing,
    title: 'a check that the table has had before',
    schema: `CREATE TABLE "Customer" (${columns('INTEGER CHECK ("age" >= 0)')});`,
    rows: sound,
    pending: [redefine(copy)],
  },
  {
    ...inOneRow,
    title: 'coalesce, which makes a value that breaks it',
    pending: [
      redefine({
        ...copy,
        columns: `${columns('INTEGER')}, CHECK (length("name") > 0)`,
        select: `"id", "age", coalesce("name", '') AS "name"`,
      }),
    ],
  },
  {
    ...nothing,
    title: 'coalesce, which makes a value that does not',
    pending: [
      redefine({
        ...copy,
        columns: `${columns('INTEGER')}, CHECK (length("name") > 0)`,
        select: `"id", "age", coalesce("name", 'x') AS "name"`,
      }),
    ],
    after: { Customer: [...rows.Customer.slice(0, 2), [3, null, 'x']] },
  },
  {
    ...inOneRow,
    title: 'a new column whose default breaks it',
    rows: { Customer: [[1, 40, 'Ada Example']] },
    pending: [redefine({ ...copy, columns: `${columns('INTEGER')}, "stock" INTEGER DEFAULT 0 CHECK ("stock" > 0)` })],
  },
  {
    ...nothing,
    title: 'rows that an earlier UPDATE mends',
    pending: [`UPDATE "Customer" SET "age" = NULL WHERE "age" < 0;\n${redefine(copy)}`],
    after: { Customer: [[1, 40, 'Ada Example'], [2, null, 'Bob Example'], ...rows.Customer.slice(2)] },
  },
  {
    ...inOneRow,
    title: 'a column that was renamed before',
    pending: [
      'ALTER TABLE "Customer" RENAME COLUMN "age" TO "years";',
      redefine({
        table: 'Customer',
        columns: columns('INTEGER CHECK ("years" >= 0)').replace('"age"', '"years"'),
        into: '"id", "years", "name"',
      }),
    ],
  },
  {
    ...inOneRow,
    title: 'a check that calls a function',
    rows: {
      Customer: [
        [1, 1, '{"a":1}'],
        [2, 1, '{a:'],
      ],
    },
    pending: [redefine({ ...copy, columns: `${columns('INTEGER')}, CHECK (json_valid("name"))` })],
  },
];

/** What the old column says of a value is not what the new one will. */
const meant: readonly Case[] = [
  {
    ...nothing,
    title: 'text that becomes a number, and is compared as one',
    schema: `CREATE TABLE "Customer" (${columns('TEXT')});`,
    rows: { Customer: [[1, '10', 'Ada Example']] },
    pending: [redefine({ ...copy, columns: columns('INTEGER CHECK ("age" > 5)') })],
    after: { Customer: [[1, 10, 'Ada Example']] },
  },
  {
    ...nothing,
    title: 'text that becomes a number, and is asked for its type',
    schema: `CREATE TABLE "Customer" (${columns('TEXT')});`,
    rows: { Customer: [[1, '10', 'Ada Example']] },
    pending: [redefine({ ...copy, columns: columns(`INTEGER CHECK (typeof("age") = 'integer')`) })],
    after: { Customer: [[1, 10, 'Ada Example']] },
  },
  {
    ...nothing,
    title: 'text whose case does not matter any more',
    rows: { Customer: [[1, 40, 'OPEN']] },
    pending: [
      redefine({
        ...copy,
        columns: columns('INTEGER').replace(
          '"name" TEXT',
          `"name" TEXT COLLATE NOCASE CHECK ("name" IN ('open', 'shut'))`,
        ),
      }),
    ],
  },
];

const add = (definition: string) => `ALTER TABLE "Customer" ADD COLUMN ${definition};`;
const inAll = { ...inOneRow, at: 'ALTER TABLE', count: 3, finds: 3 };
const withValue = (value: number | null) => ({ Customer: rows.Customer.map((row) => [...row, value]) });

const added: readonly Case[] = [
  {
    ...inAll,
    title: 'a default that breaks it',
    pending: [add('"stock" INTEGER NOT NULL DEFAULT 0 CHECK ("stock" > 0)')],
  },
  {
    ...nothing,
    title: 'a default that does not',
    pending: [add('"stock" INTEGER NOT NULL DEFAULT 1 CHECK ("stock" > 0)')],
    after: withValue(1),
  },
  {
    ...nothing,
    title: 'a default that breaks it, where there are no rows',
    rows: { Customer: [] },
    pending: [add('"stock" INTEGER NOT NULL DEFAULT 0 CHECK ("stock" > 0)')],
  },
  {
    ...nothing,
    title: 'no default, and NULL breaks no check',
    pending: [add('"stock" INTEGER CHECK ("stock" > 0)')],
    after: withValue(null),
  },
  {
    ...inAll,
    title: 'a check that compares with another column',
    pending: [add('"stock" INTEGER DEFAULT 0 CHECK ("stock" <= "age")')],
    count: 1,
    finds: 1,
  },
  {
    ...nothing,
    title: 'a check that compares with another column, and holds',
    rows: sound,
    pending: [add('"stock" INTEGER DEFAULT 0 CHECK ("stock" <= "age")')],
    after: { Customer: sound.Customer.map((row) => [...row, 0]) },
  },
];

describeCases('a check in a rebuild', rebuilt);
describeCases('a check whose column means something else', meant);
describeCases('a check on a column that is added', added);
