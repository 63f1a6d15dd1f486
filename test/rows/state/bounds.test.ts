/** No question reads more of a table than it says, also where few of the rows that it reads satisfy what is asked. */

import { describe, expect, it, test } from 'vitest';
import type { Reply } from '../../../src/ports.ts';
import { mostRows, Questions } from '../../../src/rows/questions.ts';

const table = 'SELECT "id", "a" FROM main."T"';
const rare = `WITH "T" AS (${table}) SELECT "id" FROM "T" WHERE ("a" = 1)`;
const say = (...values: readonly number[]): Reply => ({ type: 'rows', rows: [values] });
const byId = [{ expression: '"id"', collation: 'binary' }];

const forms = [
  ['rows', (questions: Questions) => questions.countRows(rare), [0]],
  ['rows with a condition', (questions: Questions) => questions.countWhere(rare, '"id" IS NULL'), [0, 0]],
  ['rows apart', (questions: Questions) => questions.countApart(rare, '"id" IS NULL'), [0, 0]],
  ['duplicates', (questions: Questions) => questions.findDuplicates(rare, byId, null), [0, 0, 0]],
] as const;

describe.each(forms)('%s of a part of a table', (_, ask, none) => {
  it('are looked for among the first rows of the table, and these are counted', () => {
    const questions = new Questions();
    ask(questions);
    const [first, second] = questions.buildQueries().map(({ sql }) => sql);
    expect(first).toBe(`SELECT count(*) FROM (SELECT 1 FROM (${table}) LIMIT ${mostRows})`);
    expect(second).toContain(`WITH "T" AS (${table} LIMIT ${mostRows})`);
  });

  test.each([
    [mostRows, true],
    [mostRows - 1, false],
  ])('of %i rows: at least is %s', (rows, atLeast) => {
    const answer = ask(new Questions())({ replies: [say(rows), say(...none)], here: new Map(), loaded: new Set() });
    expect(answer && ('count' in answer ? answer.count : answer)).toEqual({ rows: 0, atLeast });
  });
});

it('counts the rows of a table once', () => {
  const questions = new Questions();
  questions.countRows(table);
  questions.countRows(rare);
  questions.countWhere(`${rare} AND 1`, '"id" IS NULL');
  expect(questions.count).toBe(3);
});

test.each([
  ['a table as it is', table],
  ['a join with another', `WITH "T" AS (${table}), "U" AS (SELECT "id" FROM main."U") SELECT * FROM "T" WHERE 1`],
  ['rows that others must not be there for', `${rare} AND NOT EXISTS (SELECT 1 FROM "T" AS o WHERE o."a" = 2)`],
  ['a value of all rows', `WITH "T" AS (${table}) SELECT max("id") FROM "T" WHERE "a" = 1`],
  ['rows that stand beside others', `${table} UNION ALL SELECT 1, 2 WHERE 1`],
  ['a table whose name is in a text', `${rare} AND "a" <> 'main."T"'`],
])('is read as it stands: %s', (_, select) => {
  const questions = new Questions();
  questions.countRows(select);
  expect(questions.buildQueries().map(({ sql }) => sql)).toEqual([
    `SELECT count(*) FROM (SELECT 1 FROM (${select}) LIMIT ${mostRows})`,
  ]);
});

it('leaves a condition of an index to the rows that it holds for', () => {
  const questions = new Questions();
  questions.findDuplicates(table, [{ expression: 'json("a")', collation: 'binary' }], '"a" IS NOT NULL');
  expect(questions.buildQueries()[0]?.sql).toContain('CASE WHEN "a" IS NOT NULL THEN json("a") END AS k0');
});
