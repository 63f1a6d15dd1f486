/** Rebuilds that hand out rowids anew, and what goes by them. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, migrationsOf, type Story } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { redefine } from './rebuilds.ts';

const product = 'CREATE TABLE "Product" ("id" TEXT NOT NULL PRIMARY KEY, "name" TEXT);';
const search = `CREATE VIRTUAL TABLE "search" USING fts5("name", content='Product', content_rowid='rowid');`;
const fill = `CREATE TRIGGER "Product_added" AFTER INSERT ON "Product" BEGIN
  INSERT INTO "search" (rowid, "name") VALUES (new.rowid, new."name");
END;
CREATE TRIGGER "Product_gone" AFTER DELETE ON "Product" BEGIN
  INSERT INTO "search" ("search", rowid, "name") VALUES ('delete', old.rowid, old."name");
END;`;
const log = `CREATE TABLE "Seen" ("product" INTEGER);
CREATE TRIGGER "Product_seen" AFTER INSERT ON "Product" BEGIN INSERT INTO "Seen" VALUES (NEW."rowid"); END;`;
/** With a gap: the first has no row any more. */
const byHand = [
  `INSERT INTO "Product" VALUES ('a', 'apple'), ('b', 'banana'), ('c', 'cherry')`,
  `DELETE FROM "Product" WHERE "id" = 'a'`,
];
const columns = '"id" TEXT NOT NULL PRIMARY KEY, "name" TEXT, "note" TEXT';
const changed = { table: 'Product', columns, into: '"id", "name"' };
const indexed = {
  schema: `${product}\n${search}\n${fill}`,
  rows: {},
  byHand,
  pending: [redefine(changed)],
};
const anew = `INSERT INTO "search"("search") VALUES ('rebuild');`;
const searched = {
  message: expect.stringContaining('The full-text index "search" has the old ones'),
  way: expect.stringContaining(`INSERT INTO "search"("search") VALUES ('rebuild');`),
};

const cases: readonly (Story & { readonly tells: readonly unknown[] })[] = [
  { ...indexed, title: 'a full-text index over the table', tells: [searched] },
  {
    ...indexed,
    title: 'a full-text index that does not say what it goes by',
    schema: indexed.schema.replace(`, content_rowid='rowid'`, ''),
    tells: [searched],
  },
  {
    ...indexed,
    title: 'a trigger that writes the rowid down',
    schema: `${product}\n${log}`,
    tells: [{ message: expect.stringContaining('The trigger "Product_seen" uses the rowids') }],
  },
  {
    ...indexed,
    title: 'an index that the file builds anew',
    pending: [`${redefine(changed)}${anew}`],
    tells: [],
  },
  {
    ...indexed,
    title: 'a copy with the rowids',
    pending: [redefine({ ...changed, into: 'rowid, "id", "name"' })],
    tells: [],
  },
  {
    ...indexed,
    title: 'a table whose rowid is its primary key',
    schema: indexed.schema.replace('"id" TEXT', '"id" INTEGER'),
    byHand: [`INSERT INTO "Product" VALUES (1, 'apple'), (5, 'banana')`],
    pending: [redefine({ ...changed, columns: columns.replace('"id" TEXT', '"id" INTEGER') })],
    tells: [],
  },
  { ...indexed, title: 'a table without rows', byHand: [], tells: [] },
  {
    ...indexed,
    title: 'a trigger that does not ask for the rowid',
    schema: `${product}\n${log.replace('NEW."rowid"', 'NEW."id"')}`,
    tells: [],
  },
];

describeTargets('rowids that a rebuild hands out', (fresh) => {
  for (const story of cases) {
    it.concurrent(
      story.tells.length > 0 ? `are told of: ${story.title}` : `are no hazard: ${story.title}`,
      async () => {
        const target = await begin(await fresh(), story);
        const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(story) });
        const hazards = planned.migrations.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'hazard'));
        const wanted = story.tells.map((told) => expect.objectContaining({ code: 'leaves-broken', ...Object(told) }));
        expect(hazards).toEqual(wanted);
      },
    );
  }

  it.concurrent('do no harm where the file does as the plan says', async () => {
    const story = { ...indexed, title: '', pending: [`${redefine(changed)}${anew}`] };
    const target = await begin(await fresh(), story);
    const input = { url: target.url, migrations: migrationsOf(story) };
    expect(await apply(input)).toMatchObject({ outcome: 'applied' });
    const query = `SELECT "id" FROM "Product" WHERE rowid IN (SELECT rowid FROM "search" WHERE "search" MATCH 'cherry')`;
    expect(await target.sql(query)).toEqual([['c']]);
  });
});

describeMeanwhile('rowids that a rebuild hands out', [
  {
    title: 'a row in a table that was empty, and whose trigger writes the rowid down',
    code: 'leaves-broken',
    schema: `${product}\n${log}`,
    rows: {},
    pending: [redefine(changed)],
    meanwhile: `INSERT INTO "Product" (rowid, "id", "name") VALUES (7, 'b', 'banana')`,
    says: /what is found in "Product" by rowid/,
    left: { Product: [['b', 'banana', null]], Seen: [[7]] },
  },
]);
