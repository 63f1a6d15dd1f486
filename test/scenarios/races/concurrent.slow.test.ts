/** Ten runs of `apply` on one database at the same moment: every migration once, every run ends well. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { runCommand } from '../../support/command.ts';
import { makeProject } from '../../support/folder.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { defineMigration, defineSlowMigration, type StoryMigration, shop } from '../faults/shop.ts';
import { buildReference, expectFinishes, expectWhole, type State } from '../faults/truth.ts';
import { startGate } from './gate.ts';

const runs = 10;

/** What a run says, whether it was a process or a call. */
interface Said {
  readonly outcome: string;
  readonly applied: readonly string[];
  readonly notStarted: readonly string[];
  readonly byAnotherRun: boolean;
}

/** The shop, a slow one, and then many more, each counting; anything that runs twice shows. */
const many: readonly StoryMigration[] = [
  ...shop.slice(0, 4),
  defineSlowMigration('20260104500000_slow', 3),
  ...shop.slice(4),
  ...Array.from({ length: 25 }, (_, index) =>
    defineMigration(`202602${String(index + 1).padStart(2, '0')}000000_more`, [
      `CREATE TABLE "More${index}" (\n    "id" INTEGER NOT NULL PRIMARY KEY\n)`,
      'UPDATE "Counter" SET "runs" = "runs" + 1',
      `INSERT INTO "Note" ("customerId") VALUES (${index + 2})`,
    ]),
  ),
];

const sets = [
  { name: 'seven migrations', migrations: shop },
  { name: 'thirty-three, one of them slow', migrations: many },
];

describeWithServer('ten runs at the same moment', () => {
  let server: Server;
  const references = new Map<readonly StoryMigration[], readonly State[]>();

  beforeAll(async () => {
    server = await startServer();
    for (const { migrations } of sets) {
      references.set(migrations, await buildReference(server, await freshDatabase(server), migrations));
    }
  });
  afterAll(() => server.stop());

  function expectOnce(said: readonly Said[], migrations: readonly StoryMigration[]): void {
    for (const { outcome, notStarted } of said) {
      expect(outcome).toBe('applied');
      expect(notStarted).toEqual([]);
    }
    const names = migrations.map(({ name }) => name);
    expect(said.flatMap(({ applied }) => applied).sort()).toEqual(names);
    // Who applied all of it met no other run; everybody else did, and says so.
    for (const { applied, byAnotherRun } of said) expect(byAnotherRun).toBe(applied.length < names.length);
    expect(said.filter(({ byAnotherRun }) => byAnotherRun).length).toBeGreaterThanOrEqual(runs - 1);
  }

  test.each(sets)('as processes: $name', async ({ migrations }) => {
    const reference = references.get(migrations) ?? [];
    const url = await freshDatabase(server);
    const project = await makeProject(Object.fromEntries(migrations.map(({ name, sql }) => [name, sql])));
    const gate = await startGate(server, runs);
    try {
      const options = { cwd: project.root, env: { TURSO_DATABASE_URL: gate.through(url) }, timeoutMs: 25_000 };
      const results = await Promise.all(
        Array.from({ length: runs }, () => runCommand(['apply', '--yes', '--json', '--timeout', '20'], options)),
      );
      expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(results.map(() => [0, '']));
      expectOnce(
        results.map((result) => result.json<Said>()),
        migrations,
      );
      await expectFinishes({ server, url, migrations, reference });
    } finally {
      await gate.stop();
      await project.remove();
    }
  });

  test.each([...sets, ...sets.slice(0, 1)])('as calls in one process: $name', async ({ migrations }) => {
    const reference = references.get(migrations) ?? [];
    const url = await freshDatabase(server);
    const gate = await startGate(server, runs);
    try {
      const options = { url: gate.through(url), migrations, timeoutSeconds: 15 };
      const results = await Promise.all(Array.from({ length: runs }, () => apply(options)));
      expect(results.map(({ error }) => error)).toEqual(results.map(() => null));
      expectOnce(results, migrations);
      await expectFinishes({ server, url, migrations, reference });
    } finally {
      await gate.stop();
    }
  });

  test('without a common start, some find nothing to do, and it is the same', async () => {
    const url = await freshDatabase(server);
    const starts = Array.from({ length: runs }, (_, index) => index * 15);
    const results = await Promise.all(
      starts.map(async (delay) => {
        await new Promise((resolve) => setTimeout(resolve, delay));
        return apply({ url, migrations: shop, timeoutSeconds: 15 });
      }),
    );
    expect(results.map(({ error }) => error)).toEqual(results.map(() => null));
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(shop.map(({ name }) => name));
    expect(await expectWhole({ server, url, migrations: shop, reference: references.get(shop) ?? [] })).toBe(7);
  });
});
