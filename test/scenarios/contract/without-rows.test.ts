/** A statement that fails on the copy only because production's rows are not there is no wall; one that fails on any rows still is. */

import { expect, it } from 'vitest';
import { apply, backfill, type MigrationSource, plan } from '../../../src/index.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject } from '../../support/folder.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const init: MigrationSource = {
  name: '1_init',
  sql: `CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT, "n" INTEGER, "e" F32_BLOB(2));
CREATE TABLE "Config" ("key" TEXT NOT NULL PRIMARY KEY, "value" TEXT);`,
};

const value = (key: string) => `(SELECT "value" FROM "Config" WHERE "key" = '${key}')`;
const slugs = 'CREATE TABLE "S" ("id" INTEGER PRIMARY KEY, "slug" TEXT);';

/** With the line that fails, and what production has in the end. */
const failing: Readonly<Record<string, readonly [string, number, string, readonly (readonly unknown[])[]]>> = {
  'a key of JSON that is looked up': [
    `CREATE TABLE "X" AS SELECT json_object(${value('key')}, 1) AS "j";`,
    1,
    'SELECT * FROM "X"',
    [['{"name":1}']],
  ],
  'a limit that is looked up': [
    `CREATE TABLE "X" AS SELECT "id" FROM "T" LIMIT ${value('max')};`,
    1,
    'SELECT * FROM "X"',
    [[1]],
  ],
  'a vector that is looked up, in a common table expression': [
    `CREATE TABLE IF NOT EXISTS "X" AS WITH "c" AS (SELECT vector_extract((SELECT "e" FROM "T" LIMIT 1)) AS "v") SELECT "v" FROM "c"; -- the first`,
    1,
    'SELECT * FROM "X"',
    [['[1,2]']],
  ],
  'JSON that is looked up, through a view of the same file': [
    `CREATE VIEW "V" AS SELECT coalesce(${value('json')}, '') AS "j";\nCREATE TABLE "X" AS SELECT "value" FROM "V", json_each("V"."j");`,
    2,
    'SELECT * FROM "X"',
    [[1]],
  ],
  'a unique index over values that are looked up': [
    `${slugs}\nINSERT INTO "S" VALUES (1, coalesce(${value('key')}, '?')), (2, coalesce(${value('max')}, '?'));\nCREATE UNIQUE INDEX "S_slug" ON "S" ("slug");`,
    3,
    'SELECT "slug" FROM "S"',
    [['name'], ['1']],
  ],
  'an index over what is made of them': [
    `${slugs}\nINSERT INTO "S" VALUES (1, coalesce(${value('json')}, '?'));\nCREATE INDEX "S_slug" ON "S" (json_extract("slug", '$.a'));`,
    3,
    'SELECT "id" FROM "S"',
    [[1]],
  ],
  'a column for a row that is only made where there is none': [
    `${slugs}\nINSERT INTO "S" SELECT 1, 'x' WHERE NOT EXISTS (SELECT 1 FROM "T");\nALTER TABLE "S" ADD COLUMN "c" TEXT NOT NULL;`,
    3,
    `SELECT name FROM pragma_table_info('S')`,
    [['id'], ['slug'], ['c']],
  ],
  'a CHECK for such a row, behind a trigger and another name': [
    `CREATE TABLE "Log" ("a" TEXT);\nCREATE TRIGGER "R" AFTER INSERT ON "S0" BEGIN INSERT INTO "Log" ("a") VALUES (new."slug"); END;
INSERT INTO "S0" SELECT 1, 'x' WHERE NOT EXISTS (SELECT 1 FROM "T");\nALTER TABLE "Log" RENAME TO "Log2";\nALTER TABLE "Log2" ADD COLUMN "c" TEXT CHECK ("a" <> 'x');`.replace(
      'CREATE TABLE "Log"',
      `${slugs.replace('"S"', '"S0"')}\nCREATE TABLE "Log"`,
    ),
    6,
    'SELECT count(*) FROM "Log2"',
    [[0]],
  ],
};

const certain: Readonly<Record<string, string>> = {
  'a query that reads no table': `CREATE TABLE "X" AS SELECT json('{') AS "j";`,
  'a query over rows of the same file': `${slugs}\nINSERT INTO "S" VALUES (1, '{');\nCREATE TABLE "X" AS SELECT json("slug") AS "j" FROM "S";`,
  'a unique index over rows of the same file': `${slugs}\nINSERT INTO "S" VALUES (1, 'x'), (2, 'x');\nCREATE UNIQUE INDEX "S_slug" ON "S" ("slug");`,
  'a column for rows of the same file': `${slugs}\nINSERT INTO "S" VALUES (1, 'x');\nALTER TABLE "S" ADD COLUMN "c" TEXT NOT NULL;`,
  'a query that names what is not there': 'CREATE TABLE "X" AS SELECT "nope" FROM "Config";',
  'a table that is there already': 'CREATE TABLE "T" AS SELECT "key" FROM "Config";',
};

