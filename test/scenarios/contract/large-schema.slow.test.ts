/** A schema of more text than a server puts into one value. */

import { expect, it } from 'vitest';
import { apply, type MigrationSource, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';

const megabyte = 1_000_000;
const init: MigrationSource = {
  name: '1_init',
  sql: 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);',
};
const points: MigrationSource = { name: '2_points', sql: 'ALTER TABLE "Customer" ADD COLUMN "points" INTEGER;' };

const triggers = Array.from({ length: 6 }, (_, index) => {
  const text = `${index}`.repeat(megabyte);
  return `CREATE TRIGGER "check_${index}" BEFORE INSERT ON "Customer" WHEN NEW."email" = '${text}' BEGIN SELECT RAISE(ABORT, 'no'); END`;
});

describeTargets('a schema of six megabytes', (fresh) => {
  it('is read, rehearsed and migrated like any other, and one changed letter in it is seen', async () => {
    const target = await fresh();
    await apply({ url: target.url, migrations: [init] });
    for (const sql of triggers) await target.sql(sql);
    const planned = await plan({ url: target.url, migrations: [init, points] });
    expect(planned).toMatchObject({ ready: true, plan: { findings: [] } });
    const result = await apply({ url: target.url, migrations: [init, points] });
    expect(result).toMatchObject({ outcome: 'applied', error: null });

    const third = [init, points, { name: '3_more', sql: 'CREATE TABLE "More" ("id" INTEGER PRIMARY KEY);' }];
    const before = await plan({ url: target.url, migrations: third });
    const [last = ''] = triggers.slice(-1);
    await target.sql('DROP TRIGGER "check_5"', last.replace("'no'", "'nO'"));
    const after = await plan({ url: target.url, migrations: third });
    expect(after.plan.id).not.toBe(before.plan.id);
  });
});
