/** The tracker's table is a value: whatever it is called, it is made, read, guarded and left alone under that name. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFile } from '../../src/adapters/embedded/database.ts';
import { openMirror } from '../../src/adapters/embedded/mirror.ts';
import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import { applyMigrations } from '../../src/apply/apply.ts';
import { backfillMigrations } from '../../src/backfill/backfill.ts';
import { checkProject } from '../../src/check/check.ts';
import { readStatus } from '../../src/history/status.ts';
import type { Outside } from '../../src/ports.ts';
import { createOutside } from '../../src/wiring.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';

const tracker = { name: `what "ran", it's said` };
const outside: Outside = { ...createOutside('test', '0'), tracker, openMirror: () => openMirror({ tracker }) };
const yes = async () => ({ type: 'yes', consents: [] }) as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracker-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const path = () => join(folder, 'production.db');

function open() {
  const target = { type: 'file', name: 'production', path: path() } as const;
  return openFile({ target, timeoutSeconds: 60, clock: outside.clock, create: 'create', tracker });
}

function read(sql: string): readonly (readonly unknown[])[] {
  const database = openEmbedded(path());
  try {
    return database.prepare(sql).raw().all() as unknown[][];
  } finally {
    database.close();
  }
}

const rebuild = `PRAGMA foreign_keys=OFF;
CREATE TABLE "new_A" ("id" INTEGER PRIMARY KEY, "b" INTEGER REFERENCES "A" ("id"));
INSERT INTO "new_A" ("id") SELECT "id" FROM "A";
DROP TABLE "A";
ALTER TABLE "new_A" RENAME TO "A";
PRAGMA foreign_keys=ON;`;
const one = migrationFromText('1_one', 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY);');
const two = migrationFromText('2_two', rebuild);
const broken = migrationFromText(
  '3_broken',
  'INSERT INTO "A" ("id", "b") VALUES (1, 1);\nINSERT INTO "A" ("id") VALUES (1);',
);
const names = `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`;

it('is made, filled and read by apply, which finds nothing to do the second time', async () => {
  const database = await open();
  const input = { database, outside, consents: [], timeoutSeconds: 60, confirm: yes };
  try {
    const migrations = [one, two];
    expect(await applyMigrations({ ...input, migrations })).toMatchObject({
      outcome: 'applied',
      applied: ['1_one', '2_two'],
    });
    expect(read(names)).toEqual([['A'], [tracker.name]]);
    expect(await applyMigrations({ ...input, migrations })).toMatchObject({ outcome: 'nothing-to-do' });
    const failed = await applyMigrations({
      ...input,
      migrations: [one, two, broken],
      consents: [{ code: 'unrehearsed', migration: null }],
    });
    expect(failed.applied).toEqual([]);
    const { history } = await readStatus({ database, migrations: [one, two, broken], outside });
    expect(history.entries.map(({ state }) => state).slice(0, 2)).toEqual(['applied', 'applied']);
  } finally {
    await database.close();
  }
});

it('is written by backfill, and taken back', async () => {
  const embedded = openEmbedded(path());
  embedded.exec(one.sql);
  embedded.close();
  const database = await open();
  const input = { database, outside, migrations: [one], externalTables: [], consents: [], confirm: yes };
  try {
    expect(await backfillMigrations({ ...input, request: { type: 'all', to: null } })).toMatchObject({
      outcome: 'recorded',
    });
    expect(read(names)).toEqual([['A'], [tracker.name]]);
    expect(await backfillMigrations({ ...input, request: { type: 'undo', name: '1_one' } })).toMatchObject({
      outcome: 'undone',
    });
  } finally {
    await database.close();
  }
});

it('is what a migration must not change, and no other table is', async () => {
  const touch = (name: string) => migrationFromText('1_touch', `DELETE FROM "${name.replaceAll('"', '""')}";`);
  const check = async (name: string) => {
    const input = { outside, schema: null, base: null, declaredFunctions: new Set<string>() };
    const { problems } = await checkProject({ ...input, migrations: [touch(name)] });
    return problems.map(({ code }) => code);
  };
  expect(await check(tracker.name)).toContain('touches-tracker');
  expect(await check('_prisma_migrations')).not.toContain('touches-tracker');
});
