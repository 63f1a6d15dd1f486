/** Values that are all still there, or that a statement changes in so many words: nothing to lose, and said as such. */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
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
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;

const moved = (fill: string) =>
  `ALTER TABLE "Thing" ADD COLUMN "given" TEXT;\n${fill}\nALTER TABLE "Thing" DROP COLUMN "kind";`;
const given = {
  Thing: [
    [1, '5', 'a red one'],
    [2, null, 'BLUE'],
  ],
};
const kept = (title: string, fill: string): Case => ({
  tells: 'nothing',
  code: 'data-loss',
  title,
  schema,
  rows,
  pending: [moved(fill)],
  after: given,
});

const moves: readonly Case[] = [
  kept('by an UPDATE of all rows', 'UPDATE "Thing" SET "given" = "kind";'),
  kept('by an UPDATE of all that have one', 'UPDATE "Thing" SET "given" = "kind" WHERE "kind" IS NOT NULL;'),
  kept(
    'by a query of its own',
    'UPDATE "Thing" SET "given" = (SELECT t."kind" FROM "Thing" AS t WHERE t."id" = "Thing"."id");',
  ),
  kept('by a join', 'UPDATE "Thing" SET "given" = t."kind" FROM "Thing" AS t WHERE t."id" = "Thing"."id";'),
  {
    ...nothing,
    title: 'in the migration before',
    pending: [
      'ALTER TABLE "Thing" ADD COLUMN "given" TEXT;\nUPDATE "Thing" SET "given" = "kind";',
      'ALTER TABLE "Thing" DROP COLUMN "kind";',
    ],
    after: given,
  },
];

const copied: readonly Case[] = [
  {
    ...nothing,
    title: 'a helper table between the copy and the table',
    pending: [
      insert(
        'CREATE TABLE "help" AS SELECT * FROM "Thing";\nINSERT INTO "new_Thing" SELECT * FROM "help";\nDROP TABLE "help";',
      ),
    ],
  },
  {
    tells: 'hazard',
    code: 'data-loss',
    title: 'a helper table that has only some rows',
    schema,
    rows,
    pending: [
      insert(
        'CREATE TABLE "help" AS SELECT * FROM "Thing" WHERE "n" IS NOT NULL;\nINSERT INTO "new_Thing" SELECT * FROM "help";\nDROP TABLE "help";',
      ),
    ],
    at: anyOfRebuild,
    after: { Thing: rows.Thing.slice(0, 1) },
  },
  {
    ...nothing,
    title: 'WITH, before INSERT',
    pending: [insert('WITH t AS (SELECT * FROM "Thing") INSERT INTO "new_Thing" SELECT * FROM t;')],
  },
  {
    tells: 'hazard',
    code: 'data-loss',
    title: 'WITH, before INSERT, of some rows',
    schema,
    rows,
    pending: [
      insert('WITH t AS (SELECT * FROM "Thing" WHERE "n" IS NOT NULL) INSERT INTO "new_Thing" SELECT * FROM t;'),
    ],
    at: anyOfRebuild,
    after: { Thing: rows.Thing.slice(0, 1) },
  },
];

const loud = { Thing: rows.Thing.map(([id = null, kind = null, n = null]) => [id, String(kind).toUpperCase(), n]) };
const noted = { tells: 'note', code: 'data-loss', at: anyOfRebuild, schema, rows } as const;
const written: readonly Case[] = [
  {
    ...noted,
    title: 'upper() in a copy, as in an UPDATE',
    pending: [redefine({ ...copy, select: '"id", upper("kind"), "n"' })],
    says: /^Rebuilds "Thing" and changes the values of "Thing"\."kind" in 1 row\.$/,
    count: 1,
    finds: 1,
    after: loud,
  },
  {
    ...noted,
    title: 'a CASE in a copy',
    pending: [redefine({ ...copy, select: `"id", CASE "kind" WHEN 'BLUE' THEN 'b' ELSE "kind" END, "n"` })],
    after: {
      Thing: [
        [1, 'a red one', '5'],
        [2, 'b', null],
      ],
    },
  },
  {
    ...noted,
    title: 'another column that is computed from one that goes',
    pending: [
      redefine({
        ...copy,
        columns: columns.replace('"n" TEXT', '"m" INTEGER'),
        into: '"id", "kind", "m"',
        select: '"id", "kind", "n" * 2',
      }),
    ],
    count: 1,
    finds: 1,
    after: {
      Thing: [
        [1, 'a red one', 10],
        [2, 'BLUE', null],
      ],
    },
  },
  {
    tells: 'hazard',
    code: 'data-loss',
    title: 'beside a copy of the column that does not come back',
    at: anyOfRebuild,
    schema,
    rows: { Thing: [[1, '007', null]] },
    pending: [
      redefine({
        ...copy,
        columns: `${columns}, "code" INTEGER`,
        into: '"id", "kind", "n", "code"',
        select: `"id", substr("kind", 3), "n", "kind"`,
      }),
    ],
    count: 1,
    finds: 1,
    after: { Thing: [[1, '7', null, 7]] },
  },
  {
    tells: 'hazard',
    code: 'data-loss',
    title: 'in one of two statements, where the other leaves it out',
    at: anyOfRebuild,
    schema,
    rows,
    pending: [
      insert(
        `INSERT INTO "new_Thing" SELECT "id", upper("kind"), "n" FROM "Thing" WHERE "id" = 1;
INSERT INTO "new_Thing" ("id", "n") SELECT "id", "n" FROM "Thing" WHERE "id" > 1;`,
      ),
    ],
    count: 2,
    finds: 0,
    after: {
      Thing: [
        [1, 'A RED ONE', '5'],
        [2, null, null],
      ],
    },
  },
];

