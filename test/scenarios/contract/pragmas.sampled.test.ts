/** A PRAGMA in a migration: what only tunes stops nothing and loses nothing, and what changes the meaning of data is never dropped without a word. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject } from '../../support/folder.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const init = { name: '1_init', sql: 'CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);' };

const next = (...pragmas: readonly string[]) => ({
  name: '2_next',
  sql: `${pragmas.map((pragma) => `${pragma};\n`).join('')}ALTER TABLE "T" ADD COLUMN "b" TEXT;\n`,
});

async function findingsOf(target: TestTarget, migration: ReturnType<typeof next>) {
  const { migrations } = (await plan({ url: target.url, migrations: [init, migration] })).plan;
  const planned = migrations.find(({ name }) => name === migration.name);
  return {
    findings: (planned?.findings ?? []).map(({ kind, code, line }) => `${kind} ${code} ${line}`),
    skips: (planned?.statements ?? []).map(({ skip }) => skip),
  };
}

const tuning = [
  'PRAGMA journal_mode=WAL',
  'PRAGMA journal_mode = DELETE',
  'PRAGMA journal_mode(TRUNCATE)',
  'PRAGMA main.journal_mode=WAL',
  'PRAGMA journal_mode',
  'PRAGMA "journal_mode" = \'wal\'',
  'PRAGMA synchronous = NORMAL',
  'PRAGMA synchronous',
  'pragma Cache_Size = -64000',
  'PRAGMA main.cache_size(2000)',
  'PRAGMA temp_store = MEMORY',
  'PRAGMA mmap_size = 268435456',
  'PRAGMA mmap_size',
  'PRAGMA busy_timeout = 5000',
  'PRAGMA busy_timeout(5000)',
  'PRAGMA locking_mode = EXCLUSIVE',
  'PRAGMA wal_autocheckpoint = 1000',
  'PRAGMA wal_checkpoint(TRUNCATE)',
  'PRAGMA optimize',
  'PRAGMA main.optimize(0x10002)',
  'PRAGMA analysis_limit = 400',
  'PRAGMA threads = 4',
  'PRAGMA hard_heap_limit = 1',
  'PRAGMA soft_heap_limit(1)',
  'PRAGMA journal_size_limit = 1',
  'PRAGMA incremental_vacuum(10)',
  'PRAGMA page_count',
];

const alreadySo = [
  'PRAGMA recursive_triggers = OFF',
  'PRAGMA legacy_alter_table=0',
  'PRAGMA ignore_check_constraints = no',
  'PRAGMA case_sensitive_like(false)',
  "PRAGMA encoding = 'UTF-8'",
  'PRAGMA encoding',
  'PRAGMA page_size = 4096',
  'PRAGMA page_size',
  'PRAGMA auto_vacuum = NONE',
  'PRAGMA application_id',
];

const meaningful = [
  'PRAGMA recursive_triggers = ON',
  'PRAGMA main.recursive_triggers(1)',
  'PRAGMA legacy_alter_table=ON',
  'PRAGMA ignore_check_constraints = 1',
  'PRAGMA case_sensitive_like = true',
  "PRAGMA encoding = 'UTF-16'",
  'PRAGMA page_size = 8192',
  'PRAGMA auto_vacuum = FULL',
  'PRAGMA application_id = 7',
  'PRAGMA schema_version = 7',
  'PRAGMA query_only = ON',
  'PRAGMA secure_delete = ON',
  'PRAGMA reverse_unordered_selects = ON',
  'PRAGMA max_page_count = 2',
  // A slip of the pen: SQLite says nothing of it, and the keys stay on.
  'PRAGMA foreign_key = OFF',
];

describeTargets('a PRAGMA in a migration', (fresh) => {
  it.each(sampled([...tuning, ...alreadySo], 20))('is left out, said to be, and stops nothing: %s', async (pragma) => {
    const target = await fresh();
    const migration = next(pragma);
    await apply({ url: target.url, migrations: [init] });
    const { findings, skips } = await findingsOf(target, migration);
    expect(findings).toEqual(['note pragma-left-out 1']);
    expect(skips).toEqual(['left-out', null]);
    const { outcome, requests } = await apply({ url: target.url, migrations: [init, migration] });
    expect([outcome, requests]).toEqual(['applied', target.kind === 'server' ? 2 : 0]);
    expect(await target.sql('SELECT "b" FROM "T"')).toEqual([]);
  });

  it.each(sampled(meaningful, 10))('is a blocker where it asks for what would not be so: %s', async (pragma) => {
    const target = await fresh();
    const migration = next(pragma);
    await apply({ url: target.url, migrations: [init] });
    expect((await findingsOf(target, migration)).findings).toEqual(['blocker server-refuses 1']);
    const allow = ['unrehearsed'];
    expect((await apply({ url: target.url, migrations: [init, migration], allow })).outcome).toBe('blocked');
    expect(await target.sql(`SELECT count(*) FROM pragma_table_info('T')`)).toEqual([[2]]);
  });

  it.each(['PRAGMA writable_schema = ON', 'PRAGMA writable_schema = OFF', 'PRAGMA trusted_schema = OFF'])(
    'is a blocker where it reaches what SQL must not: %s',
    async (pragma) => {
      const target = await fresh();
      await apply({ url: target.url, migrations: [init] });
      expect((await findingsOf(target, next(pragma))).findings).toEqual(['blocker reaches-outside 1']);
    },
  );

  it('keeps a user_version with the migration that sets it, and takes it back with one that fails', async () => {
    const target = await fresh();
    const migration = next('PRAGMA user_version = 7');
    await apply({ url: target.url, migrations: [init] });
    expect((await findingsOf(target, migration)).findings).toEqual([]);
    expect((await apply({ url: target.url, migrations: [init, migration] })).outcome).toBe('applied');
    expect(await target.sql('PRAGMA user_version')).toEqual([[7]]);
    const failing = {
      name: '3_fails',
      sql: `PRAGMA user_version = 8;\nINSERT INTO "T" ("id") SELECT json_extract('{}', 'x' || count(*)) FROM "T";`,
    };
    const allow = ['unrehearsed'];
    const { outcome } = await apply({ url: target.url, migrations: [init, migration, failing], allow });
    expect(outcome).not.toBe('applied');
    expect(await target.sql('PRAGMA user_version')).toEqual([[7]]);
  });

  it('alone makes a migration that does nothing, and is recorded', async () => {
    const target = await fresh();
    const migrations = [init, { name: '2_tune', sql: 'PRAGMA journal_mode = WAL;\nPRAGMA synchronous = 1;\n' }];
    expect((await apply({ url: target.url, migrations })).applied).toHaveLength(2);
    expect((await plan({ url: target.url, migrations })).plan.migrations).toEqual([]);
  });

  it('is left out of a plan that nothing rehearses, too, and of one that rebuilds a table', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [init] });
    await target.sql(`INSERT INTO "T" VALUES (1, 'x')`);
    expect((await findingsOf(target, next('PRAGMA cache_size = 1', 'VACUUM'))).findings).toEqual([
      'blocker server-refuses 2',
      'note pragma-left-out 1',
    ]);
    const rebuild = {
      name: '2_next',
      sql: `PRAGMA synchronous=OFF;\nPRAGMA foreign_keys=OFF;\nCREATE TABLE "new_T" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT DEFAULT 'y');
PRAGMA cache_size = 100;\nINSERT INTO "new_T" ("id", "a") SELECT "id", "a" FROM "T";\nDROP TABLE "T";\nALTER TABLE "new_T" RENAME TO "T";\nPRAGMA foreign_keys=ON;\n`,
    };
    expect((await apply({ url: target.url, migrations: [init, rebuild] })).outcome).toBe('applied');
    expect(await target.sql('SELECT * FROM "T"')).toEqual([[1, 'x']]);
  });

  it('is no problem of check, and no drift once it is applied', async () => {
    const schema =
      'datasource db {\n  provider = "sqlite"\n}\n\nmodel T {\n  id Int @id\n  a  String?\n  b  String?\n}\n';
    const text = next('PRAGMA journal_mode = WAL', 'PRAGMA mmap_size = 1', 'PRAGMA hard_heap_limit = 4096').sql;
    const project = await makeProject({ '1_init': init.sql, '2_next': text }, { schema });
    try {
      const { url } = await fresh();
      const run = (...args: readonly string[]) => runInProcess([...args, '--json'], { cwd: project.root });
      const checked = await run('check');
      expect([checked.code, checked.json<{ problems: unknown }>().problems]).toEqual([0, []]);
      expect((await run('apply', '--yes', '--url', url)).code).toBe(0);
      expect((await run('drift', '--exit-code', '--url', url)).code).toBe(0);
    } finally {
      await project.remove();
    }
  });
});
