/** Ways to lose rows, or to record what did not happen, that real files and old scripts lay out. */

import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apply, backfill, type MigrationSource, plan, status } from '../../../src/index.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const init: MigrationSource = {
  name: '1_init',
  sql: `CREATE TABLE "P" (id INTEGER PRIMARY KEY, n INTEGER);
CREATE TABLE "C" (id INTEGER PRIMARY KEY, p INTEGER REFERENCES "P" (id) ON DELETE CASCADE);`,
};
const rows = [`INSERT INTO "P" VALUES (1, 5), (2, 6)`, `INSERT INTO "C" VALUES (1, 1), (2, 1), (3, 2)`];

const rebuild = (
  before: string,
  after = '',
  create = 'CREATE TABLE "new_P" (id INTEGER PRIMARY KEY, n INTEGER, m TEXT);',
) => ({
  name: '2_rebuild',
  sql: `${before}
${create}
INSERT INTO "new_P" (id, n) SELECT id, n FROM "P";
DROP TABLE "P";
ALTER TABLE "new_P" RENAME TO "P";
${after}`,
});

async function codes(target: TestTarget, migrations: readonly MigrationSource[]): Promise<readonly string[]> {
  const report = (await plan({ url: target.url, migrations })).plan;
  const findings = [...report.migrations.flatMap((migration) => migration.findings), ...report.findings];
  return findings.map((finding) => `${finding.kind} ${finding.code}`);
}

