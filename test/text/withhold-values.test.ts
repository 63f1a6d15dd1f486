/** A database's message keeps its words, and loses what only a row can have put into it. */

import { expect, test } from 'vitest';
import { withholdValues } from '../../src/text/withhold-values.ts';

const known = `UPDATE "Customer" SET "fax" = json_extract("note", '$.fax[') WHERE "fax" = 'none';
CREATE TRIGGER "t" BEFORE INSERT ON "Order" BEGIN SELECT RAISE(ABORT, 'an "Order" isn''t "new"'); END;
SELECT vector('[]')`;

test.each([
  ['a JSON path', "bad JSON path: 'ada@shop.example'", "bad JSON path: '…'"],
  ['one with quotes', `bad JSON path: 'Ada''s "x"'`, "bad JSON path: '…'"],
  [
    'a value that is not quoted safely',
    "vector: invalid float at position 0: 'Ada's'",
    "vector: invalid float at position 0: '…'",
  ],
  ['several lines', "bad JSON path: 'Ada\nExample'", "bad JSON path: '…'"],
  ['a part of a word of the file', "bad JSON path: 'Custom'", "bad JSON path: '…'"],
  ['a word of a full-text query', 'fts5: syntax error near "Ada"', 'fts5: syntax error near "…"'],
  ['a full-text query as a whole', 'malformed MATCH expression: ["Ada (]', 'malformed MATCH expression: […]'],
  ['a special query', 'unknown special query: Ada', 'unknown special query: …'],
  ['a function that ranks', 'no such function: ada', 'no such function: …'],
  ['one that is none', 'parse error in rank function: ada(', 'parse error in rank function: …'],
  ['a full-text column', 'no such column: Ada Example', 'no such column: …'],
  ['the end of a word of the file', "bad JSON path: 'ustomer'", "bad JSON path: '…'"],
  ['a word with a quote in the middle of one of the file', 'no such column: f"ax', 'no such column: …'],
  ['one with more before it', 'no such column: xfax', 'no such column: …'],
  ['one with more behind it', 'no such column: faxx', 'no such column: …'],
  ['an empty value', "bad JSON path: ''", "bad JSON path: '…'"],
  ['a file with a space in its name', 'unable to open database: ada b.db', 'unable to open database: …'],
  ['a file that is not there', 'cannot stat file: ada b.db', 'cannot stat file: …'],
  [
    'SQL that a function runs',
    'error SQL statement [@shop.example]: near "Ada": syntax error',
    'error SQL statement […]: near "…": syntax error',
  ],
  ['a file', 'unable to open database: ada.db', 'unable to open database: …'],
])('withholds %s', (_, message, expected) => {
  expect(withholdValues(message, known)).toBe(expected);
});

test.each([
  ['what stands in the file', "bad JSON path: '$.fax['"],
  ['a literal', "bad JSON path: 'none'"],
  ['a column', 'no such column: fax'],
  ['a name', 'no such table: "Customer"'],
  ['a name with its schema', 'no such table: main.Customer'],
  ['a constraint', 'UNIQUE constraint failed: Customer.email'],
  ['a key', 'FOREIGN KEY constraint failed'],
  ['a CHECK', 'CHECK constraint failed: x > 0'],
  ["a trigger's words", `an "Order" isn't "new"`],
  ['no value', 'malformed JSON'],
  ['nothing', ''],
])('keeps %s', (_, message) => {
  expect(withholdValues(message, known)).toBe(message);
});

test.each([
  ['at its beginning', 'fax, note'],
  ['at its end', 'note, fax'],
  ['in quotes of another kind', '[fax]'],
])('keeps what stands in the file %s, also where the message quotes it', (_, text) => {
  expect(withholdValues('no such column: "fax"', text)).toBe('no such column: "fax"');
  expect(withholdValues("no such column: 'fax'", text)).toBe("no such column: 'fax'");
});

test.each([
  ['single', `SELECT 'it''s'`, "no such column: it's"],
  ['double', 'SELECT "a""b"', 'no such column: a"b'],
])('keeps what stands in the file with %s quotes doubled', (_, text, message) => {
  expect(withholdValues(message, text)).toBe(message);
});

test('looks further where the first place is a part of a word', () => {
  expect(withholdValues('no such column: fax', 'faxes, fax')).toBe('no such column: fax');
  expect(withholdValues('no such column: fax', 'faxes, telefax')).toBe('no such column: …');
});

test('knows nothing where nothing stands', () => {
  expect(withholdValues("bad JSON path: ''", '(1)')).toBe("bad JSON path: '…'");
});
