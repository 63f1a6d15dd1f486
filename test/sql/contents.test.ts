/** What stands in a text of SQL: by its tokens, whatever is in quotes and comments. */

import { expect, test } from 'vitest';
import {
  beginsWith,
  cutBeforeList,
  findPlainLiteral,
  findVariable,
  hasKeyword,
  hasKeywords,
  isStar,
  isVectorIndex,
  listComments,
  listQualified,
  readBeginning,
  readNotExists,
  splitCollate,
} from '../../src/sql/contents.ts';

test.each([
  ['a REFERENCES b', true],
  ['a\treferences/*x*/b', true],
  ['"references" b', false],
  ["'references' b", false],
  ['a -- references', false],
  ['a_references b', false],
  ['éreferences', false],
  ['\uFEFFreferences', true],
  ['', false],
])('a keyword is a bare word: %j', (sql, has) => {
  expect(hasKeyword(sql, 'RENAME', 'REFERENCES')).toBe(has);
});

test.each([
  ['a UNIQUE ON CONFLICT REPLACE', true],
  ['a UNIQUE ON/*x*/CONFLICT/**/REPLACE', true],
  ['a UNIQUE ON -- x\n CONFLICT\nreplace', true],
  ['a UNIQUE ON CONFLICT IGNORE, b REPLACE', false],
  ['a "ON" CONFLICT REPLACE', false],
  ['/* ON CONFLICT REPLACE */ a', false],
])('keywords stand behind each other whatever comments are between them: %j', (sql, has) => {
  expect(hasKeywords(sql, 'ON', 'CONFLICT', 'REPLACE')).toBe(has);
});

test.each([
  ['CREATE VIRTUAL TABLE t USING f', true],
  ['  /* CREATE */ create -- x\n virtual TABLE', true],
  ['CREATE TABLE virtual', false],
  ['CREATE', false],
  ['"CREATE" VIRTUAL', false],
])('a text begins behind its comments: %j', (sql, begins) => {
  expect(beginsWith(sql, 'CREATE', 'VIRTUAL')).toBe(begins);
});

test('no more of a text is read than is asked for', () => {
  expect(readBeginning("/* x */ INSERT INTO t VALUES ('", 3).map(({ text }) => text)).toEqual(['INSERT', 'INTO', 't']);
  expect(readBeginning('a', 3)).toHaveLength(1);
});

test.each([
  ['CREATE TABLE "a(b)" (c)', 'CREATE TABLE "a(b)" '],
  ['CREATE TABLE a AS SELECT 1', 'CREATE TABLE a AS SELECT 1'],
  ['CREATE TABLE a /* ( */ (b)', 'CREATE TABLE a /* ( */ '],
])('a list begins with a parenthesis that is none of a name: %j', (sql, head) => {
  expect(cutBeforeList(sql)).toBe(head);
});

test.each([
  ['*', true],
  ['t . *', true],
  ['t./**/*', true],
  ['a * b', false],
  ['"*"', false],
  ['count(*)', false],
])('all columns are a star alone: %j', (item, is) => {
  expect(isStar(item)).toBe(is);
});

test.each([
  ['SELECT :a', ':a'],
  ["SELECT ':a', ?1", '?1'],
  ['SELECT \'?\', "$x" -- @a', null],
])('a parameter is none in quotes: %j', (sql, variable) => {
  expect(findVariable(sql)).toBe(variable);
});

test('comments are what SQLite takes for them', () => {
  expect(listComments("-- squashes a\n/* Squashes b */ SELECT '-- squashes c'; -- d", 'squashes')).toEqual([
    '-- squashes a',
    '/* Squashes b */',
  ]);
});

test.each([
  ['CREATE INDEX i ON t (libsql_vector_idx(v))', true],
  ['CREATE INDEX i ON t (/*x*/ "LIBSQL_vector_idx" (v))', true],
  ['CREATE INDEX i ON t (libsql_vector_idx)', false],
  ["CREATE INDEX i ON t (a) WHERE b = '(libsql_vector_idx(v))'", false],
])('a vector index has its function at the beginning of the list: %j', (sql, is) => {
  expect(isVectorIndex(sql)).toBe(is);
});

test.each([
  ['NOT EXISTS (SELECT 1 FROM t WHERE a = (1))', 'SELECT 1 FROM t WHERE a = (1)'],
  ['not  exists ( SELECT 1 )', ' SELECT 1 '],
  ["NOT EXISTS (SELECT ')')", "SELECT ')'"],
  ['NOT EXISTS (SELECT 1) OR (1)', null],
  ['(NOT EXISTS (SELECT 1))', null],
])('a condition asks one query: %j', (condition, query) => {
  expect(readNotExists(condition)).toBe(query);
});

test.each([
  ['lower(a) COLLATE NOCASE', { expression: 'lower(a)', collation: 'NOCASE' }],
  ['a/*x*/collate/**/"my one"', { expression: 'a/*x*/', collation: 'my one' }],
  ['a COLLATE nocase || b', null],
  ["'COLLATE nocase'", null],
  ['a', null],
])('a collation stands at the end: %j', (written, split) => {
  expect(splitCollate(written)).toEqual(split);
});

test.each([
  ["'a'", 'text'],
  ["'it''s'", null],
  ["-'a'", null],
  ['-1.5', 'number'],
  ['- 1', 'number'],
  ['1e3', null],
  ['1 + 1', null],
  ['-', null],
  ['', null],
])('a plain literal stands alone: %j', (text, kind) => {
  expect(findPlainLiteral(text)).toBe(kind);
});

test('a table is named with its schema', () => {
  expect(listQualified(`SELECT 'main.x' FROM main."a ""b""" JOIN main.c, other.main`, 'main')).toEqual(['a "b"', 'c']);
});
