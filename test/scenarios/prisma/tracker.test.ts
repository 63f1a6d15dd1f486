/** The tracker is shared with Prisma: what this tool wrote, Prisma's own engine reads as its own, and the other way round. */

import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { apply, backfill, status } from '../../../src/index.ts';
import { copyToEmbedded } from '../../support/copy.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';
import { makeProject } from '../../support/folder.ts';
import { openPrismaEngine, type PrismaEngine } from '../../support/prisma-engine.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const shop = fileURLToPath(new URL('../../../examples/shop/prisma/', import.meta.url));
const upToDate = { history: null, failedMigrationNames: [], editedMigrationNames: [], hasMigrationsTable: true };

async function withEngine<Result>(target: TestTarget, use: (engine: PrismaEngine) => Promise<Result>): Promise<Result> {
  const database =
    target.kind === 'server' ? await copyToEmbedded(target.url) : openEmbedded(target.url.slice('file:'.length));
  const engine = await openPrismaEngine(database);
  try {
    return await use(engine);
  } finally {
    engine.close();
    database.close();
  }
}

describeTargets('the tracker', (fresh) => {
  it('of a database that this tool migrated is up to date to Prisma, and the schema is what schema.prisma wants', async () => {
    const target = await fresh();
    expect((await apply({ url: target.url, migrations: `${shop}migrations` })).outcome).toBe('applied');
    const text = await readFile(`${shop}schema.prisma`, 'utf8');
    await withEngine(target, async (engine) => {
      expect(await engine.diagnoseMigrationHistory(`${shop}migrations`)).toEqual(upToDate);
      expect((await engine.diff({ type: 'database' }, { type: 'schema', text })).empty).toBe(true);
      expect(await engine.applyMigrations(`${shop}migrations`)).toEqual([]);
    });
  });

  it('is up to date to Prisma after a failure, an edit and a retry too', async () => {
    const target = await fresh();
    const project = await makeProject({ '1_a': 'CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);', '2_b': '' });
    try {
      await apply({ url: target.url, migrations: project.migrationsFolder });
      await target.sql(`INSERT INTO a VALUES (1, 'x'), (2, 'x')`);
      const index = 'CREATE INDEX a_b ON a (b);\nINSERT INTO a SELECT ';
      await project.write('3_index', `${index}2, 'y' WHERE last_insert_rowid() IS NOT NULL;`);
      const failed = await apply({ url: target.url, migrations: project.migrationsFolder, rows: 0 });
      expect(failed.error?.code).toBe('STATEMENT_FAILED');
      await withEngine(target, async (engine) => {
        const diagnosed = await engine.diagnoseMigrationHistory(project.migrationsFolder);
        expect(diagnosed.failedMigrationNames).toEqual([]);
        expect(diagnosed.editedMigrationNames).toEqual([]);
      });
      await project.write('3_index', `${index}3, 'y' WHERE last_insert_rowid() IS NOT NULL;`);
      expect((await apply({ url: target.url, migrations: project.migrationsFolder })).outcome).toBe('applied');
      await withEngine(target, async (engine) => {
        expect(await engine.diagnoseMigrationHistory(project.migrationsFolder)).toEqual(upToDate);
      });
    } finally {
      await project.remove();
    }
  });

  it('has one record of a migration whose folder was renamed, so that Prisma misses none and runs none', async () => {
    const target = await fresh();
    const project = await makeProject({
      '1_a': 'CREATE TABLE a (id INTEGER PRIMARY KEY);',
      '2_b': 'CREATE TABLE b (id);',
    });
    try {
      await apply({ url: target.url, migrations: project.migrationsFolder });
      await rename(join(project.migrationsFolder, '1_a'), join(project.migrationsFolder, '3_a'));
      await withEngine(target, async (engine) => {
        expect((await engine.diagnoseMigrationHistory(project.migrationsFolder)).history).toMatchObject({
          unpersistedMigrationNames: ['1_a'],
        });
      });
      const recorded = await backfill({ url: target.url, migrations: project.migrationsFolder, name: '3_a' });
      expect(recorded).toMatchObject({ outcome: 'recorded', error: null });
      await withEngine(target, async (engine) => {
        expect(await engine.diagnoseMigrationHistory(project.migrationsFolder)).toEqual(upToDate);
        expect(await engine.applyMigrations(project.migrationsFolder)).toEqual([]);
      });
      const { history } = await status({ url: target.url, migrations: project.migrationsFolder });
      expect(history.entries.map(({ name, state }) => [name, state])).toEqual([
        ['2_b', 'applied'],
        ['3_a', 'applied'],
      ]);
    } finally {
      await project.remove();
    }
  });

  it('of a backfill is what prisma migrate resolve --applied writes', async () => {
    const target = await fresh();
    const project = await makeProject({ '1_a': 'CREATE TABLE a (id INTEGER PRIMARY KEY);' });
    try {
      await target.sql('CREATE TABLE a (id INTEGER PRIMARY KEY)');
      await backfill({ url: target.url, migrations: project.migrationsFolder });
      await withEngine(target, async (engine) => {
        expect(await engine.diagnoseMigrationHistory(project.migrationsFolder)).toEqual(upToDate);
        expect(await engine.applyMigrations(project.migrationsFolder)).toEqual([]);
      });
      const ours = await target.sql(
        'SELECT checksum, migration_name, logs, rolled_back_at, applied_steps_count FROM _prisma_migrations',
      );
      const reference = openEmbedded();
      const engine = await openPrismaEngine(reference);
      await engine.markMigrationApplied('1_a', project.migrationsFolder);
      const theirs = reference
        .prepare('SELECT checksum, migration_name, logs, rolled_back_at, applied_steps_count FROM _prisma_migrations')
        .raw(true)
        .all();
      expect(ours).toEqual(theirs);
      engine.close();
      reference.close();
    } finally {
      await project.remove();
    }
  });
});

it('reads a tracker that Prisma wrote: applied, backfilled, unfinished, rolled back', async () => {
  const project = await makeProject({ '1_a': 'CREATE TABLE a (id);', '2_b': 'CREATE TABLE b (id);' });
  const database = openEmbedded();
  const engine = await openPrismaEngine(database);
  const states = async (file: string) => {
    const path = join(project.root, file);
    database.exec(`VACUUM INTO '${path}'`);
    const { history } = await status({ url: `file:${path}`, migrations: project.migrationsFolder });
    return history.entries.map((entry) => entry.state);
  };
  try {
    await engine.markMigrationApplied('1_a', project.migrationsFolder);
    expect(await engine.applyMigrations(project.migrationsFolder)).toEqual(['2_b']);
    await project.write('3_c', 'CREATE TABLE c (id); CREATE TABLE c (id);');
    await expect(engine.applyMigrations(project.migrationsFolder)).rejects.toThrow();
    expect(await states('unfinished.db')).toEqual(['backfilled', 'applied', 'unfinished']);
    await engine.markMigrationRolledBack('3_c');
    expect(await states('failed.db')).toEqual(['backfilled', 'applied', 'failed']);

    await project.write('3_c', 'CREATE TABLE c (id);');
    const url = `file:${join(project.root, 'failed.db')}`;
    expect((await apply({ url, migrations: project.migrationsFolder })).outcome).toBe('applied');
    const after = await openPrismaEngine(join(project.root, 'failed.db'));
    expect(await after.diagnoseMigrationHistory(project.migrationsFolder)).toEqual(upToDate);
    after.close();
  } finally {
    engine.close();
    database.close();
    await project.remove();
  }
});
