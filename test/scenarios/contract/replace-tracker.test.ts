/** The contract of a `_prisma_migrations` that is not Prisma's: backfill keeps it under another name, with consent only. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { buildTransaction } from '../../../src/apply/conditions.ts';
import { backfillMigrations } from '../../../src/backfill/backfill.ts';
import { apply, backfill, drift, history, plan, status } from '../../../src/index.ts';
import { readProduction } from '../../../src/production/gather.ts';
import { findError } from '../../../src/production/replies.ts';
import { replaceTracker } from '../../../src/tracker/replace.ts';
import { createTracker, prismaTracker } from '../../../src/tracker/tracker.ts';
import { createOutside } from '../../../src/wiring.ts';
import { withDatabase } from '../../support/database.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const one = { name: '20260101000000_one', sql: 'CREATE TABLE one (id INTEGER PRIMARY KEY);' };
const two = { name: '20260102000000_two', sql: 'CREATE TABLE two (id INTEGER PRIMARY KEY);' };
const three = { name: '20260103000000_three', sql: 'CREATE TABLE three (id INTEGER PRIMARY KEY);' };
const migrations = [one, two, three];
const made = [one.sql, two.sql];
const model = (name: string): string => `model ${name} {\n  id Int @id\n}\n`;
const schema = `datasource db {\n  provider = "sqlite"\n}\n${['one', 'two', 'three'].map(model).join('')}`;

/** A script's own: names only. */
const names = [
  'CREATE TABLE _prisma_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, migration_name TEXT NOT NULL UNIQUE)',
  `INSERT INTO _prisma_migrations (migration_name) VALUES ('${one.name}'), ('${two.name}')`,
];
const kept = '_prisma_migrations_replaced';

/** Everything in it, rows of the trackers included. */
async function look(target: TestTarget): Promise<unknown> {
  const objects = await target.sql(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name <> 'sqlite_sequence'",
  );
  const tables = objects.flatMap(([type, name]) => (type === 'table' && /prisma/i.test(String(name)) ? [name] : []));
  const rows = [];
  for (const table of tables) rows.push([table, await target.sql(`SELECT * FROM "${table}"`)]);
  return { objects, rows };
}

const places = (target: TestTarget) =>
  target.sql("SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name");

