/** The query for rows that an UPDATE made the same: what it finds on the real engine, and where there is none. */

import { describe, expect, it } from 'vitest';
import type { PlannedStatement } from '../../src/plan/plan.ts';
import { findUpdatedDuplicates } from '../../src/plan/updated-duplicates.ts';
import { plannedStatement, skipped } from '../apply/planned.ts';
import { openProduction } from '../apply/production.ts';

const failed = 'UNIQUE constraint failed: Customer.email';

const find = (sql: string, message = failed, earlier: readonly PlannedStatement[] = []) => {
  const statement = plannedStatement(sql);
  return findUpdatedDuplicates(statement, message, [...earlier, statement, plannedStatement('DROP TABLE "Customer"')]);
};

describe('rows that an UPDATE made the same', () => {
  const table = 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "email" TEXT, "shop" TEXT)';
  const rows = `INSERT INTO "Customer" VALUES (1, 'A@x', 's'), (2, 'a@x', 's'), (3, 'b@x', 's'), (4, 'B@x', 't')`;

  it.each([
    ['all rows', 'UPDATE "Customer" SET "email" = lower("email")', failed, [1, 2, 3, 4]],
    ['a part of them', `UPDATE "Customer" SET "email" = lower("email") WHERE "shop" = 's'`, failed, [1, 2]],
    [
      'a key of two columns',
      'UPDATE "Customer" SET "email" = lower("email")',
      'UNIQUE constraint failed: Customer.email, Customer.shop',
      [1, 2],
    ],
    [
      'a name in another case',
      'UPDATE customer SET EMAIL = lower("email")',
      'UNIQUE constraint failed: Customer.email, Customer.shop',
      [1, 2],
    ],
  ])('are found among %s', async (_, sql, message, ids) => {
    const production = await openProduction(table, rows);
    const query = find(sql, message);
    expect((await production.rows(query ?? '')).map(([id]) => id).sort()).toEqual(ids);
  });

  it('are asked as the table is before the migration', () => {
    const update = 'UPDATE "Customer" SET "email" = lower("email")';
    expect(find(update, failed, [plannedStatement('CREATE TABLE "Other" ("id")')])).not.toBeNull();
    expect(find(update, failed, [plannedStatement('DELETE FROM "Customer"')])).toBeNull();
    expect(find(update, failed, [skipped('CREATE TABLE "Customer" ("id")')])).not.toBeNull();
  });

  it('are not asked for where it is another statement, failure or table', () => {
    expect(find('DELETE FROM "Customer"')).toBeNull();
    expect(find('UPDATE "Customer" SET "email" = 1', 'NOT NULL constraint failed: Customer.email')).toBeNull();
    expect(find('UPDATE "Customer" SET "email" = 1', 'UNIQUE constraint failed: Order.email')).toBeNull();
    expect(find('UPDATE "Customer" SET "email" = 1', 'UNIQUE constraint failed: Customer.email, Order.id')).toBeNull();
    expect(find('UPDATE "Customer" SET "email" = 1', `${failed} or so`)).not.toBeNull();
  });

  it('may have a name with a line end in it', () => {
    expect(find('UPDATE "Customer" SET "id" = 1', 'UNIQUE constraint failed: Customer.a\nb')).toContain('"a\nb"');
  });

  it('are one column, or a list of several', () => {
    expect(find('UPDATE "Customer" SET "email" = 1')).toBe(
      'SELECT * FROM "Customer" WHERE (1) IN (SELECT (1) FROM "Customer" GROUP BY 1 HAVING count(*) > 1)',
    );
    expect(
      find(
        'UPDATE "Customer" SET "email" = 1 WHERE "id" = 2',
        'UNIQUE constraint failed: Customer.email, Customer.shop',
      ),
    ).toBe(
      'SELECT * FROM "Customer" WHERE (CASE WHEN ("id" = 2) THEN (1) ELSE "email" END, "shop") IN (SELECT CASE WHEN ("id" = 2) THEN (1) ELSE "email" END, "shop" FROM "Customer" GROUP BY 1, 2 HAVING count(*) > 1)',
    );
  });
});
