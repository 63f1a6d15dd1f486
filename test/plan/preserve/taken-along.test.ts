/** From when to when a rebuild keeps, and what becomes of an object by the migration's own word. */

import { describe, expect, it, test } from 'vitest';
import { migrationFromText } from '../../../src/adapters/files/migrations.ts';
import { analyseMigration } from '../../../src/plan/analyse.ts';
import { findRebuildSpans, judgeFate } from '../../../src/plan/preserve/taken-along.ts';
import { sortByReading } from '../../../src/schema/fix/readers.ts';

const analyse = (...statements: readonly string[]) => analyseMigration(migrationFromText('1', statements.join(';\n')));
const create = (table: string) => `CREATE TABLE "new_${table}" (id)`;
const drop = (table: string) => `DROP TABLE "${table}"`;
const rename = (table: string) => `ALTER TABLE "new_${table}" RENAME TO "${table}"`;

describe('the spans of rebuilds', () => {
  test.each([
    ['one', [create('A'), drop('A'), rename('A')], [[[1], 2]]],
    ['none without a copy of its own', [drop('A'), rename('A')], []],
    ['none without a RENAME', [create('A'), drop('A')], []],
    [
      'none where the old table is renamed first',
      ['ALTER TABLE A RENAME TO B', 'CREATE TABLE A (id)', 'DROP TABLE B'],
      [],
    ],
    [
      'two, one after the other',
      [create('A'), drop('A'), rename('A'), create('B'), drop('B'), rename('B')],
      [
        [[1], 2],
        [[4], 5],
      ],
    ],
    [
      'two of one table',
      [create('A'), drop('A'), rename('A'), create('A'), drop('a'), rename('A')],
      [
        [[1], 2],
        [[4], 5],
      ],
    ],
    [
      'copies made first',
      [create('A'), create('B'), drop('A'), rename('A'), drop('B'), rename('B')],
      [
        [[2], 3],
        [[4], 5],
      ],
    ],
    ['overlapping', [create('A'), create('B'), drop('A'), drop('B'), rename('A'), rename('B')], [[[2, 3], 5]]],
    ['crossed', [create('A'), create('B'), drop('A'), drop('B'), rename('B'), rename('A')], [[[2, 3], 5]]],
    ['nested', [create('A'), drop('A'), create('B'), drop('B'), rename('B'), rename('A')], [[[1, 3], 5]]],
  ])('%s', (_, statements, expected) => {
    const spans = findRebuildSpans(analyse(...statements));
    expect(spans.map(({ drops, end }) => [[...drops.keys()], end])).toEqual(expected);
  });
});

describe('the fate of an object', () => {
  const judge = (type: 'index' | 'view' | 'trigger', ...after: readonly string[]) => {
    const { statements } = analyse(create('A'), drop('A'), rename('A'), ...after);
    return judgeFate(statements, 1, 2, { type, name: 'Thing' });
  };

  test.each([
    ['index', 'keep', []],
    ['index', 'keep', ['CREATE TRIGGER thing AFTER INSERT ON A BEGIN SELECT 1; END', 'DROP TRIGGER thing']],
    ['trigger', 'keep', ['CREATE INDEX thing ON A (id)', 'DROP TABLE thing']],
    ['view', 'keep', ['SELECT thing FROM A']],
    ['index', 'leave', ['CREATE UNIQUE INDEX IF NOT EXISTS main.thing ON A (id)']],
    ['view', 'leave', ['CREATE VIRTUAL TABLE thing USING fts5(x)']],
    ['view', 'leave', ['ALTER TABLE B RENAME TO thing']],
    ['trigger', 'leave', ['DROP TRIGGER IF EXISTS [THING]']],
    ['trigger', 'leave', ['CREATE TRIGGER thing AFTER INSERT ON A BEGIN SELECT 1; END']],
    ['trigger', 'lend', ['DROP TRIGGER THING']],
    ['view', 'lend', ['SELECT * FROM thing', 'DROP VIEW IF EXISTS thing']],
    ['view', 'lend', ['DROP VIEW thing', 'CREATE VIEW thing AS SELECT 1']],
  ] as const)('%s: %s, given %j', (type, fate, after) => {
    expect(judge(type, ...after)).toBe(fate);
  });

  it('is nobody’s affair where the migration drops it before the table is back', () => {
    const { statements } = analyse(create('A'), drop('A'), 'DROP VIEW IF EXISTS thing', rename('A'));
    expect(judgeFate(statements, 1, 3, { type: 'view', name: 'thing' })).toBe('untouched');
  });
});

test('views come after those that they read, and otherwise stay where they are', () => {
  const view = (name: string, from: string) => ({
    type: 'view' as const,
    name,
    table: name,
    sql: `CREATE VIEW ${name} AS SELECT 1 FROM ${from}`,
  });
  const names = (...views: readonly ReturnType<typeof view>[]) => sortByReading(views).map(({ name }) => name);
  expect(names(view('a', 'c'), view('b', 't'), view('c', 'D'), view('d', 't'))).toEqual(['b', 'd', 'c', 'a']);
  expect(names(view('a', 'b'), view('b', 'a'), view('c', 't'))).toEqual(['c', 'a', 'b']);
});
