/**
 * A column that is altered: libSQL cuts the table's text, and looks at no row. The text alone: `damages-table.test.ts`; NOT NULL, CHECK,
 * a key and another type over rows: `on-rows.sampled.test.ts`.
 */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';

const required = 'ALTER TABLE "T" ALTER COLUMN "state" TO "state" TEXT NOT NULL;';
const tableOf = (columns: string) => `CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, ${columns});`;
const rows = { T: [[1, 'a', 'a secret']] };

const cut = { tells: 'blocker', code: 'damages-table', at: 'ALTER TABLE', rows, fails: null } as const;
const whole = { tells: 'nothing', code: 'damages-table', rows } as const;
const refused = {
  tells: 'blocker',
  code: 'rehearsal-failed',
  at: 'ALTER TABLE',
  rows,
  says: /what it makes of the table is no SQL\. libSQL's ALTER COLUMN replaces .* up to the next comma/,
  way: /CREATE TABLE "new_T"/,
} as const;

const texts: readonly Case[] = [
  {
    ...cut,
    title: 'a comment with a comma becomes a column, and the one behind it is NULL',
    schema: tableOf('"state" TEXT -- who, what\n, "secret" TEXT'),
    pending: [required],
    says: /more of "T" than the column "state": the column "what" appears/,
  },
  {
    ...whole,
    title: 'a comment without a comma',
    schema: tableOf('"state" TEXT -- who and what\n, "secret" TEXT'),
    pending: [required],
  },
  {
    ...cut,
    title: 'the same in the second of two migrations, where the first makes the table',
    schema: tableOf('"state" TEXT, "secret" TEXT'),
    pending: [`CREATE TABLE "U" ("state" TEXT -- who, what\n, "secret" TEXT);`, required.replace('"T"', '"U"')],
    says: /more of "U"/,
  },
  {
    ...refused,
    title: 'a comment within a line, whose end is left over',
    schema: tableOf('"state" TEXT /* who, what */,\n"secret" TEXT'),
    pending: [required],
    fails: 'what */',
  },
  {
    ...refused,
    title: 'a CHECK with a comma in it, whose end is left over',
    schema: tableOf(`"state" TEXT CHECK ("state" IN ('a', 'b')), "secret" TEXT`),
    pending: [required],
    fails: `NOT NULL, 'b'))`,
  },
  {
    ...refused,
    title: 'a type with a comma in it, whose end is left over',
    schema: tableOf('"state" DECIMAL(10, 2), "secret" TEXT'),
    pending: ['ALTER TABLE "T" ALTER COLUMN "state" TO "state" DECIMAL(12, 4);'],
    fails: '(12, 4), 2)',
  },
  {
    ...whole,
    title: 'a type with a comma in it, that comes',
    schema: tableOf('"state" DECIMAL, "secret" TEXT'),
    pending: ['ALTER TABLE "T" ALTER COLUMN "state" TO "state" DECIMAL(12, 4);'],
  },
];

const indexed = `${tableOf('"state" TEXT, "secret" TEXT')}\nCREATE UNIQUE INDEX "T_state_key" ON "T"("state");`;
const folded = 'ALTER TABLE "T" ALTER COLUMN "state" TO "state" TEXT COLLATE NOCASE;';
const pairOf = (first: string, second: string) => ({
  T: [
    [1, first, null],
    [2, second, null],
  ],
});
const broken = { tells: 'blocker', code: 'breaks-constraints', at: 'ALTER TABLE', fails: null } as const;
const fitting = { tells: 'nothing', code: 'breaks-constraints' } as const;

const values: readonly Case[] = [
  {
    ...broken,
    title: 'values under a unique index that become the same',
    schema: indexed,
    rows: pairOf('a', 'A'),
    pending: [folded],
    says: /^The index "T_state_key" on "T" would not fit its rows: it has a value more than once/,
  },
  {
    ...fitting,
    title: 'values under a unique index that stay what they are, in the same order',
    schema: indexed,
    rows: pairOf('a', 'b'),
    pending: [folded],
  },
  {
    ...broken,
    title: 'values under an index that come in another order',
    schema: `${tableOf('"state" TEXT, "secret" TEXT')}\nCREATE INDEX "T_state_idx" ON "T"("state");`,
    rows: pairOf('B', 'a'),
    pending: [folded],
    says: /^The index "T_state_idx" on "T" would not fit its rows/,
  },
  {
    ...fitting,
    title: 'values under an index that the file makes again',
    schema: `${tableOf('"state" TEXT, "secret" TEXT')}\nCREATE INDEX "T_state_idx" ON "T"("state");`,
    rows: pairOf('B', 'a'),
    pending: [`DROP INDEX "T_state_idx";\n${folded}\nCREATE INDEX "T_state_idx" ON "T"("state");`],
  },
  {
    ...broken,
    title: 'a NULL that only an earlier migration leaves',
    schema: tableOf('"state" TEXT, "secret" TEXT'),
    rows,
    pending: ['UPDATE "T" SET "state" = NULL;', required],
    says: /^1 row of "T" would have NULL in "state"/,
  },
  {
    ...fitting,
    title: 'a NULL that an earlier migration mends',
    schema: tableOf('"state" TEXT, "secret" TEXT'),
    rows: { T: [[1, null, null]] },
    pending: [`UPDATE "T" SET "state" = 'new';`, required],
    after: { T: [[1, 'new', null]] },
  },
  {
    ...broken,
    title: 'a CHECK that only one of several rows breaks',
    schema: tableOf('"state" TEXT, "secret" TEXT'),
    rows: pairOf('new', 'old'),
    pending: [`ALTER TABLE "T" ALTER COLUMN "state" TO "state" TEXT CHECK ("state" IN ('new'));`],
    says: /^1 row of "T" breaks a CHECK/,
  },
  {
    ...fitting,
    title: 'a CHECK that takes NULL',
    schema: tableOf('"state" TEXT, "secret" TEXT'),
    rows: { T: [[1, null, null]] },
    pending: [`ALTER TABLE "T" ALTER COLUMN "state" TO "state" TEXT CHECK ("state" IN ('new'));`],
  },
];

/** The engine looks at no generated value's type as it is written. */
const generated = (
  type: string,
) => `CREATE TABLE "new_T" ("id" INTEGER NOT NULL PRIMARY KEY, "state" TEXT, "kept" ${type} AS ("state")) STRICT;
INSERT INTO "new_T" ("id", "state") SELECT "id", "state" FROM "T";
DROP TABLE "T";
ALTER TABLE "new_T" RENAME TO "T";`;

const strict: readonly Case[] = [
  {
    ...broken,
    title: 'a text that is generated as a BLOB',
    at: ['CREATE TABLE', 'DROP TABLE', 'INSERT'],
    schema: tableOf('"state" TEXT'),
    rows: { T: [[1, 'a']] },
    pending: [generated('BLOB')],
    says: /"kept"/,
    way: /the type that its expression has/,
  },
  {
    ...fitting,
    title: 'a text that is generated as a text',
    schema: tableOf('"state" TEXT'),
    rows: { T: [[1, 'a']] },
    pending: [generated('TEXT')],
    after: { T: [[1, 'a', 'a']] },
  },
];

describeCases('a STRICT table with a column that is generated', strict);
describeCases('a column that is altered by cutting a text', sampled(texts, 3));
describeCases('a column that is altered over its rows', sampled(values, 4));
