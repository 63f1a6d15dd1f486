/** Guards on the real engine: each lets pass what is as it should be, and stops all else in words of its own. */

import { beforeEach, describe, expect, it } from 'vitest';
import {
  guardEnd,
  guardForeignKeysOff,
  guardReplaceable,
  guardRows,
  guardSchema,
  guardTracker,
  guardUnrecorded,
  parseGuardFailure,
  refuseWhen,
} from '../../src/apply/guards.ts';
import { buildLossKey } from '../../src/findings/loss.ts';
import type { Query } from '../../src/ports.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';
import { guardOf } from './planned.ts';
import { createdTracker, openProduction, type TestProduction } from './production.ts';

let production: TestProduction;
beforeEach(async () => {
  production = await openProduction(createdTracker);
});

/** What a guard says; null where it lets pass. */
async function ask(guard: Query) {
  const [reply] = await production.execute([guard]);
  return reply?.type === 'error' ? parseGuardFailure(reply.message) : null;
}

const insert = (id: string, name: string, finished: string, rolledBack: string) =>
  `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, rolled_back_at) VALUES ('${id}', 'c', '${name}', 1, ${finished}, ${rolledBack})`;

describe('a guard of', () => {
  it('the tracker sees a row that came, went, or changed its state', async () => {
    const asRead = async () => guardTracker(prismaTracker, (await production.read()).trackerFingerprint);
    const empty = await asRead();
    expect(await ask(empty)).toBeNull();
    await production.run(insert('1', 'a', 'NULL', 'NULL'));
    expect(await ask(empty)).toEqual({ code: 'moved-tracker', detail: '' });
    const one = await asRead();
    expect(await ask(one)).toBeNull();
    await production.run('UPDATE "_prisma_migrations" SET finished_at = 5');
    expect(await ask(one)).toEqual({ code: 'moved-tracker', detail: '' });
  });

  it('the schema sees a table that came, and takes no notice of the tracker', async () => {
    const guard = guardSchema(prismaTracker, (await production.read()).schemaFingerprint);
    expect(await ask(guard)).toBeNull();
    await production.run(insert('1', 'a', 'NULL', 'NULL'), 'DROP TABLE "_prisma_migrations"');
    expect(await ask(guard)).toBeNull();
    await production.run('CREATE TABLE "T" ("id" INTEGER)');
    expect(await ask(guard)).toEqual({ code: 'moved-schema', detail: '' });
  });

  it('a migration sees its row where it is open or finished, not where it was rolled back', async () => {
    const guard = guardUnrecorded(prismaTracker, 'a', 'attempt');
    expect(await ask(guard)).toBeNull();
    await production.run(insert('1', 'another', '5', 'NULL'), insert('2', 'a', 'NULL', '5'));
    expect(await ask(guard)).toBeNull();
    await production.run(insert('3', 'a', 'NULL', 'NULL'));
    expect(await ask(guard)).toEqual({ code: 'recorded', detail: '' });
    await production.run('UPDATE "_prisma_migrations" SET finished_at = 5 WHERE id = 3');
    expect(await ask(guard)).toEqual({ code: 'recorded', detail: '' });
  });

  it('an attempt sees the fence around it', async () => {
    const guard = guardUnrecorded(prismaTracker, 'a', 'attempt');
    await production.run(insert('attempt', 'another', 'NULL', '5'));
    expect(await ask(guard)).toEqual({ code: 'recorded', detail: '' });
  });

  it('the end wants the row of the migration, finished and not rolled back', async () => {
    const guard = guardEnd(prismaTracker, '1', null);
    expect(await ask(guard)).toEqual({ code: 'lost-row', detail: '' });
    await production.run(insert('1', 'a', 'NULL', 'NULL'), insert('2', 'a', '5', 'NULL'));
    expect(await ask(guard)).toEqual({ code: 'lost-row', detail: '' });
    await production.run('UPDATE "_prisma_migrations" SET finished_at = 5');
    expect(await ask(guard)).toBeNull();
    await production.run('UPDATE "_prisma_migrations" SET rolled_back_at = 5');
    expect(await ask(guard)).toEqual({ code: 'lost-row', detail: '' });
  });

  it('the end wants the schema of the rehearsal, where one is given', async () => {
    await production.run(insert('1', 'a', '5', 'NULL'));
    const guard = guardEnd(prismaTracker, '1', (await production.read()).schemaFingerprint);
    expect(await ask(guard)).toBeNull();
    await production.run('CREATE TABLE "T" ("id" INTEGER)');
    expect(await ask(guard)).toEqual({ code: 'unrehearsed', detail: '' });
    expect(await ask(guardEnd(prismaTracker, '1', null))).toBeNull();
    // The row is what is missed first.
    await production.run('DELETE FROM "_prisma_migrations"');
    expect(await ask(guard)).toEqual({ code: 'lost-row', detail: '' });
  });

  it('rows stops where its expression is false, or NULL, and says what would be lost', async () => {
    const says = (holds: string) => ask(guardRows(guardOf(holds)));
    expect(await says('1 = 1')).toBeNull();
    const lost = { code: 'data-loss', detail: buildLossKey({ kind: 'rows', table: 'Customer' }) };
    expect(await says('1 = 2')).toEqual(lost);
    expect(await says('NULL')).toEqual(lost);
    // As one expression, whatever is in it.
    expect(await says('1 = 1 OR 1 = 2')).toBeNull();
  });

  it('foreign keys wants them off', async () => {
    expect(await ask(guardForeignKeysOff)).toEqual({ code: 'foreign-keys-on', detail: '' });
    await production.run('PRAGMA foreign_keys=OFF');
    expect(await ask(guardForeignKeysOff)).toBeNull();
  });

  it('a table to replace wants it as it was read, with as many rows', async () => {
    const own = 'CREATE TABLE "_PRISMA_migrations" ("name" TEXT)';
    await production.run('DROP TABLE "_prisma_migrations"', own, `INSERT INTO "_prisma_migrations" VALUES ('a')`);
    const says = async (sql: string, rows: number) => {
      const failures = [];
      for (const guard of guardReplaceable(prismaTracker, sql, rows)) failures.push((await ask(guard))?.code ?? null);
      return failures;
    };
    expect(await says(own, 1)).toEqual([null, null]);
    expect(await says(`${own} `, 1)).toEqual(['moved-tracker', null]);
    expect(await says(own, 2)).toEqual([null, 'moved-tracker']);
    await production.run('CREATE VIEW "V" AS SELECT 1', 'DROP TABLE "_prisma_migrations"');
    expect((await says(own, 1))[0]).toBe('moved-tracker');
  });
});

