/** What production's table has that Prisma has no words for, and a rebuild leaves out. */

import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "age" INTEGER';
const schema =
  'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT COLLATE NOCASE UNIQUE, "age" INTEGER CHECK ("age" > 0)) STRICT;';
const rows = { Customer: [[1, 'ada@example.com', 30]] };
const copy = { table: 'Customer', into: '"id", "email", "age"' };

const cases: readonly Case[] = [
  {
    title: 'a CHECK, a collation and STRICT',
    schema,
    rows,
    pending: [redefine({ ...copy, columns })],
    tells: 'note',
    code: 'leaves-out',
    at: anyOfRebuild,
    says: /: CHECK \("age" > 0\), COLLATE NOCASE of "email", STRICT\. To keep them/,
    way: /"new_Customer" \(\n {2}…,\n {2}"email" TEXT COLLATE NOCASE UNIQUE,\n {2}CHECK \("age" > 0\)\n\) STRICT;$/,
  },
  {
    title: 'what the new table has as well, written in another way',
    schema,
    rows,
    pending: [
      redefine({
        ...copy,
        columns: '"id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT UNIQUE COLLATE nocase, "age" INTEGER, CHECK (age>0)',
        options: 'STRICT',
      }),
    ],
    tells: 'nothing',
    code: 'leaves-out',
  },
  {
    title: 'a generated column and what a key does with a row that breaks it',
    schema: `CREATE TABLE "Customer" (${columns}, "domain" TEXT AS (substr("email", 5)) VIRTUAL, UNIQUE ("email") ON CONFLICT IGNORE);`,
    rows: {},
    byHand: [`INSERT INTO "Customer" VALUES (1, 'ada@example.com', 30);`],
    pending: [redefine({ ...copy, columns: `${columns}, UNIQUE ("email")` })],
    tells: 'note',
    code: 'leaves-out',
    at: anyOfRebuild,
    says: /: UNIQUE \("email"\) ON CONFLICT IGNORE, the generated column "domain"\. To keep them/,
    way: /"domain" TEXT AS \(substr\("email", 5\)\) VIRTUAL/,
    after: rows,
  },
  {
    title: 'a CHECK of a column that goes',
    schema: `CREATE TABLE "Customer" (${columns}, "fax" TEXT CHECK ("fax" <> ''));`,
    rows: { Customer: [[1, 'ada@example.com', 30, null]] },
    pending: [redefine({ ...copy, columns })],
    tells: 'nothing',
    code: 'leaves-out',
    after: rows,
  },
];

describeCases('what a rebuild leaves out', cases);
