/** A table that libSQL would not make, as old files have: what goes with it is told all the same. */

import { expect, it } from 'vitest';
import { apply, backfill, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { findAll } from './cases.ts';

const plain = `CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "up" INTEGER, "fax" TEXT, FOREIGN KEY ("up") REFERENCES "Customer" ("id"))`;
const init = { name: '1_init', sql: `${plain};` };
const old = [
  plain,
  `INSERT INTO "Customer" VALUES (1, NULL, '47 22'), (2, 1, NULL)`,
  'PRAGMA writable_schema=ON',
  `UPDATE sqlite_schema SET sql = replace(sql, 'KEY ("up")', 'KEY ("up" ASC)') WHERE name = 'Customer'`,
  'PRAGMA writable_schema=OFF',
];

describeTargets('a table of an old file that SQLite reads, and would not make', (fresh) => {
  it.each([
    ['ALTER TABLE "Customer" DROP COLUMN "fax";', 'Drops "Customer"."fax" with its values in 1 row.', 'PLAN_BLOCKED'],
    ['DROP TABLE "Customer";', 'Drops "Customer" with 2 rows.', 'CONSENT_MISSING'],
  ])('is not changed without a word: %s', async (sql, says, code) => {
    const target = await fresh(old);
    const input = { url: target.url, migrations: [init, { name: '2_change', sql }] };
    await backfill({ url: target.url, migrations: [init], allow: ['unproven'] });
    const findings = findAll((await plan(input)).plan);
    expect(findings.filter(({ code }) => code === 'data-loss').map(({ kind, message }) => [kind, message])).toEqual([
      ['hazard', says],
    ]);
    const result = await apply(input);
    expect(result).toMatchObject({ outcome: 'blocked', error: { code } });
    expect(await target.sql('SELECT "fax" FROM "Customer"')).toEqual([['47 22'], [null]]);
  });
});