describeTargets('a table in the place of the tracker', (fresh) => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'migrate-prod-replace-'));
    await writeFile(join(folder, 'schema.prisma'), schema);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Status and apply find nothing strange. */
  async function expectAtHome(target: TestTarget): Promise<void> {
    const { url } = target;
    const report = await status({ url, migrations });
    expect(report.history.entries.map(({ state }) => state)).toEqual(['backfilled', 'backfilled', 'pending']);
    expect(report.findings).toEqual([]);
    expect(await apply({ url, migrations })).toMatchObject({ outcome: 'applied', applied: [three.name] });
    expect(await apply({ url, migrations })).toMatchObject({ outcome: 'nothing-to-do' });
  }

  async function expectInSync({ url }: TestTarget): Promise<void> {
    const found = await drift({ url, migrations, schema: join(folder, 'schema.prisma') });
    expect(found.pairs.map(({ differences }) => differences)).toEqual([[], [], []]);
    expect(found.inSync).toBe(true);
  }

  it('is kept with its rows and indexes, and the rest of the program is at home with what takes its place', async () => {
    const target = await fresh();
    const { url } = target;
    await target.sql(
      ...made,
      ...names,
      'CREATE INDEX "_prisma_migrations_name" ON _prisma_migrations (migration_name)',
    );
    const before = await target.sql('SELECT * FROM _prisma_migrations ORDER BY id');
    const result = await backfill({ url, migrations, allow: ['replace-tracker'] });
    expect(result).toMatchObject({ outcome: 'recorded', keptAs: kept, proof: { proven: true }, error: null });
    expect(result.items.map(({ name, action }) => [name, action])).toEqual([
      [one.name, 'record'],
      [two.name, 'record'],
    ]);
    expect(await places(target)).toEqual([
      ['index', '_prisma_migrations_name', kept],
      ['table', '_prisma_migrations', '_prisma_migrations'],
      ['table', kept, kept],
      ['table', 'one', 'one'],
      ['table', 'two', 'two'],
    ]);
    expect(await target.sql(`SELECT * FROM ${kept} ORDER BY id`)).toEqual(before);
    const [[logs] = []] = await target.sql('SELECT DISTINCT logs FROM _prisma_migrations');
    expect(JSON.parse(String(logs))).toMatchObject({ allowed: ['replace-tracker'] });
    await expectAtHome(target);
    await expectInSync(target);
  });

  it('is not touched without consent', async () => {
    const target = await fresh();
    const { url } = target;
    await target.sql(...made, ...names);
    const before = await look(target);
    const refused = await backfill({ url, migrations });
    expect(refused).toMatchObject({ outcome: 'declined', keptAs: null, error: { code: 'CONSENT_MISSING' } });
    expect(refused.error?.message).toContain('Nothing was written.');
    expect(refused.error?.next).toBe(
      'If it may be, the owner of the database consents by adding --allow replace-tracker to migrate-prod backfill --yes',
    );
    expect(await look(target)).toEqual(before);
    await expect(plan({ url, migrations })).rejects.toMatchObject({ code: 'TRACKER_SHAPE' });
    await expect(apply({ url, migrations })).rejects.toMatchObject({ code: 'TRACKER_SHAPE' });
    expect(await look(target)).toEqual(before);
  });

  it.each([
    ['a view', ['CREATE TABLE t (id)', 'CREATE VIEW "_prisma_migrations" AS SELECT * FROM t'], 'is a view'],
    [
      'without row ids',
      [createTracker(prismaTracker).sql.replace('IF NOT EXISTS ', '').replace(/\)$/, ') WITHOUT ROWID')],
      'row ids',
    ],
  ])('is no tracker where it is %s: nothing is planned or written', async (_, statements, says) => {
    const target = await fresh();
    await target.sql(...statements);
    const refused = { code: 'TRACKER_SHAPE', message: expect.stringContaining(says) };
    await expect(plan({ url: target.url, migrations })).rejects.toMatchObject(refused);
    await expect(apply({ url: target.url, migrations })).rejects.toMatchObject(refused);
    expect((await history({ url: target.url })).tracker).not.toBe('prisma');
  });

  it('needs every other consent besides, and one does not stand for another', async () => {
    const target = await fresh();
    const { url } = target;
    await target.sql(...made, ...names, 'CREATE INDEX by_hand ON one (id)');
    const before = await look(target);
    for (const allow of [[], ['replace-tracker'] as const]) {
      const refused = await backfill({ url, migrations, allow });
      expect(refused).toMatchObject({ outcome: 'unproven', error: { code: 'UNPROVEN' } });
      expect(refused.error?.next).toContain(
        allow.length === 0
          ? 'by adding --allow unproven --allow replace-tracker to migrate-prod backfill --yes'
          : 'by adding --allow unproven to migrate-prod backfill --allow replace-tracker --yes',
      );
    }
    const unreplaced = await backfill({ url, migrations, allow: ['unproven'] });
    expect(unreplaced).toMatchObject({ outcome: 'declined', error: { code: 'CONSENT_MISSING' } });
    expect(await look(target)).toEqual(before);
    const both = await backfill({ url, migrations, allow: ['unproven', 'replace-tracker'] });
    expect(both).toMatchObject({ outcome: 'recorded', keptAs: kept });
  });

  const shapes: readonly (readonly [string, readonly string[]])[] = [
    [
      "Prisma's columns and numbers for ids",
      [
        'CREATE TABLE _prisma_migrations (id INTEGER PRIMARY KEY, checksum TEXT, finished_at TEXT, migration_name TEXT, logs TEXT, rolled_back_at TEXT, started_at TEXT, applied_steps_count INTEGER)',
        `INSERT INTO _prisma_migrations (migration_name, finished_at) VALUES ('${one.name}', 'now'), ('${two.name}', 'now')`,
      ],
    ],
    ['another case of its name', names.map((sql) => sql.replace('_prisma_migrations', '_Prisma_Migrations'))],
  ];

  it.each(shapes)('is replaced where it has %s', async (_, statements) => {
    const target = await fresh();
    await target.sql(...made, ...statements);
    const result = await backfill({ url: target.url, migrations, allow: ['replace-tracker'] });
    expect(result).toMatchObject({ outcome: 'recorded', keptAs: kept });
    await expectAtHome(target);
  });

  it('is replaced where nobody can read it: what production is proven to have is recorded', async () => {
    const target = await fresh();
    const { url } = target;
    await target.sql(...made, 'CREATE TABLE _prisma_migrations (x)', "INSERT INTO _prisma_migrations VALUES (x'00')");
    const refused = await backfill({ url, migrations, allow: ['replace-tracker'] });
    expect(refused).toMatchObject({ outcome: 'unproven', provenTo: two.name });
    const result = await backfill({ url, migrations, to: two.name, allow: ['replace-tracker'] });
    expect(result).toMatchObject({ outcome: 'recorded', keptAs: kept });
    expect(await target.sql(`SELECT hex(x) FROM ${kept}`)).toEqual([['00']]);
    await expectAtHome(target);
  });

  it('takes along what mentions it: an index, a view, a trigger and a foreign key', async () => {
    const target = await fresh();
    const { url } = target;
    await target.sql(
      ...made,
      ...names,
      'CREATE INDEX "_prisma_migrations_name" ON _prisma_migrations (migration_name)',
      'CREATE VIEW newest AS SELECT max(migration_name) AS name FROM _prisma_migrations',
      'CREATE TABLE child (migration INTEGER REFERENCES _prisma_migrations (id))',
      'CREATE TRIGGER own AFTER INSERT ON _prisma_migrations BEGIN SELECT 1; END',
      'CREATE TRIGGER other AFTER INSERT ON one BEGIN INSERT INTO _prisma_migrations (migration_name) VALUES (new.id); END',
      'INSERT INTO child VALUES (1)',
    );
    const result = await backfill({ url, migrations, allow: ['unproven', 'replace-tracker'] });
    expect(result).toMatchObject({ outcome: 'recorded', keptAs: kept });
    expect(await places(target)).toEqual([
      ['index', '_prisma_migrations_name', kept],
      ['table', '_prisma_migrations', '_prisma_migrations'],
      ['table', kept, kept],
      ['table', 'child', 'child'],
      ['table', 'one', 'one'],
      ['table', 'two', 'two'],
      ['trigger', 'other', 'one'],
      ['trigger', 'own', kept],
      ['view', 'newest', 'newest'],
    ]);
    expect(await target.sql('SELECT name FROM newest')).toEqual([[two.name]]);
    expect(await target.sql('SELECT "table" FROM pragma_foreign_key_list(\'child\')')).toEqual([[kept]]);
    expect(await target.sql('SELECT * FROM pragma_foreign_key_check')).toEqual([]);
    await target.sql('INSERT INTO one VALUES (7)');
    expect(await target.sql(`SELECT migration_name FROM ${kept} ORDER BY id`)).toEqual([[one.name], [two.name], ['7']]);
    expect(await apply({ url, migrations })).toMatchObject({ outcome: 'applied', applied: [three.name] });
  });

  it('gets the next name that is free', async () => {
    const target = await fresh();
    const { url } = target;
    await target.sql(...made, ...names, 'CREATE TABLE "_Prisma_Migrations_Replaced" (name TEXT)');
    const second = await backfill({ url, migrations, allow: ['replace-tracker'] });
    expect(second).toMatchObject({ outcome: 'recorded', keptAs: `${kept}_2` });
    expect(await target.sql(`SELECT migration_name FROM ${kept}_2 ORDER BY id`)).toEqual([[one.name], [two.name]]);
    await expectAtHome(target);

    const crowded = await fresh();
    const index = `CREATE INDEX ${kept} ON _prisma_migrations (migration_name)`;
    await crowded.sql(...made, ...names, index, `CREATE TABLE ${kept}_2 (name TEXT)`);
    const third = await backfill({ url: crowded.url, migrations, allow: ['replace-tracker'] });
    expect(third).toMatchObject({ outcome: 'recorded', keptAs: `${kept}_3` });
    await expectAtHome(crowded);
    await expectInSync(crowded);
  });

  it('stays as it is where a view is broken, which says so', async () => {
    const target = await fresh();
    const { url } = target;
    await target.sql(...made, ...names, 'CREATE TABLE gone (x)', 'CREATE VIEW broken AS SELECT x FROM gone');
    await target.sql('DROP TABLE gone');
    const before = await look(target);
    const failed = await backfill({ url, migrations, allow: ['unproven', 'replace-tracker'] });
    expect(failed).toMatchObject({ outcome: 'failed', keptAs: null, error: { code: 'STATEMENT_FAILED' } });
    expect(failed.error?.message).toContain('error in view broken');
    expect(await look(target)).toEqual(before);
    await target.sql('DROP VIEW broken');
    expect(await backfill({ url, migrations, allow: ['replace-tracker'] })).toMatchObject({ outcome: 'recorded' });
    await expectAtHome(target);
  });

  const disturbances: readonly (readonly [string, readonly string[]])[] = [
    ['a row more', [`INSERT INTO _prisma_migrations (migration_name) VALUES ('${three.name}')`]],
    ['another shape', ['ALTER TABLE _prisma_migrations ADD COLUMN more TEXT']],
    ['no table', ['DROP TABLE _prisma_migrations']],
    ['its new name taken', [`CREATE TABLE ${kept} (x)`]],
  ];

  it.each(disturbances)('stays as it is when there is meanwhile %s', async (_, statements) => {
    const target = await fresh();
    await target.sql(...made, ...names);
    let before: unknown;
    const result = await withDatabase(target.url, (database) =>
      backfillMigrations({
        database,
        migrations: migrations.map(({ name, sql }) => migrationFromText(name, sql)),
        outside: createOutside('test', '0'),
        request: { type: 'all', to: null },
        externalTables: [],
        consents: ['replace-tracker'],
        confirm: async () => {
          await target.sql(...statements);
          before = await look(target);
          return { type: 'yes', consents: [] };
        },
      }),
    );
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'PLAN_STALE' } });
    expect(await look(target)).toEqual(before);
  });

  /** Without the guard of the whole schema, which backfill places before it. */
  const guarded: readonly (readonly [string, string, string])[] = [
    ['another shape', 'ALTER TABLE _prisma_migrations ADD COLUMN more TEXT', 'MP_GUARD:moved-tracker'],
    ['no table', 'DROP TABLE _prisma_migrations', 'MP_GUARD:moved-tracker'],
    ['its new name taken', `CREATE TABLE ${kept} (x)`, 'already another table'],
  ];

  it.each(guarded)('is guarded by itself against %s', async (_, statement, message) => {
    const target = await fresh();
    await target.sql(...names);
    const error = await withDatabase(target.url, async (database) => {
      const production = await readProduction(database);
      await target.sql(statement);
      const outcome = await database.execute(buildTransaction(replaceTracker(production)));
      return outcome.type === 'ran' ? findError(outcome.replies) : outcome.message;
    });
    expect(error).toContain(message);
  });
});
