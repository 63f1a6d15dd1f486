/** SQL that never ends, or takes all memory, must not keep the machine that checks or plans: it is broken off, and said. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMirror } from '../../src/adapters/embedded/mirror.ts';
import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import { checkProject } from '../../src/check/check.ts';
import { reportFinding } from '../../src/findings/report.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { findReach } from '../../src/sandbox/reach.ts';
import { findReaches } from '../../src/sandbox/suspects.ts';
import { createOutside, openDatabase } from '../../src/wiring.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';

const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)';
const table = 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT);\n';

const statements: readonly (readonly [string, string])[] = [
  ['a query that counts', `${endless} SELECT count(*) FROM n`],
  ['a query with a row for each number', `${endless} SELECT i FROM n`],
  ['an INSERT', `INSERT INTO "T" ("a") ${endless} SELECT i FROM n`],
  ['an INSERT behind WITH', `${endless} INSERT INTO "T" ("a") SELECT i FROM n`],
  ['a table made of a query', `CREATE TABLE "U" AS ${endless} SELECT i FROM n`],
  ['an UPDATE', `INSERT INTO "T" ("a") VALUES (1); UPDATE "T" SET "a" = (${endless} SELECT max(i) FROM n)`],
  ['a DELETE', `INSERT INTO "T" ("a") VALUES (1); DELETE FROM "T" WHERE "id" > (${endless} SELECT max(i) FROM n)`],
  ['a view that is read', `CREATE VIEW "V" AS ${endless} SELECT i FROM n; INSERT INTO "T" ("a") SELECT i FROM "V"`],
  [
    'a trigger that reads a view',
    `CREATE VIEW "V" AS ${endless} SELECT i FROM n;
CREATE TRIGGER "R" AFTER INSERT ON "T" BEGIN DELETE FROM "T" WHERE "id" = (SELECT max(i) FROM "V"); END;
INSERT INTO "T" ("a") VALUES (1)`,
  ],
  [
    'a trigger that a foreign key sets off',
    `CREATE VIEW "V" AS ${endless} SELECT i FROM n;
CREATE TABLE "C" ("t" INTEGER REFERENCES "T" ("id") ON DELETE CASCADE);
CREATE TRIGGER "R" AFTER DELETE ON "C" BEGIN INSERT INTO "C" SELECT max(i) FROM "V"; END;
INSERT INTO "T" ("id") VALUES (1); INSERT INTO "C" VALUES (1);
DELETE FROM "T"`,
  ],
  [
    'a join of everything with everything',
    `CREATE TABLE "N" AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) SELECT i FROM n; SELECT sum(a.i) FROM "N" a, "N" b, "N" c, "N" d`,
  ],
  [
    'an UPDATE that joins',
    `INSERT INTO "T" ("a") VALUES ${Array.from({ length: 300 }, () => '(1)').join(',')};
UPDATE "T" SET "a" = 2 FROM "T" b, "T" c, "T" d WHERE b."a" + c."a" + d."a" < 0`,
  ],
  [
    'a DELETE that looks for children without an index',
    `CREATE TABLE "C" ("id" INTEGER PRIMARY KEY, "t" INTEGER REFERENCES "T" ("id"));
INSERT INTO "T" ("id") VALUES ${Array.from({ length: 20_001 }, (_, index) => `(${index})`).join(',')};
INSERT INTO "C" ("t") VALUES ${Array.from({ length: 20_000 }, () => '(0)').join(',')};
DELETE FROM "T" WHERE "id" > 0`,
  ],
  ['many that take long each', Array.from({ length: 200 }, () => `SELECT length(hex(zeroblob(20000000)))`).join(';\n')],
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-prod-endless-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const outside = { ...createOutside('', ''), openMirror: () => openMirror({ time: 150 }) };
const open = (name: string) => {
  const path = join(folder, `${name}.db`);
  openEmbedded(path).close();
  const target = { type: 'file', name: `file:${path}`, path } as const;
  return openDatabase({ target, token: null, timeoutSeconds: 60, create: 'must-exist' });
};

describe.each(statements)('%s', (name, sql) => {
  const migrations = [migrationFromText('1_init', table), migrationFromText('2_endless', `${sql};\n`)];

  it('is a problem for check, within a few seconds', async () => {
    const begun = performance.now();
    const declaredFunctions = new Set<string>();
    const { problems } = await checkProject({ migrations, outside, schema: null, base: null, declaredFunctions });
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(problems.filter(({ kind }) => kind === 'problem')).toMatchObject([
      { code: 'replay-failed', migration: '2_endless', message: expect.stringContaining('0.15 s') },
    ]);
  });

  it('is a hazard for plan, and what follows it was not seen', async () => {
    const database = await open(name.replaceAll(/\W/g, '-'));
    try {
      const begun = performance.now();
      const later = migrationFromText('3_later', 'CREATE TABLE "Later" ("id" INTEGER);\n');
      const { plan } = await makePlan({ database, migrations: [...migrations, later], outside });
      expect(performance.now() - begun).toBeLessThan(10_000);
      const [, hazard] = plan.migrations.map(({ findings }) => findings.filter(({ kind }) => kind === 'hazard'));
      expect(hazard?.map(reportFinding)).toMatchObject([
        { code: 'unrehearsed', message: expect.stringContaining('was stopped') },
      ]);
      expect(plan.migrations.map(({ schemaAfter }) => schemaAfter === null)).toEqual([false, true, true]);
    } finally {
      await database.close();
    }
  });
});

it('a view that grows with each view that it reads is refused while it is compiled', async () => {
  const mirror = await openMirror({ time: 20_000 });
  mirror.run('CREATE VIEW v0 AS SELECT 1 AS x');
  for (let index = 1; index < 60; index++) {
    mirror.run(`CREATE VIEW v${index} AS SELECT x FROM v${index - 1} UNION SELECT x FROM v${index - 1}`);
  }
  await expect(mirror.attempt('SELECT * FROM v59')).rejects.toMatchObject({ message: /too many references/ });
  mirror.close();
});

it('ordinary statements in great number are not broken off, and cost little', async () => {
  const mirror = await openMirror({ time: 20_000 });
  await mirror.attempt('CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR(20) DEFAULT CURRENT_TIMESTAMP)');
  for (let index = 0; index < 20_000; index++) {
    await mirror.attempt(`INSERT INTO "t" ("a", "b") VALUES (${index}, 'select (1)')`);
  }
  expect(mirror.query('SELECT count(*) FROM t')).toEqual([[20_000]]);
  mirror.close();
});

it.each([
  "EXPLAIN SELECT x'ff'",
  "SELECT CAST(x'ff' AS TEXT)",
  "VALUES (CAST(x'ff' AS TEXT))",
  "PRAGMA table_info('T')",
  `CREATE VIEW "V" AS SELECT x'ff' AS b, "id" FROM "T";
CREATE TRIGGER "R" AFTER INSERT ON "T" BEGIN INSERT INTO "T" ("a") SELECT x'ff' FROM "V"; END;
CREATE TABLE "new_T" ("id" INTEGER PRIMARY KEY, "a" TEXT);
INSERT INTO "new_T" SELECT * FROM "T";
DROP TABLE "T";
ALTER TABLE "new_T" RENAME TO "T"`,
])('bytes that are no text end no process: %s', async (sql) => {
  const migrations = [migrationFromText('1_init', table), migrationFromText('2_bytes', `${sql};\n`)];
  const declaredFunctions = new Set<string>();
  const { problems } = await checkProject({ migrations, outside, schema: null, base: null, declaredFunctions });
  expect(problems.filter(({ kind }) => kind === 'problem')).toEqual([]);
});

it('is ended by Ctrl-C at once', async () => {
  const interrupt = new AbortController();
  const mirror = await openMirror({ signal: interrupt.signal });
  const begun = performance.now();
  setTimeout(() => interrupt.abort(), 100);
  const running = mirror.attempt(`${endless} SELECT count(*) FROM n`);
  await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  expect(performance.now() - begun).toBeLessThan(2_000);
  await expect(mirror.attempt('SELECT 1')).rejects.toMatchObject({ code: 'INTERRUPTED' });
  mirror.close();
});

it('seed data with words of the lists costs no more than other seed data', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `('csv', ${index})`).join(',');
  const mirror = await openMirror();
  mirror.run('CREATE TABLE t (a, b)');
  const begun = process.cpuUsage();
  expect(findReach(mirror, `INSERT INTO t (a, b) VALUES ${rows}`)).toBeNull();
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(1_000);
  mirror.close();
});

it('parentheses in great number cost no more than their number', () => {
  const begun = process.cpuUsage();
  findReaches(`SELECT readfile, ${'a('.repeat(300_000)}`);
  expect(process.cpuUsage(begun).user / 1000).toBeLessThan(3_000);
});
