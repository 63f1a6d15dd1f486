/** Queries over tables as a plan has made them, turned into queries over production's: both give the same rows. */

import { describe, expect, it, test } from 'vitest';
import { DatabaseRows, type TrackedTable } from '../../../src/rows/state/database-rows.ts';
import {
  joinRows,
  keepColumns,
  pickColumns,
  rowsOfProduction,
  type TableRows,
  unknownRows,
} from '../../../src/rows/state/table-rows.ts';
import { listWords } from '../../../src/sql/words.ts';
import { askBound, columnsOfT, needKnown, rowsOfT, rowsOfU } from './rows.ts';

const columnsOf: Readonly<Record<string, readonly string[]>> = { T: columnsOfT, U: ['id', 't', 'order'], Made: ['x'] };

function track(name: string, rows: TableRows, origin: string | null = name): TrackedTable {
  return { name, origin, rows, madeIn: null, isFilled: false, mayLack: false };
}

function open(tables: readonly TrackedTable[] = [track('T', rowsOfT), track('U', rowsOfU)], hidden: string[] = []) {
  return new DatabaseRows(tables, new Set(hidden), (name) => columnsOf[name] ?? []);
}

describe('tables', () => {
  it('are found by name, in any case', () => {
    const rows = open();
    expect(rows.find('t')?.name).toBe('T');
    expect(rows.rowsOf('"T"')).toBe(unknownRows);
    expect(rows.rowsOf('missing')).toBe(unknownRows);
    expect(rows.find('missing')).toBeNull();
  });

  it('take new rows where they are there, and keep the rest', () => {
    const rows = open([{ ...track('T', rowsOfT), isFilled: true, mayLack: true }]);
    rows.setRows('t', { type: 'none' });
    expect(rows.find('T')).toEqual({ ...track('T', { type: 'none' }), isFilled: true, mayLack: true });
    rows.setRows('missing', rowsOfT);
    expect(rows.find('missing')).toBeNull();
  });

  it('are renamed, and keep what they were in production', () => {
    const rows = open();
    rows.rename('t', 'New name');
    expect(rows.find('T')).toBeNull();
    expect(rows.find('new NAME')).toEqual({ ...track('T', rowsOfT), name: 'New name' });
    expect(askBound(rows, 'SELECT count(*) FROM "New name"')).toEqual([[3]]);
    rows.rename('missing', 'other');
    expect(rows.find('other')).toBeNull();
  });

  it('are removed', () => {
    const rows = open();
    rows.remove('t');
    expect(rows.find('T')).toBeNull();
    rows.remove('missing');
  });

  it('are another table for the next who opens them', () => {
    const tables = [track('T', rowsOfT)];
    open(tables).remove('T');
    expect(open(tables).find('T')).not.toBeNull();
  });
});

describe('a query over tables as production has them', () => {
  test.each([
    ['SELECT count(*) FROM "T"', [[3]]],
    ['SELECT "a b" FROM T WHERE "c""d" = 10', [['x']]],
    ['SELECT u."order" FROM "T" AS t JOIN "U" AS u ON u."t" = t."id"', [['o']]],
    ['SELECT "T"."id" FROM "T" WHERE "T"."id" NOT IN (SELECT "t" FROM "U") ORDER BY 1', [[2], [3]]],
    ['SELECT "order" FROM U ORDER BY "order" DESC', [['o'], [null]]],
    ['WITH c AS (SELECT "id" FROM T) SELECT count(*) FROM c', [[3]]],
    ['SELECT 1 UNION ALL SELECT 2', [[1], [2]]],
    ['VALUES (1), (2)', [[1], [2]]],
    [`SELECT 'T', "U", [id] FROM (SELECT "t" AS "U", "id" FROM U) WHERE "id" = 1`, [['T', 1, 1]]],
    ['SELECT 1 /* FROM Lost */ FROM T -- , Lost\n LIMIT 1', [[1]]],
  ])('%s', (select, expected) => {
    expect(askBound(open(), select)).toEqual(expected);
  });
});

