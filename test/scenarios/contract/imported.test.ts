/** Databases that another SQLite wrote, and what in them libSQL would refuse to make today. */

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { apply, type MigrationSource, plan } from '../../../src/index.ts';
import { describeImported } from '../../support/imported.ts';
import type { TestTarget } from '../../support/targets.ts';

const other: MigrationSource = {
  name: '1_other',
  sql: `CREATE TABLE "Other" ("id" INTEGER NOT NULL PRIMARY KEY);\nALTER TABLE "Clean" ADD COLUMN "d" TEXT;`,
};

const clean = `CREATE TABLE "Clean" ("a" INTEGER NOT NULL PRIMARY KEY, "b" TEXT, "c" TEXT)`;

const base: MigrationSource = { name: '0_base', sql: `${clean};` };

/** What was there before the migrations, and the first of them, recorded. */
const recorded: readonly string[] = [
  clean,
  `INSERT INTO "Clean" VALUES (1, 'b', 'c')`,
  `CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME,
  "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`,
  `INSERT INTO "_prisma_migrations" VALUES ('1', '${createHash('sha256').update(base.sql).digest('hex')}', 1, '0_base', NULL, NULL, 1, 1)`,
];

/** What is in the database, by what it is. */
const legacies: Readonly<Record<string, readonly string[]>> = {
  'a CHECK with texts in double quotes': [`CREATE TABLE t (a CHECK (a IN ("p", "q")))`],
  'a default in double quotes': [`CREATE TABLE t (a TEXT DEFAULT "p")`],
  'a generated column with a text in double quotes': [
    `CREATE TABLE t (a, b AS (lower(a) || "x"), c GENERATED ALWAYS AS (a || "y") STORED)`,
  ],
  'keys and a counter beside such a CHECK': [
    `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE, b CHECK (b <> "q"), UNIQUE (a, b))`,
    `CREATE TABLE w (a, b UNIQUE, c CHECK (c <> "q"), PRIMARY KEY (a, c)) WITHOUT ROWID`,
  ],
  'an index over a text in double quotes': [
    `CREATE TABLE t (a)`,
    `CREATE INDEX i ON t (a || "q")`,
    `CREATE INDEX j ON t ("gone")`,
  ],
  'a partial index with a text in double quotes': [
    `CREATE TABLE t (a)`,
    `CREATE UNIQUE INDEX i ON t (a) WHERE a = "q"`,
  ],
  'an index on such a table': [`CREATE TABLE t (a, b CHECK (b <> "q"))`, `CREATE INDEX i ON t (a, b)`],
  'a view with a text in double quotes': [`CREATE TABLE t (a)`, `CREATE VIEW v AS SELECT a FROM t WHERE a = "q"`],
  'a trigger with a text in double quotes': [
    `CREATE TABLE t (a)`,
    `CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = "q" WHERE a IS NULL; END`,
  ],
  'a view of a table that is gone': [`CREATE VIEW v AS SELECT a FROM gone`],
  'a view of a column that is gone': [`CREATE TABLE t (a)`, `CREATE VIEW v AS SELECT gone FROM t`],
  'views that read each other in a circle': [`CREATE VIEW v AS SELECT * FROM w`, `CREATE VIEW w AS SELECT * FROM v`],
  'a trigger that writes to a table that is gone': [
    `CREATE TABLE t (a)`,
    `CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO gone VALUES (1); END`,
  ],
  'a trigger that sets a column that is gone': [
    `CREATE TABLE t (a)`,
    `CREATE TRIGGER g AFTER UPDATE OF gone ON t BEGIN UPDATE t SET gone = 1; END`,
  ],
  'a function that only the application has': [
    `CREATE TABLE t (a CHECK (known_there(a)), b AS (known_there(a)))`,
    `CREATE INDEX i ON t (known_there(a))`,
  ],
  'a collation that only the application has': [
    `CREATE TABLE t (a COLLATE LOCALIZED UNIQUE, b)`,
    `CREATE INDEX i ON t (b COLLATE LOCALIZED)`,
  ],
  'full text and trees': [
    `CREATE VIRTUAL TABLE f USING fts5 (a, b)`,
    `CREATE VIRTUAL TABLE o USING fts4 (a, b)`,
    `CREATE VIRTUAL TABLE r USING rtree (id, a, b)`,
  ],
  'a module that only the application has': [
    `PRAGMA writable_schema=ON`,
    `INSERT INTO sqlite_schema VALUES ('table', 'sp', 'sp', 0, 'CREATE VIRTUAL TABLE sp USING spellfix1')`,
    `CREATE TABLE sp_vocab (id INTEGER PRIMARY KEY)`,
  ],
  'comments and semicolons in the stored text': [
    `CREATE TABLE t (a, b INTEGER UNIQUE)`,
    `CREATE TABLE u (a)`,
    `CREATE INDEX i ON u (a) -- by hand`,
    `PRAGMA writable_schema=ON`,
    `UPDATE sqlite_schema SET sql = 'create table t (a, b INTEGER UNIQUE); -- by hand' WHERE name = 't'`,
    `UPDATE sqlite_schema SET sql = 'CREATE TABLE u (a /* one */ -- two' || char(10) || ')' WHERE name = 'u'`,
  ],
};

const legacySchema = `SELECT type, name, sql FROM sqlite_schema WHERE name NOT IN ('Clean', 'Other') AND tbl_name <> '_prisma_migrations' ORDER BY 1, 2`;

async function list(target: TestTarget, migrations: readonly MigrationSource[]) {
  const report = (await plan({ url: target.url, migrations })).plan;
  return [...report.migrations.flatMap((migration) => migration.findings), ...report.findings];
}

describeImported('an imported database', (importAll) => {
  it.each(Object.entries(legacies))('%s stands in no unrelated way', async (_, statements) => {
    const target = await importAll(...recorded, ...statements);
    const before = await target.sql(legacySchema);
    const findings = await list(target, [base, other]);
    expect(findings.filter(({ kind }) => kind !== 'note')).toEqual([]);
    const done = await apply({ url: target.url, migrations: [base, other] });
    expect(done.outcome).toBe('applied');
    expect(await target.sql('SELECT * FROM "Clean"')).toEqual([[1, 'b', 'c', null]]);
    const after = await target.sql(legacySchema);
    expect(after).toEqual(before);
  });
});
