/** Which expressions only hand a value on, and which say what becomes of it. */

import { expect, test } from 'vitest';
import { isWrittenOut } from '../../src/sql/written-out.ts';

test.each([
  '"kind"',
  't."kind"',
  '("kind")',
  '+kind',
  "'x'",
  '-1',
  'CAST("kind" AS INTEGER)',
  'CAST((t.kind) AS DECIMAL(10, 2))',
  'coalesce("kind", CAST("n" AS TEXT), -1)',
  `ifnull("kind", '')`,
  '"kind" COLLATE NOCASE',
  'max("n")',
  '',
])('%s hands on', (expression) => expect(isWrittenOut(expression)).toBe(false));

test.each([
  'upper("kind")',
  '"n" * 2',
  '-"n"',
  'CAST(upper("kind") AS TEXT)',
  `coalesce(nullif("kind", ''), 'x')`,
  `CASE "kind" WHEN 'a' THEN 'b' ELSE "kind" END`,
  '"deletedAt" IS NOT NULL',
  '"a" || "b"',
  `"kind" ->> '$'`,
  '(SELECT 1) + "n"',
])('%s writes out', (expression) => expect(isWrittenOut(expression)).toBe(true));
