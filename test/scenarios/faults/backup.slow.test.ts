/** A backup that cannot be made: nothing is applied, nothing of it is left, and the reason is told. */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ApplyEvent, apply } from '../../../src/index.ts';
import { runCommand, spawnCommand } from '../../support/command.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';

const init = { name: '20260101000000_init', sql: 'CREATE TABLE "First" ("id" INTEGER PRIMARY KEY, "text" TEXT);' };
const next = { name: '20260102000000_next', sql: 'CREATE TABLE "Second" ("id" INTEGER PRIMARY KEY);' };
const migrations = [init, next];

/** What comes first, before the backup's own requests: the plan. */
const planned = 1;

describeWithServer('apply, with a backup that fails', () => {
  let server: Server;
  let project: Project;
  let folder = '';
  let backup = '';

  beforeAll(async () => {
    server = await startServer();
    project = await makeProject(Object.fromEntries(migrations.map(({ name, sql }) => [name, sql])));
  });
  afterAll(async () => {
    await server.stop();
    await project.remove();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'migrate-prod-backup-'));
    backup = join(folder, 'shop.sql');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A database with some rows and one migration to apply. @param size of each row, in bytes */
  async function fill(rows = 300, size = 40): Promise<string> {
    const url = await freshDatabase(server);
    await apply({ url, migrations: [init] });
    await server.sql(
      [
        `INSERT INTO "First" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i, hex(randomblob(${size / 2})) FROM n`,
      ],
      url,
    );
    return url;
  }

  async function expectUntouched(url: string): Promise<void> {
    const [tables, tracker] = await server.sql(
      [`SELECT name FROM sqlite_schema WHERE name = 'Second'`, 'SELECT migration_name FROM _prisma_migrations'],
      url,
    );
    expect([tables, tracker]).toEqual([[], [[init.name]]]);
    expect(readdirSync(folder)).toEqual([]);
  }

  const faults: readonly (readonly [string, Fault])[] = [
    ['is not sent', 'before'],
    ['is not answered', 'after'],
    ['is answered in half', 'mid-reply'],
    ['is answered with an error', { status: 502 }],
    ['is turned away', { status: 400, body: 'Received an invalid baton' }],
  ];
  // The transaction's beginning, the first page of every table, the next one.
  const requests = [1, 2, 3].map((number) => number + planned);

  it.each(requests.flatMap((number) => faults.map(([what, fault]) => ({ number, what, fault }))))(
    'because request $number $what, says so',
    async ({ number, fault }) => {
      const url = await fill();
      const proxy = await startProxy(server.port);
      proxy.breakRequest(number, fault);
      const result = await apply({ url: proxy.through(url), migrations, backup }).finally(() => proxy.stop());
      expect(result).toMatchObject({ outcome: 'blocked', applied: [], restorePoint: null });
      expect(result.error).toMatchObject({ code: 'BACKUP_FAILED', exitCode: 1 });
      expect(result.error?.message).toMatch(/^No backup was made: .*Nothing was written to production\.$/);
      await expectUntouched(url);
    },
  );

  it('because an answer never comes, gives up in time', async () => {
    const url = await fill();
    const proxy = await startProxy(server.port);
    proxy.breakRequest(planned + 2, 'hang');
    const call = apply({ url: proxy.through(url), migrations, backup, timeoutSeconds: 1 });
    const result = await call.finally(() => proxy.stop());
    expect(result.error).toMatchObject({ code: 'BACKUP_FAILED', retryable: true });
    await expectUntouched(url);
  });

  it('when only its goodbye is lost, goes on', async () => {
    const url = await fill(3);
    const proxy = await startProxy(server.port);
    proxy.breakRequest(planned + 3, 'before');
    const result = await apply({ url: proxy.through(url), migrations, backup }).finally(() => proxy.stop());
    expect(result.outcome).toBe('applied');
    expect(readdirSync(folder)).toEqual(['shop.sql']);
  });

  it('because the schema moved after the plan, is stale', async () => {
    const url = await fill();
    const proxy = await startProxy(server.port);
    proxy.onRequest(planned + 1, async () => {
      await server.sql('CREATE TABLE "Meanwhile" ("id" INTEGER)', url);
    });
    const result = await apply({ url: proxy.through(url), migrations, backup }).finally(() => proxy.stop());
    expect(result).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_STALE', next: 'migrate-prod plan' } });
    await expectUntouched(url);
  });

  it('because the tracker moved after the plan, is stale: what was read is not what was planned', async () => {
    const url = await fill();
    const proxy = await startProxy(server.port);
    proxy.onRequest(planned + 1, async () => {
      await server.sql('UPDATE _prisma_migrations SET rolled_back_at = 1', url);
    });
    const result = await apply({ url: proxy.through(url), migrations, backup }).finally(() => proxy.stop());
    expect(result).toMatchObject({ outcome: 'blocked', error: { code: 'PLAN_STALE', next: 'migrate-prod plan' } });
    expect(result.error?.message).toContain("Production's tracker changed between the plan and the backup");
    await expectUntouched(url);
  });

  it('reads on where the server cuts its pages short, and has every row', async () => {
    const url = await fill(2_000);
    const proxy = await startProxy(server.port);
    proxy.breakFrom(planned + 2, { rewrite: rewriteRows((rows) => rows.slice(0, 30)) });
    const result = await apply({ url: proxy.through(url), migrations, backup }).finally(() => proxy.stop());
    expect(result).toMatchObject({ outcome: 'applied', error: null });
    expect(readFileSync(backup, 'utf8').match(/^INSERT INTO "First"/gm)).toHaveLength(2_000);
  });

  it.each<readonly [string, (rows: readonly unknown[]) => readonly unknown[]]>([
    ['leaves out the first row of each page', (rows) => rows.slice(rows.length > 1 ? 1 : 0)],
    ['gives a row twice', (rows) => (rows.length > 1 ? [...rows, rows[0]] : rows)],
    ['gives no rows after the first', (rows) => rows.slice(0, 1)],
    ['has no page at all', (rows) => (rows.length > 1 ? [] : rows)],
    ['gives rows of another shape', (rows) => (rows.length > 1 ? rows.map(() => [null]) : rows)],
    ['gives a number that is SQL', (rows) => (rows.length > 1 ? rows.map(() => [hostile, hostile]) : rows)],
    ['gives values of no type', (rows) => (rows.length > 1 ? rows.map(() => [{ type: 'x' }, { type: 'x' }]) : rows)],
  ])('because the server %s, says so', async (_, change) => {
    const url = await fill();
    const proxy = await startProxy(server.port);
    proxy.breakRequest(planned + 2, { rewrite: rewriteRows(change) });
    proxy.breakFrom(planned + 3, { rewrite: rewriteRows((rows) => change(rows).slice(1)) });
    const result = await apply({ url: proxy.through(url), migrations, backup }).finally(() => proxy.stop());
    expect(result).toMatchObject({ outcome: 'blocked', error: { code: 'BACKUP_FAILED' } });
    await expectUntouched(url);
  });

  it('because the server cuts the counters of AUTOINCREMENT short, says so', async () => {
    const url = await fill();
    const tables = ['One', 'Two', 'Three'];
    await server.sql(
      tables.flatMap((name) => [
        `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)`,
        `INSERT INTO "${name}" DEFAULT VALUES`,
      ]),
      url,
    );
    const proxy = await startProxy(server.port);
    const isCounter = (row: unknown) => Array.isArray(row) && row[0]?.value === 'Two' && row.length === 2;
    proxy.breakRequest(planned + 1, { rewrite: rewriteRows((rows) => rows.filter((row) => !isCounter(row))) });
    const result = await apply({ url: proxy.through(url), migrations, backup }).finally(() => proxy.stop());
    expect(result.error?.message).toContain('did not send all of the counters');
    await expectUntouched(url);
  });

  it('because the server cuts the schema short, in the plan as in the backup, says so', async () => {
    const url = await fill();
    const proxy = await startProxy(server.port);
    const isFirst = (row: unknown) => Array.isArray(row) && row[0]?.value === 'table' && row[1]?.value === 'First';
    proxy.breakFrom(1, { rewrite: rewriteRows((rows) => rows.filter((row) => !isFirst(row))) });
    const call = apply({ url: proxy.through(url), migrations, backup, allow: ['unrehearsed'] });
    const result = await call.finally(() => proxy.stop());
    expect(result).toMatchObject({ applied: [], error: { code: 'BACKUP_FAILED' } });
    expect(result.error?.message).toContain('did not send all of the schema');
    await expectUntouched(url);
  });

  it('because the server lost its transaction on the way, says so', async () => {
    const url = await fill();
    const proxy = await startProxy(server.port);
    const lost = (body: string) => body.replace('"is_autocommit":false', '"is_autocommit":true');
    proxy.breakRequest(planned + 3, { rewrite: lost });
    const result = await apply({ url: proxy.through(url), migrations, backup }).finally(() => proxy.stop());
    expect(result.error).toMatchObject({ code: 'BACKUP_FAILED' });
    expect(result.error?.message).toContain('the server ended the transaction that the backup reads in');
    await expectUntouched(url);
  });

  it('because its dump cannot be loaded again, says which rule stands in the way', async () => {
    const url = await fill();
    // It looks at the connection: true of each row when it came, and of no three rows at once.
    await server.sql('CREATE TABLE "Fragile" ("id" INTEGER PRIMARY KEY CHECK (total_changes() < 3))', url);
    for (const id of [1, 2, 3, 4, 5]) await server.sql(`INSERT INTO "Fragile" VALUES (${id})`, url);
    const result = await apply({ url, migrations, backup });
    expect(result.error).toMatchObject({ code: 'BACKUP_FAILED' });
    expect(result.error?.message).toContain('cannot be loaded again: CHECK constraint failed');
    await expectUntouched(url);
  });

  it('because the name was taken meanwhile, leaves what took it', async () => {
    const url = await fill();
    let taken = false;
    const onEvent = ({ type }: ApplyEvent): void => {
      if (type === 'backing-up' && !taken) writeFileSync(backup, 'mine');
      taken = true;
    };
    const result = await apply({ url, migrations, backup, onEvent });
    expect(result.error).toMatchObject({ code: 'BACKUP_FAILED' });
    expect(readFileSync(backup, 'utf8')).toBe('mine');
    rmSync(backup);
    await expectUntouched(url);
  });

  it('because its folder went away, says so', async () => {
    const url = await fill();
    const gone = join(folder, 'gone');
    mkdirSync(gone);
    const onEvent = ({ type }: ApplyEvent): void => {
      if (type === 'backing-up') rmSync(gone, { recursive: true, force: true });
    };
    const result = await apply({ url, migrations, backup: join(gone, 'shop.sql'), onEvent });
    expect(result.error).toMatchObject({ code: 'BACKUP_FAILED' });
    expect(result.error?.message).toContain('shop.sql could not be written: ENOENT');
    await expectUntouched(url);
  });

  it.each(['copying', 'checking'])('because it was interrupted while %s, removes what it had', async (phase) => {
    const url = await fill(20_000);
    const interrupt = new AbortController();
    const onEvent = (event: ApplyEvent): void => {
      if (event.type === 'backing-up' && event.phase === phase && event.bytes > 0) interrupt.abort();
    };
    const result = await apply({ url, migrations, backup, onEvent, signal: interrupt.signal });
    expect(result).toMatchObject({ outcome: 'declined', applied: [], error: { code: 'INTERRUPTED', exitCode: 130 } });
    await expectUntouched(url);
  });

  it('because of a Ctrl-C, ends with 130 and removes what it had', async () => {
    const url = await fill(60_000);
    const env = { TURSO_DATABASE_URL: url };
    const child = spawnCommand(['apply', '--yes', '--backup', backup], { cwd: project.root, env });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    while (readdirSync(folder).length === 0 && child.exitCode === null) await sleep(2);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(said).toContain('INTERRUPTED');
    await expectUntouched(url);
  });

  it.skipIf(process.platform === 'win32')('because the disk takes no more, says so', async () => {
    const url = await fill(2_000);
    const bin = fileURLToPath(new URL('../../../dist/bin.cjs', import.meta.url));
    // A file that may grow to 32 kB, and a process that is told so instead of being ended.
    const script = 'trap "" XFSZ; ulimit -f 64; exec "$@"';
    const args = [process.execPath, bin, 'apply', '--yes', '--json', '--url', url, '--backup', backup];
    const child = spawn('sh', ['-c', script, 'sh', ...args], { cwd: project.root, env: { PATH: process.env.PATH } });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    const { outcome, error, restorePoint } = JSON.parse(output);
    expect([code, outcome, error.code, restorePoint]).toEqual([1, 'blocked', 'BACKUP_FAILED', null]);
    expect(error.message).toContain('shop.sql could not be written: EFBIG');
    await expectUntouched(url);
  });

  it.skipIf(process.platform !== 'linux')(
    'takes no more memory for a large database than for a small one',
    async () => {
      const url = await fill(10_000, 6_000);
      const env = { TURSO_DATABASE_URL: url, NODE_OPTIONS: '--max-old-space-size=48 --max-semi-space-size=2' };
      const child = spawnCommand(['apply', '--yes', '--backup', backup], { cwd: project.root, env });
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      let peak = 0;
      while (child.exitCode === null) {
        const status = await readStatus(child.pid);
        peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
        await sleep(20);
      }
      expect(await ended).toBe(0);
      // Sixty megabytes, and the engine and everything else in less than twice as much as without.
      expect(readFileSync(backup).length).toBeGreaterThan(60_000_000);
      expect(peak).toBeLessThan(150_000);
    },
  );

  it('is told to people with the flag still in the next command', async () => {
    const url = await fill();
    const proxy = await startProxy(server.port);
    proxy.breakRequest(planned + 2, 'before');
    const env = { TURSO_DATABASE_URL: proxy.through(url) };
    const run = runCommand(['apply', '--yes', '--backup', backup], { cwd: project.root, env });
    const { code, stdout, stderr } = await run.finally(() => proxy.stop());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('(BACKUP_FAILED)');
    expect(stderr).toMatch(/Next: .*apply --backup \S*shop\.sql/);
    expect(stderr).not.toContain('Restore point');
  });
});

const hostile = { type: 'integer', value: '1); DELETE FROM "First"; --' };

/** Changes the rows of every reply that has some. */
function rewriteRows(change: (rows: readonly unknown[]) => readonly unknown[]): (body: string) => string {
  return (body) =>
    JSON.stringify(JSON.parse(body), (name, value) =>
      name === 'rows' && Array.isArray(value) ? change(value) : value,
    );
}

async function readStatus(pid: number | undefined): Promise<string> {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