describeTargets('a statement that meets rows', (fresh) => {
  async function begin(): Promise<TestTarget> {
    const target = await fresh();
    await apply({ url: target.url, migrations: [init] });
    await target.sql(
      `INSERT INTO "Config" VALUES ('key', 'name'), ('max', '1'), ('json', '{"a":1}')`,
      `INSERT INTO "T" VALUES (1, 'x', 5, vector32('[1,2]')), (2, 'y', 6, vector32('[1,2]'))`,
    );
    return target;
  }

  async function findStopping({ url }: TestTarget, migrations: readonly MigrationSource[]) {
    const { findings, migrations: planned } = (await plan({ url, migrations })).plan;
    return [...findings, ...planned.flatMap((each) => each.findings)]
      .filter(({ kind }) => kind !== 'note')
      .map(({ kind, code, line }) => `${kind} ${code} ${line}`);
  }

  it.each(Object.keys(failing))('is a hazard where only they are missing, and runs on them: %s', async (name) => {
    const [sql, line, query, rows] = failing[name] ?? ['', 0, '', []];
    const target = await begin();
    const migrations = [init, { name: '2_next', sql }, { name: '3_then', sql: 'ALTER TABLE "T" ADD COLUMN "b" TEXT;' }];
    expect(await findStopping(target, migrations)).toEqual([`hazard unrehearsed ${line}`]);
    expect((await apply({ url: target.url, migrations })).outcome).toBe('blocked');
    const { outcome, error } = await apply({ url: target.url, migrations, allow: ['unrehearsed:2_next'] });
    expect([outcome, error]).toEqual(['applied', null]);
    expect(await target.sql(query)).toEqual(rows);
  });

  it('is rolled back where it fails on them after all', async () => {
    const target = await begin();
    const migrations = [
      init,
      { name: '2_next', sql: `CREATE TABLE "X" AS SELECT json_object(${value('nobody')}, 1) AS "j" FROM "T";` },
    ];
    const { outcome } = await apply({ url: target.url, migrations, allow: ['unrehearsed'], rows: 0 });
    expect(outcome).toBe('failed');
    expect(await target.sql(`SELECT count(*) FROM sqlite_schema WHERE name = 'X'`)).toEqual([[0]]);
  });

  it('is followed by statements that are rehearsed on what it makes', async () => {
    const target = await begin();
    const sql = `CREATE TABLE "X" AS SELECT "id", json_object(${value('key')}, "id") AS "j", "n" + 1 AS "m" FROM "T" WHERE json_object(${value('key')}, 1) <> '' ORDER BY json_object(${value('key')}, 1) LIMIT ${value('max')};
ALTER TABLE "X" ADD COLUMN "b" TEXT;\nCREATE INDEX "X_m" ON "X" ("m");\n`;
    const migrations = [init, { name: '2_next', sql }];
    expect(await findStopping(target, migrations)).toEqual(['hazard unrehearsed 1']);
    const wrong = [init, { name: '2_next', sql: `${sql}CREATE INDEX "X_z" ON "X" ("z");` }];
    expect(await findStopping(target, wrong)).toEqual(['hazard unrehearsed 1', 'blocker rehearsal-failed 4']);
    expect((await apply({ url: target.url, migrations, allow: ['unrehearsed'] })).outcome).toBe('applied');
    expect(await target.sql('SELECT "id", "j" FROM "X"')).toEqual([[1, '{"name":1}']]);
  });

  it('is a hazard, and the end of the rehearsal, where its table cannot be made without computing it', async () => {
    const target = await begin();
    const sql = `CREATE TABLE "X" AS WITH "c" AS MATERIALIZED (SELECT json(coalesce(${value('json')}, '')) AS "j") SELECT "c"."j" FROM "c", "c" AS "d";
ALTER TABLE "X" ADD COLUMN "b" TEXT;`;
    const migrations = [init, { name: '2_next', sql }];
    expect(await findStopping(target, migrations)).toEqual(['hazard unrehearsed 1']);
    expect((await apply({ url: target.url, migrations, allow: ['unrehearsed'] })).outcome).toBe('applied');
    expect(await target.sql('SELECT "j", "b" FROM "X"')).toEqual([['{"a":1}', null]]);
  });

  it('is no hazard at all where it is an INSERT, which a copy without rows proves nothing of', async () => {
    const target = await begin();
    const sql = `INSERT INTO "T" ("id", "a") SELECT 9, json_object(${value('key')}, 1);`;
    const migrations = [init, { name: '2_next', sql }];
    expect(await findStopping(target, migrations)).toEqual([]);
    expect((await apply({ url: target.url, migrations })).outcome).toBe('applied');
    expect(await target.sql('SELECT "a" FROM "T" WHERE "id" = 9')).toEqual([['{"name":1}']]);
  });

  it.each(Object.keys(certain))('is a blocker where any rows would do: %s', async (name) => {
    const target = await begin();
    const migrations = [init, { name: '2_next', sql: certain[name] ?? '' }];
    const stopping = await findStopping(target, migrations);
    expect(stopping.map((each) => each.replace(/ \d+$/, ''))).toEqual([
      name === 'a table that is there already' ? 'blocker exists-different' : 'blocker rehearsal-failed',
    ]);
    expect((await apply({ url: target.url, migrations, allow: ['unrehearsed'] })).outcome).toBe('blocked');
  });

  it('is replayed for what it makes: a backfill is proven, and check still says that a new database has no such rows', async () => {
    const target = await begin();
    const [sql] = failing['a key of JSON that is looked up'] ?? [''];
    const index = 'CREATE INDEX "X_j" ON "X" ("j");';
    const migrations = [init, { name: '2_next', sql: `${sql}\n${index}` }];
    await target.sql(sql, index);
    const recorded = await backfill({ url: target.url, migrations, allow: ['rows-unseen'] });
    expect(recorded).toMatchObject({ outcome: 'recorded', proof: { proven: true } });
    const schema =
      'datasource db {\n  provider = "sqlite"\n}\n\nmodel Config {\n  key String @id\n  value String?\n}\n';
    const texts = Object.fromEntries(migrations.map(({ name, sql: text }) => [name, text]));
    const project = await makeProject(texts, { schema });
    try {
      const checked = await runInProcess(['check', '--json'], { cwd: project.root });
      expect(checked.json()).toMatchObject({
        problems: expect.arrayContaining([expect.objectContaining({ code: 'replay-failed' })]),
      });
    } finally {
      await project.remove();
    }
  });
});
