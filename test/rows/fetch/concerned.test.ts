/** Which tables a plan meets the rows of. */

import { expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { analyseMigration } from '../../../src/plan/analyse.ts';
import { findConcerned } from '../../../src/rows/fetch/concerned.ts';
import { parseSchema } from '../../../src/schema/model/objects.ts';
import { prismaTracker } from '../../../src/tracker/tracker.ts';

const objects = [
  ['table', 'Shop', 'Shop', 'CREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY)'],
  [
    'table',
    'Customer',
    'Customer',
    'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "shopId" INTEGER REFERENCES "Shop"("id"))',
  ],
  [
    'table',
    'Order',
    'Order',
    'CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer"("id"))',
  ],
  [
    'table',
    'Line',
    'Line',
    'CREATE TABLE "Line" ("id" INTEGER PRIMARY KEY, "orderId" INTEGER REFERENCES "Order"("id"))',
  ],
  ['table', 'Log', 'Log', 'CREATE TABLE "Log" ("text" TEXT)'],
  ['table', 'Alone', 'Alone', 'CREATE TABLE "Alone" ("id" INTEGER PRIMARY KEY)'],
  ['view', 'Orders', 'Orders', 'CREATE VIEW "Orders" AS SELECT * FROM "Order"'],
  ['trigger', 't', 'Shop', 'CREATE TRIGGER "t" AFTER UPDATE ON "Shop" BEGIN INSERT INTO "Log" VALUES (1); END'],
  ['table', 'Words', 'Words', `CREATE VIRTUAL TABLE "Words" USING fts5("text", content='Log')`],
  ['table', 'Words_data', 'Words_data', `CREATE TABLE 'Words_data' (id INTEGER PRIMARY KEY, block BLOB)`],
  ['table', '_prisma_migrations', '_prisma_migrations', 'CREATE TABLE "_prisma_migrations" ("id" TEXT)'],
  ['table', 'sqlite_sequence', 'sqlite_sequence', 'CREATE TABLE sqlite_sequence(name,seq)'],
];
const kinds = objects.flatMap(([type, name]) =>
  type === 'table' ? [[name ?? '', name === 'Words' ? 'virtual' : name === 'Words_data' ? 'shadow' : 'table']] : [],
);
const schema = parseSchema(objects, kinds, prismaTracker);

const concerned = (...files: readonly string[]) =>
  findConcerned(
    schema,
    files.map((sql, index) => analyseMigration(migrationFromText(`${index}_m`, sql))),
  )
    .map(({ name }) => name)
    .filter((name) => name !== 'sqlite_sequence');

it.each<readonly [what: string, sql: string, tables: readonly string[]]>([
  [
    'itself, its parents, and its children with theirs',
    'DELETE FROM "Customer";',
    ['Shop', 'Customer', 'Order', 'Line'],
  ],
  ['no parents of parents', 'UPDATE "Line" SET "id" = 1;', ['Order', 'Line']],
  [
    'what a trigger on it writes, and what follows from that',
    'UPDATE "Shop" SET "id" = 1;',
    ['Shop', 'Customer', 'Order', 'Line', 'Log', 'Words_data'],
  ],
  ['what a view reads', 'INSERT INTO "Alone" SELECT "id" FROM "Orders";', ['Order', 'Alone']],
  ['the tables where a full-text index keeps itself, and its content', 'DROP TABLE "Words";', ['Log', 'Words_data']],
  ['a name in another case', 'delete from ALONE', ['Alone']],
  [
    'nothing where something is only made',
    'CREATE TABLE "New" ("shopId" INTEGER REFERENCES "Shop"("id"));\nCREATE INDEX "i" ON "Alone" ("id");\nCREATE VIEW "v" AS SELECT * FROM "Alone";',
    [],
  ],
  [
    'the parents of what is made and filled',
    'CREATE TABLE "New" ("shopId" INTEGER REFERENCES "Shop"("id"));\nINSERT INTO "New" VALUES (1);',
    ['Shop'],
  ],
  [
    'what a view reads that the plan makes',
    'CREATE VIEW "v" AS SELECT * FROM "Log";\nINSERT INTO "Alone" SELECT 1 FROM "v";',
    ['Log', 'Alone'],
  ],
  [
    'what a trigger reads that the plan makes',
    'CREATE TRIGGER "u" AFTER UPDATE ON "Alone" BEGIN SELECT * FROM "Log"; END;\nUPDATE "Alone" SET "id" = 1;',
    ['Log', 'Alone', 'Words_data'],
  ],
  [
    'the content of a full-text index that the plan makes',
    `CREATE VIRTUAL TABLE "f" USING fts5("id", content='Alone');\nINSERT INTO "f"("f") VALUES ('rebuild');`,
    ['Alone'],
  ],
  [
    'what belongs to a table under its former name',
    'ALTER TABLE "Shop" RENAME TO "Store";\nDELETE FROM "Store";',
    ['Shop', 'Customer', 'Order', 'Line', 'Log', 'Words_data'],
  ],
  ['a name in single quotes', `INSERT INTO "Alone" SELECT 1 FROM 'Log';`, ['Log', 'Alone', 'Words_data']],
  [
    'no text that is only called as a table',
    `UPDATE "Line" SET "id" = 1 WHERE 'alone' IN ('Shop', lower('shop'));`,
    ['Order', 'Line'],
  ],
  ['a table under a unique index, or under one that computes', 'CREATE INDEX "i" ON "Alone" (abs("id"));', ['Alone']],
])('%s', (_, sql, tables) => {
  expect(concerned(sql)).toEqual(tables);
});

it('has the counters where there are tables, and never the tracker', () => {
  const all = findConcerned(schema, [
    analyseMigration(migrationFromText('1', 'DELETE FROM "_prisma_migrations"; DELETE FROM "Alone";')),
  ]);
  expect(all.map(({ name }) => name)).toEqual(['Alone', 'sqlite_sequence']);
});
