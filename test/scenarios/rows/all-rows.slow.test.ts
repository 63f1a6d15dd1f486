/** A million rows of a hundred bytes: they come through, in bounded memory. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { spawnCommand } from '../../support/command.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "page" INTEGER NOT NULL, "name" TEXT NOT NULL, "note" TEXT';

describeWithServer('a plan on a million rows', () => {
  let server: Server;
  let project: Project;
  let url = '';
  beforeAll(async () => {
    server = await startServer();
    url = await freshDatabase(server);
    project = await makeProject({ '1_visit': `CREATE TABLE "Visit" (${columns});` });
    await run('apply', '--yes');
    await server.sql(
      [
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) INSERT INTO "Visit" SELECT i, i % 1000, 'visitor ' || i, printf('%070d', i) FROM n`,
      ],
      url,
    );
  });
  afterAll(async () => {
    await server.stop();
    await project.remove();
  });

  /** With the most memory that the process ever had, in MB. */
  async function run(...args: readonly string[]) {
    const child = spawnCommand([...args, '--url', url], { cwd: project.root });
    let [stdout, megabytes] = ['', 0];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const watch = setInterval(() => {
      const [, peak] = /VmHWM:\s+(\d+)/.exec(readStatus(child.pid)) ?? [];
      megabytes = Math.max(megabytes, Number(peak ?? 0) / 1_000);
    }, 20);
    await new Promise((resolve) => child.once('close', resolve));
    clearInterval(watch);
    return { stdout, megabytes };
  }

  it.each([
    [
      'a rebuild',
      redefine({ table: 'Visit', columns: `${columns}, "more" TEXT`, into: '"id", "page", "name", "note"' }),
    ],
    ['an UPDATE of all', `UPDATE "Visit" SET "note" = 'a' || "note";`],
    ['an index', 'CREATE UNIQUE INDEX "Visit_name" ON "Visit" ("name", "note");'],
  ])('stays below 250 MB in %s', async (_, sql) => {
    await project.write('2_next', sql);
    const begun = performance.now();
    const { stdout, megabytes } = await run('plan', '--rows', 'all');
    const seconds = (performance.now() - begun) / 1_000;
    // What it took is for whoever reads along.
    process.stdout.write(`${megabytes.toFixed(0)} MB, ${seconds.toFixed(1)} s\n`);
    expect(stdout).toContain('Rehearsed on a copy of 1,000,000 rows of "Visit": ok.');
    if (process.platform === 'linux') expect(megabytes).toBeGreaterThan(50);
    expect(megabytes).toBeLessThan(250);
  });
});

/** Empty where the system has no such file, and when the process is gone. */
function readStatus(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
