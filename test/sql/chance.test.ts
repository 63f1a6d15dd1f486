import { expect, test } from 'vitest';
import { isLeftToChance } from '../../src/sql/chance.ts';

test.each([
  ['SELECT lower(hex(randomblob(16)))', true],
  ['INSERT INTO "N" VALUES (LAST_INSERT_ROWID ())', true],
  ['SELECT "changes" FROM "Audit"', false],
  ['INSERT INTO "Audit" ("id", changes) VALUES (1, 2)', false],
  [`SELECT 'random()'`, false],
])('%s: %s', (sql, expected) => {
  expect(isLeftToChance(sql)).toBe(expected);
});
