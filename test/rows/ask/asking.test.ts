/** Questions of a moment: what the run on rows says goes before what production says, and what nobody says is known by its tables. */

import { describe, expect, it } from 'vitest';
import type { Reply, Value } from '../../../src/ports.ts';
import { type AskedRows, Asking, mostRows, type RowAnswer } from '../../../src/rows/ask/asking.ts';
import { withEngine } from '../../sql/engine.ts';

const tables = (sql: string) => ['T', 'U'].filter((name) => sql.includes(`"${name}"`));
const sure = (select: string): AskedRows => ({ select, bound: { sql: select, isSure: true, scan: null } });
const key = [{ expression: '"email"', collation: 'nocase' }];

/** Each question, asked of the engine over rows that `T` has. */
const asked: readonly (readonly [string, (asking: Asking, rows: AskedRows) => RowAnswer<unknown>, unknown])[] = [
  ['how many rows', (asking, rows) => asking.count(rows), { rows: 4, atLeast: false }],
  ['how many satisfy', (asking, rows) => asking.countWhere(rows, '"n" IS NULL'), { rows: 1, atLeast: false }],
  ['a sum', (asking, rows) => asking.sum(rows, '"n"'), { rows: 6, atLeast: false }],
  ['the first row', (asking, rows) => asking.first({ ...rows, select: 'SELECT max("n"), 5 FROM "T"' }), [3, 5]],
  [
    'keys that occur twice',
    (asking, rows) => asking.duplicates(rows, key, null),
    { values: 1, count: { rows: 2, atLeast: false } },
  ],
  [
    'keys of some rows',
    (asking, rows) => asking.duplicates(rows, key, '"n" > 1'),
    { values: 0, count: { rows: 0, atLeast: false } },
  ],
];

function onRows<Answer>(use: (query: (sql: string) => readonly Value[][]) => Answer): Answer {
  return withEngine((engine) => {
    engine.run(
      `CREATE TABLE "T" ("email" TEXT, "n" INTEGER); INSERT INTO "T" VALUES ('a', 1), ('A', 2), (NULL, 3), (NULL, NULL)`,
    );
    return use((sql) => engine.query(sql) as Value[][]);
  });
}

const say = (...row: Value[]): Reply => ({ type: 'rows', rows: [row] });
const nothing = { replies: [], here: new Map(), loaded: new Set<string>() };

describe('a question', () => {
  it.each(asked)('%s is answered by production', (_, put, expected) => {
    const asking = new Asking(tables);
    const rows = sure('SELECT * FROM "T"');
    const answer = put(asking, Array.isArray(expected) ? sure('SELECT max("n"), 5 FROM "T"') : rows);
    const replies = onRows((query) =>
      asking.buildQueries().map(({ sql }): Reply => ({ type: 'rows', rows: query(sql) })),
    );
    expect(answer({ ...nothing, replies })).toEqual(expected);
  });

  it.each(asked)('%s is answered by the run', (_, put, expected) => {
    const asking = new Asking(tables);
    const answer = put(asking, { select: 'SELECT * FROM "T"', bound: null });
    const here = onRows((query) => new Map(asking.listHere().map((one) => [one, query(one.sql)])));
    expect(answer({ ...nothing, here })).toEqual(expected);
  });

  it('is answered by the run where both speak', () => {
    const asking = new Asking(tables);
    const answer = asking.count(sure('SELECT * FROM "T"'));
    const here = new Map(asking.listHere().map((one) => [one, [[7]]]));
    expect(answer({ ...nothing, replies: [say(9)], here })).toEqual({ rows: 7, atLeast: false });
  });

  it.each([
    ['failed', { type: 'error', message: 'no', code: 'X' } as const],
    ['was left out', { type: 'skipped' } as const],
  ])('that %s has no answer', (_, reply) => {
    const answer = new Asking(tables).count(sure('SELECT 1'));
    expect(answer({ ...nothing, replies: [reply] })).toBeNull();
  });

  it('that may compare in another way is not put to production', () => {
    const asking = new Asking(tables);
    asking.count({ select: 'SELECT 1', bound: { sql: 'SELECT 1', isSure: false, scan: null } });
    expect(asking.buildQueries()).toEqual([]);
  });

  it('is put once where it is asked twice', () => {
    const asking = new Asking(tables);
    const [first, second] = [asking.count(sure('SELECT 1')), asking.count(sure('SELECT 1'))];
    expect(asking.buildQueries()).toHaveLength(1);
    expect([first, second].map((answer) => answer({ ...nothing, replies: [say(3)] })?.rows)).toEqual([3, 3]);
  });

  it('looks at the first rows of a very large table, and says so', () => {
    const asking = new Asking(tables);
    const scan = { table: 'T', isWhole: false, limit: (most: number) => `SELECT 1 FROM "T" LIMIT ${most}` };
    const answer = asking.count({ select: '', bound: { sql: 'SELECT 1 FROM "T"', isSure: true, scan } });
    expect(asking.buildQueries()[0]?.sql).toContain(`LIMIT ${mostRows}`);
    expect(answer({ ...nothing, replies: [say(2), say(mostRows)] })).toEqual({ rows: 2, atLeast: true });
    expect(answer({ ...nothing, replies: [say(2), say(mostRows - 1)] })).toEqual({ rows: 2, atLeast: false });
  });

  it('for examples is put to production alone', () => {
    const asking = new Asking(tables);
    const examples = asking.examples('SELECT * FROM "T"');
    expect(asking.listHere()).toEqual([]);
    expect(examples({ ...nothing, replies: [say('a', 1)] })).toEqual([['a', 1]]);
    expect(examples(nothing)).toBeNull();
  });
});

describe('what nobody answered', () => {
  const open = () => {
    const asking = new Asking(tables);
    asking.at({ migration: 'm', statement: 0, when: 'before' });
    asking.count({ select: 'SELECT 1 FROM "T", "U"', bound: null });
    return asking;
  };

  it('is told by the tables that were not fetched, with their rows', () => {
    const replies = [say(5), say(0)];
    expect(open().listUnanswered('m', { ...nothing, replies })).toEqual([
      { table: 'T', count: { rows: 5, atLeast: false } },
    ]);
    expect(open().listUnanswered('other', { ...nothing, replies })).toEqual([]);
  });

  it('is nothing of tables whose rows are here: the run fails there, or does not', () => {
    const loaded = new Set(['t', 'u']);
    expect(open().listUnanswered('m', { ...nothing, loaded })).toEqual([]);
  });

  it('is told without a number where they could not be counted', () => {
    expect(open().listUnanswered('m', nothing)).toEqual([
      { table: 'T', count: null },
      { table: 'U', count: null },
    ]);
  });
});