describeCases('a column that goes when its values were given to another', sampled(moves, 2));
describeCases('rows that all come through', sampled(copied, 2));
describeCases('a value that a copy changes in so many words', sampled(written, 2));

describeTargets('what a plan notes', (fresh) => {
  const note = async (story: { readonly schema: string; readonly rows: typeof rows }, pending: string) => {
    const told = { ...story, title: '', pending: [pending] };
    const { url } = await begin(await fresh(), told);
    const findings = findAll((await plan({ url, migrations: migrationsOf(told) })).plan);
    return findings.filter(({ code }) => code !== 'rebuild').map(({ kind, code }) => `${kind} ${code}`);
  };

  it('is not that nobody looked, where the rows were run', async () => {
    const helped = keysOff(
      `CREATE TABLE "help" AS SELECT * FROM "Thing";\nDROP TABLE "Thing";\nCREATE TABLE "Thing" (${columns});\nINSERT INTO "Thing" SELECT * FROM "help";\nDROP TABLE "help";`,
    );
    expect(await note({ schema, rows }, helped)).toEqual([]);
  });

  it('is not that all is well, nor that nobody looked, beside what fails', async () => {
    const strict = { ...copy, columns: columns.replace('"kind" TEXT', '"kind" INTEGER'), options: 'STRICT' };
    expect(await note({ schema, rows }, redefine(strict))).toEqual(['blocker fails-on-rows']);
  });
});

const pairs = 'CREATE TABLE "Pair" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT, "b" TEXT);';
describeMeanwhile(
  'columns that are exchanged',
  sampled(
    [
      {
        title: 'a row in a table that was empty',
        code: 'column-order',
        schema: pairs,
        rows: { Pair: [] },
        pending: [
          redefine({
            table: 'Pair',
            columns: '"id" INTEGER NOT NULL PRIMARY KEY, "b" TEXT, "a" TEXT',
            insert: 'INSERT INTO "new_Pair" SELECT * FROM "Pair";',
          }),
        ],
        meanwhile: `INSERT INTO "Pair" VALUES (1, 'one', 'two')`,
        says: /"Pair"/,
        left: { Pair: [[1, 'one', 'two']] },
      },
      {
        title: 'a row whose values differ, where all were the same',
        code: 'column-order',
        schema: pairs,
        rows: { Pair: [[1, 'one', 'one']] },
        pending: [
          redefine({
            table: 'Pair',
            columns: '"id" INTEGER NOT NULL PRIMARY KEY, "b" TEXT, "a" TEXT',
            insert: 'INSERT INTO "new_Pair" SELECT * FROM "Pair";',
          }),
        ],
        meanwhile: `UPDATE "Pair" SET "b" = 'two'`,
        says: /"Pair"/,
        left: { Pair: [[1, 'one', 'two']] },
      },
    ],
    1,
  ),
);

describeMeanwhile('a table that one statement fills and a later one drops', [
  {
    title: 'a row of the table that it was filled from, and that was emptied',
    code: 'data-loss',
    schema: `${schema}\nCREATE TABLE "Aside" (${columns});`,
    rows: { Thing: [], Aside: [] },
    pending: ['INSERT INTO "Aside" SELECT * FROM "Thing";\nDELETE FROM "Thing";\nDROP TABLE "Aside";'],
    meanwhile: `INSERT INTO "Thing" VALUES (1, 'a red one', '5')`,
    says: /"(?:Aside|Thing)"/,
    left: { Thing: [] },
  },
]);
