/** `apply --backup`: what it saves brings everything back, and the way back is said and recorded. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { applyMigrations } from '../../../src/apply/apply.ts';
import { type ApplyEvent, apply, type MigrationSource } from '../../../src/index.ts';
import type { Value } from '../../../src/ports.ts';
import { readProduction } from '../../../src/production/gather.ts';
import { createOutside } from '../../../src/wiring.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { withDatabase } from '../../support/database.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';
import { makeProject } from '../../support/folder.ts';
import { request } from '../../support/request.ts';
import { describeWithServer, freshDatabase, type Rows, type Server, startServer } from '../../support/server.ts';
import { everything, readEverything, unsendable } from './everything.ts';

const init: MigrationSource = { name: '20260101000000_init', sql: 'CREATE TABLE "First" ("id" INTEGER PRIMARY KEY);' };
const next: MigrationSource = { name: '20260102000000_next', sql: 'CREATE TABLE "Second" ("id" INTEGER PRIMARY KEY);' };

/** SQLite's own shell, which may not be installed. */
const shellName = 'sqlite3';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrate-prod-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Asks an embedded database. */
function askEmbedded(database: ReturnType<typeof openEmbedded>) {
  return async (statements: readonly string[]): Promise<readonly Rows[]> =>
    statements.map((sql) => {
      const rows: unknown[] = database.prepare(sql).raw(true).safeIntegers(true).all();
      return rows.map((row) => (Array.isArray(row) ? row.map(narrow) : []));
    });
}

