/** Rows that come between a plan and its application, where no guard stood. More: every `describeMeanwhile`. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, findAll, migrationsOf, nameOf, readRows } from './cases.ts';
import { applyWhile, describeMeanwhile } from './meanwhile.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "note" TEXT';
const schema = `CREATE TABLE "Memo" (${columns});`;
const copy = { table: 'Memo', columns, into: '"id", "note"' };
const short = { Memo: [[1, 'abc']] };
const long = `INSERT INTO "Memo" VALUES (2, 'abcdef')`;

describeMeanwhile('a value that is too long for its copy', [
  {
    title: 'a text of which three letters are copied',
    code: 'data-loss',
    isSaid: true,
    schema,
    rows: short,
    pending: [redefine({ ...copy, select: '"id", substr("note", 1, 3)' })],
    meanwhile: long,
    says: /"Memo"\."note"/,
    left: {
      Memo: [
        [1, 'abc'],
        [2, 'abc'],
      ],
    },
  },
]);

describeMeanwhile('a row that INSERT OR REPLACE takes through another key', [
  {
    title: 'of an index in small letters',
    code: 'data-loss',
    schema: `CREATE TABLE "Item" ("id" TEXT NOT NULL PRIMARY KEY, "email" TEXT);
CREATE UNIQUE INDEX "Item_email" ON "Item" ("email" COLLATE NOCASE);`,
    rows: { Item: [['1', 'x']] },
    pending: [`INSERT OR REPLACE INTO "Item" VALUES ('1', 'y');`],
    meanwhile: `INSERT INTO "Item" VALUES ('2', 'Y')`,
    says: /rows of "Item" that others replace/,
    left: { Item: [['1', 'y']] },
  },
]);

describeTargets('a table that one migration fills and the next one drops, meanwhile', (fresh) => {
  const stories = [
    ['all that there was', 'CREATE TABLE "Old" AS SELECT * FROM "Memo";\nDROP TABLE "Memo";', 'DROP TABLE "Old";'],
    [
      'all that there was, under its name',
      `CREATE TABLE "Old" (${columns});\nINSERT INTO "Old" SELECT * FROM "Memo";\nDROP TABLE "Memo";\nALTER TABLE "Old" RENAME TO "Memo";`,
      'DROP TABLE "Memo";',
    ],
  ] as const;

  it.each(stories)('keeps what came, whatever the first has done: %s', async (title, first, second) => {
    const story = { title, schema, rows: { Memo: [] }, pending: [first, second], meanwhile: long };
    const target = await begin(await fresh(), story);
    const { result } = await applyWhile(target, story, []);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'PLAN_STALE' } });
    expect(result.error?.message).toContain(nameOf(1));
    expect(Object.values(await readRows(target)).flat()).toEqual([[2, 'abcdef']]);
    const input = { url: target.url, migrations: migrationsOf(story) };
    expect(await apply(input)).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
  });

  it('has nothing to keep where no row came', async () => {
    const [[title, ...pending]] = stories;
    const story = { title, schema, rows: { Memo: [] }, pending };
    const target = await begin(await fresh(), story);
    expect(await apply({ url: target.url, migrations: migrationsOf(story) })).toMatchObject({ outcome: 'applied' });
  });
});

const searched = `CREATE TABLE "Page" ("id" TEXT NOT NULL PRIMARY KEY, "text" TEXT);
CREATE VIRTUAL TABLE "search" USING fts5("text", content='Page');
CREATE TRIGGER "Page_added" AFTER INSERT ON "Page" BEGIN
  INSERT INTO "search" (rowid, "text") VALUES (NEW.rowid, NEW."text");
END;
CREATE TRIGGER "Page_gone" AFTER DELETE ON "Page" BEGIN
  INSERT INTO "search" ("search", rowid, "text") VALUES ('delete', OLD.rowid, OLD."text");
END;`;
const widened = '"id" TEXT NOT NULL PRIMARY KEY, "text" TEXT, "more" TEXT';
const gap = `INSERT INTO "Page" VALUES ('a', 'apple'), ('b', 'banana'); DELETE FROM "Page" WHERE "id" = 'a'`.split(
  '; ',
);

describeTargets('a full-text index over rows with a key of text, meanwhile', (fresh) => {
  const rebuilt = redefine({ table: 'Page', columns: widened, into: '"id", "text"' });
  const find = `SELECT "id" FROM "Page" WHERE rowid IN (SELECT rowid FROM "search" WHERE "search" MATCH 'banana')`;
  const prepare = async (pending: string, rows: readonly string[]) => {
    const story = { title: '', schema: searched, rows: {}, byHand: rows, pending: [pending] };
    const target = await begin(await fresh(), story);
    return { story, target, input: { url: target.url, migrations: migrationsOf(story) } };
  };
  const tell = async (input: Parameters<typeof plan>[0]) =>
    findAll((await plan(input)).plan).filter(({ code }) => code === 'leaves-broken').length;

  it('is not left with rowids that others have, where rows came after the plan', async () => {
    const { story, target, input } = await prepare(rebuilt, []);
    const seen = await plan(input);
    expect(seen.ready).toBe(true);
    const { result } = await applyWhile(target, { ...story, meanwhile: gap }, []);
    expect(result).toMatchObject({ outcome: 'failed', applied: [], error: { code: 'PLAN_STALE' } });
    expect(result.error?.message).toContain('what is found in "Page" by rowid');
    expect(await target.sql(find)).toEqual([['b']]);
    expect(await apply({ ...input, plan: seen.plan.id })).toMatchObject({ error: { code: 'PLAN_STALE' } });
    expect(await apply(input)).toMatchObject({ error: { code: 'CONSENT_MISSING' } });
    expect(await apply({ ...input, allow: ['leaves-broken'] })).toMatchObject({ outcome: 'applied', error: null });
  });

  it('keeps its rows where the rowids come out the same', async () => {
    const { target, input } = await prepare(rebuilt, [`INSERT INTO "Page" VALUES ('b', 'banana'), ('a', 'apple')`]);
    expect(await tell(input)).toBe(0);
    expect(await apply(input)).toMatchObject({ outcome: 'applied', error: null });
    expect(await target.sql(find)).toEqual([['b']]);
  });

  it.each([
    ['rows come in another order', rebuilt.replace('FROM "Page";', 'FROM "Page" ORDER BY "text";')],
    ['there are gaps', rebuilt],
  ])('is told where the rowids do not come out the same: %s', async (_, pending) => {
    const rows = [`INSERT INTO "Page" VALUES ('b', 'banana'), ('c', 'cherry'), ('a', 'apple')`];
    const { input } = await prepare(pending, pending === rebuilt ? gap : rows);
    expect(await tell(input)).toBe(1);
  });
});
