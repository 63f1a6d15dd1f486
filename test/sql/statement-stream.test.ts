/** Statements out of a text in pieces: the same as out of the whole text, wherever it is cut. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StatementStream, splitStatements } from '../../src/sql/split.ts';
import { soup } from './soup.ts';

function stream(pieces: readonly string[]) {
  const statements = new StatementStream();
  const taken = pieces.flatMap((piece) => statements.take(piece));
  const { statements: last, unfinished } = statements.finish();
  return { whole: [...taken, ...last], unfinished };
}

const trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = ';'; SELECT 1; END";

it.each([
  ['nothing', [''], [], null],
  ['a statement without its end', ['SELECT 1'], [], 'SELECT 1'],
  ['a statement without its end, between comments', ['-- a\n SELECT 1', ' /* b */'], [], 'SELECT 1'],
  ['a string that goes on', ["SELECT 'a;", "b'; SELECT 2;"], ["SELECT 'a;b';", 'SELECT 2;'], null],
  ['a quote at the end of a piece', ["SELECT 'a'", "';b'; SELECT 2;"], ["SELECT 'a'';b';", 'SELECT 2;'], null],
  ['a comment cut in two', ['SELECT 1 -', '- ; no\n; SELECT 2;'], ['SELECT 1 -- ; no\n;', 'SELECT 2;'], null],
  ['a trigger in pieces', [trigger.slice(0, 60), `${trigger.slice(60)};`, 'SELECT 2'], [`${trigger};`], 'SELECT 2'],
] as const)('takes %s', (_, pieces, whole, unfinished) => {
  expect(stream(pieces)).toEqual({ whole, unfinished });
});

it('finds the same statements wherever a text is cut', () => {
  fc.assert(
    fc.property(soup, fc.array(fc.nat(200), { maxLength: 8 }), (text, places) => {
      const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((left, right) => left - right)];
      const pieces = cuts.map((cut, index) => text.slice(cut, cuts[index + 1] ?? text.length));
      const { whole, unfinished } = stream(pieces);
      const all = unfinished === null ? whole : [...whole, unfinished];
      const alone = all.map((sql) => splitStatements(sql).map((statement) => statement.sql));
      expect(alone).toEqual(splitStatements(text).map(({ sql }) => [sql]));
    }),
    { numRuns: 2_000 },
  );
});
