/** What the replies to a batch say: how far it came, why it stopped there, and whose fault it was. */

import { beforeEach, describe, expect, it } from 'vitest';
import { type Batch, buildBatch, type MigrationSteps } from '../../src/apply/batch.ts';
import { describeReason, type Failure, parseBatchReplies } from '../../src/apply/outcome.ts';
import type { Reply } from '../../src/ports.ts';
import type { SchemaObject } from '../../src/schema/model/objects.ts';
import { attempt, attempted, guardOf, plannedMigration, plannedStatement } from './planned.ts';

const guard = guardOf('NOT EXISTS (SELECT 1 FROM "Guarded")');
const losing = plannedStatement('DELETE FROM "Customer"', {
  line: 7,
  before: ['DROP VIEW "V"'],
  after: ['CREATE VIEW "V" AS SELECT 1'],
  guards: [guard],
});
const first = attempted(plannedMigration('1_first', ['CREATE TABLE "First" ("id")']));
const second = attempted(plannedMigration('2_second', ['SELECT 1', losing], { schemaAfter: 'after' }));

let batch: Batch;
let one: MigrationSteps;
let two: MigrationSteps;
beforeEach(() => {
  batch = buildBatch(attempt, { schema: 's', tracker: 't', trackerExists: true }, [first, second]);
  [one, two] = batch.migrations as [MigrationSteps, MigrationSteps];
});

const schema: readonly SchemaObject[] = [
  { type: 'table', name: 'Secretive', table: 'Secretive', sql: `CREATE TABLE "Secretive" ("a" DEFAULT 'known')` },
  { type: 'index', name: 'auto', table: 'Secretive', sql: null },
];

const done: Reply = { type: 'rows', rows: [] };
const error = (message: string, code = 'SQLITE_UNKNOWN'): Reply => ({ type: 'error', message, code });

/** All went well, except what is named: by the index of its step. */
const replies = (odd: Readonly<Record<number, Reply>>): readonly Reply[] =>
  batch.steps.map((_, index) => odd[index] ?? done);

const skipped: Reply = { type: 'skipped' };

const parse = (odd: Readonly<Record<number, Reply>>) => parseBatchReplies(batch, replies(odd), schema);

function parseFailure(odd: Readonly<Record<number, Reply>>): Failure {
  const result = parse(odd);
  if (result.type !== 'failed') throw new Error(result.type);
  return result.failure;
}

const stepOf = (sql: string): number => batch.steps.findIndex((step, index) => index >= two.first && step.sql === sql);
const guardStep = (code: string, from: number): number =>
  batch.steps.findIndex(({ sql }, index) => index >= from && sql.includes(`MP_GUARD:${code}:`));

