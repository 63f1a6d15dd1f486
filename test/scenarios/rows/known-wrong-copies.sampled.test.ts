/**
 * Copies that keep every row and value, written in ways that hide it, and their likes that do not. More of them: `moved-rows` and
 * `changed-values.sampled.test.ts`.
 */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';
import { anyOfRebuild, keysOff, redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "kind" TEXT, "n" TEXT';
const schema = `CREATE TABLE "Thing" (${columns});`;
const rows = {
  Thing: [
    [1, 'a red one', '5'],
    [2, 'BLUE', null],
  ],
};
const copy = { table: 'Thing', columns, into: '"id", "kind", "n"' };
const insert = (text: string) => redefine({ ...copy, insert: text });

const lost = { tells: 'hazard', code: 'data-loss', at: anyOfRebuild, schema, rows } as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;

const wider = `${columns}, "x" TEXT`;
const widened = { Thing: rows.Thing.map((row) => [...row, null]) };
const throughHelper = (fill: string) =>
  keysOff(`${fill}
DROP TABLE "Thing";
CREATE TABLE "Thing" (${wider});
INSERT INTO "Thing" (${copy.into}) SELECT ${copy.into} FROM "help";
DROP TABLE "help";`);
const made = (from: string) => `CREATE TABLE "help" (${columns});\nINSERT INTO "help" ${from};`;

const helped: readonly Case[] = [
  { ...nothing, title: 'all rows', pending: [throughHelper(made('SELECT * FROM "Thing"'))], after: widened },
  {
    ...nothing,
    title: 'all rows, which a query keeps',
    pending: [throughHelper('CREATE TABLE "help" AS SELECT * FROM "Thing";')],
    after: widened,
  },
  {
    ...nothing,
    title: 'all rows, in two migrations',
    pending: ['CREATE TABLE "help" AS SELECT * FROM "Thing";', throughHelper('')],
    after: widened,
  },
  {
    ...nothing,
    title: 'all rows, which are deleted and come back',
    pending: [
      'CREATE TABLE "help" AS SELECT * FROM "Thing";\nDELETE FROM "Thing";\nINSERT INTO "Thing" SELECT * FROM "help";\nDROP TABLE "help";',
    ],
  },
  {
    ...lost,
    title: 'some rows',
    pending: [throughHelper(made('SELECT * FROM "Thing" WHERE "n" IS NOT NULL'))],
    at: 'DROP TABLE "Thing"',
    after: { Thing: widened.Thing.slice(0, 1) },
  },
];

const word = `${schema}\nCREATE TABLE "Word" ("id" INTEGER NOT NULL PRIMARY KEY, "word" TEXT);`;
const worded = { ...rows, Word: [[1, 'yes']] };
const joined = (join: string) =>
  redefine({
    ...copy,
    columns: `${columns}, "word" TEXT`,
    insert: `INSERT INTO "new_Thing" SELECT t.*, w."word" FROM "Thing" AS t ${join} "Word" AS w ON w."id" = t."id";`,
  });

const queried: readonly Case[] = [
  {
    ...nothing,
    title: 'a LEFT JOIN, which leaves no row out',
    schema: word,
    rows: worded,
    pending: [joined('LEFT JOIN')],
    after: { ...worded, Thing: rows.Thing.map((row, index) => [...row, index === 0 ? 'yes' : null]) },
  },
  {
    ...lost,
    title: 'a JOIN, which leaves one out',
    schema: word,
    rows: worded,
    pending: [joined('JOIN')],
    says: /does not copy every row: 1 row would be left out/,
    after: { ...worded, Thing: [[...(rows.Thing[0] ?? []), 'yes']] },
  },
  {
    ...nothing,
    title: 'WITH, behind INSERT',
    pending: [insert('INSERT INTO "new_Thing" WITH t AS (SELECT * FROM "Thing") SELECT * FROM t;')],
  },
  {
    ...nothing,
    title: 'a query within the query',
    pending: [insert('INSERT INTO "new_Thing" SELECT * FROM (SELECT * FROM "Thing");')],
  },
  {
    ...nothing,
    title: 'two halves that are all rows',
    pending: [
      insert(
        'INSERT INTO "new_Thing" SELECT * FROM "Thing" WHERE "n" IS NULL UNION ALL SELECT * FROM "Thing" WHERE "n" IS NOT NULL;',
      ),
    ],
  },
  {
    ...nothing,
    title: 'a group for each row',
    pending: [insert('INSERT INTO "new_Thing" SELECT * FROM "Thing" GROUP BY "id";')],
  },
  {
    ...lost,
    title: 'WITH, behind INSERT, of some rows',
    pending: [
      insert('INSERT INTO "new_Thing" WITH t AS (SELECT * FROM "Thing" WHERE "n" IS NOT NULL) SELECT * FROM t;'),
    ],
    after: { Thing: rows.Thing.slice(0, 1) },
  },
];

const written: readonly Case[] = [
  {
    ...nothing,
    title: 'an UPDATE says so in so many words',
    pending: ['UPDATE "Thing" SET "kind" = upper("kind");'],
    after: { Thing: rows.Thing.map(([id = null, kind = null, n = null]) => [id, String(kind).toUpperCase(), n]) },
  },
  {
    ...nothing,
    title: 'an UPDATE of the new table',
    pending: [insert('INSERT INTO "new_Thing" SELECT * FROM "Thing";\nUPDATE "new_Thing" SET "kind" = upper("kind");')],
    after: { Thing: rows.Thing.map(([id = null, kind = null, n = null]) => [id, String(kind).toUpperCase(), n]) },
  },
  {
    ...nothing,
    title: 'a value that stands in for NULL in a column of another name',
    pending: [
      redefine({
        table: 'Thing',
        columns: columns.replace('"n"', '"m"'),
        into: '"id", "kind", "m"',
        select: `"id", "kind", coalesce("n", '')`,
      }),
    ],
    after: {
      Thing: [
        [1, 'a red one', '5'],
        [2, 'BLUE', ''],
      ],
    },
  },
  {
    ...lost,
    title: 'a plain copy into a type that does not give the text back',
    rows: { Thing: [[1, 'a', '007']] },
    pending: [redefine({ ...copy, columns: columns.replace('"n" TEXT', '"n" INTEGER') })],
    says: /changes the values of "Thing"\."n" in 1 row/,
    count: 1,
    finds: 1,
    after: { Thing: [[1, 'a', 7]] },
  },
];

const moved = (fill: string) =>
  `ALTER TABLE "Thing" ADD COLUMN "given" TEXT;\n${fill}\nALTER TABLE "Thing" DROP COLUMN "kind";`;
const givenOf = (first: string | null, second: string | null) => ({
  Thing: [
    [1, '5', first],
    [2, null, second],
  ],
});
const dropped = { ...lost, at: 'ALTER TABLE "Thing" DROP', says: /^Drops "Thing"\."kind" with its values/ } as const;

const notMoved: readonly Case[] = [
  {
    ...dropped,
    title: 'where only some rows have it',
    pending: [moved('UPDATE "Thing" SET "given" = "kind" WHERE "id" = 1;')],
    after: givenOf('a red one', null),
  },
  {
    ...dropped,
    title: 'where a join finds only some rows',
    pending: [
      moved('UPDATE "Thing" SET "given" = t."kind" FROM "Thing" AS t WHERE t."id" = "Thing"."id" AND t."id" = 1;'),
    ],
    after: givenOf('a red one', null),
  },
  {
    ...dropped,
    title: "where every row has another row's",
    pending: [moved('UPDATE "Thing" SET "given" = t."kind" FROM "Thing" AS t WHERE t."id" <> "Thing"."id";')],
    after: givenOf('BLUE', 'a red one'),
  },
  {
    ...dropped,
    title: 'where it is cleared again',
    pending: [moved('UPDATE "Thing" SET "given" = "kind";\nUPDATE "Thing" SET "given" = NULL;')],
    after: givenOf(null, null),
  },
];

describeCases('a table that is rebuilt through a helper table', sampled(helped, 2));
describeCases('a copy behind a query', sampled(queried, 3));
describeCases('a value that a statement changes', sampled(written, 2));
describeCases('a column that goes although its values were given to another', sampled(notMoved, 2));
