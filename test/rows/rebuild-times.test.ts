/** What is said of the write lock, where a rebuild ran on all rows. */

import { expect, it } from 'vitest';
import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import { find } from '../../src/findings/finding.ts';
import { longLock } from '../../src/findings/long-lock.ts';
import { analyseMigration } from '../../src/plan/analyse.ts';
import { judgeTimes, RebuildTimes } from '../../src/rows/run/rebuild-times.ts';

const migration = analyseMigration(
  migrationFromText(
    '2_rebuild',
    `CREATE TABLE "new_T" ("a");
INSERT INTO "new_T" SELECT * FROM "T";
DROP TABLE "T";
ALTER TABLE "new_T" RENAME TO "T";
CREATE INDEX "T_a" ON "T" ("a");
CREATE INDEX "Other_a" ON "Other" ("a");`,
  ),
);

/** @param milliseconds of each statement; undefined for one that did not run. @param isKnown of the copying one. */
async function measure(milliseconds: readonly (number | undefined)[], isKnown = true) {
  let now = 0;
  const times = new RebuildTimes({ now: () => now, sleep: async () => {} });
  for (const [index, spent] of milliseconds.entries())
    if (spent !== undefined)
      await times.take('2_rebuild', index, isKnown || index !== 1, async () => {
        now += spent;
      });
  return times.list([migration]);
}

const size = { migration: '2_rebuild', size: { table: 'T', rows: 1_000, bytes: 5_000, atLeast: false } };
const place = { migration: '2_rebuild', line: 3, sql: null };
const say = (seconds: number) =>
  find(longLock, 'note', place, { table: 'T', count: { rows: 1_000, atLeast: false }, seconds });

it('is the time of its statements and of its indexes, as long as a server takes for them', async () => {
  const times = await measure([1, 1_000, 100, 10, 500, 9_000]);
  expect(times).toEqual([{ migration: '2_rebuild', table: 'T', line: 3, milliseconds: 1_611 }]);
  expect(judgeTimes([], times, [size])).toEqual([say(1.611 * 3)]);
});

it('stands in place of what was estimated, also where it is short', async () => {
  const other = find(longLock, 'note', { ...place, migration: '3_other' }, { ...say(9).args, table: 'T' });
  expect(judgeTimes([say(9), other], await measure([1, 2_000, 1, 1, 1, 1]), [size])).toEqual([other, say(2.004 * 3)]);
  expect(judgeTimes([say(9), other], await measure([1, 20, 1, 1, 1, 1]), [size])).toEqual([other]);
});

it('says nothing where the rebuild did not run to its end, or not on all rows', async () => {
  expect(await measure([1, 9_000, 1])).toEqual([]);
  expect(await measure([1, 9_000, 1, 1, 1, 1], false)).toEqual([]);
  expect(judgeTimes([say(9)], [], [size])).toEqual([say(9)]);
  // What was skipped takes no time.
  expect(await measure([undefined, 5, 1, 1, undefined, 1])).toMatchObject([{ milliseconds: 7 }]);
});
