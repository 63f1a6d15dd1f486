import { describe, expect, it } from 'vitest';
import { mayRaise } from '../../src/sql/raises.ts';

describe('expressions that may fail on a value', () => {
  it.each([
    [`UPDATE "a" SET "x" = json_extract("b", '$.x')`, true],
    [`UPDATE "a" SET "x" = jsonb("b")`, true],
    [`UPDATE "a" SET "x" = "b" ->> '$.x'`, true],
    [`UPDATE "a" SET "x" = "b" -> 'x'`, true],
    ['CREATE INDEX "i" ON "a" (libsql_vector_idx("v"))', true],
    [`UPDATE "a" SET "x" = vector_distance_cos("v", '[1]')`, true],
    ['UPDATE "a" SET "x" = (SELECT SUM ("n") FROM "b")', true],
    [`CREATE TRIGGER "t" BEFORE DELETE ON "a" BEGIN SELECT RAISE(ABORT, 'no'); END`, true],
    ['UPDATE "a" SET "x" = json_valid("b")', false],
    ['UPDATE "a" SET "json" = "sum" - 1 > 2', false],
    [`UPDATE "a" SET "x" = '-> json(1)'`, false],
    ['UPDATE "a" SET "x" = upper("b")', false],
  ])('%s: %s', (sql, expected) => {
    expect(mayRaise(sql)).toBe(expected);
  });
});
