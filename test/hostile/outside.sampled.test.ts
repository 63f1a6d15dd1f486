/** A stranger's migration, or a stranger's schema in production, must not touch the machine that plans, nor the server's. */

import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runInProcess } from '../cli/in-process.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { sampled } from '../support/sampled.ts';
import { describeTargets } from '../support/targets.ts';

const canary = 'canary-7f3a9c2e-in-a-file';
const init = '1_init';
const hostile = '2_hostile';
const table = `CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);
CREATE TABLE "Child" ("id" INTEGER NOT NULL PRIMARY KEY, "t" INTEGER REFERENCES "T" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
`;
const schema = `datasource db {\n  provider = "sqlite"\n}\n\nmodel T {\n  id Int @id\n  a  String?\n  c  Child[]\n}\nmodel Child {\n  id Int @id\n  t  Int?\n  p  T?   @relation(fields: [t], references: [id])\n}\n`;

let project: Project;
/** A file with a secret, and one that must never be there. */
let secret = '';
let pwned = '';

beforeEach(async () => {
  project = await makeProject({ [init]: table }, { schema });
  secret = join(project.root, 'config');
  pwned = join(project.root, 'pwned');
  await writeFile(secret, canary);
});
afterEach(() => project.remove());

/** @param url none for what needs no database. */
async function run(url: string | null, ...args: readonly string[]) {
  const target = url === null ? [] : ['--url', url];
  const result = await runInProcess([...args, ...target], { cwd: project.root });
  const said = result.stdout + result.stderr;
  expect(said).not.toContain(canary);
  expect(said).not.toContain('INTERNAL');
  expect(existsSync(pwned)).toBe(false);
  return { ...result, said };
}

const statements: Readonly<Record<string, () => string>> = {
  'a SELECT that writes': () => `SELECT writefile('${pwned}', 'x', 493)`,
  'a SELECT by a quoted name': () => `SELECT "WriteFile"('${pwned}', 'x')`,
  'a table made of a file, in an error': () =>
    `CREATE TABLE x AS SELECT json_extract('{}', CAST(readfile('${secret}') AS TEXT))`,
  'a row made of a file': () => `INSERT INTO "T" ("id", "a") VALUES (1, readfile('${secret}'))`,
  'a DELETE whose question would write': () => `DELETE FROM "T" WHERE writefile('${pwned}', 'x')`,
  'an UPDATE whose question would write': () => `UPDATE "T" SET "a" = NULL WHERE writefile('${pwned}', 'x')`,
  'SQL hidden in a text': () => `SELECT sha3_query('SELECT writefile(''${pwned}'', ''x'')')`,
  'a view': () => `CREATE VIEW "V" AS SELECT readfile('${secret}') AS "a"`,
  'a trigger': () => `CREATE TRIGGER "R" AFTER INSERT ON "T" BEGIN SELECT writefile('${pwned}', 'x'); END`,
  'a default': () => `ALTER TABLE "T" ADD COLUMN "b" TEXT DEFAULT (readfile('${secret}'))`,
  'a CHECK': () => `CREATE TABLE "U" ("a" TEXT CHECK (writefile('${pwned}', "a") > 0))`,
  'a DELETE that would ask for the letters of a file': () =>
    `DELETE FROM "T" WHERE (SELECT substr(CAST(data AS TEXT), 1, 1) FROM fsdir('${secret}')) = 'c'`,
  'an UPDATE that would ask for them without parentheses': () =>
    `UPDATE "T" SET "id" = "id" + 1 WHERE EXISTS (SELECT 1 FROM fsdir WHERE path = '${secret}' AND data LIKE 'c%')`,
  'a list of files': () => `CREATE TABLE x AS SELECT name, data FROM fsdir('${project.root}')`,
  'a list of files by a text': () => `CREATE TABLE x AS SELECT name, data FROM 'fsdir'('${project.root}')`,
  'raw pages': () => 'DELETE FROM sqlite_dbpage WHERE pgno = 2',
  'code that is loaded': () => `SELECT load_extension('${secret}')`,
  'a virtual table over a file': () => `CREATE VIRTUAL TABLE "C" USING csv(filename='${secret}')`,
  'a byte order mark before the name': () => `CREATE TABLE x AS SELECT \ufeffwritefile('${pwned}', 'x') AS a`,
  'a function that full text calls': () =>
    `CREATE VIRTUAL TABLE f USING fts4(a, compress=sha3_query, uncompress=sha3_query);
INSERT INTO f VALUES ('SELECT wri' || 'tefile(''${pwned}'', ''x'')')`,
  'a file that full text reads': () =>
    `CREATE VIRTUAL TABLE f USING fts4(a, compress="readfile", uncompress="readfile");
INSERT INTO f VALUES ('${secret}');
CREATE TABLE x AS SELECT json_extract('{}', (SELECT CAST(c0a AS TEXT) FROM f_content))`,
  'raw pages that full text reads': () =>
    `CREATE VIRTUAL TABLE f USING fts5(data, content='sqlite_dbpage', content_rowid='pgno')`,
  'a function beside a table of its name': () =>
    `CREATE TABLE writefile (x INTEGER);
INSERT INTO writefile VALUES (1);
CREATE TABLE y AS SELECT (SELECT writefile('${pwned}', 'x') FROM writefile) AS a`,
  'a list of files beside a table of its name': () =>
    `CREATE TABLE fsdir (x TEXT);
CREATE TABLE y AS SELECT json_extract('{}', CAST(data AS TEXT)) FROM foo.fsdir('${secret}')`,
  'the same by a column that is hidden': () =>
    `CREATE TABLE fsdir (x TEXT);
CREATE TABLE y AS SELECT json_extract('{}', CAST(data AS TEXT)) FROM foo.fsdir WHERE path = '${secret}'`,
  'a length that overflows': () => `SELECT replicate('xxxxxxxx', 536870912)`,
  'the schema behind SQL': () => 'PRAGMA writable_schema = ON',
  'the folder of temporary files': () => `PRAGMA temp_store_directory = '${project.root}'`,
};

