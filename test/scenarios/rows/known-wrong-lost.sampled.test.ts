/** Losses in places where nobody looks: REPLACE of the table's own, a trigger beside it, a helper table, a child that goes before its DROP. */

import { type Case, describeCases } from './cases.ts';

const lost = { tells: 'hazard', code: 'data-loss' } as const;
const none = { tells: 'nothing', code: 'data-loss' } as const;

const replacing = `CREATE TABLE "C" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT UNIQUE ON CONFLICT REPLACE, "note" TEXT);`;
const two = {
  C: [
    [1, 'x', 'one'],
    [2, 'y', 'two'],
  ],
};
const triggered = `CREATE TABLE "C" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT, "note" TEXT);
CREATE TABLE "Trail" ("text" TEXT);
CREATE TRIGGER "C_changed" AFTER UPDATE ON "C" BEGIN INSERT INTO "Trail" VALUES (OLD."id"); END;`;
const plain = 'CREATE TABLE "C" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT, "note" TEXT);';
const helper = (rest: string, more = '') => `CREATE TABLE "H" AS SELECT * FROM "C";
DROP TABLE "C";
${plain}
INSERT INTO "C" SELECT * FROM "H"${rest};
${more}DROP TABLE "H";`;
const family = `CREATE TABLE "P" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);
CREATE TABLE "K" ("id" INTEGER NOT NULL PRIMARY KEY, "p" INTEGER REFERENCES "P" ("id") ON DELETE CASCADE);`;

