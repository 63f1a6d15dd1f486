/** Rows that come between a plan and its application, where no guard stood. More: every `describeMeanwhile`. */

import { expect, it } from 'vitest';
import { apply } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, migrationsOf, nameOf, readRows } from './cases.ts';
import { applyWhile, describeMeanwhile } from './meanwhile.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY, "note" TEXT';
const schema = `CREATE TABLE "Memo" (${columns});`;
const copy = { table: 'Memo', columns, into: '"id", "note"' };
const short = { Memo: [[1, 'abc']] };
const long = `INSERT INTO "Memo" VALUES (2, 'abcdef')`;

describeMeanwhile('a value that is too long for its copy', [
  {
    title: 'a text of which three letters are copied',
    code: 'data-loss',
    schema,
    rows: short,
    pending: [redefine({ ...copy, select: '"id", substr("note", 1, 3)' })],
    meanwhile: long,
    says: /"Memo"\."note"/,
    left: {
      Memo: [
        [1, 'abc'],
        [2, 'abc'],
      ],
    },
  },
]);

describeTargets('a table that one migration fills and the next one drops, meanwhile', (fresh) => {
  const stories = [
    ['all that there was', 'CREATE TABLE "Old" AS SELECT * FROM "Memo";\nDROP TABLE "Memo";', 'DROP TABLE "Old";'],
    [
      'all that there was, under its name',
      `CREATE TABLE "Old" (${columns});\nINSERT INTO "Old" SELECT * FROM "Memo";\nDROP TABLE "Memo";\nALTER TABLE "Old" RENAME TO "Memo";`,
      'DROP TABLE "Memo";',
    ],
  ] as const;

  it.each(stories)('keeps what came, whatever the first has done: %s', async (title, first, second) => {
    const story = { title, schema, rows: { Memo: [] }, pending: [first, second], meanwhile: long };
    const target = await begin(await fresh(), story);
    const { result } = await applyWhile(target, story, []);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'PLAN_STALE' } });
    expect(result.error?.message).toContain(nameOf(1));
    expect(Object.values(await readRows(target)).flat()).toEqual([[2, 'abcdef']]);
    const input = { url: target.url, migrations: migrationsOf(story) };
    expect(await apply(input)).toMatchObject({ outcome: 'blocked', error: { code: 'CONSENT_MISSING' } });
  });

  it('has nothing to keep where no row came', async () => {
    const [[title, ...pending]] = stories;
    const story = { title, schema, rows: { Memo: [] }, pending };
    const target = await begin(await fresh(), story);
    expect(await apply({ url: target.url, migrations: migrationsOf(story) })).toMatchObject({ outcome: 'applied' });
  });
});
