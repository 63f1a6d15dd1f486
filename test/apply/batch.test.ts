/** The batch on the real engine: each migration wholly there with its row, or not at all, whatever step goes wrong. */

import { beforeEach, describe, expect, it } from 'vitest';
import {
  type AttemptedMigration,
  type Batch,
  type Before,
  buildBatch,
  buildFailureRecord,
  buildFence,
  correctStaleRow,
  fenceReplies,
  finishedOfFailure,
  markRolledBack,
  selectFinished,
} from '../../src/apply/batch.ts';
import { parseGuardFailure } from '../../src/apply/guards.ts';
import { pairKeys } from '../../src/plan/key-checks.ts';
import type { PlannedMigration } from '../../src/plan/plan.ts';
import type { Condition, Reply, Step } from '../../src/ports.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';
import { attempt, attempted, guardOf, plannedMigration, plannedStatement, skipped } from './planned.ts';
import { openProduction, type TestProduction } from './production.ts';

const schema = [
  'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL)',
  'CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE)',
  `INSERT INTO "Customer" VALUES (1, 'a'), (2, 'b')`,
  'INSERT INTO "Order" VALUES (1, 1), (2, 2), (3, 2)',
];

const rebuild = [
  'CREATE TABLE "new_Customer" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL, "points" INTEGER)',
  'INSERT INTO "new_Customer" ("id", "name") SELECT "id", "name" FROM "Customer"',
  'DROP TABLE "Customer"',
  'ALTER TABLE "new_Customer" RENAME TO "Customer"',
];

const orderKey = {
  child: 'Order',
  columns: ['customerId'],
  identity: ['id'],
  parent: 'Customer',
  parentColumns: ['id'],
} as const;
const keyChecks = pairKeys([orderKey], [orderKey]);

let production: TestProduction;
let before: Before;
beforeEach(async () => {
  production = await openProduction(...schema);
  const { schemaFingerprint, trackerFingerprint, trackerExists } = await production.read();
  before = { schema: schemaFingerprint, tracker: trackerFingerprint, trackerExists };
});

const build = (migrations: readonly AttemptedMigration[], more: Partial<Before> = {}): Batch =>
  buildBatch(attempt, { ...before, ...more }, migrations);

const firstError = (replies: readonly Reply[]): string => {
  const error = replies.find((reply) => reply.type === 'error');
  return error?.type === 'error' ? error.message : '';
};

/** The guard that stopped a batch; null for none. */
async function findGuard(steps: readonly Step[]) {
  return parseGuardFailure(firstError(await production.execute(steps)))?.code ?? null;
}

const tracker = () =>
  production.rows(
    'SELECT id, migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, applied_steps_count, logs FROM "_prisma_migrations" ORDER BY rowid',
  );

const rowOf = (name: string) => [`row of ${name}`, name, `checksum of ${name}`, 1, 0, 1, `{"by":"${name}"}`];
const failureOf = (name: string, message = 'Failed and rolled back.') => [
  `failure of ${name}`,
  name,
  `checksum of ${name}`,
  0,
  1,
  0,
  `{"by":"${name}"}\n${message}`,
];

