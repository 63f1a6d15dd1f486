/** Answers of a real server, changed at random: no command takes them for a bug of its own, and what `apply` reports is true. */

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApplyResult, apply, MigrateError } from '../../../../src/index.ts';
import { runInProcess } from '../../../cli/in-process.ts';
import { makeProject, type Project } from '../../../support/folder.ts';
import { startProxy } from '../../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../../support/server.ts';
import { defineMigration, shop } from '../shop.ts';
import { beginMigrations, buildReference, expectFinishes, expectWhole, readTracker, type State } from '../truth.ts';
import { anyLies, anyMutations, lie, mutate } from './mutate.ts';

const [runs, seed] = [Number(process.env.FUZZ_RUNS ?? 40), Number(process.env.FUZZ_SEED ?? 4)];

/** `apply` makes a database of its own, and is looked at from all sides afterwards. */
const applyRuns = Math.ceil(runs / 3);

const begun = 2;

/** Of no shape, or of a shape and not true. */
const anyRewriting = fc.oneof(
  anyMutations.map((mutations) => ({ mutations, rewrite: (body: string) => mutate(body, mutations) })),
  anyLies.map((lies) => ({ lies, rewrite: (body: string) => lie(body, lies) })),
);

const commands: readonly (readonly string[])[] = [
  ['status'],
  ['status', '--json'],
  ['plan'],
  ['plan', '--json'],
  ['plan', '--format', 'markdown'],
  ['tables'],
  ['tables', '--count', '--json'],
  ['inspect', 'Customer'],
  ['inspect', 'Order', '--json'],
  ['backfill', '--json'],
];

/** The last of those that are to be applied fails, which no plan can tell. */
const failing = shop.map((migration, index) =>
  index === 3
    ? defineMigration(migration.name, [
        ...migration.statements,
        'INSERT INTO "Counter" ("id", "runs") VALUES (1 + last_insert_rowid() * 0, 0)',
      ])
    : migration,
);

describeWithServer('an answer of the server that is changed at random', () => {
  let server: Server;
  let reference: readonly State[];
  let project: Project;

  beforeAll(async () => {
    server = await startServer();
    reference = await buildReference(server, await freshDatabase(server), shop);
    project = await makeProject(Object.fromEntries(shop.map(({ name, sql }) => [name, sql])));
  });
  afterAll(async () => {
    await project.remove();
    await server.stop();
  });

  const options = { numRuns: runs, seed };
  const time = (count: number) => ({ timeout: 30_000 + count * 3_000 });

  test(`is a bug of none of the commands that read, in ${runs} runs`, time(runs), async () => {
    const { url } = await beginMigrations(server, shop, begun, reference);
    const before = await readTracker(server, url);
    const anyRun = fc.record({
      command: fc.constantFrom(...commands),
      number: fc.constantFrom(1, 1, 2),
      answer: anyRewriting,
    });
    const property = fc.asyncProperty(anyRun, async ({ command, number, answer }) => {
      const proxy = await startProxy(server.port);
      proxy.breakRequest(number, answer);
      const env = { TURSO_DATABASE_URL: proxy.through(url) };
      const said = await runInProcess(command, { cwd: project.root, env }).finally(() => proxy.stop());
      expect(said.stdout + said.stderr).not.toMatch(/INTERNAL|bug in migrate-prod/);
    });
    await fc.assert(property, options);
    expect(await readTracker(server, url)).toEqual(before);
  });

  test(`leaves the report of apply true, in ${applyRuns} runs`, time(applyRuns), async () => {
    const anyRun = fc.record({
      number: fc.constantFrom(1, 2, 3, 3, 3, 4, 5, 5),
      fails: fc.boolean(),
      answer: anyRewriting,
    });
    const property = fc.asyncProperty(anyRun, async ({ number, fails, answer }) => {
      const subject = await beginMigrations(server, shop, begun, reference);
      const proxy = await startProxy(server.port);
      proxy.breakRequest(number, answer);
      const migrations = fails ? failing : shop;
      const end = await apply({ url: proxy.through(subject.url), migrations, timeoutSeconds: 1 }).then(
        (result) => result,
        (error: unknown) => error,
      );
      await proxy.stop();
      const names = migrations.map(({ name }) => name);
      const now = await expectWhole({ ...subject, migrations });
      if (end instanceof Error) {
        // Only what reads before anything is sent.
        expect(end).toBeInstanceOf(MigrateError);
        expect(end).not.toMatchObject({ code: 'INTERNAL' });
        expect(now).toBe(begun);
      } else expectTrueOf(end as ApplyResult, names.slice(begun, now), names.slice(now));
      await expectFinishes(subject);
    });
    await fc.assert(property, { ...options, numRuns: applyRuns });
  });
});

/** A plan that was made from what is not so may have named more. */
function expectTrueOf(result: ApplyResult, there: readonly string[], rest: readonly string[]): void {
  expect(result.error === null || result.error instanceof MigrateError).toBe(true);
  expect(result.error?.code).not.toBe('INTERNAL');
  if (result.outcome === 'unknown') {
    expect(there).toEqual(expect.arrayContaining([...result.applied]));
  } else if (result.byAnotherRun) {
    expect(result.applied.every((name) => there.includes(name))).toBe(true);
  } else {
    expect(result.applied).toEqual(there);
  }
  expect(result.notStarted.filter((name) => there.includes(name))).toEqual([]);
  expect(result.failed === null || rest.includes(result.failed.name)).toBe(true);
}