const cases: readonly Case[] = [
  {
    ...lost,
    title: 'a row that an INSERT meets, in a table that replaces by itself',
    schema: replacing,
    rows: two,
    at: 'INSERT',
    pending: [`INSERT INTO "C" ("id", "code") VALUES (3, 'x');`],
    says: /^Replaces 1 row of "C"/,
    after: {
      C: [
        [2, 'y', 'two'],
        [3, 'x', null],
      ],
    },
  },
  {
    ...lost,
    title: 'a row that the INSERT of a trigger meets, in a table that replaces by itself',
    schema: `${replacing}
CREATE TABLE "Log" ("text" TEXT);
CREATE TRIGGER "Log_added" AFTER INSERT ON "Log" BEGIN INSERT INTO "C" ("code") VALUES (NEW."text"); END;`,
    rows: { ...two, Log: [] },
    at: 'INSERT',
    pending: [`INSERT INTO "Log" VALUES ('x');`],
    says: /^Fires the trigger "Log_added"/,
    finds: 0,
    after: {
      C: [
        [2, 'y', 'two'],
        [3, 'x', null],
      ],
      Log: [['x']],
    },
  },
  {
    ...none,
    title: 'the INSERT of a trigger that fills no key there',
    schema: `${replacing}
CREATE TABLE "Log" ("text" TEXT);
CREATE TRIGGER "Log_added" AFTER INSERT ON "Log" BEGIN INSERT INTO "C" ("note") VALUES (NEW."text"); END;`,
    rows: { ...two, Log: [] },
    pending: [`INSERT INTO "Log" VALUES ('x');`],
    after: { C: [...two.C, [3, null, 'x']], Log: [['x']] },
  },
  {
    ...lost,
    title: 'a row that an INSERT meets by the default of a key, in a table that replaces by itself',
    schema: replacing.replace('REPLACE', `REPLACE DEFAULT 'x'`),
    rows: two,
    at: 'INSERT',
    pending: [`INSERT INTO "C" ("note") VALUES ('three');`],
    says: /^Replaces 1 row of "C"/,
    after: {
      C: [
        [2, 'y', 'two'],
        [3, 'x', 'three'],
      ],
    },
  },
  {
    ...lost,
    title: 'a row that REPLACE meets by an index of an expression',
    schema: `${plain}\nCREATE UNIQUE INDEX "C_code" ON "C" (lower("code"));`,
    rows: two,
    at: 'INSERT',
    pending: [`INSERT OR REPLACE INTO "C" ("id", "code") VALUES (3, 'X');`],
    says: /^Replaces 1 row of "C"/,
    after: {
      C: [
        [2, 'y', 'two'],
        [3, 'X', null],
      ],
    },
  },
  {
    ...lost,
    title: 'a row that REPLACE meets by a partial index',
    schema: `${plain}\nCREATE UNIQUE INDEX "C_code" ON "C" ("code") WHERE "code" > 'w';`,
    rows: two,
    at: 'INSERT',
    pending: [`INSERT OR REPLACE INTO "C" ("id", "code") VALUES (3, 'x');`],
    says: /^Replaces 1 row of "C"/,
    after: {
      C: [
        [2, 'y', 'two'],
        [3, 'x', null],
      ],
    },
  },
  {
    ...none,
    title: 'an INSERT beside those that a partial index is not about',
    schema: `${plain}\nCREATE UNIQUE INDEX "C_code" ON "C" ("code") WHERE "note" IS NULL;`,
    rows: two,
    pending: [`INSERT OR REPLACE INTO "C" ("id", "code") VALUES (3, 'x');`],
    after: { C: [...two.C, [3, 'x', null]] },
  },
  {
    ...none,
    title: 'REPLACE where a key has a default that is left to chance',
    schema: `CREATE TABLE "C" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT UNIQUE DEFAULT (hex(randomblob(16))), "note" TEXT);`,
    rows: two,
    pending: [
      `INSERT OR REPLACE INTO "C" ("id", "code") VALUES (3, 'z');\nINSERT OR REPLACE INTO "C" ("id") VALUES (4);\nUPDATE "C" SET "code" = 'q' WHERE "id" = 4;`,
    ],
    after: { C: [...two.C, [3, 'z', null], [4, 'q', null]] },
  },
  {
    ...lost,
    title: 'a row that UPDATE OR REPLACE brings into a partial index',
    schema: `${plain}\nCREATE UNIQUE INDEX "C_note" ON "C" ("note") WHERE "code" = 'x';`,
    rows: {
      C: [
        [1, 'x', 'one'],
        [2, 'y', 'one'],
      ],
    },
    at: 'UPDATE',
    pending: [`UPDATE OR REPLACE "C" SET "code" = 'x' WHERE "id" = 2;`],
    says: /^The UPDATE replaces rows of "C"/,
    after: { C: [[2, 'x', 'one']] },
  },
  {
    ...lost,
    title: 'a row that UPDATE OR REPLACE meets by a computed column',
    schema: `CREATE TABLE "C" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT, "low" TEXT AS (lower("code")) UNIQUE);`,
    rows: {},
    byHand: [`INSERT INTO "C" ("id", "code") VALUES (1, 'x'), (2, 'y')`],
    at: 'UPDATE',
    pending: [`UPDATE OR REPLACE "C" SET "code" = 'X' WHERE "id" = 2;`],
    says: /^The UPDATE replaces rows of "C"/,
    after: { C: [[2, 'X', 'x']] },
  },
  {
    ...lost,
    title: 'a row that a trigger of the new table ignores',
    schema: plain,
    rows: two,
    at: 'DROP TABLE "C"',
    pending: [
      `CREATE TABLE "H" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT, "note" TEXT);
CREATE TRIGGER "H_only" BEFORE INSERT ON "H" WHEN NEW."id" > 1 BEGIN SELECT RAISE(IGNORE); END;
INSERT INTO "H" SELECT * FROM "C";
DROP TABLE "C";
ALTER TABLE "H" RENAME TO "C";
DROP TRIGGER "H_only";`,
    ],
    count: 1,
    finds: 0,
    after: { C: [[1, 'x', 'one']] },
  },
  {
    ...none,
    title: 'an INSERT that meets no row there',
    schema: replacing,
    rows: two,
    pending: [`INSERT INTO "C" ("id", "code") VALUES (3, 'z');`],
    after: { C: [...two.C, [3, 'z', null]] },
  },
  {
    ...lost,
    title: 'a row that an UPDATE meets, in a table that replaces by itself',
    schema: replacing,
    rows: two,
    at: 'UPDATE',
    pending: [`UPDATE "C" SET "code" = 'x' WHERE "id" = 2;`],
    says: /^The UPDATE replaces rows of "C"/,
    after: { C: [[2, 'x', 'two']] },
  },
  {
    ...none,
    title: 'an UPDATE of a column that is no key there',
    schema: replacing,
    rows: two,
    pending: [`UPDATE "C" SET "note" = 'x';`],
    after: {
      C: [
        [1, 'x', 'x'],
        [2, 'y', 'x'],
      ],
    },
  },
  {
    ...lost,
    title: 'a row that REPLACE writes in part, where a trigger watches for something else',
    schema: triggered,
    rows: { ...two, Trail: [] },
    at: 'INSERT',
    pending: [`INSERT OR REPLACE INTO "C" ("id", "code") VALUES (1, 'z');`],
    says: /^Replaces 1 row of "C"/,
    after: {
      C: [
        [1, 'z', null],
        [2, 'y', 'two'],
      ],
      Trail: [],
    },
  },
  {
    ...none,
    title: 'a row that REPLACE writes as a whole there',
    schema: triggered,
    rows: { ...two, Trail: [] },
    pending: [`INSERT OR REPLACE INTO "C" ("id", "code", "note") VALUES (1, 'z', 'new');`],
    after: {
      C: [
        [1, 'z', 'new'],
        [2, 'y', 'two'],
      ],
      Trail: [],
    },
  },
  {
    ...lost,
    title: 'a row that is not copied back, where another is deleted from the helper table',
    schema: plain,
    rows: two,
    at: 'DROP TABLE "H"',
    pending: [helper(' LIMIT -1 OFFSET 1', 'DELETE FROM "H" WHERE "id" = 2;\n')],
    after: { C: [[2, 'y', 'two']] },
  },
  {
    ...none,
    title: 'rows that are all copied back',
    schema: plain,
    rows: two,
    pending: [helper('')],
  },
  {
    ...lost,
    title: 'children that went with their parent before they are dropped',
    schema: family,
    rows: {
      P: [[1, 'a']],
      K: [
        [1, 1],
        [2, null],
      ],
    },
    at: 'DROP TABLE "K"',
    about: /"K"/,
    pending: ['DROP TABLE "P";\nDROP TABLE "K";'],
    says: /^Drops "K" with 2 rows/,
    after: {},
  },
];
describeCases('a loss where nobody looks', cases);
