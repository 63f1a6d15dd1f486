/** Renames that are really a drop and an addition, and how they are to be written. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf, readRows } from './cases.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const key = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT';
const schema = `CREATE TABLE "Customer" (\n    ${key},\n    "name" TEXT\n);`;
const names = [
  [1, 'Ada Example'],
  [2, 'Bob Example'],
];
const rows = { Customer: names };
const gone = {
  Customer: [
    [1, null],
    [2, null],
  ],
};
const lost = {
  tells: 'hazard',
  code: 'data-loss',
  count: 2,
  finds: 2,
  says: /rename/i,
  schema,
  rows,
  after: gone,
} as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;

const renamedField = redefine({ table: 'Customer', columns: `${key}, "fullName" TEXT`, into: '"id"' });
const renamedTable = `-- DropTable
PRAGMA foreign_keys=off;
DROP TABLE "Customer";
PRAGMA foreign_keys=on;

-- CreateTable
CREATE TABLE "customers" (
    ${key},
    "name" TEXT
);
`;
const renameColumn = /ALTER TABLE "Customer" RENAME COLUMN "name" TO "fullName"/;
const renameTable = /ALTER TABLE "Customer" RENAME TO "customers"/;

const cases: readonly Case[] = [
  { ...lost, title: 'a field as Prisma renames it', at: anyOfRebuild, pending: [renamedField], way: renameColumn },
  {
    ...lost,
    title: 'a column dropped and added under another name',
    at: 'ALTER TABLE "Customer" DROP',
    pending: ['ALTER TABLE "Customer" DROP COLUMN "name";\nALTER TABLE "Customer" ADD COLUMN "fullName" TEXT;'],
    way: renameColumn,
  },
  {
    ...lost,
    title: 'a column added under another name and dropped',
    at: 'ALTER TABLE "Customer" DROP',
    pending: ['ALTER TABLE "Customer" ADD COLUMN "fullName" TEXT;\nALTER TABLE "Customer" DROP COLUMN "name";'],
    way: renameColumn,
  },
  {
    ...lost,
    title: 'a column of another type, which is another one',
    at: anyOfRebuild,
    says: /name/,
    pending: [redefine({ table: 'Customer', columns: `${key}, "age" INTEGER`, into: '"id"' })],
    wayIsNot: /TO "age"/,
  },
  {
    ...nothing,
    title: 'a column that is renamed',
    pending: ['ALTER TABLE "Customer" RENAME COLUMN "name" TO "fullName";'],
  },
  {
    ...lost,
    title: 'a table as Prisma renames it by @@map',
    at: 'DROP TABLE',
    pending: [renamedTable],
    way: renameTable,
    after: { customers: [] },
  },
  {
    ...lost,
    title: 'a table of other columns, which is another one',
    at: 'DROP TABLE',
    says: /Customer/,
    pending: ['DROP TABLE "Customer";\nCREATE TABLE "Shop" ("code" TEXT PRIMARY KEY, "open" INTEGER);'],
    wayIsNot: /TO "Shop"/,
    after: { Shop: [] },
  },
  {
    ...nothing,
    title: 'a table that is renamed',
    pending: ['ALTER TABLE "Customer" RENAME TO "customers";'],
    after: { customers: names },
  },
];

describeCases('a rename', cases);

const required = redefine({ table: 'Customer', columns: `${key}, "fullName" TEXT NOT NULL`, into: '"id"' });

describeTargets('the way to rename', (fresh) => {
  it.each([
    { title: 'a field', wrong: renamedField, left: { Customer: names }, columns: 'id,fullName', table: 'Customer' },
    {
      title: 'a required field',
      wrong: required,
      left: { Customer: names },
      columns: 'id,fullName',
      table: 'Customer',
    },
    { title: 'a table', wrong: renamedTable, left: { customers: names }, columns: 'id,name', table: 'customers' },
  ])('$title keeps the rows once the file says it so', async ({ wrong, left, columns, table }) => {
    const story = { title: '', schema, rows, pending: [wrong] };
    const target = await begin(await fresh(), story);
    const report = await plan({ url: target.url, migrations: migrationsOf(story) });
    const loss = findAll(report.plan).find(({ code }) => code === 'data-loss');
    const way = /^ALTER TABLE .*;$/m.exec(loss?.way ?? '')?.[0];
    expect(way).toBeDefined();
    const mended = migrationsOf({ ...story, pending: [way ?? ''] });
    expect(await apply({ url: target.url, migrations: mended })).toMatchObject({ outcome: 'applied', error: null });
    expect(await readRows(target)).toEqual(left);
    expect(await target.sql(`SELECT group_concat(name) FROM pragma_table_info('${table}')`)).toEqual([[columns]]);
  });
});