describeTargets('a migration that reaches outside', (fresh) => {
  it.each(sampled(Object.keys(statements), 4))('is stopped by check, plan and apply: %s', async (name) => {
    const { url, sql } = await fresh();
    expect(await run(url, 'apply', '--yes')).toMatchObject({ code: 0 });
    await sql(`INSERT INTO "T" ("id", "a") VALUES (7, 'kept')`, 'INSERT INTO "Child" VALUES (1, 7), (2, 7)');
    const before = await sql('SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2');
    await project.write(hostile, `CREATE TABLE "Before" ("id" INTEGER);\n${statements[name]?.()};\n`);

    const codes = (answer: { problems: readonly { code: string; kind: string }[] }) =>
      answer.problems.filter(({ kind }) => kind === 'problem').map(({ code }) => code);
    const checked = await run(null, 'check', '--json');
    expect(checked.code).toBe(1);
    expect(codes(checked.json())).toContain('reaches-outside');
    for (const args of [['plan'], ['plan', '--json'], ['plan', '--format', 'markdown']]) {
      const planned = await run(url, ...args);
      expect([args, planned.code]).toEqual([args, 1]);
      expect(planned.said).toContain('reaches-outside');
      expect(planned.said).not.toContain('data-loss');
    }
    expect((await run(url, 'plan', '--json')).json()).toMatchObject({ asked: null });
    const applied = await run(url, 'apply', '--yes', '--json', '--allow', 'unrehearsed', '--allow', 'data-loss');
    expect(applied.code).toBe(1);
    expect(applied.json()).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_BLOCKED' } });
    expect(await sql('SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2')).toEqual(before);
    expect(await sql('SELECT * FROM "T"')).toEqual([[7, 'kept']]);
  });

  it.each(['a SELECT that writes', 'a table made of a file, in an error', 'a list of files'])(
    'touches nothing in drift, drift --fix and backfill: %s',
    async (name) => {
      const { url, sql } = await fresh();
      await sql(...table.split(';\n').filter((statement) => statement !== ''));
      await project.write(hostile, `${statements[name]?.()};\n`);
      for (const args of [
        ['drift'],
        ['drift', '--json'],
        ['backfill', '--yes'],
        ['backfill', '--yes', '--allow', 'unproven', '--allow', 'rows-unseen', '--to', init],
        ['drift'],
        ['drift', '--fix', '--name', 'fix', '--yes', '--allow', 'drops'],
        ['status'],
        ['inspect', 'T'],
        ['tables', '--count'],
      ]) {
        await run(url, ...args);
      }
      expect(await readdir(project.root)).toEqual(['config', 'prisma']);
    },
  );

  it('is stopped where nothing was rehearsed, too: a later migration, behind one that fails', async () => {
    const { url } = await fresh();
    await run(url, 'apply', '--yes');
    await project.write('2_fails', 'ALTER TABLE "Nowhere" ADD COLUMN "a" TEXT;\n');
    await project.write('3_hostile', `CREATE TABLE x AS SELECT * FROM fsdir('${project.root}');\n`);
    const planned = await run(url, 'plan', '--json');
    const { migrations } = planned.json<{
      migrations: readonly { name: string; findings: readonly { code: string }[] }[];
    }>();
    const reaching = migrations.filter(({ findings }) => findings.some(({ code }) => code === 'reaches-outside'));
    expect(reaching.map(({ name }) => name)).toEqual(['3_hostile']);
  });

  it('is not confused with what is called like it', async () => {
    const { url, sql } = await fresh();
    await project.write(
      hostile,
      `CREATE TABLE "edit" ("id" INTEGER NOT NULL PRIMARY KEY, "readfile" edit(10), "csv" TEXT);
INSERT INTO "edit" ("id", "readfile", "csv") VALUES (1, 'writefile(1)', 'fsdir');
CREATE TABLE "csv" ("id" INTEGER PRIMARY KEY, "editId" INTEGER REFERENCES "edit" ("id"));
INSERT INTO csv ("id", "editId") SELECT "id", "id" FROM edit;
CREATE INDEX "writefile" ON "edit" ("readfile");
WITH edit ("a") AS (SELECT 2) INSERT INTO "T" ("id") SELECT "a" FROM edit; -- readfile('x')
CREATE VIEW "zipfile" AS SELECT "csv"."id" FROM "csv" JOIN "edit" ON "edit"."id" = "csv"."editId";
CREATE TRIGGER "load_extension" AFTER INSERT ON "T" BEGIN INSERT INTO "edit" ("id") VALUES (new."id" + 100); END;
INSERT INTO "T" ("id") VALUES (3);
UPDATE "edit" SET ("readfile", "csv") = (SELECT 'a', 'b');
CREATE TABLE "v" ("e" F32_BLOB(3), "j" TEXT);
CREATE INDEX "v_idx" ON "v" (libsql_vector_idx("e"));
INSERT INTO "v" VALUES (vector('[1,2,3]'), json_array(1, 2));
CREATE VIRTUAL TABLE "f" USING fts5("j");
INSERT INTO "f" SELECT value FROM "v", json_each("v"."j");
CREATE VIRTUAL TABLE "r" USING rtree("id", "a", "b");
`,
    );
    expect((await run(null, 'check', '--json')).json()).toMatchObject({
      problems: expect.not.arrayContaining([expect.objectContaining({ code: 'reaches-outside' })]),
    });
    expect(await run(url, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await sql('SELECT count(*) FROM "edit"')).toEqual([[2]]);
    expect(await sql('SELECT count(*) FROM "csv"')).toEqual([[1]]);
  });
});

describeTargets("production's own schema that reaches outside", (fresh) => {
  it('reads and writes nothing where a migration goes through it', async () => {
    const { url, sql } = await fresh();
    await run(url, 'apply', '--yes');
    await sql(
      `CREATE VIEW "V" AS SELECT readfile('${secret}') AS "a"`,
      `CREATE VIEW "L" AS SELECT name, data FROM fsdir('${project.root}')`,
      `CREATE TABLE "D" ("id" INTEGER PRIMARY KEY, "a" TEXT DEFAULT (writefile('${pwned}', 'x')))`,
      `CREATE TABLE "K" ("id" INTEGER PRIMARY KEY, "a" TEXT CHECK (writefile('${pwned}', 'x') > 0))`,
      `CREATE TRIGGER "R" AFTER INSERT ON "T" BEGIN SELECT writefile('${pwned}', 'x'); END`,
      `CREATE TABLE "M" ("a" TEXT CHECK ( \ufeffwritefile('${pwned}', 'x') > 0))`,
      'CREATE VIRTUAL TABLE "F" USING fts4(a, compress=sha3_query, uncompress=sha3_query)',
      `CREATE TABLE "S" ("id" INTEGER PRIMARY KEY)`,
      `CREATE TRIGGER "FR" AFTER INSERT ON "S" BEGIN INSERT INTO "F" VALUES ('SELECT writefile(''${pwned}'', ''x'')'); END`,
      `CREATE TABLE "P" ("id" INTEGER PRIMARY KEY, "a" TEXT DEFAULT (replicate('xxxxxxxx', 536870912)))`,
      `CREATE TRIGGER "PR" AFTER DELETE ON "S" BEGIN INSERT INTO "P" ("a") VALUES (padr('x', 4294967299)); END`,
    );
    const files = [
      'INSERT INTO "T" ("id") VALUES (1)',
      'INSERT INTO "T" ("id", "a") SELECT 1, "a" FROM "V"',
      'CREATE TABLE x AS SELECT * FROM "V"',
      'CREATE TABLE x AS SELECT * FROM "L"',
      'DELETE FROM "T" WHERE "a" IN (SELECT "a" FROM "V")',
      'INSERT INTO "D" ("id") VALUES (1)',
      'INSERT INTO "K" ("id", "a") VALUES (1, 2)',
      'CREATE UNIQUE INDEX "i" ON "D" ("a")',
      'DROP TABLE "Child"; DROP TABLE "T"',
      'INSERT INTO "M" ("a") VALUES (1)',
      'INSERT INTO "S" ("id") VALUES (1)',
      'INSERT INTO "F" ("a") VALUES (1)',
      'INSERT INTO "P" ("id") VALUES (1)',
      'INSERT INTO "S" ("id") VALUES (1); DELETE FROM "S"',
    ];
    for (const file of files) {
      await project.write(hostile, `${file};\n`);
      for (const args of [['plan'], ['plan', '--json'], ['drift'], ['inspect', 'V'], ['tables', '--count']]) {
        await run(url, ...args);
      }
    }
    expect(await sql('SELECT count(*) FROM "T"')).toEqual([[0]]);
  });

  it('is not run by the check of a backup', async () => {
    const { url, sql, kind } = await fresh();
    await run(url, 'apply', '--yes');
    await sql(`CREATE TABLE "K" ("a" TEXT CHECK (readfile('${secret}') <> "a"))`, `INSERT INTO "K" VALUES ('x')`);
    await sql('CREATE TABLE "Q" ("a" TEXT)');
    await project.write('2_more', 'CREATE TABLE "More" ("id" INTEGER);\n');
    const backup = join(project.root, 'saved.sql');
    const args = ['apply', '--yes', '--json', '--allow', 'unrehearsed', '--backup', backup];
    const { json, code } = await run(url, ...args);
    expect(code).toBe(1);
    expect(json()).toMatchObject({ error: { code: kind === 'file' ? 'PLAN_BLOCKED' : 'BACKUP_FAILED' } });
    expect(await readdir(project.root)).toEqual(['config', 'prisma']);
    expect(await sql(`SELECT count(*) FROM sqlite_schema WHERE name = 'More'`)).toEqual([[0]]);
  });
});
