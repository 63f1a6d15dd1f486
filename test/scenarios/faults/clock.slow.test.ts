/** Times that can be none: a server's clock, and what a tracker's rows hold. Nothing breaks on them, and nothing is made up. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { startProxy } from '../../support/proxy.ts';
import { describeWithServer } from '../../support/server.ts';
import { describeTargets } from '../../support/targets.ts';
import { shop } from './shop.ts';
import { begun, useShopServer } from './shop-server.ts';
import { expectFinishes, expectWhole } from './truth.ts';

interface Gathered {
  readonly results: readonly { readonly response?: { readonly result?: { rows: unknown[][] } } }[];
}

/** The last but COMMIT and the end of the stream. */
function withClock(value: object): (body: string) => string {
  return (body) => {
    const message: Gathered = JSON.parse(body);
    const result = message.results.at(-3)?.response?.result;
    if (result) result.rows = [[value]];
    return JSON.stringify(message);
  };
}

describeWithServer('the clock of a server', () => {
  const at = useShopServer();

  test.concurrent.each([
    { type: 'float', value: 1e300 },
    { type: 'float', value: -1e300 },
    { type: 'float', value: null },
    { type: 'integer', value: '9223372036854775807' },
    { type: 'integer', value: '-99999999999999' },
    { type: 'integer', value: '300000000000000' },
    { type: 'text', value: 'noon' },
    { type: 'blob', base64: 'AP8B' },
    { type: 'null' },
  ])('that says %j is not believed: the restore point goes by this machine’s, and says so', async (value) => {
    const subject = await at.begin();
    const proxy = await startProxy(at.server.port);
    proxy.breakRequest(1, { rewrite: withClock(value) });
    const since = Date.now();
    const result = await apply({ url: proxy.through(subject.url), migrations: shop }).finally(() => proxy.stop());
    expect(result.error).toBeNull();
    expect(result.restorePoint?.clock).toBe('machine');
    expect(Math.abs(Date.parse(result.restorePoint?.at ?? '') - since)).toBeLessThan(60_000);
    expect(await expectWhole(subject)).toBe(shop.length);
    await expectFinishes(subject);
  });

  test.concurrent('that says another time is what the restore point goes by', async () => {
    const subject = await at.begin();
    const proxy = await startProxy(at.server.port);
    proxy.breakRequest(1, { rewrite: withClock({ type: 'integer', value: String(Date.UTC(2031, 4, 6, 7, 8, 9)) }) });
    const result = await apply({ url: proxy.through(subject.url), migrations: shop }).finally(() => proxy.stop());
    expect(result.restorePoint).toMatchObject({ clock: 'server', at: expect.stringMatching(/^2031-05-06T07:08:/) });
    await expectFinishes(subject);
  });
});

const times = ['-1e300', '9e999', '9223372036854775807', "'garbage'", "X'00ff'"];

describeTargets('a tracker whose times can be none', (fresh) => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject(Object.fromEntries(shop.map(({ name, sql }) => [name, sql])));
  });
  afterAll(() => project.remove());

  test.each(times)('is read all the same: %s', async (time) => {
    const target = await fresh();
    await apply({ url: target.url, migrations: shop.slice(0, begun) });
    await target.sql(`UPDATE _prisma_migrations SET finished_at = ${time}, started_at = ${time}`);
    const failed = `INSERT INTO _prisma_migrations VALUES ('x', 'y', NULL, '${shop[begun]?.name}', 'z', ${time}, ${time}, 0)`;
    await target.sql(failed);
    for (const command of [['status'], ['status', '--json'], ['plan'], ['plan', '--json'], ['backfill', '--json']]) {
      const said = await runInProcess([...command, '--url', target.url], { cwd: project.root });
      expect(said.stdout + said.stderr).not.toMatch(/INTERNAL|Invalid/);
      expect(said.stdout).toContain(shop[begun]?.name);
    }
    const result = await apply({ url: target.url, migrations: shop });
    expect([result.outcome, result.applied.length]).toEqual(['applied', shop.length - begun]);
  });
});
