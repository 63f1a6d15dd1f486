/** `drift --fix` killed, cut off and refused at each of its steps: the next run settles what it left. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { spawnCommand } from '../../support/command.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { startProxy } from '../../support/proxy.ts';
import { defineSchema, init } from '../../support/schemas.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { isWriting } from './requests.ts';

interface Said {
  readonly inSync: boolean;
  readonly fix?: { readonly outcome: string };
  readonly error?: { readonly code: string; readonly message: string };
}

/** Gather, then record. */
const requests = [1, 2];

describeWithServer('drift --fix', () => {
  let server: Server;
  const projects: Project[] = [];
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await Promise.all(projects.map((project) => project.remove()));
    await server.stop();
  });

  /** Production is ahead by one column, and schema.prisma has it. */
  async function begin() {
    const url = await freshDatabase(server);
    const project = await makeProject({ [init.name]: init.sql }, { schema: defineSchema('  phone  String?\n') });
    projects.push(project);
    await apply({ url, migrations: [init] });
    await server.sql('ALTER TABLE "Customer" ADD COLUMN "phone" TEXT', url);
    const fix = (through: string, timeout = '3') =>
      runInProcess(['drift', '--fix', '--name', 'phone', '--yes', '--json', '--timeout', timeout], {
        cwd: project.root,
        env: { TURSO_DATABASE_URL: through },
      });
    return { url, project, fix };
  }

  async function countMigrations(project: Project): Promise<number> {
    return (await readdir(project.migrationsFolder)).filter((name) => name !== 'migration_lock.toml').length;
  }

  /** One more run, at most: all three agree, nothing is recorded without its folder, and nothing is left over. */
  async function expectSettled({ url, project, fix }: Awaited<ReturnType<typeof begin>>) {
    const settled = await fix(url);
    expect(settled).toMatchObject({ code: 0 });
    const again = await runInProcess(['drift', '--json', '--exit-code'], {
      cwd: project.root,
      env: { TURSO_DATABASE_URL: url },
    });
    expect(again.json<Said>()).toMatchObject({ inSync: true });
    expect(await countMigrations(project)).toBe(2);
    expect((await readdir(join(project.root, 'prisma'))).sort()).toEqual(['migrations', 'schema.prisma']);
    const [rows] = await server.sql('SELECT count(*), count(DISTINCT migration_name) FROM _prisma_migrations', url);
    expect(rows).toEqual([[2, 2]]);
    expect((await server.sql("SELECT count(*) FROM pragma_table_info('Customer')", url)).at(-1)).toEqual([[3]]);
  }

  test.concurrent.each(
    requests.flatMap((number) => (['before', 'after'] as const).map((moment) => ({ number, moment }))),
  )('killed $moment request $number is settled by the next run', async ({ number, moment }) => {
    const begun = await begin();
    const proxy = await startProxy(server.port);
    try {
      const child = spawnCommand(['drift', '--fix', '--name', 'phone', '--yes', '--json'], {
        cwd: begun.project.root,
        env: { TURSO_DATABASE_URL: proxy.through(begun.url) },
      });
      const ended = new Promise<string | null>((resolve) => child.once('close', (_, signal) => resolve(signal)));
      proxy.breakRequest(number, moment);
      proxy.onRequest(number, async () => {
        child.kill('SIGKILL');
        await ended;
      });
      expect(await ended).toBe('SIGKILL');
      expect(await countMigrations(begun.project)).toBe(number);
      await expectSettled(begun);
    } finally {
      await proxy.stop();
    }
  });

  test.concurrent.each(['before', 'after'] as const)(
    'whose record was cut off %s its effect is done',
    async (moment) => {
      const begun = await begin();
      const proxy = await startProxy(server.port);
      try {
        proxy.breakRequest(2, moment);
        const found = await begun.fix(proxy.through(begun.url));
        expect(found).toMatchObject({ code: 0 });
        expect(found.json<Said>()).toMatchObject({ fix: { outcome: 'written' } });
        await expectSettled(begun);
      } finally {
        await proxy.stop();
      }
    },
  );

  test.concurrent('whose record cannot arrive stays, says so, and is settled by the next run', async () => {
    const begun = await begin();
    const proxy = await startProxy(server.port);
    try {
      proxy.breakFrom(2, 'before');
      const lost = await begun.fix(proxy.through(begun.url), '1');
      expect(lost).toMatchObject({ code: 4 });
      expect(lost.json<Said>()).toMatchObject({ fix: { outcome: 'unknown' }, error: { code: 'OUTCOME_UNKNOWN' } });
      expect(lost.json<Said>().error?.message).toContain('production could not be asked');
      expect(await countMigrations(begun.project)).toBe(2);
      await expectSettled(begun);
    } finally {
      await proxy.stop();
    }
  });

  test.concurrent.each([
    { name: 'is refused', look: { status: 500, body: '' } },
    // What the look found is made nothing.
    { name: 'is answered by a copy that lags', look: { rewrite: (body: string) => body.replace('"1"', '"0"') } },
  ])('that was recorded keeps its folder when the answer is lost and the look for it $name', async ({ look }) => {
    const begun = await begin();
    const proxy = await startProxy(server.port);
    const writes: number[] = [];
    try {
      proxy.breakWhere(({ number, body }) => {
        if (isWriting(body) && writes.push(number) === 1) return 'after';
        return body.includes('SELECT EXISTS (SELECT 1 FROM') ? look : undefined;
      });
      const lost = await begun.fix(proxy.through(begun.url));
      expect(lost.json<Said>()).toMatchObject({ fix: { outcome: 'unknown' }, error: { code: 'OUTCOME_UNKNOWN' } });
      expect(lost.json<Said>().error?.message).not.toContain('nothing was written');
      expect([writes.length > 1, await countMigrations(begun.project)]).toEqual([true, 2]);
      await expectSettled(begun);
    } finally {
      await proxy.stop();
    }
  });

  test.concurrent('whose record is refused takes its folder away again', async () => {
    const begun = await begin();
    const namespace = begun.url.split('/').at(-1) ?? '';
    await server.configure({ block_writes: true, block_reason: 'quota exceeded' }, namespace);
    const refused = await begun.fix(begun.url);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.json<Said>()).toMatchObject({ fix: { outcome: 'failed' } });
    expect(await countMigrations(begun.project)).toBe(1);
    await server.configure({ block_writes: false, block_reason: null }, namespace);
    await expectSettled(begun);
  });

  test.concurrent('that meets a changed production writes nothing', async () => {
    const begun = await begin();
    const proxy = await startProxy(server.port);
    try {
      proxy.onRequest(2, async () => {
        await server.sql('CREATE TABLE later (id)', begun.url);
      });
      const stale = await begun.fix(proxy.through(begun.url));
      expect(stale.json<Said>()).toMatchObject({ fix: { outcome: 'failed' }, error: { code: 'PLAN_STALE' } });
      expect(await countMigrations(begun.project)).toBe(1);
      await server.sql('DROP TABLE later', begun.url);
      await expectSettled(begun);
    } finally {
      await proxy.stop();
    }
  });
});
