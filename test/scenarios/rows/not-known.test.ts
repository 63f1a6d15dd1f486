/** What applies well is not stopped by rows that the plan did not fetch, or cannot know, nor by what was wrong before. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, findAll, migrationsOf, type Story } from './cases.ts';

const small = 'CREATE TABLE "Small" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL);';
const big = 'CREATE TABLE "Big" ("id" INTEGER PRIMARY KEY, "a" TEXT);';
const parents =
  'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "K" ("id" INTEGER PRIMARY KEY, "p" INTEGER REFERENCES "P"("id") ON DELETE CASCADE, "u" TEXT);';
const guarded = `CREATE TRIGGER "t" BEFORE UPDATE ON "Small" WHEN NOT EXISTS (SELECT 1 FROM "Big") BEGIN SELECT RAISE(ABORT, 'empty'); END;`;
const bigRows = [1, 2, 3, 4, 5].map((id) => [id, 'x']);
const notes = `INSERT INTO "Note" VALUES (1, 'red apples'), (2, 'green pears')`;

const one = { schema: `${small}\n${big}`, rows: { Small: [[1, 'a']], Big: bigRows } };
const cascading = { schema: `${big}\n${parents}`, rows: { Big: bigRows, P: [[1]], K: [[1, 1, 'a']] } };
const full = {
  schema: `${small}\nCREATE TABLE "Note" ("id" INTEGER PRIMARY KEY, "body" TEXT);`,
  rows: {},
  byHand: [notes],
};
const vector =
  'CREATE TABLE "V" ("id" INTEGER PRIMARY KEY, "v" F32_BLOB(2));\nCREATE INDEX "V_v" ON "V"(libsql_vector_idx("v"));';
const index = `CREATE VIRTUAL TABLE "F" USING fts5("body", content='Note', content_rowid='id');`;
const search = `INSERT INTO "Small" VALUES (1, (SELECT "body" FROM "F" WHERE "F" MATCH 'pears'));`;
const nulls = {
  schema: 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a.b" TEXT, "c" TEXT);',
  byHand: [
    'ALTER TABLE "T" ALTER COLUMN "a.b" TO "a.b" TEXT NOT NULL',
    'ALTER TABLE "T" ALTER COLUMN "c" TO "c" TEXT NOT NULL',
  ],
};

const stories: readonly (Story & { readonly allow?: readonly string[] })[] = [
  {
    ...one,
    title: 'a view that the plan makes',
    pending: [
      'CREATE VIEW "V" AS SELECT "a" FROM "Big";',
      'INSERT INTO "Small" VALUES (9, (SELECT max("a") FROM "V"));',
    ],
  },
  { ...one, title: 'a trigger that the plan makes', pending: [`${guarded}\nUPDATE "Small" SET "a" = 'b';`] },
  {
    ...one,
    title: 'a trigger of a table that the plan renames',
    schema: `${one.schema}\n${guarded}`,
    pending: [`ALTER TABLE "Small" RENAME TO "Tiny";\nUPDATE "Tiny" SET "a" = 'b';`],
  },
  {
    ...one,
    title: 'a table in single quotes',
    pending: [`INSERT INTO "Small" VALUES (9, (SELECT max("a") FROM 'Big'));`],
  },
  {
    ...one,
    title: 'the tracker',
    pending: ['INSERT INTO "Small" VALUES (9, (SELECT max("migration_name") FROM "_prisma_migrations"));'],
  },
  {
    title: 'the counters of AUTOINCREMENT',
    schema: [...'TUVW']
      .map(
        (name) => `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "t" INTEGER REFERENCES "T"("id"));`,
      )
      .join('\n'),
    rows: { T: [[900, null]], U: [[1, null]], V: [[1, null]], W: [[1, null]] },
    byHand: ['DELETE FROM "T"'],
    pending: ['INSERT INTO "T" ("t") VALUES (NULL);\nINSERT INTO "U" ("t") VALUES (901);'],
  },
  {
    ...one,
    title: 'the row that was inserted last, by whomever',
    schema: `${small}\nCREATE TABLE "N" ("v" INTEGER CHECK ("v" <> 7));`,
    rows: { Small: [[7, 'a']] },
    pending: ['DELETE FROM "Small" WHERE "id" = 99;\nINSERT INTO "N" VALUES (last_insert_rowid());'],
  },
  {
    ...one,
    title: 'the key of a row in a table that is too large',
    schema: `${big}\nCREATE TABLE "N" ("v" INTEGER UNIQUE);`,
    rows: { Big: bigRows, N: [[1]] },
    pending: [`INSERT INTO "Big" ("a") VALUES ('q');\nINSERT INTO "N" VALUES (last_insert_rowid());`],
  },
  {
    ...cascading,
    title: 'what goes along with rows that are found in a table that is too large',
    pending: [`DELETE FROM "P" WHERE "id" IN (SELECT "id" FROM "Big");\nCREATE INDEX "K_u" ON "K"("u" ->> '$.x');`],
    allow: ['data-loss'],
  },
  {
    ...cascading,
    title: 'what triggers of triggers delete then',
    schema: `${big}\nCREATE TABLE "P" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "Q" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "K" ("id" INTEGER PRIMARY KEY, "u" TEXT);\nCREATE TRIGGER "t1" AFTER DELETE ON "P" BEGIN DELETE FROM "Q"; END;\nCREATE TRIGGER "t2" AFTER DELETE ON "Q" BEGIN DELETE FROM "K"; END;`,
    rows: { Big: bigRows, P: [[1]], Q: [[1]], K: [[1, 'a']] },
    pending: [`DELETE FROM "P" WHERE "id" IN (SELECT "id" FROM "Big");\nCREATE INDEX "K_u" ON "K"("u" ->> '$.x');`],
    allow: ['data-loss'],
  },
  {
    ...full,
    title: 'the content of a full-text index that the plan makes',
    pending: [`${index}\nINSERT INTO "F"("F") VALUES ('rebuild');\n${search}`],
  },
  {
    ...full,
    title: 'the content of a full-text index behind a view',
    schema: `${full.schema}\n${index}\nCREATE VIEW "Found" AS SELECT "body" FROM "F" WHERE "F" MATCH 'pears';`,
    byHand: [notes, `INSERT INTO "F"("F") VALUES ('rebuild')`],
    pending: ['INSERT INTO "Small" VALUES (1, (SELECT "body" FROM "Found"));'],
  },
  {
    title: 'the table of a vector index that is searched',
    schema: `${small}\n${vector}`,
    rows: {},
    byHand: [`INSERT INTO "V" VALUES (1, vector32('[1,0]')), (2, vector32('[0,1]'))`],
    pending: [`INSERT INTO "Small" VALUES (1, (SELECT "id" FROM vector_top_k('V_v', vector32('[0,1]'), 1)));`],
  },
  {
    ...nulls,
    title: 'a NULL that was there before, in a column and a table that are renamed',
    rows: { T: [[1, null, 'x']] },
    pending: ['ALTER TABLE "T" RENAME TO "U.V";\nALTER TABLE "U.V" RENAME COLUMN "a.b" TO "d";'],
  },
  {
    ...nulls,
    title: 'NULLs that were there before, and behind more than the engine tells',
    rows: { T: Array.from({ length: 300 }, (_, id) => (id < 150 ? [id, null, 'x'] : [id, 'x', null])) },
    pending: [`UPDATE "T" SET "a.b" = 'y' WHERE "a.b" IS NULL;`],
  },
];

describeTargets('a plan is not stopped by', (fresh) => {
  it.each(stories)('$title', async (story) => {
    const { url } = await begin(await fresh(), story);
    const migrations = migrationsOf(story);
    for (const rows of [undefined, 4, 3]) {
      const { plan: planned } = await plan({ url, migrations, rows });
      const asking = findAll(planned).filter(({ kind }) => kind !== 'note');
      expect([rows, ...new Set(asking.map(({ code }) => code))]).toEqual([rows, ...(story.allow ?? [])]);
    }
    expect(await apply({ url, migrations, allow: story.allow ?? [] })).toMatchObject({ outcome: 'applied' });
  });
});
