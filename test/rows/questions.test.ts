/** Questions: what the queries of a list say, asked of a real engine, is what each question wants to know. */

import { beforeEach, describe, expect, it, test } from 'vitest';
import type { Reply, Value } from '../../src/ports.ts';
import { type Answers, mostRows, Questions, type RowAnswer } from '../../src/rows/questions.ts';
import { onProduction, rowsOfT } from './state/rows.ts';

function of(replies: readonly Reply[]): Answers {
  return { replies, here: new Map(), loaded: new Set() };
}

const failed: Reply = { type: 'error', message: 'no such column', code: 'SQL_INPUT_ERROR' };
const say = (...rows: readonly (readonly Value[])[]): Reply => ({ type: 'rows', rows });

/** What the engine answers; a query that it refuses is answered by an error. */
function answerAll(questions: Questions): readonly Reply[] {
  return onProduction((engine) => {
    engine.run(`CREATE TABLE "V" ("k" TEXT, "n", "z" TEXT)`);
    engine.run(
      `INSERT INTO "V" VALUES ('a', 1, NULL), ('A', 1, NULL), ('b', 2, 'z'), ('a', 3, NULL), (NULL, 1, 'z'), (NULL, 4, 'z')`,
    );
    return questions.buildQueries().map(({ sql, args }): Reply => {
      expect(args).toBeUndefined();
      try {
        return say(...(engine.query(sql) as Value[][]));
      } catch {
        return failed;
      }
    });
  });
}

const all = 'SELECT * FROM "V"';
let questions = new Questions();
beforeEach(() => {
  questions = new Questions();
});

const count = (rows: number) => ({ rows, atLeast: false });
const by = (...expressions: readonly string[]) =>
  expressions.map((expression) => ({ expression, collation: 'binary' }));
const nocase = (expression: string) => ({ expression, collation: 'nocase' });

describe('one question alone', () => {
  test.each<readonly [string, (questions: Questions) => RowAnswer<unknown>, unknown]>([
    ['rows', (q) => q.countRows(all), count(6)],
    ['rows of a table of production', (q) => q.countRows(rowsOfT.select), count(3)],
    ['rows of nothing', (q) => q.countRows(`${all} WHERE 0`), count(0)],
    ['rows without a table', (q) => q.countRows('SELECT 1 WHERE 0'), count(0)],
    ['a sum', (q) => q.sum(all, '"n" * 2'), count(24)],
    ['a sum over nothing', (q) => q.sum(`${all} WHERE 0`, '"n"'), count(0)],
    ['a sum of NULLs', (q) => q.sum(`${all} WHERE "z" IS NULL`, '"z"'), count(0)],
    ['rows with a condition', (q) => q.countWhere(all, '"z" IS NULL'), count(3)],
    ['a condition that is NULL', (q) => q.countWhere(all, '"z" = 1 AND NULL'), count(0)],
    ['a condition that is a number', (q) => q.countWhere(all, '"n" - 1'), count(3)],
    ['a condition with an OR', (q) => q.countWhere(all, '"n" = 1 OR "n" = 2'), count(4)],
    ['a condition with a comma in it', (q) => q.countWhere(all, '("k", "n") IN (VALUES (\'a\', 1))'), count(1)],
    ['rows apart', (q) => q.countApart(all, 'NOT ("n" < 3)'), count(2)],
    ['rows apart, of nothing', (q) => q.countApart(`${all} WHERE 0`, '"n"'), count(0)],
    ['the first row', (q) => q.read(`${all} ORDER BY "n" DESC`), [null, 4, 'z']],
    ['the first row of nothing', (q) => q.read(`${all} WHERE 0`), []],
    [
      'examples',
      (q) => q.readExamples(`${all} WHERE "n" > 2`),
      [
        ['a', 3, null],
        [null, 4, 'z'],
      ],
    ],
    ['no more than a few examples', (q) => q.readExamples('SELECT 1 FROM "V", "V"'), [[1], [1], [1], [1], [1]]],
    ['duplicates', (q) => q.findDuplicates(all, by('"k"'), null), { values: 1, count: count(2) }],
    ['duplicates by a collation', (q) => q.findDuplicates(all, [nocase('"k"')], null), { values: 1, count: count(3) }],
    ['duplicates of several values', (q) => q.findDuplicates(all, by('"n"'), null), { values: 1, count: count(3) }],
    ['duplicates of two columns', (q) => q.findDuplicates(all, by('"k"', '"n"'), null), { values: 0, count: count(0) }],
    [
      'duplicates of two columns, one by a collation',
      (q) => q.findDuplicates(all, [nocase('"k"'), ...by('"n"')], null),
      { values: 1, count: count(2) },
    ],
    ['duplicates of an expression', (q) => q.findDuplicates(all, by('"n" > 1'), null), { values: 2, count: count(6) }],
    ['NULLs are no duplicates', (q) => q.findDuplicates(all, by('"z"', '"k"'), null), { values: 0, count: count(0) }],
    [
      'duplicates of a part',
      (q) => q.findDuplicates(all, by('"n"'), '"z" IS NULL OR 0'),
      { values: 1, count: count(2) },
    ],
    [
      'duplicates of nothing',
      (q) => q.findDuplicates(`${all} WHERE 0`, by('"n"'), null),
      { values: 0, count: count(0) },
    ],
  ])('%s', (_, put, expected) => {
    const answer = put(questions);
    const replies = answerAll(questions);
    expect(replies.map(({ type }) => type)).toEqual(['rows']);
    expect(answer(of(replies))).toEqual(expected);
  });
});