/** What of these two is there, and whether the connection is as it should be. */
async function readState() {
  const tables = (await production.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")).flat();
  const columns = (await production.rows(`SELECT name FROM pragma_table_info('Customer')`)).flat();
  return {
    first: tables.includes('First'),
    second: columns.includes('points'),
    third: tables.includes('Third'),
    customers: await production.value('SELECT count(*) FROM "Customer"'),
    orders: await production.value('SELECT count(*) FROM "Order" WHERE "customerId" IS NOT NULL'),
    foreignKeys: await production.value('SELECT foreign_keys FROM pragma_foreign_keys'),
  };
}

const first = plannedMigration('1_first', ['CREATE TABLE "First" ("id" INTEGER PRIMARY KEY)']);
const second = plannedMigration('2_second', rebuild, { foreignKeysOff: true, keyChecks });
const third = plannedMigration('3_third', ['CREATE TABLE "Third" ("id" INTEGER PRIMARY KEY)']);
const all = [first, second, third].map((migration) => attempted(migration));

describe('a batch', () => {
  it('applies each migration with its row, keeps the children of a rebuilt table, and leaves foreign keys on', async () => {
    const { steps, migrations } = build(all);
    const replies = await production.execute(steps);
    expect(migrations.map(({ commit }) => replies[commit]?.type)).toEqual(['rows', 'rows', 'rows']);
    expect(await readState()).toEqual({
      first: true,
      second: true,
      third: true,
      customers: 2,
      orders: 3,
      foreignKeys: 1,
    });
    expect(await tracker()).toEqual([rowOf('1_first'), rowOf('2_second'), rowOf('3_third')]);
  });

  it('puts foreign keys back to what they were', async () => {
    const { steps } = buildBatch({ ...attempt, foreignKeys: false }, before, all);
    await production.execute(steps);
    expect(await production.value('SELECT foreign_keys FROM pragma_foreign_keys')).toBe(0);
    expect(steps.filter(({ sql }) => sql === 'PRAGMA foreign_keys=OFF')).toHaveLength(2);
  });

  it.each([
    { goesWrong: 'fails', by: 'SELECT * FROM "Nowhere"' },
    { goesWrong: 'ends the transaction', by: 'ROLLBACK' },
  ])('has nothing half done, whichever of its steps $goesWrong', async ({ by }) => {
    const { steps, migrations } = build(all);
    for (const [index, { sql }] of steps.entries()) {
      // A COMMIT that rolls back is no COMMIT.
      if (sql === 'COMMIT' && by === 'ROLLBACK') continue;
      const step = `step ${index}: ${sql.slice(0, 80)}`;
      production = await openProduction(...schema);
      const replies = await production.execute(
        steps.map((each, at) => (at === index ? { ...each, sql: by, args: [] } : each)),
      );
      const { customers, orders, foreignKeys, ...state } = await readState();
      expect([customers, orders], step).toEqual([2, 3]);
      // What is there is what the replies say, those before the broken one and nothing behind it.
      const committed = migrations.filter(({ commit }) => replies[commit]?.type === 'rows').length;
      expect([state.first, state.second, state.third], step).toEqual([0, 1, 2].map((place) => place < committed));
      const own = migrations.findIndex(({ last }) => index <= last);
      expect(committed, step).toBeGreaterThanOrEqual(own);
      if (sql !== 'PRAGMA foreign_keys=ON') expect(foreignKeys, step).toBe(1);
      // Nobody is kept out by a transaction that is left open.
      await production.run('BEGIN IMMEDIATE', 'ROLLBACK');
    }
  });
});

describe('the guards of a batch', () => {
  const run = (migration: PlannedMigration, more: Partial<AttemptedMigration> = {}, own: Partial<Before> = {}) =>
    build([attempted(migration, more)], own).steps;

  it('stop it where a tracker came or moved', async () => {
    await production.execute(run(first));
    expect(await findGuard(run(third))).toBe('moved-tracker');
    expect(await tracker()).toEqual([rowOf('1_first')]);
  });

  it('leave the tracker to the rows of the attempt where it is not told', async () => {
    await production.execute(run(first));
    const { schemaFingerprint } = await production.read();
    expect(await findGuard(run(third, {}, { schema: schemaFingerprint, tracker: null, trackerExists: true }))).toBe(
      null,
    );
    expect(await tracker()).toEqual([rowOf('1_first'), rowOf('3_third')]);
  });

  it('stop it where the schema moved, and are not asked where consent was given', async () => {
    await production.run('CREATE TABLE "Surprise" ("id" INTEGER)');
    expect(await findGuard(run(first))).toBe('moved-schema');
    expect(await findGuard(run(first, {}, { schema: null }))).toBe(null);
    expect(JSON.stringify(run(first, {}, { schema: null }))).not.toContain('moved-schema');
  });

  it('stop it where the migration is recorded, or the attempt is fenced off', async () => {
    await production.execute(run(first));
    const { schemaFingerprint, trackerFingerprint } = await production.read();
    const now = { schema: schemaFingerprint, tracker: trackerFingerprint, trackerExists: true };
    expect(await findGuard(run(first, { rowId: 'another' }, now))).toBe('recorded');
    await production.execute(buildFence(attempt, attempted(third), ['row of 3_third'], 'The answer was lost'));
    expect(await findGuard(run(third, {}, { ...now, tracker: null }))).toBe('recorded');
    // Nobody's failure is written down for it.
    expect((await tracker()).map(([id]) => id)).toEqual(['row of 1_first', 'attempt']);
  });

  it('stop a rebuild where foreign keys stay on although the server took the setting', async () => {
    const deaf = build([attempted({ ...second, keyChecks: [] })]).steps.map((step) =>
      step.sql === 'PRAGMA foreign_keys=OFF' ? { ...step, sql: 'SELECT 1' } : step,
    );
    expect(await findGuard(deaf)).toBe('foreign-keys-on');
    expect(await readState()).toMatchObject({ second: false, customers: 2, orders: 3 });
    expect(await tracker()).toEqual([failureOf('2_second')]);
  });

  it('stop it where rows are left that point nowhere, unless that is consented to', async () => {
    const orphaning = { ...second, statements: [plannedStatement('DELETE FROM "Customer" WHERE "id" = 2')] };
    expect(await findGuard(run(orphaning))).toBe('violations');
    expect(await readState()).toMatchObject({ customers: 2, orders: 3 });
    await production.run('DROP TABLE "_prisma_migrations"');
    expect(await findGuard(run(orphaning, { allowViolations: true }))).toBe(null);
    expect(await readState()).toMatchObject({ customers: 1, orders: 3 });
  });

  it('let rows pass that pointed nowhere before', async () => {
    await production.run('PRAGMA foreign_keys=OFF', 'INSERT INTO "Order" VALUES (9, 99)', 'PRAGMA foreign_keys=ON');
    expect(await findGuard(run(second))).toBe(null);
    expect(await tracker()).toEqual([rowOf('2_second')]);
  });

  it('stop it where rows would be lost that the plan did not see, right before the statement', async () => {
    const holds = 'NOT EXISTS (SELECT 1 FROM "Customer")';
    const losing = plannedMigration('1_losing', [
      'CREATE TABLE "Before" ("id" INTEGER)',
      plannedStatement('DELETE FROM "Customer"', { guards: [guardOf(holds)] }),
    ]);
    const { steps, migrations } = build([attempted(losing)]);
    const replies = await production.execute(steps);
    const at = replies.findIndex(({ type }) => type === 'error');
    expect(parseGuardFailure(firstError(replies))?.code).toBe('data-loss');
    expect(migrations[0]?.guards.get(at)).toMatchObject({ statement: losing.statements[1], guard: { holds } });
    expect(migrations[0]?.guards.size).toBe(1);
    expect(await readState()).toMatchObject({ customers: 2 });
    expect(await tracker()).toEqual([failureOf('1_losing')]);
  });

  it('stop it where its own row is not there at the end', async () => {
    const forgetful = plannedMigration('1_forgetful', ['DELETE FROM "_prisma_migrations"']);
    expect(await findGuard(run(forgetful))).toBe('lost-row');
  });

  it('stop it where the schema ends up different, and show what it came to', async () => {
    const wrong = { ...first, schemaAfter: 'another' };
    const { steps, migrations } = build([attempted(wrong)]);
    const replies = await production.execute(steps);
    expect(parseGuardFailure(firstError(replies))?.code).toBe('unrehearsed');
    const actual = replies[migrations[0]?.actualSchema ?? -1];
    expect(actual?.type === 'rows' && actual.rows.map(([, name]) => name)).toContain('First');
    expect(await readState()).toMatchObject({ first: false });
    await production.run('DROP TABLE "_prisma_migrations"');
    const allowed = build([attempted(wrong, { allowUnrehearsed: true })]);
    expect(allowed.migrations[0]?.actualSchema).toBeNull();
    expect(await findGuard(allowed.steps)).toBe(null);
  });

  it('read no schema where something else failed, or nothing', async () => {
    await production.execute(run(first));
    const { schemaFingerprint } = await production.read();
    await production.run('DROP TABLE "First"', 'DROP TABLE "_prisma_migrations"');
    const right = build([attempted({ ...first, schemaAfter: schemaFingerprint })]);
    const replies = await production.execute(right.steps);
    expect(replies[right.migrations[0]?.actualSchema ?? -1]).toEqual({ type: 'skipped' });
    await production.run('DROP TABLE "First"', 'DROP TABLE "_prisma_migrations"');
    const failing = build([attempted(plannedMigration('1_bad', ['SELECT nothing'], { schemaAfter: 'x' }))]);
    const failed = await production.execute(failing.steps);
    expect(failed[failing.migrations[0]?.actualSchema ?? -1]).toEqual({ type: 'skipped' });
  });
});

describe('what a batch sends of a migration', () => {
  it('is each statement that runs, with what stands around it, and nothing of those that are skipped', () => {
    const migration = plannedMigration('1_a', [
      skipped('CREATE TABLE "There" ("id")'),
      plannedStatement('UPDATE "A" SET "x" = 1', {
        sent: 'UPDATE "A" SET "x" = 1 /* sent */',
        before: ['before 1', 'before 2'],
        after: ['after'],
      }),
      'last',
    ]);
    const { steps, migrations } = build([attempted(migration)]);
    const own = [...(migrations[0]?.statements ?? [])].map(([step, statement]) => [steps[step]?.sql, statement]);
    expect(own).toEqual([
      ['before 1', 1],
      ['before 2', 1],
      ['UPDATE "A" SET "x" = 1 /* sent */', 1],
      ['after', 1],
      ['last', 2],
    ]);
    expect(steps.map(({ sql }) => sql).join('\n')).not.toContain('There');
  });

  it('has places that are told apart: where it begins, where it ends, and from where on a failure is its own', () => {
    const { steps, migrations } = build([attempted(first), attempted(second)]);
    const sqlOf = (index: number | undefined) => steps[index ?? -1]?.sql ?? '';
    const [one, two] = migrations;
    expect([one?.first, (two?.first ?? 0) - (one?.last ?? 0), two?.last]).toEqual([0, 1, steps.length - 1]);
    expect([sqlOf(one?.first), sqlOf(two?.first)]).toEqual(['BEGIN IMMEDIATE', 'PRAGMA foreign_keys=OFF']);
    expect([sqlOf(one?.commit), sqlOf(two?.commit)]).toEqual(['COMMIT', 'COMMIT']);
    expect(
      [sqlOf(one?.lastBefore), sqlOf(two?.lastBefore)].map((sql) => /'MP_GUARD:([a-z-]+):/.exec(sql)?.[1]),
    ).toEqual(['moved-schema', 'recorded']);
    expect(sqlOf(one?.last)).toContain('INSERT INTO "_prisma_migrations"');
  });

  it('says of every step when it runs', () => {
    const show = (condition: Condition | undefined): string => {
      switch (condition?.type) {
        case undefined:
          return 'always';
        case 'ok':
          return `${condition.step}`;
        case 'autocommit':
          return 'outside';
        case 'not':
          return condition.condition.type === 'autocommit' ? 'inside' : `not ${show(condition.condition)}`;
        case 'and':
          return condition.conditions.map(show).join(' & ');
      }
    };
    const { steps } = buildBatch(attempt, { schema: 's', tracker: 't', trackerExists: false }, [
      attempted({ ...first, schemaAfter: 'x', unfinishedRows: ['u'], staleRows: ['v'] }),
      attempted(second),
    ]);
    const word = ({ sql }: Step) =>
      /MP_GUARD:[a-z-]+/.exec(sql)?.[0] ?? sql.replaceAll('"', '').split(/ (?=_prisma|IF|TABLE|INTO|type)/)[0];
    expect(steps.map((step, index) => `${index} ${word(step)} if ${show(step.condition)}`)).toEqual([
      '0 BEGIN IMMEDIATE if outside',
      '1 CREATE if 0 & inside',
      '2 MP_GUARD:moved-tracker if 1 & inside',
      '3 UPDATE if 2 & inside',
      '4 MP_GUARD:recorded if 3 & inside',
      '5 MP_GUARD:moved-schema if 4 & inside',
      '6 INSERT if 5 & inside',
      '7 CREATE if 6 & inside',
      '8 UPDATE if 7 & inside',
      '9 UPDATE if 8 & inside',
      '10 MP_GUARD:lost-row if 9 & inside',
      '11 COMMIT if 10 & inside',
      '12 SELECT if 9 & not 10 & inside',
      '13 ROLLBACK if inside',
      '14 CREATE if 5 & not 11 & outside',
      '15 INSERT if 5 & not 11 & outside',
      '16 PRAGMA foreign_keys=OFF if 11',
      '17 BEGIN IMMEDIATE if 16 & outside',
      '18 MP_GUARD:recorded if 17 & inside',
      '19 MP_GUARD:foreign-keys-on if 18 & inside',
      '20 INSERT if 19 & inside',
      '21 CREATE if 20 & inside',
      '22 INSERT if 21 & inside',
      '23 DROP if 22 & inside',
      '24 ALTER if 23 & inside',
      '25 MP_GUARD:violations if 24 & inside',
      '26 UPDATE if 25 & inside',
      '27 MP_GUARD:lost-row if 26 & inside',
      '28 COMMIT if 27 & inside',
      '29 ROLLBACK if inside',
      '30 PRAGMA foreign_keys=ON if outside',
      '31 INSERT if 18 & not 28 & outside',
    ]);
    const third = buildBatch(attempt, { schema: 's', tracker: 't', trackerExists: true }, [
      attempted(second),
      attempted(first),
    ]);
    const begin = third.migrations[1]?.first ?? -1;
    expect(show(third.steps[begin]?.condition)).toBe(`${third.migrations[0]?.commit} & ${begin - 2} & outside`);
    expect(third.steps[begin - 2]?.sql).toBe('PRAGMA foreign_keys=ON');
    expect(third.steps.filter(({ sql }) => sql.startsWith('CREATE TABLE IF NOT EXISTS'))).toEqual([]);
    expect('condition' in (steps[0] ?? {}) && third.steps[0]).toEqual({ sql: 'PRAGMA foreign_keys=OFF' });
  });
});

describe('rows of earlier attempts', () => {
  const insert = (id: string, more: string) =>
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, ${more.split('=')[0]}) VALUES ('${id}', 'old', '1_first', 1, ${more.split('=')[1]})`;

  beforeEach(async () => {
    await production.execute(build([attempted(plannedMigration('0_before', []))]).steps);
    await production.run(
      insert('open', 'logs=NULL'),
      insert('failed', 'rolled_back_at=5'),
      insert('done', 'finished_at=5'),
      `UPDATE "_prisma_migrations" SET logs = 'it said' WHERE id = 'failed'`,
    );
  });

  const read = (id: string) =>
    production.rows(
      `SELECT finished_at IS NOT NULL, rolled_back_at IS NOT NULL, checksum, logs FROM "_prisma_migrations" WHERE id = '${id}'`,
    );

  it('are marked rolled back where they are open, and only those that are named', async () => {
    await production.run(markRolledBack(prismaTracker, ['done', 'nobody']));
    expect([await read('open'), await read('done')]).toEqual([[[0, 0, 'old', null]], [[1, 0, 'old', null]]]);
    await production.run(markRolledBack(prismaTracker, ['open', 'done']));
    expect([await read('open'), await read('done')]).toEqual([[[0, 1, 'old', null]], [[1, 0, 'old', null]]]);
  });

  it('get the checksum of the file that succeeds, and keep the old one in their logs', async () => {
    await production.run(
      correctStaleRow(prismaTracker, 'failed', 'new'),
      correctStaleRow(prismaTracker, 'done', 'new'),
    );
    expect(await read('failed')).toEqual([
      [0, 1, 'new', 'it said\nThe file was edited after this; the checksum was old'],
    ]);
    expect(await read('done')).toEqual([[1, 0, 'old', null]]);
    await production.run(markRolledBack(prismaTracker, ['open']), correctStaleRow(prismaTracker, 'open', 'new'));
    expect(await read('open')).toEqual([[0, 1, 'new', 'The file was edited after this; the checksum was old']]);
  });

  it('are settled in the transaction of the migration, so that it may run', async () => {
    const { schemaFingerprint, trackerFingerprint } = await production.read();
    const now = { schema: schemaFingerprint, tracker: trackerFingerprint, trackerExists: true };
    await production.run(`DELETE FROM "_prisma_migrations" WHERE id = 'done'`);
    const { trackerFingerprint: after } = await production.read();
    expect(after).not.toBe(trackerFingerprint);
    const settling = attempted({ ...first, unfinishedRows: ['open'], staleRows: ['failed'] });
    expect(await findGuard(buildBatch(attempt, { ...now, tracker: after }, [settling]).steps)).toBe(null);
    expect([await read('open'), await read('failed')]).toMatchObject([
      [[0, 1, 'old', null]],
      [[0, 1, 'checksum of 1_first', expect.stringContaining('it said')]],
    ]);
    expect(await readState()).toMatchObject({ first: true });
  });

  it('say which are finished', async () => {
    const ids = ['open', 'failed', 'done', 'nobody'];
    const [reply] = await production.execute([selectFinished(prismaTracker, ids)]);
    expect(reply).toEqual({ type: 'rows', rows: [['done']] });
  });
});

describe('the record of a failure', () => {
  const failed = attempted(first);
  const token = `eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.${'x'.repeat(40)}`;

  it('is made also where there is no tracker, and is put in other words where it is there', async () => {
    await production.execute(buildFailureRecord(prismaTracker, failed, 'once', []));
    expect(await tracker()).toEqual([failureOf('1_first', 'once')]);
    await production.execute(buildFailureRecord(prismaTracker, failed, `twice, with ${token}`, []));
    expect(await tracker()).toEqual([failureOf('1_first', 'twice, with [secret]')]);
  });

  it('is not made where the migration is there after all, and says which are', async () => {
    await production.execute(build([attempted(first)]).steps);
    const replies = await production.execute(
      buildFailureRecord(prismaTracker, failed, 'it failed', ['row of 1_first', 'another']),
    );
    expect(replies[finishedOfFailure]).toEqual({ type: 'rows', rows: [['row of 1_first']] });
    expect(await tracker()).toEqual([rowOf('1_first')]);
  });

  it('goes no further where there can be no tracker', async () => {
    await production.run('CREATE VIEW "_prisma_migrations" AS SELECT 1 AS id');
    const [, insert] = buildFailureRecord(prismaTracker, failed, 'm', []);
    expect(insert?.condition).toEqual({ type: 'ok', step: 0 });
    const replies = await production.execute(
      buildFailureRecord(prismaTracker, failed, 'm', []).map((step, index) =>
        index === 0 ? { sql: 'SELECT nothing' } : step,
      ),
    );
    expect(replies.map(({ type }) => type)).toEqual(['error', 'skipped', 'skipped']);
  });
});

describe('the texts that are written', () => {
  it('have the logs of a row, without a token in them', () => {
    const token = `eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.${'x'.repeat(40)}`;
    const { steps } = build([attempted(first, { logs: `by ${token}` })]);
    expect(steps.find(({ sql }) => sql.includes('finished_at = '))?.args).toEqual(['by [secret]', 'row of 1_first']);
  });

  it('have the arguments that their places ask for, and no more', () => {
    const { steps, migrations } = build([attempted(first)]);
    expect(steps[migrations[0]?.last ?? -1]?.args).toEqual([
      'failure of 1_first',
      'checksum of 1_first',
      '1_first',
      '{"by":"1_first"}\nFailed and rolled back.',
    ]);
    expect(steps[migrations[0]?.last ?? -1]?.sql).toContain('WHERE true ON CONFLICT');
  });
});

describe('a fence', () => {
  it('says which rows are finished, and after it the attempt can commit nothing', async () => {
    await production.execute(build([attempted(first)]).steps);
    const steps = buildFence(attempt, attempted(third), ['row of 1_first', 'row of 3_third'], 'The answer was lost');
    const replies = await production.execute(steps);
    expect(replies[fenceReplies.finished]).toEqual({ type: 'rows', rows: [['row of 1_first']] });
    expect([replies[fenceReplies.commit]?.type, steps[fenceReplies.commit]?.sql]).toEqual(['rows', 'COMMIT']);
    expect((await tracker())[1]).toEqual([
      'attempt',
      '3_third',
      'checksum of 3_third',
      0,
      1,
      0,
      '{"by":"3_third"}\nThe answer was lost; this attempt was fenced off.',
    ]);
    const { schemaFingerprint } = await production.read();
    const late = buildBatch(attempt, { schema: schemaFingerprint, tracker: null, trackerExists: true }, [
      attempted(third),
    ]);
    expect(await findGuard(late.steps)).toBe('recorded');
  });
});
