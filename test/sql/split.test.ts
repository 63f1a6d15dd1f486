import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { splitStatements } from '../../src/sql/split.ts';
import { tokenize } from '../../src/sql/tokenize.ts';
import { scripts } from './corpus.ts';
import { soup } from './soup.ts';

function render(sql: string): readonly string[] {
  return splitStatements(sql).map((statement) => `${statement.line}: ${statement.sql}`);
}

describe('statements and their lines', () => {
  test.each<[string, string, readonly string[]]>([
    ['nothing', '', []],
    ['only white space and semicolons', ' ;\n;\t\r\n', []],
    ['only comments', '-- a;\n/* b; */ -- c', []],
    ['only a byte order mark', '\uFEFF', []],
    ['two on one line', 'SELECT 1;SELECT 2;', ['1: SELECT 1', '1: SELECT 2']],
    ['comments at both ends', '/* a */ -- b\nSELECT /* c */ 1 -- d\n/* e */; -- f', ['2: SELECT /* c */ 1']],
    ['CRLF', '\r\n-- a\r\nSELECT 1;\r\nSELECT\r\n2\r\n;\r\nSELECT 3', ['3: SELECT 1', '4: SELECT\r\n2', '7: SELECT 3']],
    ['a lone CR is not a line', '\r\rSELECT 1;\rSELECT 2;\nSELECT 3', ['1: SELECT 1', '1: SELECT 2', '2: SELECT 3']],
    ['lines within strings', "SELECT 'a\n;\n';\nSELECT 2", ["1: SELECT 'a\n;\n'", '4: SELECT 2']],
    ['lines within comments', '/*\n;\n*/SELECT 1;--;\nSELECT 2', ['3: SELECT 1', '4: SELECT 2']],
    ['a first line with a byte order mark', '\uFEFFSELECT 1;\nSELECT 2', ['1: SELECT 1', '2: SELECT 2']],
    ['a byte order mark in a string', "SELECT '\uFEFF'", ["1: SELECT '\uFEFF'"]],
    ['an open string', "SELECT 1; SELECT 'a; b -- c\n", ['1: SELECT 1', "1: SELECT 'a; b -- c\n"]],
    ['an open name', 'SELECT "a;', ['1: SELECT "a;']],
    ['an open bracket', 'SELECT [a;', ['1: SELECT [a;']],
    ['an open comment, which SQLite accepts', 'SELECT 1 /* a;', ['1: SELECT 1']],
    ['an open trigger', 'CREATE TRIGGER t BEGIN SELECT 1; -- END;', ['1: CREATE TRIGGER t BEGIN SELECT 1;']],
    ['a NUL, so that nothing disappears', 'SELECT 1\0; DROP TABLE t;\0', ['1: SELECT 1\0', '1: DROP TABLE t', '1: \0']],
    [
      'END is not the end before a semicolon',
      'CREATE TRIGGER t BEGIN END; SELECT 1; END; SELECT 2',
      ['1: CREATE TRIGGER t BEGIN END; SELECT 1; END', '1: SELECT 2'],
    ],
    [
      'a word behind END: it is not the end',
      'CREATE TRIGGER t BEGIN SELECT 1; END x; SELECT 2; END; SELECT 3',
      ['1: CREATE TRIGGER t BEGIN SELECT 1; END x; SELECT 2; END', '1: SELECT 3'],
    ],
    ...['abc', 'abcd', 'abcdef', 'abcdefg', 'abcdefghi'].map((word): [string, string, readonly string[]] => [
      `${word} is no END, CREATE, EXPLAIN or TEMP`,
      `CREATE TRIGGER t BEGIN SELECT 1; ${word}; END; ${word} TRIGGER t; ${word} CREATE TRIGGER t; CREATE ${word} TRIGGER t; 1`,
      [
        `1: CREATE TRIGGER t BEGIN SELECT 1; ${word}; END`,
        ...[`${word} TRIGGER t`, `${word} CREATE TRIGGER t`, `CREATE ${word} TRIGGER t`, '1'].map((one) => `1: ${one}`),
      ],
    ]),
    [
      'quoted keywords do not count',
      'CREATE "TRIGGER" a; SELECT 1; END;',
      ['1: CREATE "TRIGGER" a', '1: SELECT 1', '1: END'],
    ],
    [
      'letters beyond ASCII are not keywords',
      'CREATE TRİGGER a; \u0163rigger; E\u004ED',
      ['1: CREATE TRİGGER a', '1: \u0163rigger', '1: END'],
    ],
  ])('%s', (_name, sql, expected) => {
    expect(render(sql)).toEqual(expected);
  });
});

const texts = fc.oneof(soup, fc.constantFrom(...Object.values(scripts)), fc.string({ unit: 'binary' }));

it('loses and invents no token: the statements hold all tokens of the text but the semicolons between them', () => {
  const isNotSemicolon = (text: string) => text !== ';';
  fc.assert(
    fc.property(texts, (sql) => {
      const texts = tokenize(sql).map((token) => token.text);
      const split = splitStatements(sql).flatMap((statement) => tokenize(statement.sql).map((token) => token.text));
      expect(split.filter(isNotSemicolon)).toEqual(texts.filter(isNotSemicolon));
    }),
    { numRuns: 500 },
  );
});

it('gives each statement from its first to its last token, at its place, with its line', () => {
  fc.assert(
    fc.property(texts, (sql) => {
      let position = 0;
      for (const statement of splitStatements(sql)) {
        const from = sql.indexOf(statement.sql, position);
        expect(from).toBeGreaterThanOrEqual(position);
        const tokens = tokenize(statement.sql);
        expect([tokens[0]?.start, tokens.at(-1)?.end]).toEqual([0, statement.sql.length]);
        position = from + statement.sql.length;
      }
    }),
    { numRuns: 500 },
  );
});

it('is stable: a statement is one statement, and joining them again gives the same ones', () => {
  fc.assert(
    fc.property(texts, (sql) => {
      const statements = splitStatements(sql).map((statement) => statement.sql);
      for (const statement of statements) {
        expect(splitStatements(statement)).toEqual([{ sql: statement, line: 1 }]);
      }
      expect(splitStatements(statements.join(';\n')).map((statement) => statement.sql)).toEqual(statements);
    }),
    { numRuns: 500 },
  );
});
