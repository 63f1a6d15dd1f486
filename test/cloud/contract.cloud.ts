/** The contract of `apply` on the database that `npm run test:cloud` was given: a story each for what a server must do. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptBackup } from '../../src/adapters/files/backup-file.ts';
import { probeSteps, settingSteps } from '../../src/doctor/probe.ts';
import { readStatus } from '../../src/history/status.ts';
import { makeSteadyPlan } from '../../src/plan/make-plan.ts';
import { everyRow, fill, lossOfFax, parents, rebuildParent } from '../scenarios/contract/stories.ts';
import { runCommand } from '../support/command.ts';
import { makeProject } from '../support/folder.ts';
import { beginStory, cloud, type Story } from './prefixed.ts';

let story: Story;
beforeEach(async () => {
  story = await beginStory();
});
afterEach(() => story?.close());

const states = async (sources: Parameters<Story['migrations']>[0]) => {
  const { database, outside } = story;
  const { history } = await readStatus({ database, outside, migrations: story.migrations(sources) });
  return history.entries.map(({ state }) => state);
};

describe('the server', () => {
  test('does what apply relies on, as doctor sees it', async () => {
    const project = await makeProject({ '1_a': 'SELECT 1;' });
    try {
      const env = { TURSO_DATABASE_URL: cloud.url, TURSO_AUTH_TOKEN: cloud.token ?? '' };
      const { stdout } = await runCommand(['doctor', '--json'], { cwd: project.root, env, timeoutMs: 60_000 });
      const { checks }: { checks: readonly { id: string; state: string; text: string }[] } = JSON.parse(stdout);
      expect(checks.filter(({ state }) => state === 'failed')).toEqual([]);
      console.log(checks.map(({ id, state, text }) => `${state.padEnd(8)} ${id.padEnd(18)} ${text}`).join('\n'));
    } finally {
      await project.remove();
    }
  });

  test('answers the probes with what is expected of every step', async () => {
    for (const steps of [probeSteps, settingSteps]) {
      const outcome = await story.database.execute(steps);
      expect(outcome).toMatchObject({ type: 'ran', sent: 1 });
    }
  });
});

describe('apply', () => {
  test('applies what is pending, in order, and has nothing to do afterwards', async () => {
    const sources = [parents, rebuildParent()];
    expect(await states(sources)).toEqual(['pending', 'pending']);
    const before = story.database.requests();
    expect(await story.apply(sources)).toMatchObject({
      outcome: 'applied',
      applied: [parents.name, rebuildParent().name],
      error: null,
    });
    expect(story.database.requests() - before).toBe(2);
    expect(await states(sources)).toEqual(['applied', 'applied']);
    expect(await story.apply(sources)).toMatchObject({ outcome: 'nothing-to-do', error: null });
  });

  test('rebuilds a parent without losing a row of any child, whatever its ON DELETE says', async () => {
    await story.apply([parents]);
    const before = await story.sql(...fill, everyRow);
    const sources = [parents, rebuildParent()];
    expect(await story.apply(sources)).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
    expect(await story.apply(sources, { allow: lossOfFax })).toMatchObject({ outcome: 'applied' });
    expect(await story.sql(everyRow)).toEqual(before);
  });

  test('leaves everything as it was when the last statement fails, records that, and retries', async () => {
    await story.apply([parents]);
    const before = await story.sql(...fill, everyRow);
    const broken = rebuildParent(
      'INSERT INTO "Restricting" (id, parentId) SELECT 1, 1 WHERE last_insert_rowid() IS NOT NULL;',
    );
    const later = { name: '20260103000000_later', sql: 'CREATE TABLE "Later" (id INTEGER PRIMARY KEY)' };
    expect(await story.apply([parents, broken, later], { allow: lossOfFax, rows: 0 })).toMatchObject({
      outcome: 'failed',
      applied: [],
      failed: { name: broken.name },
      notStarted: [later.name],
      unrecorded: null,
      error: { code: 'STATEMENT_FAILED' },
    });
    expect(await story.sql(everyRow)).toEqual(before);
    expect(await states([parents, broken, later])).toEqual(['applied', 'failed', 'pending']);
    const mended = rebuildParent();
    expect(await story.apply([parents, mended, later], { allow: lossOfFax })).toMatchObject({ outcome: 'applied' });
    expect(await story.sql(everyRow)).toEqual(before);
  });

  test('of two runs at once applies every migration exactly once', async () => {
    const sources = [parents, rebuildParent()];
    const others = await Promise.all([story.open(), story.open(), story.open()]);
    const results = await Promise.all(others.map((through) => story.apply(sources, { through })));
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(sources.map(({ name }) => name));
    expect(await states(sources)).toEqual(['applied', 'applied']);
    expect(await story.sql(`SELECT count(*) FROM "${story.prefix}migrations"`)).toEqual([[2]]);
  });

  test('applies the plan that was shown, and not what it became', async () => {
    await story.apply([parents]);
    const { database, outside } = story;
    const sources = [parents, rebuildParent()];
    const { plan } = await makeSteadyPlan({ database, outside, migrations: story.migrations(sources) });
    await story.sql('CREATE INDEX "Later" ON "Nulling" ("parentId")');
    expect(await story.apply(sources, { expectedPlan: plan.id })).toMatchObject({
      outcome: 'blocked',
      error: { code: 'PLAN_STALE' },
    });
    expect(await states(sources)).toEqual(['applied', 'pending']);
  });

  test('takes hundreds of migrations in one request', async () => {
    const sources = Array.from({ length: 200 }, (_, index) => ({
      name: `20260201${String(index).padStart(6, '0')}_a`,
      sql:
        index === 0
          ? 'CREATE TABLE "Later" (id INTEGER PRIMARY KEY)'
          : `ALTER TABLE "Later" ADD COLUMN c${index} TEXT;`,
    }));
    const before = story.database.requests();
    expect(await story.apply(sources)).toMatchObject({ outcome: 'applied' });
    expect(story.database.requests() - before).toBeLessThanOrEqual(3);
  });

  test('preserves a trigger, an index and a view around a rebuild', async () => {
    await story.apply([parents]);
    const [trigger, index] = ['t', 'i'].map((name) => `"${story.prefix}${name}"`);
    await story.sql(
      `CREATE TRIGGER ${trigger} AFTER DELETE ON "Parent" BEGIN DELETE FROM "Nulling" WHERE id = OLD.id; END`,
      `CREATE INDEX ${index} ON "Parent" (lower("name")) WHERE "name" IS NOT NULL`,
    );
    expect(await story.apply([parents, rebuildParent()])).toMatchObject({ outcome: 'applied' });
    const kept = `SELECT count(*) FROM sqlite_schema WHERE name IN (${[trigger, index].join(', ').replaceAll('"', "'")})`;
    expect(await story.sql(kept)).toEqual([[2]]);
  });

  test('reads all rows over a stream, and saves a backup that is whole', async () => {
    await story.apply([parents]);
    await story.sql(...fill);
    const folder = await mkdtemp(join(tmpdir(), 'migrate-prod-cloud-'));
    try {
      const file = join(folder, 'backup.sql');
      const backup = acceptBackup(file, folder);
      const result = await story.apply([parents, rebuildParent()], { allow: lossOfFax, rows: 'all', backup });
      expect(result).toMatchObject({ outcome: 'applied', backup: { rows: expect.any(Number) } });
      expect((await readFile(file, 'utf8')).trimEnd()).toMatch(/COMMIT;$/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test('a statement that the server does not take is a blocker, before anything runs', async () => {
  await story.apply([parents]);
  const source = {
    name: '20260104000000_a',
    sql: `CREATE VIEW "Later" AS SELECT group_concat("name", ', ' ORDER BY "name") FROM "Parent";`,
  };
  const result = await story.apply([parents, source]);
  // A newer server may take it; then it is applied.
  if (result.outcome !== 'applied') expect(result.gate.blockers.map(({ code }) => code)).toEqual(['server-refuses']);
});
