import { expect, it } from 'vitest';
import { addToCopy, leaveOutOfCopy, replaceInCopy } from '../../src/sql/copy-texts.ts';

const copy = 'INSERT INTO "new_T" ("id", "s") SELECT t."id", max(t."s", 1) AS s FROM "T" t WHERE t."id" > 0;';

it('puts another expression in the place of a column', () => {
  expect(replaceInCopy(copy, 'S', (value) => `coalesce(${value}, '')`)).toBe(
    `INSERT INTO "new_T" ("id", "s") SELECT t."id", coalesce(max(t."s", 1), '') FROM "T" t WHERE t."id" > 0`,
  );
});

it('adds a column, and leaves one out', () => {
  expect(addToCopy('INSERT INTO T (id) SELECT id FROM U', 'a b', '0')).toBe(
    'INSERT INTO T ("id", "a b") SELECT id, 0 AS "a b" FROM U',
  );
  expect(leaveOutOfCopy('INSERT INTO T SELECT id, "b" FROM U', 'b', ['id', 'b'])).toBe(
    'INSERT INTO T ("id") SELECT id FROM U',
  );
});

it.each([
  'INSERT INTO T (id, s) SELECT * FROM U',
  'INSERT INTO T (id, s) SELECT u.* FROM U u',
  'INSERT INTO T (id, s) SELECT DISTINCT id, s FROM U',
  'INSERT INTO T (id, s) SELECT id, s FROM U UNION SELECT id, s FROM V',
  'INSERT INTO T (id, s) SELECT id FROM U',
  'INSERT INTO T (id, s) VALUES (1, 2)',
  'INSERT INTO T SELECT id, s FROM U',
  'INSERT OR IGNORE INTO T (id, s) SELECT id, s FROM U',
  'UPDATE T SET s = 1',
  '',
])('leaves alone what is no plain copy with its columns: %s', (sql) => {
  expect(replaceInCopy(sql, 's', (value) => value)).toBeNull();
  expect(addToCopy(sql, 'x', '0')).toBeNull();
});
