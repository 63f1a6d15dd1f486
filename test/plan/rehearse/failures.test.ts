/** Why a statement fails on the real engine, beyond its words: where it is broken, what is meant, and how the file is put right. */

import { describe, expect, it } from 'vitest';
import { openApplied, planOn } from '../plan-on.ts';
import { rebuild } from '../stories.ts';

const init = {
  '1_init': [
    'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT, "y" TEXT)',
    'CREATE INDEX "A_x_idx" ON "A"("x");\n',
  ].join(';\n'),
};

/** What blocks it, by the statement in the last line. */
async function fail(sql: string, there: readonly string[] = []) {
  const { plan } = await planOn(await openApplied(init, there), { ...init, '2_next': `SELECT 1;\n${sql};\n` });
  return plan.migrations
    .flatMap(({ findings }) => findings)
    .filter(({ kind }) => kind === 'blocker')
    .map(({ code, place, args }) => ({ code, line: place.line, sql: place.sql, ...args }));
}

const failed = { code: 'rehearsal-failed', line: 2, what: 'failed' };

describe('a failure', () => {
  it.each([
    ['DROP TABLE "Nowhere"', 'no such table: Nowhere'],
    ['CREATE INDEX "j" ON "A"(gone)', 'no such column: gone'],
    ['ALTER TABLE "Nowhere" RENAME TO "X"', 'no such table: Nowhere'],
  ])('of %s has the engine’s words, and no more', async (sql, said) => {
    expect(await fail(sql)).toEqual([
      { ...failed, sql, message: expect.stringContaining(said), hint: null, mend: null },
    ]);
  });

  it('on a copy that an earlier attempt left is mended by dropping that', async () => {
    const copy = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT', '"id", "x"').slice(1);
    const left = ['CREATE TABLE "new_A" ("id" INTEGER)'];
    expect(await fail(copy.join(';\n'), left)).toEqual([
      {
        ...failed,
        sql: copy[0],
        message: 'table "new_A" already exists',
        hint: { what: 'leftover' },
        mend: { what: 'drop-leftover', table: 'new_A' },
      },
    ]);
    // Said IF NOT EXISTS, it would be filled with rows beside those that it has.
    const careful = copy.map((sql) => sql.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'));
    expect(await fail(careful.join(';\n'), left)).toMatchObject([
      { ...failed, message: 'new_A already exists', hint: { what: 'leftover' } },
    ]);
  });

  it('of another kind in a rebuild is no leftover', async () => {
    const copy = rebuild('A', '"id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT', '"id", "x"').slice(1);
    const index = [copy[0], 'CREATE INDEX "A_x_idx" ON "new_A"("x")', ...copy.slice(1)];
    const message = expect.stringContaining('already exists');
    expect(await fail(index.join(';\n'))).toMatchObject([{ ...failed, line: 3, message, hint: null, mend: null }]);
    const twice = copy.map((sql) => sql.replace('"x" TEXT', '"x" TEXT, "x" TEXT'));
    expect(await fail(twice.join(';\n'))).toMatchObject([{ ...failed, hint: null, mend: null }]);
  });

  it('to add a column is one of its own where the column is not there', async () => {
    expect(await fail('ALTER TABLE "A" ADD COLUMN "z" INTEGER PRIMARY KEY')).toMatchObject([{ ...failed, hint: null }]);
  });

  it('on an index of a name that SQLite keeps for itself is mended by another name', async () => {
    expect(await fail('CREATE INDEX "sqlite_A_x" ON "A"("y")')).toMatchObject([
      { ...failed, hint: null, mend: { what: 'rename-index', sql: 'CREATE INDEX "A_x" ON "A"("y")' } },
    ]);
  });

  it('on a text in double quotes is mended by single ones, where it stands among values', async () => {
    expect(await fail(`UPDATE "A" SET "x" = "o'clock"`)).toMatchObject([
      {
        ...failed,
        hint: { what: 'quoted-text', text: "o'clock" },
        mend: { what: 'quote-text', sql: `UPDATE "A" SET "x" = 'o''clock'` },
      },
    ]);
    expect(await fail('CREATE VIEW "v" AS SELECT "x" FROM "A" WHERE "x" = "text"')).toEqual([]);
    const index = 'CREATE INDEX "j" ON "A"("y") WHERE "x" = "text"';
    expect(await fail(index)).toMatchObject([{ ...failed, hint: { what: 'quoted-text', text: 'text' }, mend: null }]);
    // Without quotes it can only be a column.
    expect(await fail('UPDATE "A" SET "x" = nothing')).toMatchObject([{ ...failed, hint: null, mend: null }]);
  });

  it('to drop a column names the index that is on it', async () => {
    expect(await fail('ALTER TABLE "A" DROP COLUMN "x"')).toMatchObject([
      { ...failed, hint: { what: 'index-on-column', index: 'A_x_idx' }, mend: null },
    ]);
  });

  it.each(['view', 'trigger'])('to rename a table is the affair of a %s that reads it', async (type) => {
    const objects = {
      view: 'CREATE VIEW "v" AS SELECT "nothing" FROM "A"',
      trigger: 'CREATE TRIGGER "t" AFTER INSERT ON "A" BEGIN SELECT "nothing" FROM "A"; END',
    };
    const sql = objects[type as keyof typeof objects];
    const told = await fail(`${sql};\nALTER TABLE "A" RENAME TO "Z"`);
    expect(told).toMatchObject([
      { ...failed, line: 3, message: expect.stringContaining(`error in ${type}`), hint: { what: 'reader' } },
    ]);
    // Any other ALTER TABLE says it by itself.
    const other = await fail(`${sql};\nALTER TABLE "A" RENAME COLUMN "y" TO "z"`);
    expect(other).toMatchObject([
      { ...failed, line: 3, message: expect.stringContaining(`error in ${type}`), hint: null },
    ]);
  });

  it('on what production has, and that is broken there, is told as that', async () => {
    const broken = ['CREATE VIEW "v" AS SELECT * FROM "Nowhere"'];
    const told = await fail('ALTER TABLE "A" RENAME TO "Z"', broken);
    expect(told).toMatchObject([{ code: 'rehearsal-failed', line: 2, what: 'on-obstacle' }]);
  });
});

describe('a text that does not end', () => {
  it('is told where it begins, in its own line', async () => {
    const sql = `UPDATE "A"\nSET "x" = 'open`;
    expect(await fail(sql)).toMatchObject([
      { code: 'rehearsal-failed', line: 3, what: 'broken-text', json: null, fault: expect.anything() },
    ]);
  });
});
