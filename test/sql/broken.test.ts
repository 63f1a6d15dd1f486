import { describe, expect, test } from 'vitest';
import { explainBrokenText } from '../../src/findings/broken-text.ts';
import { findBrokenPlaces } from '../../src/sql/broken.ts';
import { scripts } from './corpus.ts';
import { withEngine } from './engine.ts';

function accepts(sql: string): boolean {
  return withEngine((engine) => {
    try {
      engine.run(`CREATE TABLE t (a); ${sql}`);
      return true;
    } catch {
      return false;
    }
  });
}

const render = (sql: string) =>
  findBrokenPlaces(sql).map(
    ({ line, text, fault }) => `${line}: ${text} // ${explainBrokenText(fault, null).split(/[,:;.]/)[0]}`,
  );

describe('text that is no SQL', () => {
  test.each<[string, string, string, string]>([
    [
      'a text without its end',
      "SELECT 1;\n SELECT 'a; b\nSELECT 2;",
      "2:  SELECT 'a; b // A text begins here and never ends",
      "SELECT 1;\nSELECT 'a; b\nc';",
    ],
    [
      "a ' inside of a text",
      "INSERT INTO t VALUES ('it's');\nSELECT 1;",
      "1: INSERT INTO t VALUES ('it's'); // A text begins here and never ends",
      "INSERT INTO t VALUES ('it''s');",
    ],
    [
      'a name in double quotes without its end',
      'SELECT "a FROM t;\n',
      '1: SELECT "a FROM t; // A quoted name begins here and never ends',
      'SELECT "a" FROM t;',
    ],
    [
      'a name in brackets without its end',
      '\n\nSELECT [a FROM t',
      '3: SELECT [a FROM t // A quoted name begins here and never ends',
      'SELECT [a] FROM t',
    ],
    [
      'a blob of odd length',
      "SELECT x'abc';",
      "1: SELECT x'abc'; // x'…' takes pairs of hexadecimal digits only",
      "SELECT x'ab';",
    ],
    [
      'a name that begins with a digit',
      'CREATE TABLE 2fa (id);',
      '1: CREATE TABLE 2fa (id); // 2fa is not a number',
      'CREATE TABLE "2fa" (id, [3d]);',
    ],
    ['a backslash', 'SELECT \\n;', '1: SELECT \\n; // SQLite does not know \\ outside of quotes', "SELECT '\\n';"],
    [
      'half an operator',
      'SELECT 1 ! 2;',
      '1: SELECT 1 ! 2; // SQLite does not know ! outside of quotes',
      'SELECT 1 != 2;',
    ],
    [
      'a trigger without its END',
      'CREATE TRIGGER g\nAFTER INSERT ON t BEGIN SELECT 1;\nCREATE TABLE u (a);\n',
      '1: CREATE TRIGGER g // The trigger g never ends',
      'CREATE TRIGGER g\nAFTER INSERT ON t BEGIN SELECT 1; END;\nCREATE TABLE u (a);\n',
    ],
    [
      'a trigger whose END has no semicolon, with more behind it',
      '-- g\nCREATE TEMP TRIGGER IF NOT EXISTS "g" AFTER INSERT ON t BEGIN SELECT 1; END\nCREATE TABLE u (a);',
      '2: CREATE TEMP TRIGGER IF NOT EXISTS "g" AFTER INSERT ON t BEGIN SELECT 1; END // The trigger g never ends',
      '-- g\nCREATE TEMP TRIGGER IF NOT EXISTS "g" AFTER INSERT ON t BEGIN SELECT 1; END -- the end',
    ],
    [
      'a trigger that ends in the END of a CASE',
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END',
      '1: CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END // The trigger g never ends',
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; END',
    ],
  ])('%s, which the engine refuses; its neighbour is fine for both', (_, broken, place, neighbour) => {
    expect(render(broken)).toEqual([place]);
    expect(accepts(broken)).toBe(false);
    expect(render(neighbour)).toEqual([]);
    expect(accepts(neighbour)).toBe(true);
  });

  test('is shown once for each line, and what an open quote swallows is not shown besides', () => {
    expect(render('SELECT \\ \\;\nSELECT 1;\nSELECT \\;\r\n').map((place) => place.slice(0, 2))).toEqual(['1:', '3:']);
    expect(render("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 'a; END;")).toHaveLength(1);
  });

  test('a comment without its end counts, though the engine takes it: the rest would not be run', () => {
    const sql = 'SELECT 1;\n/* why\nCREATE TABLE u (a);\n';
    expect(render(sql)).toEqual(['2: /* why // A comment begins here and never ends']);
    expect(accepts(sql)).toBe(true);
    expect(render('SELECT 1; /*/ SELECT 2;')).toHaveLength(1);
    expect(render('SELECT 1;\n/* why\nCREATE TABLE u (a);*/\n/**/ -- /*')).toEqual([]);
  });
});

test.each(Object.entries(scripts))('finds nothing in what the engine accepts: %s', (name, sql) => {
  expect(render(sql)).toHaveLength(name === 'a block comment that is never closed' ? 1 : 0);
});