describeTargets('traps', (fresh) => {
  const prepare = async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [init] });
    await target.sql(...rows);
    return target;
  };

  it.each([
    ['only defers foreign keys', rebuild('PRAGMA defer_foreign_keys=ON;', 'PRAGMA defer_foreign_keys=OFF;').sql, []],
    ['has its pragma commented out', rebuild('-- PRAGMA foreign_keys=OFF;').sql, []],
    [
      'drops and makes again',
      'DROP TABLE "P"; CREATE TABLE "P" (id INTEGER PRIMARY KEY, n INTEGER);',
      ['Drops "P" with 2 rows.'],
    ],
    [
      'rebuilds the child as well',
      'CREATE TABLE "new_P" (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO "new_P" SELECT * FROM "P"; DROP TABLE "P"; ALTER TABLE "new_P" RENAME TO "P"; CREATE TABLE "new_C" (id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES "P" (id) ON DELETE CASCADE); INSERT INTO "new_C" SELECT * FROM "C"; DROP TABLE "C"; ALTER TABLE "new_C" RENAME TO "C";',
      [],
    ],
    [
      'copies the child away',
      'DROP TABLE "P"; CREATE TABLE "C2" AS SELECT * FROM "C"; DROP TABLE "C"; CREATE TABLE "P" (id INTEGER PRIMARY KEY, n INTEGER);',
      ['Drops "P" with 2 rows.'],
    ],
    ['replaces rows', 'INSERT OR REPLACE INTO "P" VALUES (2, 7);', []],
    ['replaces rows in short', 'REPLACE INTO "P" VALUES (2, 7);', []],
  ])('asks before a file that %s takes the rows of children with it', async (_, sql, losses) => {
    const target = await prepare();
    const migrations = [init, { name: '2_rebuild', sql }];
    expect(await codes(target, migrations)).toContain('hazard drops-referenced');
    expect((await apply({ url: target.url, migrations })).outcome).toBe('blocked');
    // What the file itself takes away is a question of its own, and a yes to the one is none to the other.
    const half = await apply({ url: target.url, migrations, allow: ['data-loss'] });
    expect(half.gate.unconsented.map(({ code }) => code)).toEqual(['drops-referenced']);
    expect(await target.sql('SELECT count(*) FROM "C" WHERE p IS NOT NULL')).toEqual([[3]]);
    const first = await apply({ url: target.url, migrations, allow: ['drops-referenced'] });
    expect(first.gate.unconsented.map(({ code, message }) => [code, message])).toEqual(
      losses.map((message) => ['data-loss', message]),
    );
    if (losses.length === 0) return expect(first.outcome).toBe('applied');
    expect(await target.sql('SELECT count(*) FROM "C" WHERE p IS NOT NULL')).toEqual([[3]]);
    const both = await apply({ url: target.url, migrations, allow: ['drops-referenced', 'data-loss'] });
    expect(both.outcome).toBe('applied');
  });

  it.each([
    ['INSERT', 'ON CONFLICT', `INSERT INTO "Q" VALUES (9, 'a');`],
    ['UPDATE', 'ON CONFLICT', `UPDATE "Q" SET u = 'a';`],
    ['INSERT', 'ON/*x*/CONFLICT', `INSERT INTO "Q" VALUES (9, 'a');`],
    ['UPDATE', 'ON -- x\n CONFLICT', `UPDATE "Q" SET u = 'a';`],
  ])(
    'asks before an %s into a table whose own key replaces (%s) takes the rows of children with it',
    async (_, on, sql) => {
      const target = await fresh();
      const tables = {
        name: '1_tables',
        sql: 'CREATE TABLE "Q" (id INTEGER PRIMARY KEY, u TEXT UNIQUE ON CONFLICT REPLACE); CREATE TABLE "R" (q INTEGER REFERENCES "Q" (id) ON DELETE CASCADE);'.replace(
          'ON CONFLICT',
          on,
        ),
      };
      await apply({ url: target.url, migrations: [tables] });
      await target.sql(`INSERT INTO "Q" VALUES (1, 'a'), (2, 'b')`, 'INSERT INTO "R" VALUES (1), (2)');
      const migrations = [tables, { name: '2_rows', sql }];
      expect(await codes(target, migrations)).toContain('hazard drops-referenced');
      expect((await apply({ url: target.url, migrations })).outcome).toBe('blocked');
      expect(await target.sql('SELECT count(*) FROM "R"')).toEqual([[2]]);
    },
  );

  it('does not ask where the children go too, or refuse by themselves', async () => {
    const target = await fresh();
    const quiet = {
      name: '1_quiet',
      sql: 'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a (id)); CREATE TABLE c (a REFERENCES a (id) ON DELETE CASCADE);',
    };
    await apply({ url: target.url, migrations: [quiet] });
    const gone = { name: '2_gone', sql: 'DROP TABLE a; DROP TABLE c; DROP TABLE b;' };
    // Each is empty, and an application may use it still.
    const ofEach = ['note breaks-running-code', 'note data-loss'];
    expect(await codes(target, [quiet, gone])).toEqual([...ofEach, ...ofEach, ...ofEach]);
    expect((await apply({ url: target.url, migrations: [quiet, gone] })).outcome).toBe('applied');
  });

  it.each(['OFF', '0', 'false', 'no', 'disable', `'disabled'`, '00', '0x0', '256', '-1', 'full'])(
    'reads PRAGMA foreign_keys=%s as SQLite does: off',
    async (value) => {
      const target = await prepare();
      const migrations = [init, rebuild(`PRAGMA foreign_keys=${value};`, 'PRAGMA foreign_keys=ON;')];
      expect((await apply({ url: target.url, migrations })).outcome).toBe('applied');
      expect(await target.sql('SELECT count(*) FROM "C"')).toEqual([[3]]);
    },
  );

  it.each(['ON', '1', 'yes', 'true', '+1', '0x1', '2'])(
    'reads PRAGMA foreign_keys(%s) as SQLite does: on',
    async (value) => {
      const target = await prepare();
      expect(await codes(target, [init, rebuild(`PRAGMA foreign_keys(${value});`)])).toContain(
        'hazard drops-referenced',
      );
    },
  );

  it('never takes a leftover for the copy, whatever IF NOT EXISTS says', async () => {
    const target = await prepare();
    await target.sql(
      'CREATE TABLE "new_P" (id INTEGER PRIMARY KEY, n INTEGER, m TEXT)',
      'INSERT INTO "new_P" VALUES (99, 0, NULL)',
    );
    const stale = rebuild(
      'PRAGMA foreign_keys=OFF;',
      '',
      'CREATE TABLE IF NOT EXISTS "new_P" (id INTEGER PRIMARY KEY, n INTEGER, m TEXT);',
    );
    expect(await codes(target, [init, stale])).toContain('blocker rehearsal-failed');
    expect((await apply({ url: target.url, migrations: [init, stale] })).outcome).toBe('blocked');
  });

  it.each([
    ['computes while it copies', 'SELECT id, n * 100 FROM "P"', ''],
    ['takes only some rows', 'SELECT id, n FROM "P" WHERE n > 5', ''],
    ['swaps columns', 'SELECT n, id FROM "P"', ''],
    ['copies a constant', `SELECT id, 'n' FROM "P"`, ''],
    ['updates the copy', 'SELECT id, n FROM "P"', 'UPDATE "new_P" SET n = n * 100;'],
  ])('counts a rebuild that %s as a change of rows', async (_, select, update) => {
    const target = await prepare();
    await target.sql('CREATE TABLE "Log" (id INTEGER)');
    const migration = {
      name: '2_twice',
      sql: `CREATE TABLE "Log" (id INTEGER); PRAGMA foreign_keys=OFF; CREATE TABLE "new_P" (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO "new_P" (id, n) ${select}; ${update} DROP TABLE "P"; ALTER TABLE "new_P" RENAME TO "P";`,
    };
    expect(await codes(target, [init, migration])).toContain('hazard partly-applied');
  });

  it('does not count the copy that Prisma writes', async () => {
    const target = await prepare();
    await target.sql('CREATE TABLE "Log" (id INTEGER)');
    const migration = rebuild('CREATE TABLE "Log" (id INTEGER); PRAGMA foreign_keys=OFF;');
    const prisma = {
      ...migration,
      sql: migration.sql.replace('SELECT id, n FROM', `SELECT "id", coalesce("n", -1) AS "n" FROM`),
    };
    expect(await codes(target, [init, prisma])).toEqual(['note rebuild']);
  });

  it.each([
    `DELETE FROM "_prisma_migrations" WHERE finished_at IS NULL; UPDATE "P" SET n = n + 1;`,
    `UPDATE _prisma_migrations SET rolled_back_at = 1`,
    'DROP TABLE _Prisma_Migrations',
    'ALTER TABLE _prisma_migrations ADD COLUMN x',
    'CREATE TRIGGER t AFTER UPDATE ON _prisma_migrations BEGIN SELECT 1; END',
    'CREATE TRIGGER t AFTER DELETE ON "P" BEGIN DELETE FROM "_prisma_migrations"; END',
    'CREATE UNIQUE INDEX i ON _prisma_migrations (migration_name)',
  ])('refuses a migration that writes to the tracker: %s', async (sql) => {
    const target = await prepare();
    const migrations = [init, { name: '2_tracker', sql }];
    expect(await codes(target, migrations)).toContain('blocker touches-tracker');
    expect((await apply({ url: target.url, migrations })).outcome).toBe('blocked');
  });

  it("rolls back when a trigger takes the migration's own row away", async () => {
    const target = await prepare();
    await target.sql(
      'CREATE TRIGGER thief AFTER UPDATE ON "P" BEGIN DELETE FROM _prisma_migrations WHERE finished_at IS NULL; END',
    );
    const result = await apply({
      url: target.url,
      migrations: [init, { name: '2_steal', sql: 'UPDATE "P" SET n = n + 1' }],
    });
    expect(result).toMatchObject({
      outcome: 'failed',
      failed: { message: 'its own row in the tracker was removed or changed while it ran' },
    });
    expect(await target.sql('SELECT sum(n) FROM "P"')).toEqual([[11]]);
  });

  it('sends no rows that a RETURNING or a SELECT asks for', async () => {
    const target = await prepare();
    const big = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)`;
    const migrations = [
      init,
      {
        name: '2_big',
        sql: `CREATE TABLE s (id INTEGER PRIMARY KEY, v TEXT); ${big} INSERT INTO s SELECT i, hex(zeroblob(120)) FROM n RETURNING *; UPDATE s SET v = v || 'x' RETURNING v; SELECT * FROM s;`,
      },
    ];
    expect(await apply({ url: target.url, migrations })).toMatchObject({ outcome: 'applied', error: null });
    expect(await target.sql(`SELECT count(*) FROM s WHERE v LIKE '%x'`)).toEqual([[60000]]);
  });

  it('does not take a text of the file for a guard of ours', async () => {
    const target = await prepare();
    await target.sql(`CREATE TRIGGER liar BEFORE UPDATE ON "P" BEGIN SELECT RAISE(ABORT, 'MP_GUARD:recorded:'); END`);
    const result = await apply({
      url: target.url,
      migrations: [init, { name: '2_lie', sql: 'UPDATE "P" SET n = 0' }],
      rows: 0,
    });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'STATEMENT_FAILED' },
      failed: { message: 'MP_GUARD:recorded:', line: 1 },
    });
  });

  it('refuses a parameter that nobody gives a value', async () => {
    const target = await prepare();
    const migrations = [init, { name: '2_bind', sql: `INSERT INTO "P" VALUES (?, 1); UPDATE "P" SET n = '?';` }];
    expect(await codes(target, migrations)).toEqual(['blocker unbound-parameter']);
  });

  it('gives an unfinished first migration a way forward', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [] });
    await backfill({ url: target.url, migrations: [init], allow: ['unproven'] });
    await target.sql('UPDATE _prisma_migrations SET finished_at = NULL', init.sql.split(';')[0] ?? '');
    expect(await codes(target, [init])).toEqual(['blocker unfinished']);
    const result = await apply({ url: target.url, migrations: [init], allow: ['unfinished:1_init'] });
    expect(result.outcome).toBe('applied');
    expect(await target.sql(`SELECT count(*) FROM sqlite_schema WHERE name IN ('P', 'C')`)).toEqual([[2]]);
  });

  it('settles an unfinished row without a folder, once consented', async () => {
    const target = await prepare();
    await target.sql(`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('orphan', 'x', '1_gone')`);
    const next = { name: '2_next', sql: 'CREATE TABLE n (id)' };
    expect((await apply({ url: target.url, migrations: [init, next] })).outcome).toBe('blocked');
    expect((await apply({ url: target.url, migrations: [init, next], allow: ['unfinished:1_gone'] })).outcome).toBe(
      'applied',
    );
    const { history } = await status({ url: target.url, migrations: [init, next] });
    expect(history.entries.map((entry) => entry.state)).toEqual(['applied', 'applied']);
  });

  it('leaves it to the server whether rows of the migrations themselves stand in the way', async () => {
    const seeded = {
      name: '1_seed',
      sql: `CREATE TABLE "P" (id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE "C" (id INTEGER PRIMARY KEY, p INTEGER REFERENCES "P" (id)); INSERT INTO "P" VALUES (1, 1); INSERT INTO "C" VALUES (1, 1);`,
    };
    const migrations = [seeded, rebuild('PRAGMA defer_foreign_keys=ON;')];
    const target = await fresh();
    expect(await codes(target, migrations)).toEqual(['note rebuild']);
    const result = await apply({ url: target.url, migrations });
    expect(result).toMatchObject({ applied: ['1_seed'], failed: { message: 'FOREIGN KEY constraint failed' } });
    expect(await target.sql('SELECT count(*) FROM "C"')).toEqual([[1]]);
    const safe = [seeded, rebuild('PRAGMA foreign_keys=OFF;')];
    expect((await apply({ url: target.url, migrations: safe })).outcome).toBe('applied');
    expect(await target.sql('SELECT count(*) FROM "C"')).toEqual([[1]]);
  });

  it('writes no file when it replays the folder to judge the order', async () => {
    const target = await fresh();
    const file = join(tmpdir(), `migrate-prod-order-${process.pid}.db`);
    const migrations = [
      { name: '1_vacuum', sql: `VACUUM INTO '${file}'` },
      { name: '3_three', sql: 'CREATE TABLE three (id)' },
    ];
    await target.sql('CREATE TABLE three (id)');
    await backfill({ url: target.url, migrations });
    expect(await codes(target, [...migrations, { name: '2_two', sql: 'CREATE TABLE two (id)' }])).toEqual([
      'note out-of-order',
    ]);
    expect(existsSync(file)).toBe(false);
  });

  it('names a trigger that goes with its table outside of a rebuild, too', async () => {
    const target = await fresh();
    const first = {
      name: '1_view',
      sql: 'CREATE TABLE t (id INTEGER); CREATE VIEW v AS SELECT id FROM t; CREATE TRIGGER i INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.id); END;',
    };
    await apply({ url: target.url, migrations: [first] });
    expect(
      await codes(target, [
        first,
        { name: '2_view', sql: 'DROP VIEW v; CREATE VIEW v AS SELECT id, 1 AS one FROM t;' },
      ]),
    ).toEqual(['hazard drops-trigger']);
    expect(await codes(target, [first, { name: '2_gone', sql: 'DROP VIEW v;' }])).toEqual([]);
  });
});