describe('the replies to a batch', () => {
  it('say that all is committed where every COMMIT has a result', () => {
    expect(parse({})).toEqual({ type: 'committed' });
    // What went wrong before a COMMIT that has one does not matter.
    expect(parse({ [one.first]: error('x') })).toEqual({ type: 'committed' });
  });

  it('say how many are committed: those before the first COMMIT that has none', () => {
    expect(parse({ [two.commit]: skipped })).toMatchObject({ type: 'failed', committed: 1 });
    expect(parse({ [one.commit]: skipped, [two.commit]: skipped })).toMatchObject({ type: 'failed', committed: 0 });
    expect(parse({ [one.commit]: error('x') })).toMatchObject({ type: 'failed', committed: 0 });
    expect(parseBatchReplies(batch, [], schema)).toMatchObject({ type: 'failed', committed: 0 });
  });

  it.each(['moved-tracker', 'recorded', 'moved-schema'])(
    'say that production moved where the guard %s spoke',
    (code) => {
      const at = guardStep(code, code === 'recorded' ? two.first : 0);
      const own = code === 'recorded' ? two : one;
      expect(parse({ [at]: error(`'MP_GUARD:${code}:'`), [own.commit]: skipped })).toEqual({
        type: 'moved',
        committed: code === 'recorded' ? 1 : 0,
        guard: code,
      });
    },
  );

  it('say that it failed where another guard spoke, and what that found', () => {
    const at = guardStep('data-loss', 0);
    const failure = parseFailure({ [at]: error(`bad JSON path: 'MP_GUARD:data-loss:rows'`), [two.commit]: skipped });
    expect(failure).toMatchObject({
      statement: null,
      message: `bad JSON path: 'MP_GUARD:data-loss:rows'`,
      guard: { code: 'data-loss', detail: 'rows' },
      rowsGuard: { statement: losing, guard },
    });
  });

  it('take nothing that a statement says for a guard', () => {
    const failure = parseFailure({ [stepOf(losing.sent)]: error('MP_GUARD:recorded:'), [two.commit]: skipped });
    expect(failure).toMatchObject({ statement: losing, guard: null, rowsGuard: null });
  });

  it.each([losing.sent, ...losing.before, ...losing.after])('name the statement that failed, also by %s', (sql) => {
    const failure = parseFailure({ [stepOf(sql)]: error('no such table: x', 'CODE'), [two.commit]: skipped });
    expect(failure).toMatchObject({ statement: losing, code: 'CODE', message: 'no such table: x', steps: two });
  });

  it('believe the first error of the migration, and none of another', () => {
    const failure = parseFailure({
      [one.first]: error('of the first'),
      [two.first]: error('first'),
      [two.commit]: error('last'),
    });
    expect([failure.message, failure.statement, failure.steps.attempted.rowId]).toEqual([
      'first',
      null,
      'row of 2_second',
    ]);
    expect(parseFailure({ [two.last]: error('the row'), [two.commit]: skipped }).message).toBe('the row');
    expect(parseFailure({ [one.last]: error('the row'), [one.commit]: skipped }).message).toBe('the row');
    expect(parseFailure({ [two.first]: error('another'), [one.commit]: skipped }).message).toContain(
      'without an error',
    );
  });

  it('say so where the transaction ended without an error', () => {
    expect(parseFailure({ [two.commit]: skipped, [two.last]: skipped })).toEqual({
      steps: two,
      statement: null,
      message: 'the server ended the transaction without an error',
      code: 'UNKNOWN',
      guard: null,
      rowsGuard: null,
      recorded: false,
      actualSchema: null,
    });
  });

  it('say whether the failure is recorded', () => {
    const at = stepOf(losing.sent);
    expect(parseFailure({ [at]: error('x'), [two.commit]: skipped }).recorded).toBe(true);
    expect(parseFailure({ [at]: error('x'), [two.commit]: skipped, [two.last]: skipped }).recorded).toBe(false);
    expect(parseFailure({ [two.commit]: skipped }).recorded).toBe(true);
  });

  it('have the schema that it came to, where it was read', () => {
    const at = two.actualSchema ?? -1;
    const rows: Reply = { type: 'rows', rows: [['table', 'T', 'T', 'CREATE TABLE "T" ("id")']] };
    const failed = { [guardStep('unrehearsed', two.first)]: error(`'MP_GUARD:unrehearsed:'`), [two.commit]: skipped };
    expect(parseFailure({ ...failed, [at]: rows }).actualSchema).toEqual([
      { type: 'table', name: 'T', table: 'T', sql: 'CREATE TABLE "T" ("id")' },
    ]);
    expect(parseFailure({ ...failed, [at]: skipped }).actualSchema).toBeNull();
    expect(one.actualSchema).toBeNull();
    expect(parseFailure({ [one.first]: error('x'), [one.commit]: skipped }).actualSchema).toBeNull();
  });

  it('keep values of rows to themselves, and leave what the migrations or the schema say', () => {
    const say = (word: string) =>
      parseFailure({ [stepOf(losing.sent)]: error(`malformed: '${word}'`), [two.commit]: skipped }).message;
    expect(say('jane@example.com')).toBe(`malformed: '…'`);
    for (const word of ['First', 'Guarded', 'Secretive', 'known', 'V'])
      expect(say(word), word).toBe(`malformed: '${word}'`);
    expect(say('auto')).toBe(`malformed: 'auto'`);
  });

  it('know the words of a statement by what stands in the file, too', () => {
    const sent = attempted(plannedMigration('1', [plannedStatement('SELECT filed', { sent: 'SELECT sent' })]));
    const own = buildBatch(attempt, { schema: 's', tracker: 't', trackerExists: true }, [sent]);
    const say = (word: string) => {
      const at = own.steps.findIndex(({ sql }) => sql === 'SELECT sent');
      const result = parseBatchReplies(
        own,
        own.steps.map((_, index) => (index === at ? error(`near "${word}"`) : skipped)),
        [],
      );
      return result.type === 'failed' ? result.failure.message : '';
    };
    expect([say('filed'), say('sent'), say('other')]).toEqual(['near "filed"', 'near "sent"', 'near "…"']);
    // Two texts that stand beside one another make no third.
    expect(say('filed SELECT')).toBe('near "…"');
  });
});

describe('the reason', () => {
  it.each([
    [null, 'in its words'],
    ['violations', 'foreign keys that point nowhere: some'],
    ['data-loss', 'it would delete something that could not be read (some) that its plan did not show'],
    ['unrehearsed', 'the schema ended up different from the rehearsal'],
    ['lost-row', 'its own row in the tracker was removed or changed while it ran'],
    ['foreign-keys-on', 'the server did not switch foreign keys off'],
    ['moved-schema', 'production changed after it was read'],
  ] as const)('of %s is told', (code, reason) => {
    const base = parseFailure({ [two.commit]: skipped, [two.first]: error('in its words') });
    expect(describeReason({ ...base, guard: code && { code, detail: 'some' } })).toBe(reason);
  });
});
