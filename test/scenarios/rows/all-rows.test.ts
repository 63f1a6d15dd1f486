/** `--rows all`: the plan runs on every row of the tables that it meets, and these are in no file that has a name. */

import { mkdirSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { runCommand, spawnCommand } from '../../support/command.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { describeWithServer, startServer } from '../../support/server.ts';
import { describeTargets, runInFile } from '../../support/targets.ts';
import { describeFindings } from './cases.ts';

const numbers = (rows: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`;

const init = {
  name: '1_init',
  sql: `CREATE TABLE "Visit" ("id" INTEGER NOT NULL PRIMARY KEY, "page" TEXT NOT NULL);
CREATE TABLE "Seen" ("visit" INTEGER REFERENCES "Visit" ("id"));
CREATE VIEW "Pages" AS SELECT DISTINCT "page" FROM "Visit";`,
};
const update = { name: '2_update', sql: `UPDATE "Visit" SET "page" = "page" ->> '$.x';` };

describeTargets('a table with more rows than are fetched', (fresh) => {
  it('is left by a plan, and met with all its rows where these are asked for', async () => {
    const { url, sql } = await fresh();
    await apply({ url, migrations: [init] });
    await sql(
      `${numbers(20_001)} INSERT INTO "Visit" SELECT i, CASE i WHEN 20001 THEN CAST(x'ff' AS TEXT) ELSE '{"x":1}' END FROM n`,
      'INSERT INTO "Seen" VALUES (7), (NULL)',
    );
    const migrations = [init, update];
    const few = await plan({ url, migrations });
    expect(few.ready).toBe(true);
    expect(few.plan.ranOn).toEqual({ tables: [{ table: 'Seen', rows: 2 }], left: ['Visit'], isWhole: false });
    const all = await plan({ url, migrations, rows: 'all' });
    expect(all.ready).toBe(false);
    expect(describeFindings(all.plan, 'fails-on-rows')).toEqual(['blocker fails-on-rows of 2_update']);
    expect(new Set(all.plan.ranOn?.tables)).toEqual(
      new Set([
        { table: 'Visit', rows: 20_001 },
        { table: 'Seen', rows: 2 },
      ]),
    );
    expect(await apply({ url, migrations, rows: 'all' })).toMatchObject({ error: { code: 'PLAN_BLOCKED' } });

    // What a plan is called does not depend on how many rows it ran on.
    await sql(`UPDATE "Visit" SET "page" = '{"x":1}'`);
    const ids = [await plan({ url, migrations }), await plan({ url, migrations, rows: 'all' })].map(
      (one) => one.plan.id,
    );
    expect(ids[0]).toBe(ids[1]);
    expect(await apply({ url, migrations, rows: 'all', plan: ids[1] })).toMatchObject({ outcome: 'applied' });
    expect(await sql('SELECT DISTINCT "page" FROM "Visit"')).toEqual([['1']]);
  });
});

describeWithServer('all rows of a server', () => {
  it('are read with a token that only reads', async () => {
    const server = await startServer({ auth: true, namespaces: false });
    try {
      const { url } = server;
      await apply({ url, authToken: server.token('rw'), migrations: [init] });
      await server.sql([`INSERT INTO "Visit" VALUES (1, '{}'), (2, 'none')`]);
      const { plan: planned } = await plan({
        url,
        authToken: server.token('ro'),
        migrations: [init, update],
        rows: 'all',
      });
      expect(describeFindings(planned, 'fails-on-rows')).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });
});

/** Only Linux shows the open files of another process. */
describe.skipIf(process.platform !== 'linux')('the file with all rows', () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject({
      '1_init': init.sql,
      '2_more': 'UPDATE "Visit" SET "page" = lower("page");',
      // Ends only on an empty table.
      '3_endless':
        'UPDATE "Visit" SET "page" = (SELECT count(*) FROM "Visit" a, "Visit" b, "Visit" c, "Visit" d, "Visit" e);',
    });
    await apply({ url: `file:${join(project.root, 'shop.db')}`, migrations: [init] });
    runInFile(join(project.root, 'shop.db'), [`${numbers(2_000)} INSERT INTO "Visit" SELECT i, i FROM n`]);
  });
  afterAll(() => project.remove());

  /** The open files of the process in its folder for temporary files, each with its mode and how many names it has. */
  function listOpen(pid: number | undefined, temporary: string): readonly string[] {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).flatMap((fd) => {
      try {
        const path = readlinkSync(join(folder, fd));
        if (!path.startsWith(temporary)) return [];
        const { mode, nlink, size } = statSync(join(folder, fd));
        return [`${path.split('/').at(-1)} ${(mode & 0o777).toString(8)} ${nlink}${size > 50_000 ? ' filled' : ''}`];
      } catch (error) {
        // It was closed meanwhile.
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      }
    });
  }

  it('is in memory where there is no folder for it', async () => {
    const { stdout } = await runCommand(['plan', '--rows', 'all', '--to', '2_more', '--url', 'file:shop.db'], {
      cwd: project.root,
      env: { TMPDIR: join(project.root, 'nowhere') },
    });
    expect(stdout).toContain('Rehearsed on a copy of 2,000 rows of "Visit": ok.');
  });

  it.concurrent.each([
    ['SIGINT', 130],
    ['SIGTERM', 130],
    ['SIGKILL', null],
  ] as const)('has no name, nobody else may read it, and %s ends it', async (signal, code) => {
    const temporary = join(project.root, signal);
    mkdirSync(temporary);
    const child = spawnCommand(['plan', '--rows', 'all', '--url', 'file:shop.db'], {
      cwd: project.root,
      env: { TMPDIR: temporary },
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const list = () => listOpen(child.pid, temporary);
    try {
      const isFilled = () => list().some((file) => file.endsWith('filled'));
      for (let waited = 0; waited < 20_000 && child.exitCode === null && !isFilled(); waited += 20) await sleep(20);
      const files = list();
      expect(files).toContain('rows-wal (deleted) 600 0 filled');
      expect(files.filter((file) => !file.includes(' (deleted) 600 0'))).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
      child.kill(signal);
      expect(await ended).toBe(code);
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