function narrow(value: Value): Value {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** The tracker says of itself what was written after the backup; all of it but that. */
const withoutTracker = ({ _prisma_migrations: _, ...rest }: Awaited<ReturnType<typeof readEverything>>) => rest;

describeWithServer('apply --backup, of a server', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  /** A database of everything, with one migration applied. @returns its URL and all that is in it */
  async function fill(more: readonly string[] = []) {
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    await server.sql([...everything, ...more], url);
    return { url, before: await readEverything((statements) => server.sql(statements, url)) };
  }

  it('saves a dump that brings back every table, row, row id, type and byte', async () => {
    const { url, before } = await fill();
    const backup = join(folder, 'shop.sql');
    const events: ApplyEvent[] = [];
    const result = await apply({ url, migrations: [init, next], backup, onEvent: (event) => events.push(event) });
    expect(result).toMatchObject({ outcome: 'applied', error: null, restorePoint: { command: null } });
    expect(result.restorePoint?.backup).toMatch(/shop\.sql$/);

    const dump = readFileSync(backup, 'utf8');
    expect(dump.startsWith('PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n')).toBe(true);
    const restored = openEmbedded(join(folder, 'restored.db'));
    restored.exec(dump);
    const after = await readEverything(askEmbedded(restored));
    expect(after).toEqual(before);
    expect(await askEmbedded(restored)(['PRAGMA integrity_check'])).toEqual([[['ok']]]);
    // What is built anew finds what was there.
    const found = await askEmbedded(restored)([
      `SELECT rowid FROM "search" WHERE "search" MATCH 'run'`,
      `SELECT count(*) FROM "outside" WHERE "outside" MATCH 'name'`,
      `SELECT id FROM vector_top_k('Movie_e', vector('[9,9,8]'), 1)`,
    ]);
    expect(found).toEqual([[[1], [3]], [[600]], [[7]]]);
    restored.close();

    const saved = events.flatMap((event) => (event.type === 'backed-up' ? [event.saved] : []));
    const tables = Object.entries(before).filter(([name]) => /^(?:[A-Z].*|order|_prisma_migrations)$/.test(name));
    expect(saved).toEqual([
      {
        bytes: Buffer.byteLength(dump),
        rows: tables.reduce((sum, [, rows]) => sum + rows.length, 0),
        at: expect.any(Number),
        replicationIndex: expect.stringMatching(/^\d+$/),
      },
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('shop'))).toEqual(['shop.sql']);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
  });

  it('saves what JSON does not carry: infinite numbers, and text that is not UTF-8', async () => {
    const { url, before } = await fill(unsendable);
    const backup = join(folder, 'shop.sql');
    expect(await apply({ url, migrations: [init, next], backup })).toMatchObject({ outcome: 'applied', error: null });
    const restored = openEmbedded();
    restored.exec(readFileSync(backup, 'utf8'));
    expect(await readEverything(askEmbedded(restored))).toEqual(before);
    restored.close();
  });

  it('saves a dump that libSQL’s own server takes as a new database', async () => {
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    // This server reads line by line: no trigger of several lines (libSQL's issue 2150), no such text within a statement.
    const flat = everything.filter((sql) => !/^CREATE (?:TRIGGER|TABLE "Default")/.test(sql));
    await server.sql(flat, url);
    const before = await readEverything((statements) => server.sql(statements, url));
    const backup = join(folder, 'shop.sql');
    await apply({ url, migrations: [init, next], backup });
    const name = `restored-${process.pid}`;
    const body = JSON.stringify({ dump_url: `file:${backup}` });
    expect(await request({ url: `${server.adminUrl}/v1/namespaces/${name}/create`, body })).toEqual({
      status: 200,
      body: '',
    });
    const after = await readEverything((statements) => server.sql(statements, `${server.url}/dev/${name}`));
    // It puts a space at the beginning of each line of a statement.
    const { objects: _, ...rows } = before;
    expect({ ...rows, objects: flatten(before.objects) }).toEqual({ ...after, objects: flatten(after.objects) });
  });

  it('is read by SQLite’s own shell, where one is installed', async (context) => {
    if (spawnSync(shellName, ['--version']).status !== 0) context.skip('sqlite3 is not installed');
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    // Only libSQL has vector indexes.
    await server.sql(
      everything.filter((sql) => !sql.includes('Movie')),
      url,
    );
    const before = await readEverything((statements) => server.sql(statements, url));
    const backup = join(folder, 'shop.sql');
    await apply({ url, migrations: [init, next], backup });
    const path = join(folder, 'new.db');
    const shell = spawnSync(shellName, [path], { input: readFileSync(backup), encoding: 'utf8' });
    expect([shell.status, shell.stderr]).toEqual([0, '']);
    const restored = openEmbedded(path);
    expect(await readEverything(askEmbedded(restored))).toEqual(before);
    restored.close();
  });

  /** The backup alone, for databases that no migration made. @returns what its dump brings back */
  async function reload(url: string) {
    const path = join(folder, 'alone.sql');
    await withDatabase(url, async (database) => {
      const { schema } = await readProduction(database);
      await database.backUp({ path, schema, trackerFingerprint: null });
    });
    const restored = openEmbedded();
    restored.exec(readFileSync(path, 'utf8'));
    const found = await readEverything(askEmbedded(restored));
    restored.close();
    return found;
  }

  it('saves what ANALYZE found', async () => {
    const path = join(folder, 'analysed.sql');
    const sql =
      'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE a(b);\nCREATE INDEX i ON a(b);\nANALYZE sqlite_schema;\n';
    writeFileSync(path, `${sql}INSERT INTO sqlite_stat1 VALUES('a','i','100 10'),('a',NULL,'7');\nCOMMIT;\n`);
    const url = `${server.url}/dev/analysed`;
    const body = JSON.stringify({ dump_url: `file:${path}` });
    await request({ url: `${server.adminUrl}/v1/namespaces/analysed/create`, body });
    const before = await readEverything((statements) => server.sql(statements, url));
    expect(before.sqlite_stat1).toHaveLength(2);
    expect(await reload(url)).toEqual(before);
  });

  it('saves what is left of a vector index and of counters that are gone', async () => {
    const url = await freshDatabase(server);
    await server.sql(
      [
        'CREATE TABLE "Movie" ("id" INTEGER PRIMARY KEY, "e" F32_BLOB(3))',
        'CREATE INDEX "Movie_e" ON "Movie" (libsql_vector_idx("e"))',
        'DROP INDEX "Movie_e"',
        'CREATE TABLE "Counted" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)',
        'DROP TABLE "Counted"',
      ],
      url,
    );
    const { objects: left = [], ...before } = await readEverything((statements) => server.sql(statements, url));
    expect(left.map(([, name]) => name)).toEqual(['Movie', 'libsql_vector_meta_shadow', 'sqlite_sequence']);
    const { objects: found, ...after } = await reload(url);
    expect(found).toEqual(left.filter(([, name]) => name !== 'sqlite_sequence'));
    expect({ ...after, sqlite_sequence: [] }).toEqual(before);
  });

  it('saves rows that are too large for one answer', async () => {
    const url = await freshDatabase(server);
    await server.sql('CREATE TABLE "Large" ("id" INTEGER PRIMARY KEY, "b" BLOB)', url);
    for (const id of [1, 2, 3, 4]) await server.sql(`INSERT INTO "Large" VALUES (${id}, zeroblob(2600000))`, url);
    const found = await reload(url);
    expect(found.Large?.map(([, id, type, bytes]) => [id, type, String(bytes).length])).toEqual(
      [1, 2, 3, 4].map((id) => [id, 'blob', 5_200_000]),
    );
  });

  it('is told on the conversation at a terminal, and in the object with --json', async () => {
    const url = await freshDatabase(server);
    const project = await makeProject({ [init.name]: init.sql });
    try {
      const run = (...args: readonly string[]) =>
        runInProcess(['apply', '--yes', '--url', url, ...args], {
          cwd: project.root,
          columns: 80,
          env: { NO_COLOR: '1' },
        });
      const first = await run('--backup', 'before.sql');
      expect(first.stderr).toMatch(
        /^ {2}Backup: before\.sql, \d+ bytes, 0 rows, verified, as of [-\d]+T[:\d]+Z(?:,\s+replication\s+index \d+)?\.\s+To get it back:\n {4}sqlite3 new\.db < before\.sql\n$/,
      );
      expect(first.stdout).not.toContain('Backup');
      const again = await run('--backup', 'again.sql');
      expect(again).toMatchObject({ code: 0, stderr: '--backup saved no copy: there is nothing to apply.\n' });
      await project.write(next.name, next.sql);
      const plain = await run();
      expect(plain.stderr).toMatch(/^ {2}Restore point: \S+Z, for a backup of your own\.\n$/);
      await project.write(third.name, third.sql);
      const { code, stderr, json } = await run('--json', '--backup', 'third.sql');
      expect([code, stderr]).toEqual([0, '']);
      expect(json()).toMatchObject({
        restorePoint: { at: expect.any(String), command: null, backup: 'third.sql' },
        backup: {
          file: 'third.sql',
          rows: 2,
          at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          replicationIndex: expect.stringMatching(/^\d+$/),
        },
      });
    } finally {
      await project.remove();
    }
  });

  it('needs a token that may read, and counts its requests', async () => {
    const own = await startServer({ auth: true, namespaces: false });
    try {
      const { url } = own;
      const authToken = own.token('rw');
      await apply({ url, authToken, migrations: [init] });
      const plain = await apply({ url, authToken, migrations: [init, next] });
      await own.sql(['DROP TABLE "Second"', `DELETE FROM _prisma_migrations WHERE migration_name LIKE '%next'`]);
      const backup = join(folder, 'shop.sql');
      const saved = await apply({ url, authToken, migrations: [init, next], backup });
      expect(saved.outcome).toBe('applied');
      // The transaction's beginning, all tables together, and its end.
      expect(saved.requests).toBe(plain.requests + 3);
      const events: ApplyEvent[] = [];
      const readOnly = await apply({
        url,
        authToken: own.token('ro'),
        migrations: [init, next, third],
        backup: `${backup}2`,
        onEvent: (event) => events.push(event),
      });
      expect(readOnly).toMatchObject({ outcome: 'failed', error: { code: 'TOKEN_READ_ONLY' } });
      // Nothing was written, so there is nothing to go back to; the backup is there.
      expect(readOnly).toMatchObject({ restorePoint: null, backup: { rows: 2 } });
      expect(events.map(({ type }) => type)).not.toContain('restore-point');
      expect(readFileSync(`${backup}2`, 'utf8')).toContain('"Second"');
    } finally {
      await own.stop();
    }
  });

  const third: MigrationSource = {
    name: '20260103000000_third',
    sql: 'CREATE TABLE "Third" ("id" INTEGER PRIMARY KEY);',
  };

  it('writes the restore point into the rows, not later than they began', async () => {
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    const backup = join(folder, 'shop.sql');
    const result = await apply({ url, migrations: [init, next, third], backup });
    const [rows = []] = await server.sql(
      "SELECT logs ->> 'restorePoint', logs ->> 'backup', started_at FROM _prisma_migrations ORDER BY started_at, migration_name",
      url,
    );
    const [first, ...others] = rows;
    expect(first?.slice(1, 2)).toEqual([null]);
    expect(others.map((row) => row.slice(0, 2))).toEqual([
      [result.restorePoint?.at, 'shop.sql'],
      [result.restorePoint?.at, 'shop.sql'],
    ]);
    for (const [at, , started] of rows) {
      expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const early = Number(started) - Date.parse(String(at));
      expect([early >= 0, early < 30_000]).toEqual([true, true]);
    }
  });

  it.each([-2, 2])(
    'takes the restore point from the server’s clock where this machine’s is %i hours off',
    async (hours) => {
      const url = await freshDatabase(server);
      const outside = createOutside('somebody', '0.0.0');
      const clock = { ...outside.clock, now: () => Date.now() + hours * 3_600_000 };
      const result = await withDatabase(url, (database) =>
        applyMigrations({
          database,
          migrations: [migrationFromText(init.name, init.sql)],
          outside: { ...outside, clock },
          consents: [],
          timeoutSeconds: 10,
          confirm: async () => ({ type: 'yes', consents: [] }),
        }),
      );
      const [rows] = await server.sql('SELECT started_at FROM _prisma_migrations', url);
      const early = Number(rows?.[0]?.[0]) - Date.parse(result.restorePoint?.at ?? '');
      expect([early >= 0, early < 30_000]).toEqual([true, true]);
    },
  );

  it('refuses a file that is there before anything is asked', async () => {
    const backup = join(folder, 'shop.sql');
    writeFileSync(backup, 'mine');
    const refused = apply({ url: 'http://127.0.0.1:9', migrations: [init], backup });
    await expect(refused).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
    const nowhere = apply({ url: 'http://127.0.0.1:9', migrations: [init], backup: join(folder, 'no', 'shop.sql') });
    await expect(nowhere).rejects.toMatchObject({ code: 'BACKUP_FAILED', exitCode: 1 });
    expect(readFileSync(backup, 'utf8')).toBe('mine');
  });

  it('saves nothing when there is nothing to apply, or it is refused', async () => {
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    const backup = join(folder, 'shop.sql');
    expect(await apply({ url, migrations: [init], backup })).toMatchObject({
      outcome: 'nothing-to-do',
      restorePoint: null,
    });
    const broken: MigrationSource = { name: '20260102000000_broken', sql: 'CREATE TABLE "First" ("other" TEXT);' };
    expect(await apply({ url, migrations: [init, broken], backup })).toMatchObject({
      outcome: 'blocked',
      restorePoint: null,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

function flatten(objects: Rows | undefined): Rows {
  return (objects ?? []).map((row) =>
    row.map((value) => (typeof value === 'string' ? value.replace(/\s+/g, ' ').trimEnd() : value)),
  );
}

describe('apply --backup, of a file', () => {
  const open = (journal: string) => {
    const path = join(folder, 'local.db');
    const database = openEmbedded(path);
    database.exec(`PRAGMA journal_mode=${journal}`);
    database.exec('PRAGMA synchronous=OFF');
    return { path, url: `file:${path}`, database };
  };

  it.each(['wal', 'delete'])('copies it while others have it open, with its journal in mode %s', async (journal) => {
    const { url, database } = open(journal);
    await apply({ url, migrations: [init] });
    for (const sql of [...everything, ...unsendable]) database.prepare(sql).run();
    const before = await readEverything(askEmbedded(database));
    const backup = join(folder, 'copy.db');
    const result = await apply({ url, migrations: [init, next], backup });
    expect(result).toMatchObject({ outcome: 'applied', requests: 0, restorePoint: { command: null } });
    const copy = openEmbedded(backup);
    expect(withoutTracker(await readEverything(askEmbedded(copy)))).toEqual(withoutTracker(before));
    expect(await askEmbedded(copy)(['PRAGMA journal_mode', 'SELECT count(*) FROM _prisma_migrations'])).toEqual([
      [['delete']],
      [[1]],
    ]);
    copy.close();
    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    // Still open, and still consistent.
    expect(await askEmbedded(database)(['PRAGMA integrity_check'])).toEqual([[['ok']]]);
    database.close();
  });

  it.each(['local.db-wal', 'local.db-journal', 'local.db-shm', 'local.db', 'LOCAL.db-WAL'])(
    'is never saved as %s, which would destroy the database itself',
    async (name) => {
      const { url, path, database } = open('delete');
      await apply({ url, migrations: [init] });
      database.exec('INSERT INTO "First" VALUES (1), (2)');
      database.close();
      const before = readFileSync(path);
      const refused = apply({ url, migrations: [init, next], backup: join(folder, name) });
      await expect(refused).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
      expect(readdirSync(folder)).toEqual(['local.db']);
      expect(readFileSync(path).equals(before)).toBe(true);
    },
  );

  it('has nothing to copy where apply makes the file, and goes on', async () => {
    const events: ApplyEvent[] = [];
    const result = await apply({
      url: `file:${join(folder, 'new.db')}`,
      migrations: [init],
      backup: join(folder, 'copy.db'),
      onEvent: (event) => events.push(event),
    });
    expect(result).toMatchObject({ outcome: 'applied', restorePoint: { backup: null } });
    expect(events).toContainEqual({ type: 'backed-up', saved: null });
    expect(readdirSync(folder)).toEqual(['new.db']);
  });

  it('says of a damaged database that it is damaged, and does not migrate it', async () => {
    const { url, database } = open('delete');
    await apply({ url, migrations: [init] });
    for (const sql of [
      'CREATE TABLE "T" ("a" INTEGER, "b" INTEGER)',
      'CREATE INDEX "T_a" ON "T" ("a")',
      'INSERT INTO "T" VALUES (1, 2)',
      'PRAGMA writable_schema=ON',
      `UPDATE sqlite_schema SET sql = 'CREATE INDEX "T_a" ON "T" ("b")' WHERE name = 'T_a'`,
    ])
      database.exec(sql);
    database.close();
    const backup = join(folder, 'copy.db');
    const result = await apply({ url, migrations: [init, next], backup });
    expect(result).toMatchObject({ outcome: 'blocked', error: { code: 'BACKUP_FAILED' } });
    expect(result.error?.message).toContain("the database's own check finds damage (PRAGMA integrity_check)");
    expect(readdirSync(folder)).toEqual(['local.db']);
  });

  it('waits for another program', async () => {
    const { url, database } = open('delete');
    await apply({ url, migrations: [init] });
    const backup = join(folder, 'copy.db');
    database.exec('BEGIN EXCLUSIVE');
    setTimeout(() => database.exec('COMMIT'), 300);
    expect(await apply({ url, migrations: [init, next], backup })).toMatchObject({ outcome: 'applied' });
    expect(readdirSync(folder).sort()).toEqual(['copy.db', 'local.db']);
    database.close();
  });
});
