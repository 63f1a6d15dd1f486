/** Virtual tables, and the tables in which they keep what they hold: what goes with them is said, as of any other. */

import { expect, it } from 'vitest';
import { apply, type MigrationSource, plan } from '../../../src/index.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { findAll, nameOf, type Story } from './cases.ts';
import { applyWhile } from './meanwhile.ts';

const schema = `CREATE TABLE "Note" ("id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT);
CREATE VIRTUAL TABLE "Search" USING fts5("title", "body");
CREATE VIRTUAL TABLE "Blind" USING fts5("title", "body", content='');
CREATE VIRTUAL TABLE "Index" USING fts5("text", content="Note", content_rowid="id");
CREATE VIRTUAL TABLE "Place" USING rtree("id", "from", "to");`;
const init: MigrationSource = { name: '20260101000000_init', sql: schema };
const rows = [
  `INSERT INTO "Search" ("title", "body") VALUES ('a', 'b'), ('c', NULL)`,
  `INSERT INTO "Blind" (rowid, "title", "body") VALUES (1, 'a', 'b')`,
  'INSERT INTO "Place" VALUES (1, 2, 3)',
  `INSERT INTO "Note" VALUES (1, 'a word')`,
  `INSERT INTO "Index"("Index") VALUES ('rebuild')`,
];

const withoutBody = (table: string) => `CREATE VIRTUAL TABLE "${table}_new" USING fts5("title");
INSERT INTO "${table}_new" ("title") SELECT "title" FROM "${table}";
DROP TABLE "${table}";
ALTER TABLE "${table}_new" RENAME TO "${table}";`;

const whole = `CREATE VIRTUAL TABLE "Search_new" USING fts5("title", "body", tokenize='porter');
INSERT INTO "Search_new" (rowid, "title", "body") SELECT rowid, "title", "body" FROM "Search";
DROP TABLE "Search";
ALTER TABLE "Search_new" RENAME TO "Search";`;

interface Loss {
  readonly what: string;
  readonly sql: string;
  readonly says: string;
}

const losses: readonly Loss[] = [
  { what: 'a full-text table that is dropped', sql: 'DROP TABLE "Search";', says: 'Drops "Search" with 2 rows.' },
  { what: 'one without content', sql: 'DROP TABLE "Blind";', says: 'Drops "Blind" with 1 row.' },
  { what: 'an rtree', sql: 'DROP TABLE "Place";', says: 'Drops "Place" with 1 row.' },
  {
    what: 'a full-text table that is dropped and made again',
    sql: 'DROP TABLE "Search"; CREATE VIRTUAL TABLE "Search" USING fts5("title", "body");',
    says: 'Drops "Search" with 2 rows.',
  },
  {
    what: 'what a full-text table keeps its rows in',
    sql: 'DROP TABLE "Search_content";',
    says: 'Drops "Search_content" with 2 rows.',
  },
  {
    what: 'a column that a copy of a full-text table leaves out',
    sql: withoutBody('Search'),
    says: 'Drops "Search"."body" with its values in 2 rows.',
  },
  {
    what: 'a column of one without content, which shows no value',
    sql: withoutBody('Blind'),
    says: 'Drops "Blind"."body" with its values in 1 row.',
  },
];

