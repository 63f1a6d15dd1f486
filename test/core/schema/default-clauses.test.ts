/** The defaults in what Prisma's engine writes. */

import { describe, expect, it } from 'vitest';
import { findDefaultClauses, quoteJsonDefaults, replaceDefaults } from '../../../src/core/schema/default-clauses.ts';

describe('are found', () => {
  it.each([
    [
      'CREATE TABLE "A" ("a" TEXT NOT NULL DEFAULT now(), "b" INT DEFAULT -1, "c" TEXT)',
      ['a bare now()', 'b literal -1'],
    ],
    [
      "CREATE TABLE A (a TEXT DEFAULT (lower(\"x\")), b DECIMAL(1, 2) DEFAULT 'it''s, x')",
      ['a bracketed (lower("x"))', "b literal 'it''s, x'"],
    ],
    ['ALTER TABLE "A" ADD COLUMN "a" TEXT DEFAULT lower(hex(1)) || 2', ['a bare lower(hex(1)) || 2']],
    ['CREATE TABLE A ("default" TEXT)', []],
    ['CREATE INDEX i ON A (a)', []],
  ])('in %s', (sql, expected) => {
    expect(findDefaultClauses(sql).map(({ column, form, value }) => `${column} ${form} ${value}`)).toEqual(expected);
  });

  it('and replaced', () => {
    const sql = 'CREATE TABLE "A" ("a" TEXT NOT NULL DEFAULT now(), "b" TEXT DEFAULT x + 1);';
    const [a, b] = findDefaultClauses(sql);
    if (a === undefined || b === undefined) throw new Error('both are there');
    expect(
      replaceDefaults(
        sql,
        new Map([
          [b, '(x + 1)'],
          [a, null],
        ]),
      ),
    ).toBe('CREATE TABLE "A" ("a" TEXT NOT NULL, "b" TEXT DEFAULT (x + 1));');
  });
});

describe('of JSON are quoted', () => {
  it.each([
    ['DEFAULT {}', "DEFAULT '{}'"],
    ['DEFAULT {"a":"it\'s; }","b":[{}]},\n DEFAULT 1', `DEFAULT '{"a":"it''s; }","b":[{}]}',\n DEFAULT 1`],
    ['DEFAULT [[1],{"x":"\\"]"}]', `DEFAULT '[[1],{"x":"\\"]"}]'`],
    ['DEFAULT "a\\"b"', `DEFAULT '"a\\"b"'`],
  ])('%s', (script, expected) => {
    expect(quoteJsonDefaults(script).sql).toBe(expected);
  });

  it.each(['DEFAULT [1,2]', 'DEFAULT "x"', "DEFAULT '{}'", 'DEFAULT {no json}', "'DEFAULT {}'", '-- DEFAULT {}'])(
    'not in %s',
    (script) => {
      expect(quoteJsonDefaults(script)).toEqual({ sql: script, quoted: [] });
    },
  );
});
