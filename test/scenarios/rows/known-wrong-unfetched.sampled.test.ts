/** A column that is altered over rows that are not fetched: production itself is asked. */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, findAll, migrationsOf } from './cases.ts';

const schema = `CREATE TABLE "Shop" ("id" INTEGER NOT NULL PRIMARY KEY, "code" TEXT UNIQUE COLLATE NOCASE);
CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "age" NUMERIC, "shop" INTEGER, "at" TEXT);`;
const rows = {
  Shop: [[1, 'A']],
  Customer: [
    [1, null, -5, 9, 'a'],
    [2, 'b', 5, 1, 'a'],
    [3, 'b', null, null, null],
  ],
};
const alter = (column: string) => `ALTER TABLE "Customer" ALTER COLUMN ${column};`;

const stories: readonly (readonly [title: string, pending: string, told: string | null, says: RegExp | null])[] = [
  [
    'NOT NULL over a NULL',
    alter('"email" TO "email" TEXT NOT NULL'),
    'blocker breaks-constraints 1',
    /NULL in "email"/,
  ],
  [
    'NOT NULL over none',
    `DELETE FROM "Customer" WHERE "id" = 1;\n${alter('"email" TO "email" TEXT NOT NULL')}`,
    null,
    null,
  ],
  ['a CHECK', alter('"age" TO "age" NUMERIC CHECK ("age" >= 0)'), 'blocker breaks-constraints 1', /breaks a CHECK/],
  ['a CHECK that holds', alter('"age" TO "age" NUMERIC CHECK ("age" >= -5)'), null, null],
  [
    'a key over a row without a parent',
    alter('"shop" TO "shop" INTEGER REFERENCES "Shop" ("id")'),
    'hazard foreign-keys 1',
    /"Customer" would be left without a parent in "Shop"/,
  ],
  [
    'a key that names no column',
    alter('"shop" TO "shop" INTEGER REFERENCES "Shop"'),
    'hazard foreign-keys 1',
    /"Shop"/,
  ],
  [
    'a key whose parents are called in other letters',
    alter('"at" TO "at" TEXT REFERENCES "Shop" ("code")'),
    null,
    null,
  ],
  [
    'a table that was renamed before',
    `ALTER TABLE "Customer" RENAME TO "Client";\n${alter('"email" TO "email" TEXT NOT NULL').replace('Customer', 'Client')}`,
    'blocker breaks-constraints 1',
    /of "Client" would have NULL/,
  ],
  [
    'rows that are mended before',
    `UPDATE "Customer" SET "email" = 'x' WHERE "email" IS NULL;\n${alter('"email" TO "email" TEXT NOT NULL')}`,
    null,
    null,
  ],
  [
    'rows that are mended after it',
    `${alter('"age" TO "age" NUMERIC CHECK ("age" >= 0)')}\nUPDATE "Customer" SET "age" = abs("age");`,
    null,
    null,
  ],
];

describeTargets('a column that is altered', (fresh) => {
  it.each(sampled(stories, 3))(
    'is asked about where rows are not fetched, and told once where they are: %s',
    async (_, pending, told, says) => {
      const story = { title: '', schema, rows, pending: [pending] };
      const target = await begin(await fresh(), story);
      const input = { url: target.url, migrations: migrationsOf(story) };
      for (const setting of [0, undefined]) {
        const { plan: planned } = await plan({ ...input, rows: setting });
        const found = findAll(planned).filter(({ kind }) => kind !== 'note');
        const described = found.map(({ kind, code, evidence }) => `${kind} ${code} ${evidence?.count?.rows}`);
        expect([setting, described]).toEqual([setting, told === null ? [] : [told]]);
        if (says) expect(found[0]?.message).toMatch(says);
        const query = found[0]?.evidence?.query;
        if (told !== null && setting === 0) expect(await target.sql(query ?? '')).toHaveLength(1);
      }
    },
  );
});