describeTargets('a virtual table', (fresh) => {
  async function begin(statements: readonly string[]): Promise<TestTarget> {
    const target = await fresh();
    expect(await apply({ url: target.url, migrations: [init] })).toMatchObject({ outcome: 'applied' });
    await target.sql('SELECT 1', ...statements);
    return target;
  }
  const inputOf = (target: TestTarget, sql: string) => ({
    url: target.url,
    migrations: [init, { name: nameOf(0), sql }],
  });

  it.each(losses)('is not lost without a word: $what', async ({ sql, says }) => {
    const target = await begin(rows);
    const input = inputOf(target, sql);
    const found = findAll((await plan(input)).plan).filter(({ code }) => code === 'data-loss');
    expect(found.map(({ kind, message }) => [kind, message])).toEqual([['hazard', says]]);
    expect(await apply(input)).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    expect(await target.sql('SELECT count(*) FROM "Search"')).toEqual([[2]]);
    expect(await apply({ ...input, allow: ['data-loss'] })).toMatchObject({ outcome: 'applied', error: null });
  });

  it.each(losses)('goes where it is empty, and nobody is asked: $what', async ({ sql }) => {
    const target = await begin([]);
    expect(await apply(inputOf(target, sql))).toMatchObject({ outcome: 'applied', error: null });
  });

  it.each(losses)('stays where rows came between question and answer: $what', async ({ sql, says }) => {
    const [statement = ''] = rows.filter((row) => says.includes(row.slice(12, 18)));
    const target = await begin([]);
    const story: Story = { title: '', schema, rows: {}, pending: [sql] };
    const { result, before } = await applyWhile(target, { ...story, meanwhile: statement }, []);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'PLAN_STALE' } });
    expect(before).not.toBeNull();
    const [, table] = /INTO ("\w+")/.exec(statement) ?? [];
    expect(await target.sql(`SELECT count(*) > 0 FROM ${table}`)).toEqual([[1]]);
  });

  it.each([
    [
      `CREATE VIRTUAL TABLE "New" USING fts5("text", content="Note", content_rowid="id", tokenize='porter');
INSERT INTO "New"("New") VALUES ('rebuild');
DROP TABLE "Index";
ALTER TABLE "New" RENAME TO "Index";`,
    ],
    [
      `DROP TABLE "Index";
CREATE VIRTUAL TABLE "Index" USING fts5("text", content="Note", content_rowid="id");
INSERT INTO "Index"("Index") VALUES ('rebuild');`,
    ],
  ])('is an index over the rows of another table, and made again without a question: %s', async (sql) => {
    const target = await begin(rows);
    expect(await apply(inputOf(target, sql))).toMatchObject({ outcome: 'applied', error: null });
    expect(await target.sql(`SELECT "text" FROM "Index" WHERE "Index" MATCH 'word'`)).toEqual([['a word']]);
  });

  const again = `CREATE VIRTUAL TABLE "Index" USING fts5("text", content="Note", content_rowid="id");`;
  const emptied: readonly (readonly string[])[] = [
    [`DROP TABLE "Index";\n${again}`],
    [`DROP TABLE "Index";\n${again}\nINSERT INTO "Index"("Index") VALUES ('optimize');`],
    [
      `CREATE VIRTUAL TABLE "New" USING fts5("text", content="Note", content_rowid="id");
DROP TABLE "Index";
ALTER TABLE "New" RENAME TO "Index";`,
    ],
    [`DROP TABLE "Index";`, again],
  ];
  const folderOf = (files: readonly string[]) => [init, ...files.map((sql, index) => ({ name: nameOf(index), sql }))];

  it.each(emptied.map((files) => ({ files })))(
    'that is an index over the rows of another table is not left empty without a word: $files',
    async ({ files }) => {
      const target = await begin(rows);
      const input = { url: target.url, migrations: folderOf(files) };
      const found = findAll((await plan(input)).plan);
      const told = found.filter(({ code }) => code === 'leaves-broken');
      expect(told).toMatchObject([
        {
          kind: 'hazard',
          message: expect.stringContaining('Recreates the full-text index "Index" without its rows'),
        },
      ]);
      expect(found.filter(({ code }) => code === 'breaks-running-code')).toHaveLength(files.length - 1);
      expect(await apply(input)).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
      const mended = folderOf([...files.slice(0, -1), `${files.at(-1)}\n${told[0]?.way}`]);
      expect(await apply({ ...input, migrations: mended })).toMatchObject({ outcome: 'applied', error: null });
      expect(await target.sql(`SELECT "text" FROM "Index" WHERE "Index" MATCH 'word'`)).toEqual([['a word']]);
    },
  );

  it.each(emptied.map((files) => ({ files })))(
    'that is an index over a table without rows is made again, and nobody is asked: $files',
    async ({ files }) => {
      const target = await begin([]);
      const input = { url: target.url, migrations: folderOf(files) };
      expect(await apply(input)).toMatchObject({ outcome: 'applied', error: null });
    },
  );

  it.each([[''], [`, content=''`]])(
    'that is an index over the rows of another table is not left empty where it keeps its own from then on: fts5("text"%s)',
    async (option) => {
      const target = await begin(rows);
      const made = `DROP TABLE "Index";\nCREATE VIRTUAL TABLE "Index" USING fts5("text"${option});`;
      const found = findAll((await plan(inputOf(target, made))).plan);
      const way = expect.stringContaining('INSERT INTO "Index" (rowid, …) SELECT rowid, … FROM "Note";');
      expect(found.filter(({ code }) => code === 'leaves-broken')).toMatchObject([{ kind: 'hazard', way }]);
      const filled = `${made}\nINSERT INTO "Index" (rowid, "text") SELECT rowid, "text" FROM "Note";`;
      expect(await apply(inputOf(target, filled))).toMatchObject({ outcome: 'applied', error: null });
      expect(await target.sql(`SELECT rowid FROM "Index" WHERE "Index" MATCH 'word'`)).toEqual([[1]]);
    },
  );

  it('that is an index filled by hand is made again, and nobody is asked', async () => {
    const target = await begin(rows);
    const fill = `INSERT INTO "Index" (rowid, "text") SELECT "id", "text" FROM "Note";`;
    const input = inputOf(target, `DROP TABLE "Index";\n${again}\n${fill}`);
    expect(await apply(input)).toMatchObject({ outcome: 'applied', error: null });
    expect(await target.sql(`SELECT "text" FROM "Index" WHERE "Index" MATCH 'word'`)).toEqual([['a word']]);
  });

  it('that is an index over a table that is gone is told as a loss: nothing can make it again', async () => {
    const target = await begin([
      `CREATE VIRTUAL TABLE "Lost" USING fts5("text", content='nope')`,
      `INSERT INTO "Lost" (rowid, "text") VALUES (1, 'a word')`,
    ]);
    const input = inputOf(target, 'DROP TABLE "Lost";');
    const found = findAll((await plan(input)).plan).filter(({ code }) => code === 'data-loss');
    expect(found.map(({ kind, message }) => [kind, message])).toEqual([
      ['hazard', 'Drops "Lost" with its rows; how many could not be counted.'],
    ]);
    expect(found[0]?.way).not.toContain('SELECT');
    expect(await apply(input)).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    expect(await apply({ ...input, allow: ['data-loss'] })).toMatchObject({ outcome: 'applied', error: null });
  });

  it.each([['DROP TABLE "Blind";'], [withoutBody('Blind')]])(
    'that gives back nothing is not copied as a safe way: %s',
    async (sql) => {
      const target = await begin(rows);
      const found = findAll((await plan(inputOf(target, sql))).plan).filter(({ code }) => code === 'data-loss');
      expect(found).toHaveLength(1);
      expect(found[0]?.way).toContain('a copy would keep nothing');
      expect(found[0]?.way).not.toContain('SELECT');
    },
  );

  it('is copied whole into another, and nobody is asked', async () => {
    const target = await begin(rows);
    expect(await apply(inputOf(target, whole))).toMatchObject({ outcome: 'applied', error: null });
    expect(await target.sql('SELECT rowid, "title", "body" FROM "Search" ORDER BY rowid')).toEqual([
      [1, 'a', 'b'],
      [2, 'c', null],
    ]);
  });
});