describe('several questions', () => {
  it('of one query are one pass over its rows, and each finds its own answer', () => {
    const rows = questions.countRows(all);
    const sum = questions.sum(all, '"n"');
    const where = questions.countWhere(all, '"z" IS NULL');
    const again = questions.countWhere(all, '"z" IS NULL');
    const other = questions.countWhere(`${all} WHERE "n" = 1`, '"z" IS NULL');
    expect(questions.buildQueries()).toHaveLength(2);
    expect(questions.count).toBe(2);
    const replies = answerAll(questions);
    expect([rows, sum, where, again, other].map((answer) => answer(of(replies))?.rows)).toEqual([6, 12, 3, 3, 2]);
    expect(questions.buildQueries()[0]?.sql.match(/IS TRUE/g)).toHaveLength(1);
  });

  it('do not take each other along when one cannot be answered', () => {
    const good = questions.countRows(all);
    const bad = questions.countApart(all, `json_extract("k", '$')`);
    const read = questions.read('SELECT missing FROM "V"');
    const last = questions.findDuplicates(all, by('"k"'), null);
    const replies = answerAll(questions);
    expect(replies.map(({ type }) => type)).toEqual(['rows', 'error', 'error', 'rows']);
    expect([good, bad, read, last].map((answer) => answer(of(replies)) !== null)).toEqual([true, false, false, true]);
  });

  it('are none to begin with', () => {
    expect(questions.buildQueries()).toEqual([]);
    expect(questions.count).toBe(0);
  });

  it('may be called as a question calls its own columns', () => {
    const select = 'SELECT 1 AS "a0", 2 AS "k0", NULL AS "n", 3 AS "a1"';
    const conditions = ['"a0" = 1', '"k0" = 2', '"n" IS NULL', '"a1" = 3'];
    const answers = conditions.map((condition) => questions.countWhere(select, condition));
    const twice = questions.findDuplicates(`${select} UNION ALL ${select}`, by('"a1"', '"k0"'), '"n" IS NULL');
    const replies = answerAll(questions);
    expect(answers.map((answer) => answer(of(replies))?.rows)).toEqual([1, 1, 1, 1]);
    expect(twice(of(replies))).toEqual({ values: 1, count: count(2) });
  });
});

describe('answers', () => {
  const open: readonly (readonly [string, (questions: Questions) => RowAnswer<unknown>])[] = [
    ['countRows', (q) => q.countRows(all)],
    ['sum', (q) => q.sum(all, '"n"')],
    ['countWhere', (q) => q.countWhere(all, '"n"')],
    ['countApart', (q) => q.countApart(all, '"n"')],
    ['findDuplicates', (q) => q.findDuplicates(all, by('"n"'), null)],
    ['read', (q) => q.read(all)],
    ['readExamples', (q) => q.readExamples(all)],
  ];

  test.each(open)('%s: null for an error, for what was skipped, and for none at all', (_, put) => {
    const answer = put(questions);
    expect(answer(of([failed]))).toBeNull();
    expect(answer(of([{ type: 'skipped' }]))).toBeNull();
    expect(answer(of([]))).toBeNull();
  });

  test.each<readonly [string, (questions: Questions) => RowAnswer<unknown>, Value[], unknown]>([
    ['countRows', (q) => q.countRows(all), [mostRows], { rows: mostRows, atLeast: true }],
    ['countRows', (q) => q.countRows(all), [mostRows - 1], count(mostRows - 1)],
    ['countWhere', (q) => q.countWhere(all, '"n"'), [mostRows, 7], { rows: 7, atLeast: true }],
    ['countWhere', (q) => q.countWhere(all, '"n"'), [5, 5], count(5)],
    ['countApart', (q) => q.countApart(all, '"n"'), [mostRows, 0], { rows: 0, atLeast: true }],
    ['sum', (q) => q.sum(all, '"n"'), [5n, 2n ** 60n], count(2 ** 60)],
    [
      'findDuplicates',
      (q) => q.findDuplicates(all, by('"n"'), null),
      [2, 5, mostRows],
      { values: 2, count: { rows: 5, atLeast: true } },
    ],
    [
      'findDuplicates',
      (q) => q.findDuplicates(all, by('"n"'), null),
      [null, null, null],
      { values: 0, count: count(0) },
    ],
  ])('%s of a reply', (_, put, row, expected) => {
    expect(put(questions)(of([say(row)]))).toEqual(expected);
  });
});

test.each([
  (q: Questions) => q.countRows(all),
  (q: Questions) => q.sum(all, '"n"'),
  (q: Questions) => q.countApart(all, '"n"'),
  (q: Questions) => q.findDuplicates(all, by('"n"'), null),
])('each looks at no more rows of its query than the most', (put) => {
  put(questions);
  expect(questions.buildQueries()[0]?.sql).toContain(`LIMIT ${mostRows})`);
});
