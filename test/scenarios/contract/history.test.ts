/** The contract of what folder and tracker say of each other: states, blockers, backfill. */

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { apply, assertUpToDate, backfill, inspect, plan, status, tables, undoBackfill } from '../../../src/index.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const tracker = `CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

const sum = (text: string) => createHash('sha256').update(text).digest('hex');

interface Row {
  readonly name: string;
  readonly checksum?: string;
  readonly finished?: string | number | null;
  readonly rolledBack?: string | number | null;
  readonly steps?: number;
}

let rows = 0;
function insert({ name, checksum = 'x', finished = 1700000000000, rolledBack = null, steps = 1 }: Row): string {
  rows += 1;
  const literal = (value: string | number | null) => (typeof value === 'string' ? `'${value}'` : String(value));
  return `INSERT INTO _prisma_migrations VALUES ('row${rows}', '${checksum}', ${literal(finished)}, '${name}', NULL, ${literal(rolledBack)}, 1700000000000, ${steps})`;
}

const one = { name: '1_one', sql: 'CREATE TABLE one (id INTEGER PRIMARY KEY);' };
const two = { name: '2_two', sql: 'CREATE TABLE two (id INTEGER PRIMARY KEY);' };
const three = { name: '3_three', sql: 'CREATE TABLE three (id INTEGER PRIMARY KEY);' };
const done = (migration: { name: string; sql: string }): Row => ({
  name: migration.name,
  checksum: sum(migration.sql),
});

