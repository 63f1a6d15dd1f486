/** The defaults in what Prisma's engine writes. */

import { describe, expect, it } from 'vitest';
import { findDefaultClauses, quoteJsonDefaults, replaceDefaults } from '../../../src/schema/prisma/default-clauses.ts';

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

  it('each where it then stands', () => {
    const script = 'ALTER TABLE a ADD b DEFAULT {"it\'s":1};\nALTER TABLE a ADD "c" DEFAULT {} -- DEFAULT {}\n;';
    const { sql, quoted } = quoteJsonDefaults(script);
    expect(sql).toBe(`ALTER TABLE a ADD b DEFAULT '{"it''s":1}';\nALTER TABLE a ADD "c" DEFAULT '{}' -- DEFAULT {}\n;`);
    expect(quoted.map(({ json, from }) => [json, sql.slice(from - 8, from + 1)])).toEqual([
      ['{"it\'s":1}', "DEFAULT '"],
      ['{}', "DEFAULT '"],
    ]);
  });

  it('behind braces that hold no JSON', () => {
    expect(quoteJsonDefaults('DEFAULT {no json}, DEFAULT {}').sql).toBe("DEFAULT {no json}, DEFAULT '{}'");
  });

  it.each([
    ['many that are JSON', 'DEFAULT {"a":1},\n', 20_000],
    ['many that never end', 'DEFAULT {\n', 0],
    ['many within each other', 'DEFAULT [[', 0],
  ])('reading the script once: %s', (_, line, found) => {
    const script = line.repeat(20_000);
    const start = performance.now();
    expect(quoteJsonDefaults(script).quoted).toHaveLength(found);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it.each(['DEFAULT [1,2]', 'DEFAULT "x"', "DEFAULT '{}'", 'DEFAULT {no json}', "'DEFAULT {}'", '-- DEFAULT {}'])(
    'not in %s',
    (script) => {
      expect(quoteJsonDefaults(script)).toEqual({ sql: script, quoted: [] });
    },
  );
});
