/** What a rehearsal on the real engine finds of single statements: what is sent, what is there already, and what fails. */

import { describe, expect, it } from 'vitest';
import { rebuild, tell } from '../stories.ts';

const shop = [
  'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT)',
  'CREATE INDEX "i" ON "A"("x")',
  'CREATE VIEW "v" AS SELECT "x" FROM "A"',
  'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN SELECT 1; END',
];

const sent = async (...statements: readonly string[]) =>
  (await tell(shop, statements)).statements.map((one) => one.sent);

describe('what is sent', () => {
  it('may meet its own result, and reads no rows that nobody wants', async () => {
    expect(
      await sent(
        'CREATE TABLE "New" ("id")',
        'CREATE UNIQUE INDEX "j" ON "A"("x")',
        'SELECT * FROM "A"',
        `INSERT INTO "A" ("x") VALUES ('a') RETURNING *`,
      ),
    ).toEqual([
      'CREATE TABLE IF NOT EXISTS "New" ("id")',
      'CREATE UNIQUE INDEX IF NOT EXISTS "j" ON "A"("x")',
      'WITH migrate_prod_rows AS MATERIALIZED (SELECT * FROM "A") SELECT count(*) FROM migrate_prod_rows',
      expect.stringMatching(/^INSERT INTO "A" \("x"\) VALUES \('a'\)\s*$/),
    ]);
  });

  it('is the statement as it stands inside a rebuild: a copy that is left over must not take its place', async () => {
    const copy = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT', '"id", "x"');
    expect((await tell(shop, copy)).statements[1]?.sent).toBe(copy[1]);
    const left = await tell(shop, copy, ['CREATE TABLE "new_A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT)']);
    expect(left.findings).toContain('blocker rehearsal-failed@2');
    // Also where the rehearsal ended before it.
    const unseen = await tell(shop, ['SELECT "nothing" FROM "Nowhere"', ...copy]);
    expect(unseen.statements[2]?.sent).toBe(copy[1]);
  });

  it('leaves the pragmas of foreign keys out, which are set around the transaction', async () => {
    const { statements } = await tell(shop, [
      'PRAGMA foreign_keys=OFF',
      'PRAGMA defer_foreign_keys=ON',
      'DELETE FROM "A"',
    ]);
    expect(statements.map(({ action, skip, reason }) => [action, skip, reason])).toEqual([
      ['skip', 'foreign-keys', 'set around the transaction'],
      ['skip', 'foreign-keys', 'set around the transaction'],
      ['run', null, null],
    ]);
    const deferred = await tell(shop, ['PRAGMA defer_foreign_keys=ON', 'PRAGMA foreign_keys=ON', 'PRAGMA page_count']);
    expect(deferred.statements.map(({ action, skip }) => [action, skip])).toEqual([
      ['run', null],
      ['skip', 'foreign-keys'],
      ['skip', 'left-out'],
    ]);
    expect(deferred.statements[1]?.reason).toBe('foreign keys are already on');
  });
});

describe('what is there already', () => {
  it.each([
    ['CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT)', 'CREATE TABLE "A" ("id" INTEGER)'],
    ['CREATE INDEX "i" ON "A"("x")', 'CREATE INDEX "i" ON "A"("id")'],
    ['CREATE VIEW "v" AS SELECT "x" FROM "A"', 'CREATE VIEW "v" AS SELECT "id" FROM "A"'],
    ['ALTER TABLE "A" ADD COLUMN "x" TEXT', 'ALTER TABLE "A" ADD COLUMN "x" INTEGER'],
    [
      'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN SELECT 1; END',
      'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN SELECT 2; END',
    ],
  ])('is left out where it is the same, and blocks where it is not: %s', async (same, other) => {
    const told = await tell(shop, [same]);
    expect(told.findings).toEqual([]);
    expect(told.statements).toMatchObject([{ action: 'skip', skip: 'identical', reason: 'already exists, identical' }]);
    expect((await tell(shop, [other])).findings).toEqual(['blocker exists-different@1']);
  });

  it('is left out where it is another and the file says IF NOT EXISTS, with a word on it', async () => {
    const told = await tell(shop, ['CREATE TABLE IF NOT EXISTS "A" ("id" INTEGER)']);
    expect(told.findings).toEqual(['hazard exists-different@1']);
    expect(told.statements).toMatchObject([{ action: 'skip', skip: 'different' }]);
  });

  it('is a failure where the file made it itself, above', async () => {
    const twice = ['CREATE TABLE "New" ("id")', 'CREATE TABLE "New" ("other")'];
    expect((await tell(shop, twice)).findings).toEqual(['blocker exists-different@2']);
  });
});