describeTargets('history', (fresh) => {
  const states = async ({ url }: TestTarget, migrations: readonly { name: string; sql: string }[]) =>
    Object.fromEntries((await status({ url, migrations })).history.entries.map((entry) => [entry.name, entry.state]));
  const codes = async ({ url }: TestTarget, migrations: readonly { name: string; sql: string }[]) => {
    const report = (await plan({ url, migrations })).plan;
    const findings = [...report.migrations.flatMap((migration) => migration.findings), ...report.findings];
    return findings.map((finding) => `${finding.kind} ${finding.code}`);
  };

  it('tells every state from the rows that tools write, in every encoding of time', async () => {
    const target = await fresh();
    const crlf = { name: '5_crlf', sql: 'CREATE TABLE five (\n id\n);' };
    await target.sql(
      tracker,
      one.sql,
      insert(done(one)),
      insert({ ...done(two), steps: 0, finished: '2026-01-02 03:04:05' }),
      insert({ name: '3_edited', checksum: sum('something else'), finished: '2026-01-02T03:04:05.678+00:00' }),
      insert({ name: '4_unverified', checksum: '4_unverified' }),
      insert({ name: '5_crlf', checksum: sum(crlf.sql.replaceAll('\n', '\r\n')) }),
      insert({ name: '6_failed', finished: null, rolledBack: 1700000000000 }),
      insert({ name: '7_unfinished', finished: null }),
      insert({ name: '0_missing' }),
    );
    const sql = 'SELECT 1';
    const migrations = [
      one,
      two,
      ...['3_edited', '4_unverified'].map((name) => ({ name, sql })),
      crlf,
      ...['6_failed', '7_unfinished', '8_pending'].map((name) => ({ name, sql })),
    ];
    expect(await states(target, migrations)).toEqual({
      '0_missing': 'missing',
      '1_one': 'applied',
      '2_two': 'backfilled',
      '3_edited': 'edited',
      '4_unverified': 'unverified',
      '5_crlf': 'applied',
      '6_failed': 'failed',
      '7_unfinished': 'unfinished',
      '8_pending': 'pending',
    });
    const { history } = await status({ url: target.url, migrations });
    expect(history.entries.find((entry) => entry.name === '2_two')?.at).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(history.entries.find((entry) => entry.name === '3_edited')?.at).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
    await expect(assertUpToDate({ url: target.url, migrations })).rejects.toMatchObject({ code: 'NOT_UP_TO_DATE' });
    await assertUpToDate({ url: target.url, migrations: [one, two] }).catch((error) =>
      expect(error.message).toContain('7_unfinished'),
    );
  });

  it('runs an unfinished migration only with consent, leaves out what is there, and settles its row', async () => {
    const target = await fresh();
    const half = {
      name: '2_half',
      sql: 'CREATE TABLE half (id INTEGER PRIMARY KEY);\nCREATE TABLE other (id INTEGER PRIMARY KEY);',
    };
    await target.sql(
      tracker,
      one.sql,
      insert(done(one)),
      insert({ name: half.name, finished: null, checksum: sum('older text') }),
      'CREATE TABLE half (id INTEGER PRIMARY KEY)',
    );
    const migrations = [one, half];
    const blocked = await apply({ url: target.url, migrations });
    expect(blocked.outcome).toBe('blocked');
    expect(blocked.gate.unconsented[0]?.message).toContain('line 1');
    expect((await apply({ url: target.url, migrations, allow: ['unfinished'] })).outcome).toBe('applied');
    expect(
      await target.sql(
        "SELECT count(*), count(rolled_back_at), count(DISTINCT checksum) FROM _prisma_migrations WHERE migration_name = '2_half'",
      ),
    ).toEqual([[2, 1, 1]]);
    expect(await states(target, migrations)).toEqual({ '1_one': 'applied', '2_half': 'applied' });
  });

  it('blocks a database with tables and no history, and backfill settles it without running anything', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE one (id INTEGER PRIMARY KEY)', 'INSERT INTO one VALUES (1)');
    const migrations = [one, two];
    const blocked = await apply({ url: target.url, migrations });
    expect(blocked).toMatchObject({
      outcome: 'blocked',
      error: { code: 'PLAN_BLOCKED', next: 'migrate-prod backfill' },
    });
    expect(await backfill({ url: target.url, migrations, name: one.name })).toMatchObject({
      outcome: 'recorded',
      items: [{ name: one.name }],
    });
    expect(
      await target.sql(
        'SELECT logs, applied_steps_count, rolled_back_at, finished_at IS NOT NULL FROM _prisma_migrations',
      ),
    ).toEqual([['', 0, null, 1]]);
    expect(await target.sql('SELECT count(*) FROM one')).toEqual([[1]]);
    expect(await states(target, migrations)).toEqual({ '1_one': 'backfilled', '2_two': 'pending' });
    expect((await apply({ url: target.url, migrations })).applied).toEqual([two.name]);
  });

  it('backfills all that is not recorded, and takes back what was backfilled but never what was applied', async () => {
    const target = await fresh();
    const migrations = [one, two, three];
    await apply({ url: target.url, migrations: [one] });
    await target.sql(two.sql, three.sql);
    expect(await backfill({ url: target.url, migrations })).toMatchObject({
      outcome: 'recorded',
      items: [{ name: two.name }, { name: three.name }],
    });
    expect(await backfill({ url: target.url, migrations })).toMatchObject({ outcome: 'nothing-to-do' });
    await expect(undoBackfill({ url: target.url, migrations, name: one.name })).rejects.toMatchObject({
      code: 'MIGRATION_STATE',
    });
    expect(await undoBackfill({ url: target.url, migrations, name: three.name })).toMatchObject({ outcome: 'undone' });
    expect(await states(target, migrations)).toEqual({
      '1_one': 'applied',
      '2_two': 'backfilled',
      '3_three': 'pending',
    });
    await expect(backfill({ url: target.url, migrations, name: '3_thre' })).rejects.toMatchObject({
      code: 'MIGRATION_UNKNOWN',
      next: 'Did you mean 3_three?',
    });
  });

  it('knows a renamed migration by its checksum, and backfill records the new name', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [one, two] });
    const migrations = [one, { name: '2_renamed', sql: two.sql }];
    expect(await states(target, migrations)).toEqual({ '1_one': 'applied', '2_renamed': 'renamed' });
    expect(await codes(target, migrations)).toEqual(['blocker renamed']);
    expect(await apply({ url: target.url, migrations })).toMatchObject({
      outcome: 'blocked',
      error: { next: 'migrate-prod backfill 2_renamed' },
    });
    await backfill({ url: target.url, migrations, name: '2_renamed' });
    expect(await states(target, migrations)).toEqual({ '1_one': 'applied', '2_renamed': 'applied' });
    expect(await codes(target, [...migrations, three])).toEqual([]);
    expect((await apply({ url: target.url, migrations })).outcome).toBe('nothing-to-do');
  });

  it('notes old migrations without a folder, and asks for consent when this checkout is behind', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [one, two, three] });
    expect(await codes(target, [two, three, { name: '4_four', sql: 'CREATE TABLE four (id)' }])).toEqual([
      'note missing',
    ]);
    const behind = [one, two, { name: '2_z', sql: 'CREATE TABLE z (id)' }];
    expect(await codes(target, behind)).toContain('hazard behind');
    expect((await apply({ url: target.url, migrations: behind })).outcome).toBe('blocked');
    expect(await codes(target, [one, two])).toEqual(['note missing']);
    expect((await apply({ url: target.url, migrations: [one, two] })).outcome).toBe('nothing-to-do');
  });

  it('takes a migration out of order as a note when the order does not matter, and as a hazard when it does', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [one, three] });
    expect(await states(target, [one, two, three])).toEqual({
      '1_one': 'applied',
      '2_two': 'out-of-order',
      '3_three': 'applied',
    });
    expect(await codes(target, [one, two, three])).toEqual(['note out-of-order']);
    expect(await codes(target, [one, { ...two, sql: `${two.sql} INSERT INTO one VALUES (9);` }, three])).toEqual([
      'hazard out-of-order',
    ]);
    const dependent = { name: '2_column', sql: 'ALTER TABLE one ADD COLUMN a TEXT' };
    const later = { name: '3_column', sql: 'ALTER TABLE one ADD COLUMN b TEXT' };
    const other = await fresh();
    await apply({ url: other.url, migrations: [one, later] });
    // The order of the columns is all that differs: an INSERT that does not name them would mix them up.
    expect(await codes(other, [one, dependent, later])).toEqual(['hazard out-of-order']);
    const [reordered] = (await plan({ url: other.url, migrations: [one, dependent, later] })).plan.migrations;
    expect(reordered?.findings[0]?.message).toContain('the columns of one end up in another order');
    const made = { name: '2_made', sql: 'CREATE TABLE made (id INTEGER)' };
    const dropped = { name: '3_dropped', sql: 'DROP TABLE IF EXISTS made' };
    const third = await fresh();
    await apply({ url: third.url, migrations: [one, dropped] });
    expect(await codes(third, [one, made, dropped])).toEqual(['hazard out-of-order']);
  });

  it('judges the order without what was squashed away, and says when it cannot', async () => {
    const target = await fresh();
    const old = { name: '0_old', sql: 'SELECT 1' };
    await apply({ url: target.url, migrations: [old, one, three] });
    expect(await codes(target, [one, two, three])).toEqual(['note out-of-order', 'note missing']);
    const table = { name: '0_table', sql: 'CREATE TABLE old (id INTEGER)' };
    const other = await fresh();
    await apply({ url: other.url, migrations: [table, one, three] });
    const report = (await plan({ url: other.url, migrations: [one, two, three] })).plan;
    expect(report.migrations[0]?.findings).toMatchObject([{ kind: 'hazard', code: 'out-of-order' }]);
    expect(report.migrations[0]?.findings[0]?.message).toContain('because 1 recorded migration has no folder');
  });

  it('says which migration keeps the order from being judged, and in what words', async () => {
    const target = await fresh();
    const index = { name: '3_index', sql: 'SELECT 1;\nCREATE INDEX "byHand_a" ON "byHand"("a")' };
    await apply({ url: target.url, migrations: [one] });
    await target.sql('CREATE TABLE "byHand" ("a" TEXT)');
    await apply({ url: target.url, migrations: [one, index] });
    const [late] = (await plan({ url: target.url, migrations: [one, two, index] })).plan.migrations;
    expect(late?.findings).toMatchObject([{ kind: 'hazard', code: 'out-of-order' }]);
    expect(late?.findings[0]?.message).toContain(
      'cannot be made from the folder (3_index:2 fails: no such table: main.byHand).',
    );
  });

  it('plans and applies nothing beside a tracker of another shape, with a clear error', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE _prisma_migrations (name TEXT, applied_at TEXT)');
    const refusal = {
      code: 'TRACKER_SHAPE',
      message: expect.stringContaining('checksum'),
      next: 'migrate-prod backfill',
    };
    await expect(plan({ url: target.url, migrations: [one] })).rejects.toMatchObject(refusal);
    await expect(apply({ url: target.url, migrations: [one] })).rejects.toMatchObject(refusal);
    expect((await tables({ url: target.url })).map((table) => table.name)).toEqual(['_prisma_migrations']);
  });

  it('shows tables with every legal name, generated columns, keys both ways and triggers', async () => {
    const target = await fresh();
    const nasty = `we"ird'; DROP TABLE x; --`;
    const quoted = `"${nasty.replaceAll('"', '""')}"`;
    await target.sql(
      `CREATE TABLE ${quoted} (id INTEGER PRIMARY KEY, n TEXT NOT NULL DEFAULT 'a''b', g AS (id * 2), s AS (id + 1) STORED)`,
      `CREATE TABLE child (a INTEGER, b INTEGER, p INTEGER REFERENCES ${quoted} ON DELETE CASCADE, PRIMARY KEY (a, b))`,
      `CREATE UNIQUE INDEX u ON child (p, lower(b)) WHERE b > 0`,
      `CREATE TRIGGER t AFTER INSERT ON child BEGIN SELECT 1; END`,
      'CREATE VIEW v AS SELECT a FROM child',
    );
    const parent = await inspect({ url: target.url, table: nasty });
    expect(parent.columns).toEqual([
      { name: 'id', type: 'INTEGER', notNull: false, default: null, primaryKey: 1, generated: 'no' },
      { name: 'n', type: 'TEXT', notNull: true, default: `'a''b'`, primaryKey: 0, generated: 'no' },
      { name: 'g', type: '', notNull: false, default: null, primaryKey: 0, generated: 'virtual' },
      { name: 's', type: '', notNull: false, default: null, primaryKey: 0, generated: 'stored' },
    ]);
    expect(parent.referencedBy).toMatchObject([
      { table: 'child', columns: ['p'], referencedColumns: [null], onDelete: 'CASCADE' },
    ]);
    const child = await inspect({ url: target.url, table: 'CHILD' });
    expect(child.foreignKeys).toMatchObject([{ references: nasty }]);
    expect(child.indexes.find((index) => index.name === 'u')).toMatchObject({
      unique: true,
      partial: true,
      columns: ['p', null],
    });
    expect(child.triggers.map((trigger) => trigger.name)).toEqual(['t']);
    await expect(inspect({ url: target.url, table: 'chld' })).rejects.toMatchObject({
      code: 'TABLE_UNKNOWN',
      next: expect.stringContaining('child'),
    });
    expect((await tables({ url: target.url })).map((table) => [table.name, table.kind])).toEqual([
      ['child', 'table'],
      ['v', 'view'],
      [nasty, 'table'],
    ]);
  });
});
