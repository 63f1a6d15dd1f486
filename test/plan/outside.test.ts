/** What of a plan would leave the database: a table of a file, and a guard that asks with production's own expressions. */

import { describe, expect, test } from 'vitest';
import { reportFinding } from '../../src/findings/report.ts';
import { findReachingGuards, findReachingTables, reportReach } from '../../src/plan/outside.ts';
import type { PlannedStatement } from '../../src/plan/plan.ts';
import type { Schema, SchemaObject } from '../../src/schema/model/objects.ts';
import type { Target } from '../../src/target/target.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

const file: Target = { type: 'file', path: '/shop/a.db', name: 'a.db' };
const server: Target = { type: 'server', url: 'libsql://a.turso.io', name: 'a' };
const readfile = { name: 'readfile', type: 'function', does: 'reads-files' } as const;

describe('a table', () => {
  const calling = `CREATE TABLE "Note" ("text" TEXT CHECK (readfile("text") IS NULL))`;
  const make = (type: SchemaObject['type'], sql: string | null): Schema => ({
    objects: [{ type, name: 'Note', table: 'Note', sql }],
    kinds: new Map(),
    tracker: prismaTracker,
  });

  test.each<[name: string, target: Target, schema: Schema, isTold: boolean]>([
    ['of a file, with a CHECK', file, make('table', calling), true],
    ['of a file, with a default', file, make('table', `CREATE TABLE "Note" ("text" DEFAULT (readfile('a')))`), true],
    ['of a server: its CHECKs run there', server, make('table', calling), false],
    ['that only has a column of the name', file, make('table', 'CREATE TABLE "Note" ("readfile" TEXT)'), false],
    ['that SQLite makes itself', file, make('table', null), false],
    [
      'in whose place is a view, from which the engine does not call it',
      file,
      make('view', 'CREATE VIEW "Note" AS SELECT readfile(1)'),
      false,
    ],
  ])('%s', (_, target, schema, isTold) => {
    const sql = schema.objects[0]?.sql ?? null;
    const told = findReachingTables(target.type, schema);
    expect(told.map(({ kind, place, args }) => ({ kind, place, args }))).toEqual(
      isTold
        ? [
            {
              kind: 'blocker',
              place: { migration: null, line: null, sql: null },
              args: { what: 'table', table: 'Note', sql, reach: readfile },
            },
          ]
        : [],
    );
    expect(told.map((finding) => reportFinding(finding).sql)).toEqual(isTold ? [sql] : []);
  });
});

describe('a guard', () => {
  const plan = (...holds: readonly string[]): PlannedStatement => ({
    ...{ line: 4, sql: 'DROP TABLE "a"', action: 'run', skip: null, reason: null, sent: 'DROP TABLE "a"' },
    ...{ before: [], after: [] },
    guards: holds.map((expression) => ({ code: 'data-loss', holds: expression, loss: { kind: 'rows', table: 'a' } })),
  });

  test.each<[name: string, statements: readonly PlannedStatement[], lines: readonly number[]]>([
    ['that calls it', [plan(`(SELECT count(*) FROM "a" WHERE "b" <> readfile('c')) = 0`)], [4]],
    ['that calls it, behind one that does not', [plan('1', "readfile('c') IS NULL")], [4]],
    ['and another that call it, told once', [plan("readfile('c') IS NULL", "readfile('d') IS NULL")], [4]],
    ['that only has a text of the name', [plan(`(SELECT 'readfile(1)') = 0`)], []],
    ['that there is none of', [plan()], []],
  ])('%s', (_, statements, lines) => {
    const told = findReachingGuards('1_a', statements);
    expect(told.map(({ kind, place, args }) => ({ kind, place, args }))).toEqual(
      lines.map((line) => ({
        kind: 'blocker',
        place: { migration: '1_a', line, sql: 'DROP TABLE "a"' },
        args: { what: 'guard', reach: readfile },
      })),
    );
  });
});

test('a statement is told with what it reaches, and without where that stands in its text', () => {
  const place = { migration: '1_a', line: 1, sql: "SELECT readfile('a')" };
  const found = { ...readfile, start: 7, end: 15, isCertain: true };
  expect(reportReach(place, found)).toEqual({
    ...{ code: 'reaches-outside', kind: 'blocker', place },
    args: { what: 'call', reach: readfile },
  });
});
