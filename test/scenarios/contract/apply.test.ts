/** The contract of `apply`: the same stories, with the same ends, on a server and on an embedded file. */

import { expect, it } from 'vitest';
import { type ApplyResult, apply, plan, status } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { children, everyRow, fill, lossOfFax, parents, rebuildParent } from './stories.ts';

/** What a result still wants a yes to, in its own words. */
const wanted = ({ gate }: Pick<ApplyResult, 'gate'>) =>
  gate.unconsented.map(({ code, message }) => `${code}: ${message}`);

const states = async (url: string, migrations: readonly { name: string; sql: string }[]) =>
  (await status({ url, migrations })).history.entries.map((entry) => entry.state);

describeTargets('apply', (fresh) => {
  it('applies what is pending, in order, and has nothing to do afterwards', async () => {
    const { url, kind } = await fresh();
    const migrations = [parents, rebuildParent()];
    expect(await states(url, migrations)).toEqual(['pending', 'pending']);
    const first = await apply({ url, migrations });
    expect(first).toMatchObject({ outcome: 'applied', applied: [parents.name, rebuildParent().name], error: null });
    expect(first.requests).toBe(kind === 'server' ? 2 : 0);
    expect(await states(url, migrations)).toEqual(['applied', 'applied']);
    const second = await apply({ url, migrations });
    expect(second).toMatchObject({ outcome: 'nothing-to-do', applied: [], error: null });
    expect(second.requests).toBe(kind === 'server' ? 1 : 0);
  });

  it('rebuilds a parent without losing a row of any child, whatever its ON DELETE says', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [parents] });
    const before = await sql(...fill, everyRow);
    const migrations = [parents, rebuildParent()];
    // Of all that is there the file leaves out one column, and no child is said to be in danger.
    const refused = await apply({ url, migrations });
    expect(refused).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    expect(wanted(refused)).toEqual(['data-loss: Drops "Parent"."fax" with its values in 50 rows.']);
    expect((await apply({ url, migrations, allow: lossOfFax })).outcome).toBe('applied');
    expect(await sql(everyRow)).toEqual(before);
    expect(await sql('PRAGMA foreign_key_check')).toEqual([]);
    expect(await sql("SELECT count(*) FROM pragma_table_info('Parent')")).toEqual([[2]]);
  });

  it('leaves everything as it was when the last statement of a rebuild fails, and retries after an edit', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [parents] });
    const before = await sql(...fill, everyRow);
    const broken = rebuildParent(
      `INSERT INTO "Restricting" (id, parentId) SELECT 1, 1 WHERE last_insert_rowid() IS NOT NULL;`,
    );
    const failed = await apply({
      url,
      rows: 0,
      migrations: [parents, broken, { name: '20260103000000_later', sql: 'CREATE TABLE later (id)' }],
      allow: lossOfFax,
    });
    expect(failed).toMatchObject({
      outcome: 'failed',
      applied: [],
      failed: {
        name: broken.name,
        line: 12,
        statement: 'INSERT INTO "Restricting" (id, parentId) SELECT 1, 1 WHERE last_insert_rowid() IS NOT NULL',
        message: 'UNIQUE constraint failed: Restricting.id',
      },
      notStarted: ['20260103000000_later'],
      unrecorded: null,
      error: { code: 'STATEMENT_FAILED' },
    });
    expect(await sql(everyRow)).toEqual(before);
    expect(await sql(`SELECT count(*) FROM sqlite_schema WHERE name LIKE 'new_%' OR name = 'later'`)).toEqual([[0]]);
    const { history } = await status({ url, migrations: [parents, broken] });
    expect(history.entries.map((entry) => entry.state)).toEqual(['applied', 'failed']);
    expect(history.entries[1]?.logs).toContain('UNIQUE constraint failed: Restricting.id');

    const mended = rebuildParent(`INSERT INTO "Restricting" (id, parentId) VALUES (1000, 1);`);
    expect(await apply({ url, migrations: [parents, mended], allow: lossOfFax })).toMatchObject({
      outcome: 'applied',
      applied: [mended.name],
    });
    const rows = await sql(
      `SELECT count(DISTINCT checksum), count(*), sum(logs LIKE '%The file was edited after this%') FROM _prisma_migrations WHERE migration_name = '${mended.name}'`,
    );
    expect(rows).toEqual([[1, 2, 1]]);
  });

  it('records who ran it, with what, and what was consented to', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [parents] });
    const watch = 'CREATE TRIGGER watch AFTER INSERT ON "Parent" BEGIN SELECT NEW.fax; END';
    await sql(watch);
    const migrations = [parents, rebuildParent()];
    const refused = await apply({ url, migrations });
    expect(refused).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    expect(refused.gate.unconsented.map((finding) => [finding.code, finding.sql])).toEqual([['drops-trigger', watch]]);
    const allowed = await apply({ url, migrations, allow: ['drops-trigger', 'behind'] });
    expect(allowed.outcome).toBe('applied');
    expect(allowed.gate.unused).toEqual([{ code: 'behind', migration: null }]);
    const [[logs]] = (await sql(
      `SELECT logs FROM _prisma_migrations WHERE migration_name = '${rebuildParent().name}'`,
    )) as [[string]];
    expect(JSON.parse(logs)).toMatchObject({
      tool: expect.stringMatching(/^migrate-prod /),
      by: expect.stringContaining('@'),
      allowed: expect.arrayContaining(['drops-trigger']),
    });
  });

  it('skips what is already there and identical, and refuses what is there and different', async () => {
    const { url, sql } = await fresh();
    const migration = {
      name: '1_tables',
      sql: 'CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);\nCREATE INDEX a_b ON a (b);\nALTER TABLE a ADD COLUMN c INTEGER;',
    };
    await apply({ url, migrations: [{ name: '0_first', sql: 'CREATE TABLE first (id)' }] });
    await sql('create table "a" ("id" integer primary key , b TEXT)', 'create index a_b on a(b)');
    const migrations = [{ name: '0_first', sql: 'CREATE TABLE first (id)' }, migration];
    const report = await plan({ url, migrations });
    expect(report.plan.migrations[0]?.statements.map((statement) => statement.action)).toEqual(['skip', 'skip', 'run']);
    expect((await apply({ url, migrations })).outcome).toBe('applied');

    const other = await fresh();
    await apply({ url: other.url, migrations: [{ name: '0_first', sql: 'CREATE TABLE first (id)' }] });
    await other.sql('CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER)');
    const blocked = await apply({ url: other.url, migrations });
    expect(blocked).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_BLOCKED' } });
    expect(blocked.gate.blockers).toMatchObject([
      { code: 'exists-different', line: 1, sql: expect.stringContaining('b INTEGER') },
    ]);
  });

  it('asks for consent where a part is there and the rest changes rows', async () => {
    const { url, sql } = await fresh();
    const first = { name: '0_first', sql: 'CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1);' };
    await apply({ url, migrations: [first] });
    await sql('ALTER TABLE t ADD COLUMN extra TEXT');
    const second = { name: '1_second', sql: 'ALTER TABLE t ADD COLUMN extra TEXT;\nUPDATE t SET n = n + 1;' };
    const migrations = [first, second];
    expect((await plan({ url, migrations })).plan.migrations[0]?.findings.map((finding) => finding.code)).toEqual([
      'partly-applied',
    ]);
    expect((await apply({ url, migrations })).outcome).toBe('blocked');
    expect(await sql('SELECT n FROM t')).toEqual([[1]]);
    expect((await apply({ url, migrations, allow: ['partly-applied:1_second'] })).outcome).toBe('applied');
    expect(await sql('SELECT n FROM t')).toEqual([[2]]);
  });

  it('finds what cannot run before anything runs', async () => {
    const { url, sql } = await fresh();
    const cases = {
      'transaction-control': 'CREATE TABLE x (id);\nBEGIN;\nCREATE TABLE y (id);\nCOMMIT;',
      'server-refuses': 'CREATE TABLE x (id);\nVACUUM;\nPRAGMA journal_mode = WAL;',
      'rehearsal-failed': 'CREATE TABLE x (id);\nALTER TABLE nowhere ADD COLUMN a;',
    };
    for (const [code, text] of Object.entries(cases)) {
      const result = await apply({ url, migrations: [{ name: '1_bad', sql: text }] });
      expect(result).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_BLOCKED' } });
      expect(new Set(result.gate.blockers.map((finding) => finding.code))).toEqual(new Set([code]));
      expect(result.gate.blockers[0]?.line).toBe(2);
    }
    expect(await sql('SELECT count(*) FROM sqlite_schema')).toEqual([[0]]);
  });

  it('explains a text in double quotes that libSQL takes for a column', async () => {
    const { url } = await fresh();
    const migrations = [{ name: '1_quotes', sql: 'CREATE TABLE t (a TEXT);\nUPDATE t SET a = "x";' }];
    const [blocker] = (await apply({ url, migrations })).gate.blockers;
    expect(blocker).toMatchObject({ code: 'rehearsal-failed', line: 2 });
    expect(blocker?.message).toContain(`'x'`);
  });

  it('never takes the leftover of an old rebuild for the copy', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [parents] });
    await sql(
      ...fill,
      'CREATE TABLE "new_Parent" (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL DEFAULT \'\')',
    );
    const result = await apply({ url, migrations: [parents, rebuildParent()] });
    expect(result.gate.blockers).toMatchObject([{ code: 'rehearsal-failed' }]);
    expect(await sql('SELECT count(*) FROM "Parent"')).toEqual([[50]]);
  });

  it('asks before a migration that leaves rows without a parent, and takes an explicit yes', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [parents] });
    await sql(...fill);
    const orphaning = {
      name: '20260102000000_orphans',
      sql: `DELETE FROM "Parent" WHERE id = 7;\nPRAGMA foreign_keys=OFF;\nALTER TABLE "Parent" ADD COLUMN "x" TEXT;\nPRAGMA foreign_keys=ON;`,
    };
    const migrations = [parents, orphaning];
    const before = await sql(everyRow);
    const refused = await apply({ url, migrations });
    expect(refused).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    expect(wanted(refused)).toEqual(
      children.map((child) =>
        expect.stringContaining(`foreign-keys: 3 rows of "${child}" would be left without a parent in "Parent"`),
      ),
    );
    for (const { message, evidence } of refused.gate.unconsented) {
      expect(message).toContain('before it switches foreign keys off');
      expect(await sql(evidence?.query ?? '')).toHaveLength(3);
    }
    expect(refused.error?.next).toContain(`--allow foreign-keys:${orphaning.name}`);
    expect(await sql(everyRow)).toEqual(before);
    expect((await apply({ url, migrations, allow: [`foreign-keys:${orphaning.name}`] })).outcome).toBe('applied');
    expect(await sql('SELECT count(*) FROM "Parent"')).toEqual([[49]]);
    expect(await sql('SELECT count(*) FROM "Cascading" WHERE parentId = 7')).toEqual([[3]]);
  });

  it.each([
    {
      what: 'what rows are joined to',
      byHand: [],
      change: `UPDATE "Cascading" SET parentId = 700 FROM "Parent" AS p WHERE p.id = parentId AND p.name = 'p7';`,
      says: /point nowhere: 3 in Cascading without Parent\. /,
      left: [[50, 0]],
    },
    {
      what: 'what a trigger does',
      byHand: ['CREATE TRIGGER takes AFTER DELETE ON "Nulling" BEGIN UPDATE "Parent" SET id = 700 WHERE id = 7; END'],
      change: 'DELETE FROM "Nulling" WHERE id = 1;',
      says: /point nowhere: 3 in Cascading without Parent; 3 in Defaulting without Parent; 3 in Nulling/,
      left: [[50, 3]],
    },
  ])('stops a migration that leaves rows without a parent where no plan knows: $what', async (story) => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [parents] });
    await sql(...fill, ...story.byHand);
    const orphaning = {
      name: '20260102000000_orphans',
      sql: `${story.change}\nPRAGMA foreign_keys=OFF;\nALTER TABLE "Parent" ADD COLUMN "x" TEXT;\nPRAGMA foreign_keys=ON;`,
    };
    const migrations = [parents, orphaning];
    const before = await sql(everyRow);
    // On a copy of the rows it shows.
    const { plan: seen } = await plan({ url, migrations });
    expect(seen.migrations[0]?.findings.map(({ kind, code }) => `${kind} ${code}`)).toContain('hazard foreign-keys');
    expect((await plan({ url, migrations, rows: 0 })).ready).toBe(true);
    const stopped = await apply({ url, migrations, rows: 0 });
    expect(stopped).toMatchObject({ outcome: 'failed', error: { code: 'STATEMENT_FAILED' } });
    expect(stopped.error?.message).toMatch(story.says);
    expect(stopped.error?.next).toContain(`--allow foreign-keys:${orphaning.name}`);
    expect(await sql(everyRow)).toEqual(before);
    const allowed = await apply({ url, migrations, allow: [`foreign-keys:${orphaning.name}`] });
    expect(allowed.outcome).toBe('applied');
    expect(
      await sql('SELECT (SELECT count(*) FROM "Parent"), (SELECT count(*) FROM "Cascading" WHERE parentId = 7)'),
    ).toEqual(story.left);
  });

  it('does not mistake violations that were there before for its own', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [parents] });
    await sql(...fill, 'PRAGMA foreign_keys=OFF', 'DELETE FROM "Parent" WHERE id = 9');
    const violations = await sql('SELECT "table", parent FROM pragma_foreign_key_check ORDER BY 1');
    expect(violations.length).toBeGreaterThan(0);
    const migrations = [parents, rebuildParent()];
    expect(wanted(await apply({ url, migrations }))).toEqual([
      'data-loss: Drops "Parent"."fax" with its values in 49 rows.',
    ]);
    expect((await apply({ url, migrations, allow: lossOfFax })).outcome).toBe('applied');
    expect(await sql('SELECT "table", parent FROM pragma_foreign_key_check ORDER BY 1')).toEqual(violations);
  });

  it('keeps foreign keys on for a migration that does not switch them off, also after one that does', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [parents] });
    await sql(...fill);
    const cascade = {
      name: '20260103000000_delete',
      sql: 'DELETE FROM "Restricting" WHERE parentId = 3; DELETE FROM "Parent" WHERE id = 3;',
    };
    const migrations = [parents, rebuildParent(), cascade];
    expect(wanted(await apply({ url, migrations, allow: lossOfFax }))).toEqual([
      'data-loss: Deleting from "Parent" changes the rows that refer to it: 3 rows of "Cascading" (deleted), 3 rows of "Nulling" (set to NULL), 3 rows of "Defaulting" (reset to the default).',
    ]);
    expect((await apply({ url, migrations, allow: ['data-loss'] })).outcome).toBe('applied');
    expect(await sql('SELECT count(*) FROM "Cascading" WHERE parentId = 3')).toEqual([[0]]);
    expect(await sql('PRAGMA foreign_key_check')).toEqual([]);
  });

  it('applies up to the migration named, and only a plan that is still the same', async () => {
    const { url, sql } = await fresh();
    const migrations = [1, 2, 3].map((n) => ({ name: `${n}_t`, sql: `CREATE TABLE t${n} (id)` }));
    expect((await apply({ url, migrations, to: '1_t' })).applied).toEqual(['1_t']);
    const { plan: two } = await plan({ url, migrations, to: '2_t' });
    const moved = await apply({ url, migrations, plan: two.id });
    expect(moved).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_STALE' } });
    expect(moved.error?.message).toContain('the migration files or which of them are to be applied (--to) changed');
    await sql('CREATE TABLE by_hand (id)');
    const changed = await apply({ url, migrations, to: '2_t', plan: two.id });
    expect(changed.error?.message).toContain("production's schema");
    const { plan: again } = await plan({ url, migrations, to: '2_t' });
    expect((await apply({ url, migrations, to: '2_t', plan: again.id })).applied).toEqual(['2_t']);
    await expect(apply({ url, migrations, to: '2_x' })).rejects.toMatchObject({
      code: 'MIGRATION_UNKNOWN',
      next: expect.stringContaining('2_t'),
    });
  });

  it('takes every legal form of a file', async () => {
    const { url, sql } = await fresh();
    const migrations = [
      { name: '1_empty', sql: '' },
      { name: '2_comment', sql: '-- nothing to do\n' },
      { name: '3_bom.and-dots', sql: '\uFEFFCREATE TABLE "a;b" (id); -- trailing' },
      {
        name: '4_crlf',
        sql: 'CREATE TABLE c (\r\n id -- why\r\n);\r\n\r\nCREATE TRIGGER d AFTER INSERT ON c BEGIN\r\n  SELECT CASE WHEN 1 THEN 2 END;\r\nEND;\r\n',
      },
      { name: '5_select', sql: 'SELECT * FROM c; WITH x AS (SELECT 1) SELECT * FROM x; VALUES (1), (2)' },
      { name: '6_returning', sql: 'INSERT INTO c VALUES (1) RETURNING *' },
    ];
    expect(await apply({ url, migrations })).toMatchObject({ outcome: 'applied', error: null });
    expect(await sql('SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL')).toEqual([[6]]);
    expect(await sql(`SELECT count(*) FROM sqlite_schema WHERE name IN ('a;b', 'c', 'd')`)).toEqual([[3]]);
  });

  it('rehearses rows that it cannot know without inventing a failure', async () => {
    const { url, sql } = await fresh();
    const first = {
      name: '1_a',
      sql: 'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER NOT NULL REFERENCES a (id));',
    };
    await apply({ url, migrations: [first] });
    await sql('INSERT INTO a VALUES (5)');
    const second = {
      name: '2_b',
      sql: 'INSERT INTO b VALUES (1, 5); INSERT INTO b SELECT 2, (SELECT max(id) FROM a);',
    };
    expect((await apply({ url, migrations: [first, second] })).outcome).toBe('applied');
    expect(await sql('SELECT count(*) FROM b')).toEqual([[2]]);
  });

  it('migrates a schema with virtual tables, views, generated columns and partial indexes', async () => {
    const { url, sql } = await fresh();
    const migrations = [
      {
        name: '1_nasty',
        sql: `CREATE VIRTUAL TABLE search USING fts5(title, body);
CREATE TABLE vectors (id INTEGER PRIMARY KEY, embedding F32_BLOB(3));
CREATE INDEX vectors_idx ON vectors (libsql_vector_idx(embedding));
CREATE TABLE strict_one (a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE CHECK (b <> ''), c INTEGER AS (a + 1) STORED) STRICT;
CREATE TABLE rowless (k TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE UNIQUE INDEX partial ON strict_one (lower(b)) WHERE b IS NOT NULL;
CREATE VIEW v AS SELECT a FROM strict_one;
CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);`,
      },
      { name: '2_more', sql: 'ALTER TABLE rowless ADD COLUMN v TEXT;' },
    ];
    expect((await apply({ url, migrations, to: '1_nasty' })).outcome).toBe('applied');
    const report = await plan({ url, migrations });
    expect(report.plan.findings).toEqual([]);
    expect((await apply({ url, migrations })).outcome).toBe('applied');
    expect(await sql("SELECT count(*) FROM pragma_table_info('rowless')")).toEqual([[2]]);
  });
});
