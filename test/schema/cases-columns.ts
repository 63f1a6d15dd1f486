/** Pairs of schemas that differ in one column. */

import type { DifferenceKind } from '../../src/schema/compare/difference.ts';
import { type DifferenceCase, key, type Texts } from './case.ts';

/** One column, `email` of Customer, written in two ways. */
function ofColumn(
  name: string,
  kind: DifferenceKind,
  written: readonly [left: string, right: string],
  [left, right]: Texts,
  prisma: DifferenceCase['prisma'],
  engine?: string,
): DifferenceCase {
  const make = (definition: string) => [`CREATE TABLE "Customer" (${key}, "email" ${definition})`];
  return {
    name,
    left: make(written[0]),
    right: make(written[1]),
    expected: [{ kind, object: 'column', name: 'Customer.email', table: 'Customer', left, right }],
    prisma,
    ...(engine === undefined ? {} : { engine }),
  };
}

export const columnCases: readonly DifferenceCase[] = [
  ofColumn('another type', 'type', ['TEXT', 'INTEGER'], ['TEXT', 'INTEGER'], 'sees'),
  ofColumn('another name of one affinity', 'type', ['VARCHAR(10)', 'TEXT'], ['VARCHAR(10)', 'TEXT'], 'blind'),
  ofColumn('INT and INTEGER', 'type', ['INT', 'INTEGER'], ['INT', 'INTEGER'], 'blind'),
  ofColumn('another length', 'type', ['VARCHAR(10)', 'VARCHAR(20)'], ['VARCHAR(10)', 'VARCHAR(20)'], 'blind'),
  ofColumn(
    'another scale',
    'type',
    ['DECIMAL(10, 2)', 'DECIMAL(10, 3)'],
    ['DECIMAL(10, 2)', 'DECIMAL(10, 3)'],
    'blind',
  ),
  ofColumn('no type', 'type', ['', 'TEXT'], [null, 'TEXT'], 'sees'),
  ofColumn('REAL and DECIMAL', 'type', ['REAL', 'DECIMAL'], ['REAL', 'DECIMAL'], 'sees'),
  ofColumn('DATETIME and TEXT', 'type', ['DATETIME', 'TEXT'], ['DATETIME', 'TEXT'], 'sees'),
  ofColumn('BIGINT and INTEGER', 'type', ['BIGINT', 'INTEGER'], ['BIGINT', 'INTEGER'], 'sees'),
  ofColumn('BOOLEAN and INTEGER', 'type', ['BOOLEAN', 'INTEGER'], ['BOOLEAN', 'INTEGER'], 'sees'),
  ofColumn('JSONB and TEXT', 'type', ['JSONB', 'TEXT'], ['JSONB', 'TEXT'], 'sees'),
  ofColumn('a vector and a BLOB', 'type', ['F32_BLOB(3)', 'BLOB'], ['F32_BLOB(3)', 'BLOB'], 'sees'),
  ofColumn('vectors of another size', 'type', ['F32_BLOB(3)', 'F32_BLOB(4)'], ['F32_BLOB(3)', 'F32_BLOB(4)'], 'sees'),
  ofColumn('NOT NULL', 'nullability', ['TEXT NOT NULL', 'TEXT'], ['NOT NULL', null], 'sees'),
  ofColumn(
    'what happens to a NULL',
    'nullability',
    ['TEXT NOT NULL ON CONFLICT IGNORE', 'TEXT NOT NULL'],
    ['NOT NULL ON CONFLICT IGNORE', 'NOT NULL'],
    'blind',
  ),
  ofColumn('a default on one side', 'default', ['TEXT', "TEXT DEFAULT 'x'"], [null, "'x'"], 'sees'),
  ofColumn('another number', 'default', ['INTEGER DEFAULT 1', 'INTEGER DEFAULT 2'], ['1', '2'], 'sees'),
  ofColumn('another sign', 'default', ['INTEGER DEFAULT -1', 'INTEGER DEFAULT 1'], ['-1', '1'], 'sees'),
  ofColumn(
    'another case of a string',
    'default',
    ["TEXT DEFAULT 'Active'", "TEXT DEFAULT 'active'"],
    ["'Active'", "'active'"],
    'sees',
  ),
  ofColumn(
    'another case of a bare string',
    'default',
    ['TEXT DEFAULT Active', 'TEXT DEFAULT active'],
    ['Active', 'active'],
    'sees',
  ),
  ofColumn(
    'a word that JavaScript knows',
    'default',
    ['TEXT DEFAULT constructor', 'TEXT DEFAULT toString'],
    ['constructor', 'toString'],
    'sees',
  ),
  ofColumn('an empty string and none', 'default', ["TEXT DEFAULT ''", 'TEXT DEFAULT NULL'], ["''", 'NULL'], 'sees'),
  ofColumn(
    'a default added by ALTER TABLE, and another one',
    'default',
    ['BOOLEAN DEFAULT true', 'BOOLEAN DEFAULT false'],
    ['true', 'false'],
    'sees',
  ),
  ofColumn(
    'the word true and the value',
    'default',
    ["BOOLEAN DEFAULT 'true'", 'BOOLEAN DEFAULT true'],
    ["'true'", 'true'],
    'sees',
  ),
  ofColumn('a number in quotes', 'default', ["TEXT DEFAULT '1'", 'TEXT DEFAULT 1'], ["'1'", '1'], 'blind'),
  ofColumn('a number with a point', 'default', ['REAL DEFAULT 1', 'REAL DEFAULT 1.0'], ['1', '1.0'], 'blind'),
  ofColumn('other bytes', 'default', ["BLOB DEFAULT x'00'", "BLOB DEFAULT x'01'"], ["x'00'", "x'01'"], 'sees'),
  ofColumn(
    'CURRENT_TIMESTAMP and an expression',
    'default',
    ['DATETIME DEFAULT CURRENT_TIMESTAMP', "DATETIME DEFAULT (datetime('now'))"],
    ['CURRENT_TIMESTAMP', "(datetime('now'))"],
    'blind',
  ),
  ofColumn(
    'another time',
    'default',
    ['DATETIME DEFAULT CURRENT_TIMESTAMP', 'DATETIME DEFAULT CURRENT_DATE'],
    ['CURRENT_TIMESTAMP', 'CURRENT_DATE'],
    'blind',
    'schema.prisma names an expression by a text that the engine never finds again',
  ),
  ofColumn(
    'the words CURRENT_TIMESTAMP and the time',
    'default',
    ["DATETIME DEFAULT 'CURRENT_TIMESTAMP'", 'DATETIME DEFAULT CURRENT_TIMESTAMP'],
    ["'CURRENT_TIMESTAMP'", 'CURRENT_TIMESTAMP'],
    'sees',
  ),
  ofColumn(
    'another expression',
    'default',
    ["TEXT DEFAULT (lower('A'))", "TEXT DEFAULT (upper('a'))"],
    ["(lower('A'))", "(upper('a'))"],
    'blind',
    'schema.prisma names an expression by a text that the engine never finds again',
  ),
  ofColumn(
    'an expression and its value',
    'default',
    ['INTEGER DEFAULT (1 + 1)', 'INTEGER DEFAULT 2'],
    ['(1 + 1)', '2'],
    'sees',
  ),
  ofColumn('COLLATE on one side', 'collation', ['TEXT COLLATE NOCASE', 'TEXT'], ['NOCASE', null], 'blind'),
  ofColumn('another COLLATE', 'collation', ['TEXT COLLATE NOCASE', 'TEXT COLLATE RTRIM'], ['NOCASE', 'RTRIM'], 'blind'),
  ofColumn(
    'another expression of a generated column',
    'generated',
    ['TEXT AS ("id" * 2)', 'TEXT AS ("id" * 3)'],
    ['("id" * 2) VIRTUAL', '("id" * 3) VIRTUAL'],
    'blind',
  ),
  ofColumn(
    'a generated column that is stored',
    'generated',
    ['TEXT AS ("id" * 2)', 'TEXT AS ("id" * 2) STORED'],
    ['("id" * 2) VIRTUAL', '("id" * 2) STORED'],
    'blind',
  ),
  ofColumn(
    'a generated and an ordinary column',
    'generated',
    ['TEXT AS ("id" * 2)', 'TEXT'],
    ['("id" * 2) VIRTUAL', null],
    'blind',
    'the engine wants to add the column again',
  ),
  {
    name: 'a column on the left only',
    left: [`CREATE TABLE "Customer" (${key}, "Fax" VARCHAR( 20 )  DEFAULT '-' -- digits\n, "name" TEXT)`],
    right: [`CREATE TABLE "Customer" (${key}, "name" TEXT)`],
    expected: [
      {
        ...{ kind: 'existence', object: 'column', name: 'Customer.Fax', table: 'Customer' },
        ...{ left: `"Fax" VARCHAR( 20 )  DEFAULT '-'`, right: null },
      },
    ],
    prisma: 'sees',
  },
  {
    name: 'a column that was added on the right only',
    left: [`CREATE TABLE "Customer" (${key}, CHECK ("id" > 0))`],
    right: [
      `CREATE TABLE "Customer" (${key}, CHECK ("id" > 0))`,
      'ALTER TABLE "Customer" ADD COLUMN "phone" TEXT COLLATE NOCASE',
    ],
    expected: [
      {
        ...{ kind: 'existence', object: 'column', name: 'Customer.phone', table: 'Customer' },
        ...{ left: null, right: '"phone" TEXT COLLATE NOCASE' },
      },
    ],
    prisma: 'sees',
  },
  {
    name: 'a generated column on the left only',
    left: [`CREATE TABLE "Customer" (${key}, "double" INTEGER GENERATED ALWAYS AS ("id" * 2) STORED)`],
    right: [`CREATE TABLE "Customer" (${key})`],
    expected: [
      {
        ...{ kind: 'existence', object: 'column', name: 'Customer.double', table: 'Customer' },
        ...{ left: '"double" INTEGER GENERATED ALWAYS AS ("id" * 2) STORED', right: null },
      },
    ],
    prisma: 'blind',
  },
  {
    name: 'a default that was added with its column, and another one',
    left: ['CREATE TABLE "T" ("id" INTEGER PRIMARY KEY)', 'ALTER TABLE "T" ADD COLUMN "points" INTEGER DEFAULT 1'],
    right: ['CREATE TABLE "T" ("points" INTEGER DEFAULT 2, "id" INTEGER PRIMARY KEY)'],
    expected: [{ kind: 'default', object: 'column', name: 'T.points', table: 'T', left: '1', right: '2' }],
    prisma: 'sees',
  },
  {
    name: 'a type, after the column was renamed',
    left: ['CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT)', 'ALTER TABLE "T" RENAME COLUMN "a" TO "b"'],
    right: ['CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "b" INTEGER)'],
    expected: [{ kind: 'type', object: 'column', name: 'T.b', table: 'T', left: 'TEXT', right: 'INTEGER' }],
    prisma: 'sees',
  },
];
