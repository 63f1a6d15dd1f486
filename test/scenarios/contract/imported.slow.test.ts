/** Databases that another SQLite wrote, and what in them libSQL would refuse to make today. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apply, drift, inspect, type MigrationSource, plan, tables } from '../../../src/index.ts';
import { makeProject } from '../../support/folder.ts';
import { describeImported } from '../../support/imported.ts';
import { startProxy } from '../../support/proxy.ts';
import type { TestTarget } from '../../support/targets.ts';

const other: MigrationSource = {
  name: '1_other',
  sql: `CREATE TABLE "Other" ("id" INTEGER NOT NULL PRIMARY KEY);\nALTER TABLE "Clean" ADD COLUMN "d" TEXT;`,
};

const renamed: MigrationSource = { name: '4_renamed', sql: 'ALTER TABLE "Clean" RENAME COLUMN "c" TO "e"' };

const rebuilt: MigrationSource = {
  name: '3_rebuilt',
  sql: `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Clean" ("a" INTEGER NOT NULL PRIMARY KEY, "b" TEXT DEFAULT '', "c" TEXT, "d" TEXT);
INSERT INTO "new_Clean" ("a", "b", "c", "d") SELECT "a", "b", "c", "d" FROM "Clean";
DROP TABLE "Clean";
ALTER TABLE "new_Clean" RENAME TO "Clean";
PRAGMA foreign_keys=ON;`,
};

const clean = `CREATE TABLE "Clean" ("a" INTEGER NOT NULL PRIMARY KEY, "b" TEXT, "c" TEXT)`;

const prismaSchema = `datasource db {
  provider = "sqlite"
}

model Clean {
  a Int @id
  b String?
  c String?
}
`;

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
  it.each(Object.entries(legacies))(
    '%s: what is planned is what the database takes, and no more is asked',
    async (_, statements) => {
      const target = await importAll(...recorded, ...statements);
      const before = await target.sql(legacySchema);
      expect((await list(target, [base, other])).filter(({ kind }) => kind !== 'note')).toEqual([]);
      expect((await apply({ url: target.url, migrations: [base, other] })).outcome).toBe('applied');
      expect(await target.sql(legacySchema)).toEqual(before);

      const refusal = await target.sql('ALTER TABLE "Clean" RENAME COLUMN "c" TO "e"').then(
        () => target.sql('ALTER TABLE "Clean" RENAME COLUMN "e" TO "c"').then(() => null),
        (error: unknown) => String(error),
      );
      for (const change of [renamed, rebuilt]) {
        const findings = await list(target, [base, other, change]);
        expect(findings.some(({ code }) => code === 'broken-before')).toBe(refusal !== null);
        const asked = findings.filter(({ kind }) => kind !== 'note');
        expect(asked.map(({ code }) => code)).toEqual(refusal === null ? [] : ['rehearsal-failed']);
      }
      const [blocker] = (await list(target, [base, other, renamed])).filter(({ kind }) => kind === 'blocker');
      const said = /fails on an empty copy of production's schema: (error in [^.]*)\./.exec(
        blocker?.message ?? '',
      )?.[1];
      if (refusal !== null) expect(refusal).toContain(said);
      const mended: MigrationSource = { name: '2_mended', sql: blocker?.way ?? 'SELECT 1;' };
      const all = [base, other, mended, rebuilt, renamed];
      expect((await apply({ url: target.url, migrations: all })).outcome).toBe('applied');
      expect(await target.sql('SELECT "a", "b", "e" FROM "Clean"')).toEqual([[1, 'b', 'c']]);
    },
  );

  it.each([
    ['gets a column', 'ALTER TABLE t ADD COLUMN "more" TEXT;'],
    ['gets an index', 'CREATE INDEX "more" ON t (a);'],
    ['gets rows', "INSERT INTO t (a) VALUES ('p'); UPDATE t SET a = 'q';"],
    [
      'is rebuilt as libSQL takes it',
      `PRAGMA foreign_keys=OFF; CREATE TABLE "new_t" (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT UNIQUE CHECK (a IN ('p', 'q')));
INSERT INTO "new_t" SELECT id, a FROM t; DROP TABLE t; ALTER TABLE "new_t" RENAME TO t; PRAGMA foreign_keys=ON;`,
    ],
  ])('a table with texts in double quotes %s, and keeps its rows, keys and counter', async (_, sql) => {
    const target = await importAll(
      ...recorded,
      `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT UNIQUE CHECK (a IN ("p", "q")))`,
      `CREATE INDEX i ON t (a, id)`,
      ...["'p'", "'q'", 'NULL'].map((value) => `INSERT INTO t (a) VALUES (${value})`),
      `DELETE FROM t WHERE a = 'p' OR a IS NULL`,
      ...(sql.startsWith('INSERT') ? ['DELETE FROM t'] : []),
    );
    const migrations = [base, { name: '1_change', sql }];
    expect((await list(target, migrations)).filter(({ kind }) => kind !== 'note')).toEqual([]);
    expect((await apply({ url: target.url, migrations })).outcome).toBe('applied');
    expect(await target.sql('SELECT a FROM t')).toEqual([['q']]);
    await expect(target.sql("INSERT INTO t (a) VALUES ('r')")).rejects.toThrow('CHECK');
    await expect(target.sql("INSERT INTO t (a) VALUES ('q')")).rejects.toThrow('UNIQUE');
    expect(await target.sql('INSERT INTO t (a) VALUES (NULL) RETURNING id')).toEqual([
      [sql.startsWith('INSERT') ? 5 : 4],
    ]);
    expect(await target.sql("SELECT name FROM sqlite_schema WHERE name = 'i'")).toEqual([['i']]);
    expect(await target.sql('PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it.each([
    [
      'rebuilds it in single quotes',
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (a IN ("p", "q")))`,
      `PRAGMA foreign_keys=OFF; CREATE TABLE "new_t" (id INTEGER PRIMARY KEY, a TEXT CHECK (a IN ('p', 'q')));
INSERT INTO "new_t" SELECT id, a FROM t; DROP TABLE t; ALTER TABLE "new_t" RENAME TO t; PRAGMA foreign_keys=ON;`,
    ],
    ['drops it', `CREATE VIEW v AS SELECT gone FROM "Clean"`, `DROP VIEW v;`],
    ['makes what it needs', `CREATE VIEW v AS SELECT a FROM gone`, `CREATE TABLE gone (a);`],
  ])('of what is broken in production nothing is said to stay where the plan %s', async (_, broken, sql) => {
    const target = await importAll(...recorded, broken);
    const findings = await list(target, [base, { name: '1_change', sql }]);
    expect(findings.filter(({ code }) => code === 'broken-before' || code === 'leaves-out')).toEqual([]);
    expect((await apply({ url: target.url, migrations: [base, { name: '1_change', sql }, renamed] })).outcome).toBe(
      'applied',
    );
  });

  it('of what is broken in production only what the plan leaves so is told', async () => {
    const target = await importAll(
      ...recorded,
      `CREATE VIEW v AS SELECT gone FROM "Clean"`,
      `CREATE VIEW w AS SELECT gone FROM "Clean"`,
    );
    const findings = await list(target, [base, { name: '1_change', sql: 'DROP VIEW v;' }]);
    const told = findings.filter(({ code }) => code === 'broken-before');
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toContain('view "w"');
    expect(told[0]?.message).not.toContain('view "v"');
  });

  it('a CHECK with texts in double quotes that a rebuild leaves out is told as libSQL takes it', async () => {
    const target = await importAll(
      ...recorded,
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (a IN ("p", "q")))`,
    );
    const sql = `PRAGMA foreign_keys=OFF; CREATE TABLE "new_t" (id INTEGER PRIMARY KEY, a TEXT);
INSERT INTO "new_t" SELECT id, a FROM t; DROP TABLE t; ALTER TABLE "new_t" RENAME TO t; PRAGMA foreign_keys=ON;`;
    const told = (await list(target, [base, { name: '1_change', sql }])).filter(({ code }) => code === 'leaves-out');
    expect(told).toMatchObject([{ message: expect.stringContaining(`CHECK (a IN ('p', 'q'))`) }]);
  });

  it('all that is in the way is told at once, and a view of the rebuilt table is left as broken as it was', async () => {
    const target = await importAll(
      ...recorded,
      `CREATE TABLE t (a CHECK (a <> "q" AND a <> "r"), b AS (a || "s"))`,
      `CREATE UNIQUE INDEX k ON t (a)`,
      `CREATE INDEX i ON t (a) WHERE a = "new"`,
      `CREATE TABLE u (a CHECK (a <> "q") REFERENCES t (a) ON DELETE CASCADE)`,
      `CREATE VIEW v AS SELECT gone, a FROM "Clean"`,
      `CREATE VIEW w AS SELECT * FROM v`,
      `CREATE TRIGGER g AFTER INSERT ON "Clean" BEGIN INSERT INTO gone VALUES (NEW.a); END`,
      `INSERT INTO t VALUES ('new')`,
      `INSERT INTO u VALUES ('new')`,
    );
    const findings = await list(target, [base, other, rebuilt]);
    const note = findings.find(({ code }) => code === 'broken-before');
    for (const name of ['table "t"', 'table "u"', 'index "i" of "t"', 'view "v"'])
      expect(note?.message).toContain(name);
    const [blocker] = findings.filter(({ kind }) => kind === 'blocker');
    const mended = { name: '1_mended', sql: blocker?.way ?? '' };
    const done = await apply({ url: target.url, migrations: [base, other, mended, rebuilt] });
    expect([done.outcome, done.gate]).toMatchObject(['applied', { blockers: [], unconsented: [] }]);
    expect(await target.sql('SELECT t.a, b, u.a FROM t, u')).toEqual([['new', 'news', 'new']]);
    await expect(target.sql("INSERT INTO t VALUES ('new')")).rejects.toThrow('UNIQUE');

    const alone = await importAll(...recorded, `CREATE VIEW v AS SELECT gone, a FROM "Clean"`);
    expect((await apply({ url: alone.url, migrations: [base, other, rebuilt] })).outcome).toBe('applied');
    expect(await alone.sql("SELECT sql FROM sqlite_schema WHERE name = 'v'")).toEqual([
      ['CREATE VIEW v AS SELECT gone, a FROM "Clean"'],
    ]);
  });

  it.each([
    'a CHECK with texts in double quotes',
    'keys and a counter beside such a CHECK',
    'a module that only the application has',
  ])('%s: production is compared with schema.prisma all the same', async (name) => {
    const target = await importAll(...recorded, ...(legacies[name] ?? []));
    const project = await makeProject({}, { schema: prismaSchema });
    try {
      const schema = join(project.root, 'prisma', 'schema.prisma');
      const { pairs } = await drift({ url: target.url, migrations: [base], schema });
      expect(pairs.map(({ pair, incomparable }) => [pair, incomparable])).toEqual([
        ['production-migrations', null],
        ['migrations-schema', null],
        ['production-schema', null],
      ]);
      const own = pairs.flatMap(({ differences }) => differences).filter((difference) => difference.name === 'Clean');
      expect(own).toEqual([]);
    } finally {
      await project.remove();
    }
  });

  it('what does not work is told of the one view, and the others are shown', async () => {
    const target = await importAll(
      ...recorded,
      `CREATE VIEW v AS SELECT a FROM gone`,
      `CREATE VIEW x AS SELECT a FROM "Clean"`,
    );
    const all = await tables({ url: target.url });
    expect(all.map(({ name, broken, columns }) => [name, broken, columns.length])).toEqual([
      ['_prisma_migrations', null, 8],
      ['Clean', null, 3],
      ['v', 'no such table: main.gone', 0],
      ['x', null, 1],
    ]);
    expect((await inspect({ url: target.url, table: 'Clean' })).columns).toHaveLength(3);
  });

  it('a module that the server has, and libSQL itself not, is nothing broken, and makes no wall', async () => {
    const module = legacies['a module that only the application has'] ?? [];
    const target = await importAll(...recorded, `CREATE VIEW v AS SELECT 1 FROM sp`, ...module);
    const told = async (url: string, migrations: readonly MigrationSource[]) => {
      const report = (await plan({ url, migrations })).plan;
      const all = [...report.migrations.flatMap((migration) => migration.findings), ...report.findings];
      return all.filter(({ code }) => code !== 'breaks-running-code').map(({ kind, code }) => `${kind} ${code}`);
    };
    expect(await told(target.url, [base, other])).toEqual(['note broken-before']);
    expect(await told(target.url, [base, renamed])).toEqual(['blocker rehearsal-failed', 'note broken-before']);
    if (target.kind === 'file') return;
    const proxy = await startProxy(Number(new URL(target.url).port));
    try {
      proxy.breakRequest(2, { rewrite: (body) => body.replace('"value":"0"', '"value":"1"') });
      expect(await told(proxy.through(target.url), [base, other])).toEqual([]);
    } finally {
      await proxy.stop();
    }
  });
});