describe('a query over tables as the plan has made them', () => {
  it('has what was renamed, added and taken away', () => {
    const rows = open();
    const known = needKnown(rows.rowsOf('T'));
    const renamed = keepColumns(known).map((column) => (column.name === 'a b' ? { ...column, name: 'ab' } : column));
    const added = {
      name: 'n',
      source: { type: 'computed' },
      isNew: true,
      compares: 'nothing',
      expression: '7',
    } as const;
    rows.setRows('T', pickColumns(known, [...renamed.slice(0, 2), added]));
    rows.rename('T', 'V');
    expect(askBound(rows, 'SELECT * FROM v WHERE "ab" IS NULL')).toEqual([[2, null, 7]]);
    expect(askBound(rows, 'SELECT a.n FROM V a, V b')).toHaveLength(9);
  });

  it('has no rows of a table that has none', () => {
    const rows = open([track('Made', { type: 'none' }, null), track('T', rowsOfT)]);
    expect(askBound(rows, 'SELECT "x" FROM "Made"')).toEqual([]);
    expect(askBound(rows, 'SELECT count("x") FROM "T" LEFT JOIN "Made"')).toEqual([[0]]);
  });

  it('has the rows of a table that took the name of another', () => {
    const rows = open();
    rows.rename('T', 'old');
    rows.set(track('T', { ...rowsOfU, select: 'SELECT 1 AS "id", 2 AS "t", 3 AS "order"' }, null));
    expect(askBound(rows, 'SELECT * FROM "T"')).toEqual([[1, 2, 3]]);
    expect(askBound(rows, 'SELECT count(*) FROM "old"')).toEqual([[3]]);
  });

  it('can be the rows of the next', () => {
    const rows = open();
    const select = rows.bind('SELECT "id", "a b", "c""d" FROM T WHERE "id" > 1');
    rows.setRows('T', { ...rowsOfT, select: select ?? '' });
    rows.setRows('T', joinRows(rows.rowsOf('T'), rowsOfT));
    expect(askBound(rows, 'SELECT count(*) FROM T')).toEqual([[5]]);
  });
});

describe('nothing is told of a query', () => {
  const tables = [
    track('T', rowsOfT),
    track('Lost', unknownRows),
    track('Half', { type: 'unknown', wholeOf: 'T' }),
    track('Vague', { ...rowsOfT, vague: true }),
    track('Numbered', { ...rowsOfT, numbered: 'id' }),
    track('Nameless', { type: 'none' }, null),
  ];

  test.each([
    'SELECT * FROM Lost',
    'SELECT * FROM "LOST"',
    'SELECT * FROM T JOIN [half] USING (id)',
    'SELECT * FROM T WHERE EXISTS (SELECT 1 FROM `Lost`)',
    'SELECT * FROM Vague',
    'SELECT * FROM Numbered',
    'SELECT * FROM Nameless',
    'SELECT * FROM "View"',
    'SELECT * FROM main.T',
    'SELECT * FROM "main".T',
    'SELECT * FROM temp.T',
    'SELECT rowid FROM T',
    'SELECT _ROWID_ FROM T',
    'SELECT T.oid FROM T',
  ])('%s', (select) => {
    expect(open(tables, ['view']).bind(select)).toBeNull();
  });

  it('that reads what is hidden later', () => {
    const rows = open();
    expect(rows.bind('SELECT * FROM later')).not.toBeNull();
    rows.hide('Later');
    expect(rows.bind('SELECT * FROM later')).toBeNull();
  });

  test.each(['temp', 'main', 'oid', 'rowid', 'random'])('but a column may be called %s', (name) => {
    const rows = open([track('T', rowsOfProduction('T', [name]))]);
    expect(rows.bind(`SELECT "${name}" FROM "T"`)).not.toBeNull();
  });

  it('but ORDER BY does not read a table called "Order"', () => {
    const rows = open([track('T', rowsOfT), track('Order', unknownRows)]);
    expect(rows.bind('SELECT "id" FROM "T" ORDER BY "id"')).not.toBeNull();
  });

  it("and 'Lost' is a name after FROM", () => {
    expect(open(tables).bind("SELECT * FROM 'Lost'")).toBeNull();
  });
});