describe('what fails', () => {
  it.each([
    ['SELECT "nothing" FROM "Nowhere"'],
    ['CREATE INDEX "j" ON "Nowhere"("x")'],
    ['INSERT INTO "A" ("nothing") VALUES (1)'],
    ['DROP TABLE "Nowhere"'],
    ['ALTER TABLE "A" DROP COLUMN "x"'],
    ['this is no SQL'],
  ])('is a blocker, and ends the rehearsal: %s', async (sql) => {
    const { findings, statements } = await tell(shop, [sql, 'CREATE TABLE "Later" ("id")']);
    expect(findings.filter((finding) => !finding.startsWith('note'))).toEqual(['blocker rehearsal-failed@1']);
    expect(statements).toHaveLength(2);
  });

  it('is no blocker where it fails on rows: production has others', async () => {
    const twice = ['INSERT INTO "A" ("id") VALUES (1)', 'INSERT INTO "A" ("id") SELECT 1 WHERE random() IS NULL'];
    expect((await tell(shop, twice)).findings).toEqual([]);
  });

  it('is not the DROP of what rows of the plan refer to', async () => {
    const keys = [
      'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY)',
      'CREATE TABLE "C" ("p" INTEGER REFERENCES "P" ("id"))',
    ];
    const told = await tell(keys, ['DROP TABLE "C"', 'DROP TABLE "P"']);
    expect(told.there).toEqual([]);
  });
});

describe('foreign keys that are switched off', () => {
  const keys = [
    'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY)',
    'CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "p" INTEGER REFERENCES "P" ("id"))',
    'CREATE TABLE "D" ("id" INTEGER PRIMARY KEY)',
  ];

  it('that cannot be checked are noted', async () => {
    const broken = 'CREATE TABLE "E" ("d" INTEGER REFERENCES "D" ("nothing"))';
    const told = await tell([...keys, broken], ['PRAGMA foreign_keys=OFF', 'UPDATE "E" SET "d" = 1']);
    expect(told.findings).toContain('note foreign-key-mismatch');
    const elsewhere = await tell([...keys, broken], ['PRAGMA foreign_keys=OFF', 'UPDATE "C" SET "p" = NULL']);
    expect(elsewhere.findings).not.toContain('note foreign-key-mismatch');
    // A trigger may touch any table.
    const trigger = 'CREATE TRIGGER "t" AFTER UPDATE ON "C" BEGIN SELECT 1; END';
    const triggered = await tell(
      [...keys, broken],
      ['PRAGMA foreign_keys=OFF', 'UPDATE "C" SET "p" = NULL'],
      [trigger],
    );
    expect(triggered.findings).toContain('note foreign-key-mismatch');
    expect((await tell([...keys, broken], ['UPDATE "E" SET "d" = 1'])).findings).not.toContain(
      'note foreign-key-mismatch',
    );
  });
});

describe('a reach outside', () => {
  it('ends the rehearsal before it runs', async () => {
    const told = await tell(shop, ['CREATE TABLE "New" ("id")', `INSERT INTO "New" SELECT readfile('x')`]);
    expect(told.findings).toContain('blocker reaches-outside@2');
    expect((await tell(shop, [`SELECT * FROM fsdir('/')`])).findings).toContain('blocker reaches-outside@1');
  });
});