describe('the failure of a guard', () => {
  it('is the first case that applies, and nothing where none does', async () => {
    const says = (...cases: readonly string[]) => ask({ sql: refuseWhen(...cases) });
    expect(await says(`WHEN 1 THEN 'MP_GUARD:recorded:'`, `WHEN 1 THEN 'MP_GUARD:lost-row:'`)).toEqual({
      code: 'recorded',
      detail: '',
    });
    expect(await says('WHEN 0 THEN 1')).toBeNull();
  });

  it.each([
    ['in the words of one engine', `bad JSON path: 'MP_GUARD:violations:3 in "A" without B'`, '3 in "A" without B'],
    ['of another', `JSON path error near 'MP_GUARD:violations:3 in "A" without B'`, '3 in "A" without B'],
    ['with a quote in it', `JSON path error near 'MP_GUARD:violations:3 in it''s'`, `3 in it's`],
    ['over several lines', `JSON path error near 'MP_GUARD:violations:a\nb'`, 'a\nb'],
    ['without a quote at its end', 'MP_GUARD:violations:a', 'a'],
  ])('is read %s', (_, message, detail) => {
    expect(parseGuardFailure(message)).toEqual({ code: 'violations', detail });
  });

  it('is told from other errors, and from codes that are none', () => {
    expect(parseGuardFailure('UNIQUE constraint failed: a.b')).toBeNull();
    expect(parseGuardFailure('MP_GUARD:something-else:a')).toBeNull();
  });
});