describe('a SELECT that runs again for every row', () => {
  const lower = pickColumns(
    rowsOfT,
    keepColumns(rowsOfT).map((column) => ({ ...column, expression: `+${column.expression}` })),
  );
  const rows = open([track('T', { ...needKnown(lower), form: { type: 'other' } }), track('U', rowsOfU)]);

  test.each([
    'SELECT (SELECT T."id" FROM T WHERE T."id" = U."t") FROM U',
    'SELECT 1 FROM T WHERE EXISTS (SELECT 1 FROM T AS o WHERE o."id" = T."id")',
    'SELECT (SELECT max(o."id") FROM T o WHERE o."id" < T."id") FROM T',
  ])('is not told where it reads what has no index: %s', (select) => {
    expect(rows.bind(select)).toBeNull();
  });

  test.each([
    'SELECT (SELECT U."id" FROM U WHERE U."t" = T."id") FROM T',
    'SELECT 1 FROM T WHERE "id" NOT IN (SELECT min(T."id") FROM T GROUP BY "c""d")',
    'SELECT 1 FROM U WHERE "id" IN (SELECT o."id" FROM T AS o JOIN U USING ("id"))',
  ])('is told elsewhere: %s', (select) => {
    expect(rows.bind(select)).not.toBeNull();
  });
});

describe('what a text may have changed', () => {
  const wholeOf = (text: string) => {
    const rows = open();
    rows.forget(text);
    return (['T', 'U'] as const).map((name) => {
      const found = rows.rowsOf(name);
      return found.type === 'unknown' ? found.wholeOf : 'as it was';
    });
  };

  test.each([
    ['UPDATE "t" SET a = 1', ['T', 'as it was']],
    ['INSERT INTO U SELECT * FROM T', ['T', 'U']],
    ['DELETE FROM "U"', ['as it was', null]],
    ['REPLACE INTO T VALUES (1)', [null, 'as it was']],
    ['INSERT OR REPLACE INTO [T] VALUES (1); UPDATE u SET a = 1', [null, null]],
    ['SELECT "T""U"', ['as it was', 'as it was']],
    ["SELECT 'T'", ['as it was', 'as it was']],
    ['', ['as it was', 'as it was']],
  ])('%s', (text, expected) => {
    expect(wholeOf(text)).toEqual(expected);
  });

  it('stays lost once rows may be missing', () => {
    const rows = open();
    rows.forget('DELETE FROM T');
    rows.forget('UPDATE T SET a = 1');
    expect(rows.rowsOf('T')).toEqual(unknownRows);
  });

  it('is everything where nobody knows', () => {
    const rows = open();
    rows.forgetAll();
    expect([rows.rowsOf('T'), rows.rowsOf('U')]).toEqual([unknownRows, unknownRows]);
    expect(rows.find('T')?.origin).toBe('T');
  });
});

test.each<readonly [string, readonly string[]]>([
  ['SELECT "A b", c.D FROM [E] -- f\n WHERE \'g\' = `h`', ['a b', 'c', 'd', 'e', 'h']],
  ['ORDER BY "Order", key', ['by', 'order', 'key']],
  ['1 + ?2 /* x */', []],
  ["x'00' || y", ['y']],
  ['"a""b"', ['a"b']],
  ['ÄB "ÄB"', ['Äb']],
])('the words of %s', (text, words) => {
  expect([...listWords(text)]).toEqual(words);
});
