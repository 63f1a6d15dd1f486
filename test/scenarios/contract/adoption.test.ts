/** The contract of databases that another tool or a script has served: what is read of its record. */

import { expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { readStatus } from '../../../src/history/status.ts';
import { apply, plan, status, tables } from '../../../src/index.ts';
import type { Database } from '../../../src/ports.ts';
import { readProduction } from '../../../src/production/gather.ts';
import { readOtherTracker } from '../../../src/tracker/other-records.ts';
import { createOutside } from '../../../src/wiring.ts';
import { withDatabase } from '../../support/database.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const one = { name: '20260101000000_one', sql: 'CREATE TABLE one (id INTEGER PRIMARY KEY);' };
const two = { name: '20260102000000_two', sql: 'CREATE TABLE two (id INTEGER PRIMARY KEY);' };
const three = { name: '20260103000000_three', sql: 'CREATE TABLE three (id INTEGER PRIMARY KEY);' };
const folder = [one, two, three];

/** How often `status` asks. */
const countReads = ({ url, kind }: TestTarget, migrations = folder): Promise<number> =>
  withDatabase(url, async (database) => {
    let reads = 0;
    const read: Database['read'] = (queries, options) => {
      reads += 1;
      return database.read(queries, options);
    };
    await readStatus({
      database: { ...database, read },
      migrations: migrations.map(({ name, sql }) => migrationFromText(name, sql)),
      outside: createOutside('test', '0'),
    });
    if (kind === 'server') expect(database.requests()).toBe(reads);
    return reads;
  });

const readRecords = ({ url }: TestTarget) =>
  withDatabase(url, async (database) => readOtherTracker(database, await readProduction(database)));

interface Shape {
  readonly table: string;
  readonly statements: readonly string[];
  readonly names: readonly string[] | null;
  readonly reads: number;
}

const shapes: readonly (readonly [string, Shape])[] = [
  [
    'a _prisma_migrations that has only names',
    {
      table: '_prisma_migrations',
      statements: [
        'CREATE TABLE _prisma_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, migration_name TEXT NOT NULL UNIQUE, applied_at DATETIME DEFAULT CURRENT_TIMESTAMP)',
        `INSERT INTO _prisma_migrations (migration_name) VALUES ('${one.name}'), ('${two.name}')`,
      ],
      names: [one.name, two.name],
      reads: 2,
    },
  ],
  [
    "a _prisma_migrations with Prisma's columns and numbers for ids",
    {
      table: '_prisma_migrations',
      statements: [
        'CREATE TABLE _prisma_migrations (id INTEGER PRIMARY KEY, checksum TEXT, finished_at TEXT, migration_name TEXT, logs TEXT, rolled_back_at TEXT, started_at TEXT, applied_steps_count INTEGER)',
        `INSERT INTO _prisma_migrations (migration_name, finished_at, rolled_back_at) VALUES ('${one.name}', 'now', NULL), ('${two.name}', NULL, NULL), ('${three.name}', 'now', 'now')`,
      ],
      names: [one.name],
      reads: 2,
    },
  ],
  [
    'a _prisma_migrations that nobody can read',
    {
      table: '_prisma_migrations',
      statements: ['CREATE TABLE _prisma_migrations (x)', 'INSERT INTO _prisma_migrations VALUES (1)'],
      names: null,
      reads: 1,
    },
  ],
  [
    "this program's predecessor's table",
    {
      table: '_migration_tracker',
      statements: [
        'CREATE TABLE _migration_tracker (name TEXT PRIMARY KEY, checksum TEXT, sql_preview TEXT, started_at TEXT, finished_at TEXT, status TEXT)',
        `INSERT INTO _migration_tracker VALUES ('${one.name}', 'x', 'CREATE …', 'now', 'now', 'applied'), ('${two.name}', 'x', 'CREATE …', 'now', NULL, 'failed')`,
      ],
      names: [one.name],
      reads: 2,
    },
  ],
  [
    "a script's table of files, with generated and awkward columns",
    {
      table: '_turso_sql_migrations',
      statements: [
        'CREATE TABLE _turso_sql_migrations (hash BLOB, "file""name" TEXT, seconds INTEGER AS (1) STORED, CHECK (length(hash) > 0)) STRICT',
        `INSERT INTO _turso_sql_migrations VALUES (x'00ff', '${one.name}/migration.sql')`,
      ],
      names: [one.name],
      reads: 2,
    },
  ],
  [
    "another tool's table",
    {
      table: '__drizzle_migrations',
      statements: [
        'CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY, name TEXT, created_at NUMERIC)',
        `INSERT INTO __drizzle_migrations (name) VALUES ('${one.name}')`,
      ],
      names: null,
      reads: 1,
    },
  ],
  [
    'an old tracker under another name',
    {
      table: '_prisma_migrations_backup_20260218',
      statements: [
        'CREATE TABLE _prisma_migrations_backup_20260218 (migration_name TEXT)',
        `INSERT INTO _prisma_migrations_backup_20260218 VALUES ('${one.name}')`,
      ],
      names: null,
      reads: 1,
    },
  ],
];

describeTargets('adoption', (fresh) => {
  it.each(shapes)('finds %s, says so in status, and shows it as internal', async (_, shape) => {
    const target = await fresh();
    await target.sql(...shape.statements);
    expect(await readRecords(target)).toMatchObject({ table: shape.table, names: shape.names });

    const report = await status({ url: target.url, migrations: folder });
    const note = report.findings.find((finding) => finding.code === 'foreign-tracker');
    expect(note).toMatchObject({ kind: 'note', migration: null });
    expect(note?.message).toContain(`"${shape.table}"`);
    expect(note?.message).toContain('migrate-prod backfill');
    if (shape.names !== null) expect(note?.message).toContain(`${shape.names.length} of these 3 migrations`);
    expect(report.toApply).toBe(3);
    expect(report.takeover).toBe(shape.names !== null || shape.table === '_prisma_migrations');
    expect(await countReads(target)).toBe(shape.reads);
    expect(await tables({ url: target.url })).toMatchObject([{ name: shape.table, internal: true }]);
  });

  it("asks once where there is nothing but data, Prisma's tracker, or nothing to apply", async () => {
    const target = await fresh();
    expect(await countReads(target)).toBe(1);
    await target.sql(
      'CREATE TABLE migrations (name TEXT)',
      'CREATE TABLE "_MigrationToUser" ("A" INTEGER, "B" INTEGER)',
    );
    expect(await countReads(target)).toBe(1);
    expect(await readRecords(target)).toBeNull();
    await target.sql('CREATE TABLE _app_migrations (name TEXT)');
    expect(await countReads(target)).toBe(2);
    expect(await countReads(target, [])).toBe(1);
  });

  it('believes the table in the place of the tracker first, and one without names last', async () => {
    const target = await fresh();
    await target.sql(
      'CREATE TABLE _app_migrations (name TEXT)',
      `INSERT INTO _app_migrations VALUES ('${one.name}')`,
      'CREATE TABLE _migration_tracker (name TEXT)',
    );
    expect(await readRecords(target)).toMatchObject({ table: '_app_migrations', names: [one.name] });
    await target.sql(`INSERT INTO _migration_tracker VALUES ('${two.name}')`);
    expect(await readRecords(target)).toMatchObject({ table: '_migration_tracker', names: [two.name] });
    await target.sql(
      'CREATE TABLE _prisma_migrations (name TEXT)',
      `INSERT INTO _prisma_migrations VALUES ('${three.name}')`,
    );
    expect(await readRecords(target)).toMatchObject({ table: '_prisma_migrations', names: [three.name] });
  });

  it('names the other record where it blocks a database without history, and leads to backfill', async () => {
    const target = await fresh();
    await target.sql(one.sql, 'CREATE TABLE _migration_tracker (name TEXT)');
    const blocker = { kind: 'blocker', code: 'no-history', message: expect.stringContaining('"_migration_tracker"') };
    const note = { kind: 'note', code: 'foreign-tracker' };
    expect((await plan({ url: target.url, migrations: folder })).plan.findings).toMatchObject([blocker]);
    expect((await status({ url: target.url, migrations: folder })).findings).toMatchObject([blocker, note]);
  });

  it('judges the order of migrations without the record of another tool', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE _app_migrations (name TEXT)', 'CREATE INDEX app_name ON _app_migrations (name)');
    await apply({ url: target.url, migrations: [one, three] });
    expect((await plan({ url: target.url, migrations: folder })).plan.migrations).toMatchObject([
      { findings: [{ kind: 'note', code: 'out-of-order' }] },
    ]);
  });

  it('takes a record of another tool for no data: it alone blocks nothing', async () => {
    const target = await fresh();
    await target.sql('CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT)');
    const report = await plan({ url: target.url, migrations: folder });
    expect(report.ready).toBe(true);
  });

  it("says nothing more of another record once Prisma's tracker has all that it records", async () => {
    const target = await fresh();
    await target.sql(
      'CREATE TABLE _migration_tracker (name TEXT)',
      `INSERT INTO _migration_tracker VALUES ('${one.name}'), ('${two.name}')`,
    );
    const codes = async () =>
      (await status({ url: target.url, migrations: folder })).findings.map((finding) => finding.code);
    await withDatabase(target.url, async (database) => {
      const production = await readProduction(database);
      expect(production).toMatchObject({ tracker: 'absent', otherTrackers: ['_migration_tracker'] });
    });
    expect(await codes()).toEqual(['foreign-tracker']);
    const record = (name: string) =>
      `INSERT INTO _prisma_migrations VALUES ('${name}', '${migrationFromText(name, folder.find((own) => own.name === name)?.sql ?? '').checksum}', 1, '${name}', '', NULL, 1, 0)`;
    await target.sql(
      'CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME, migration_name TEXT NOT NULL, logs TEXT, rolled_back_at DATETIME, started_at DATETIME NOT NULL, applied_steps_count INTEGER NOT NULL)',
      record(one.name),
    );
    expect(await codes()).toEqual(['foreign-tracker']);
    await target.sql(record(two.name));
    expect(await codes()).toEqual([]);
  });
});
