/** Conditions of DELETEs: which look at a row alone. */

import { expect, test } from 'vitest';
import { isOfRowAlone } from '../../src/sql/delete-conditions.ts';

test.each([
  [null, true],
  ['"id" = 1', true],
  ['"id" IN (1, 2)', true],
  [`"name" LIKE 'select %'`, true],
  ['"id" IN (SELECT "id" FROM "B")', false],
  ['EXISTS (select 1)', false],
  ['"id" IN "B"', false],
  ['"id" NOT IN B', false],
])('%j looks at the row alone: %j', (where, alone) => {
  expect(isOfRowAlone(where)).toBe(alone);
});
