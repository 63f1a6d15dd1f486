/** When a drop and an addition look like a rename: the rule, case by case, and what it must not take for one. */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, findAll, migrationsOf, type Tables } from './cases.ts';
import { keysOff, redefine } from './rebuilds.ts';

interface HintCase {
  readonly title: string;
  /** Of "T", behind its id; or a schema of its own. */
  readonly before: string;
  readonly rows?: Tables;
  readonly pending: string;
  /** `old → new`, as every finding says that speaks of a rename. */
  readonly hints: readonly string[];
}

const id = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT';
const tableOf = (columns: string) => `CREATE TABLE "T" (${id}, ${columns});`;
const people = 'CREATE TABLE "Shop" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "Person" ("id" INTEGER PRIMARY KEY);\n';

/** As Prisma writes it: what stays is copied under its name. */
const prisma = (columns: string, kept = '"id"') => redefine({ table: 'T', columns: `${id}, ${columns}`, into: kept });
const drop = (...names: readonly string[]) => names.map((name) => `ALTER TABLE "T" DROP COLUMN "${name}";`).join('\n');
const add = (...columns: readonly string[]) =>
  columns.map((column) => `ALTER TABLE "T" ADD COLUMN ${column};`).join('\n');

const columns: readonly HintCase[] = [
  { title: 'a shared word', before: '"name" TEXT', pending: prisma('"fullName" TEXT'), hints: ['name → fullName'] },
  {
    title: 'another way to write it',
    before: '"fullName" TEXT',
    pending: prisma('"full_name" TEXT'),
    hints: ['fullName → full_name'],
  },
  {
    title: 'another case, which is the same column',
    before: '"fullname" TEXT',
    pending: prisma('"FullName" TEXT, "x" INTEGER'),
    hints: [],
  },
  {
    title: 'one name that another contains',
    before: '"a" INTEGER, "fullname" TEXT',
    pending: prisma('"full_name" TEXT, "a" INTEGER', '"id", "a"'),
    hints: ['fullname → full_name'],
  },
  {
    title: 'a plural',
    before: '"a" INTEGER, "tag" TEXT',
    pending: prisma('"tags" TEXT, "a" INTEGER', '"id", "a"'),
    hints: ['tag → tags'],
  },
  {
    title: 'the same place',
    before: '"nick" TEXT, "age" INTEGER',
    pending: prisma('"handle" TEXT, "age" INTEGER', '"id", "age"'),
    hints: ['nick → handle'],
  },
  {
    title: 'the same place, with another new column before it',
    before: '"nick" TEXT, "age" INTEGER',
    pending: prisma('"size" INTEGER, "handle" TEXT, "age" INTEGER', '"id", "age"'),
    hints: ['nick → handle'],
  },
  {
    title: 'the first place',
    before: '"a" TEXT',
    pending: redefine({ table: 'T', columns: `"b" TEXT, ${id}`, into: '"id"' }),
    hints: [],
  },
  {
    title: 'another place and another name',
    before: '"nick" TEXT, "age" INTEGER',
    pending: prisma('"age" INTEGER, "color" TEXT', '"id", "age"'),
    hints: [],
  },
  {
    title: 'a small word alone is none',
    before: '"createdAt" DATETIME, "age" INTEGER',
    pending: prisma('"age" INTEGER, "deletedAt" DATETIME', '"id", "age"'),
    hints: [],
  },
  {
    title: 'ids share no word',
    before: '"shopId" INTEGER, "age" TEXT',
    pending: prisma('"age" TEXT, "userId" INTEGER', '"id", "age"'),
    hints: [],
  },
  { title: 'another type', before: '"name" TEXT', pending: prisma('"name2" INTEGER'), hints: [] },
  {
    title: 'three columns gone, one new',
    before: '"street" TEXT, "city" TEXT, "zip" TEXT',
    pending: prisma('"address" TEXT'),
    hints: [],
  },
  {
    title: 'three columns gone, one new that shares a word with each',
    before: '"nameFirst" TEXT, "nameMiddle" TEXT, "nameLast" TEXT',
    pending: prisma('"name" TEXT'),
    hints: [],
  },
  {
    title: 'one column gone, two new',
    before: '"name" TEXT',
    pending: prisma('"firstName" TEXT, "lastName" TEXT'),
    hints: [],
  },
  { title: 'two gone and two new', before: '"a1" TEXT, "b1" TEXT', pending: prisma('"a2" TEXT, "b2" TEXT'), hints: [] },
  {
    title: 'two pairs of two types',
    before: '"name" TEXT, "size" INTEGER',
    pending: prisma('"fullName" TEXT, "fullSize" INTEGER'),
    hints: ['name → fullName', 'size → fullSize'],
  },
  {
    title: 'one of two types gone',
    before: '"nick" TEXT, "age" INTEGER',
    pending: prisma('"handle" TEXT'),
    hints: ['nick → handle'],
  },
  {
    title: 'copied into the new one',
    before: '"name" TEXT',
    pending: redefine({
      table: 'T',
      columns: `${id}, "fullName" TEXT`,
      into: '"id", "fullName"',
      select: '"id", "name"',
    }),
    hints: [],
  },
  {
    title: 'one copied, and another pair beside it',
    before: '"name" TEXT, "nick" TEXT',
    pending: redefine({
      table: 'T',
      columns: `${id}, "fullName" TEXT, "handle" TEXT`,
      into: '"id", "fullName"',
      select: '"id", "name"',
    }),
    hints: ['nick → handle'],
  },
  {
    title: 'the new one filled by the copy with something else',
    before: '"name" TEXT',
    pending: redefine({
      table: 'T',
      columns: `${id}, "fullName" TEXT`,
      into: '"id", "fullName"',
      select: `"id", 'none'`,
    }),
    hints: [],
  },
  {
    title: 'the new one filled in the copy before it is renamed',
    before: '"name" TEXT',
    pending: keysOff(
      `CREATE TABLE "new_T" (${id}, "fullName" TEXT);\nINSERT INTO "new_T" ("id") SELECT "id" FROM "T";\nUPDATE "new_T" SET "fullName" = 'none';\nDROP TABLE "T";\nALTER TABLE "new_T" RENAME TO "T";`,
    ),
    hints: [],
  },
  {
    title: 'the new one filled after the rebuild',
    before: '"name" TEXT',
    pending: `${prisma('"fullName" TEXT')}\nUPDATE "T" SET "fullName" = 'none';`,
    hints: [],
  },
  {
    title: 'the old one kept in a table of its own',
    before: '"name" TEXT',
    pending: `CREATE TABLE "T_kept" AS SELECT "id", "name" FROM "T";\n${prisma('"fullName" TEXT')}`,
    hints: [],
  },
  {
    title: 'the old one moved into another table',
    before: '"phone" TEXT',
    pending: `CREATE TABLE "Phone" ("t" INTEGER, "number" TEXT);\nINSERT INTO "Phone" SELECT "id", "phone" FROM "T";\n${prisma('"phoneKind" TEXT')}`,
    hints: [],
  },
  {
    title: 'a table put aside and made again',
    before: '"name" TEXT',
    pending: `ALTER TABLE "T" RENAME TO "T_old";\nCREATE TABLE "T" (${id}, "fullName" TEXT);\nINSERT INTO "T" ("id") SELECT "id" FROM "T_old";\nDROP TABLE "T_old";`,
    hints: ['name → fullName'],
  },
  {
    title: 'a table put aside, its column copied',
    before: '"name" TEXT',
    pending: `ALTER TABLE "T" RENAME TO "T_old";\nCREATE TABLE "T" (${id}, "fullName" TEXT);\nINSERT INTO "T" SELECT "id", "name" FROM "T_old";\nDROP TABLE "T_old";`,
    hints: [],
  },
  {
    title: 'a required column that has no value',
    before: '"name" TEXT NOT NULL',
    rows: { T: [[1, 'a']] },
    pending: prisma('"fullName" TEXT NOT NULL'),
    hints: ['name → fullName'],
  },
  {
    title: 'a required column, and three that go',
    before: '"a1" TEXT, "b1" TEXT, "c1" TEXT',
    pending: prisma('"address" TEXT NOT NULL'),
    hints: [],
  },
  {
    title: 'another reference',
    before: '"shopId" INTEGER REFERENCES "Shop" ("id")',
    rows: { T: [[1, null]] },
    pending: prisma('"personId" INTEGER REFERENCES "Person" ("id")'),
    hints: [],
  },
  {
    title: 'the same reference',
    before: '"shopId" INTEGER REFERENCES "Shop" ("id")',
    rows: { Shop: [[1]], T: [[1, 1]] },
    pending: prisma('"storeId" INTEGER REFERENCES "Shop" ("id")'),
    hints: ['shopId → storeId'],
  },
  {
    title: 'dropped, then added',
    before: '"name" TEXT',
    pending: `${drop('name')}\n${add('"fullName" TEXT')}`,
    hints: ['name → fullName'],
  },
  {
    title: 'added, then dropped',
    before: '"name" TEXT',
    pending: `${add('"fullName" TEXT')}\n${drop('name')}`,
    hints: ['name → fullName'],
  },
  {
    title: 'added, filled from the old one, then dropped',
    before: '"name" TEXT',
    pending: `${add('"fullName" TEXT')}\nUPDATE "T" SET "fullName" = "name";\n${drop('name')}`,
    hints: [],
  },
  {
    title: 'three dropped one by one, one added',
    before: '"a1" TEXT, "b1" TEXT, "c1" TEXT',
    pending: `${drop('a1', 'b1', 'c1')}\n${add('"c2" TEXT')}`,
    hints: [],
  },
  {
    title: 'one dropped, two added',
    before: '"name" TEXT',
    pending: `${drop('name')}\n${add('"firstName" TEXT', '"lastName" TEXT')}`,
    hints: [],
  },
  {
    title: 'two pairs of two types, by ALTER TABLE',
    before: '"name" TEXT, "size" INTEGER',
    pending: `${drop('name', 'size')}\n${add('"fullName" TEXT', '"fullSize" INTEGER')}`,
    hints: ['name → fullName', 'size → fullSize'],
  },
  {
    title: 'dropped in the middle, another added at the end',
    before: '"nick" TEXT, "age" INTEGER',
    pending: `${drop('nick')}\n${add('"color" TEXT')}`,
    hints: [],
  },
  {
    title: 'the values given to another table by UPDATE',
    before: '"name" TEXT',
    pending: `CREATE TABLE "U" ("id" INTEGER, "label" TEXT);\nUPDATE "U" SET "label" = (SELECT "name" FROM "T" WHERE "T"."id" = "U"."id");\n${drop('name')}\n${add('"fullName" TEXT')}`,
    hints: [],
  },
  {
    title: 'a generated column',
    before: '"name" TEXT',
    pending: `${add(`"fullName" TEXT AS ('x') VIRTUAL`)}\n${drop('name')}`,
    hints: [],
  },
];

const customer = `CREATE TABLE "Customer" (${id}, "name" TEXT);`;
const customers = `CREATE TABLE "customers" (${id}, "name" TEXT);`;
const copy = 'INSERT INTO "customers" SELECT * FROM "Customer";';
const two = `${customer}\nCREATE TABLE "CustomerOld" (${id}, "name" TEXT);`;
const filled = { Customer: [[1, 'a']] };
const relations = `CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "Tag" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "Label" ("id" INTEGER PRIMARY KEY);\n`;
const relation = (name: string, a: string, b: string) =>
  `CREATE TABLE "${name}" ("A" INTEGER NOT NULL REFERENCES "${a}" ("id"), "B" INTEGER NOT NULL REFERENCES "${b}" ("id"));`;

const tables: readonly HintCase[] = [
  {
    title: 'a table of the same columns',
    before: customer,
    rows: filled,
    pending: `DROP TABLE "Customer";\n${customers}`,
    hints: ['Customer → customers'],
  },
  {
    title: 'made before the other is dropped',
    before: customer,
    rows: filled,
    pending: `${customers}\nDROP TABLE "Customer";`,
    hints: ['Customer → customers'],
  },
  {
    title: 'another name, the same columns in their order',
    before: customer,
    rows: filled,
    pending: `DROP TABLE "Customer";\nCREATE TABLE "Client" (${id}, "name" TEXT);`,
    hints: ['Customer → Client'],
  },
  {
    title: 'another name, and another order',
    before: customer,
    rows: filled,
    pending: `DROP TABLE "Customer";\nCREATE TABLE "Client" ("name" TEXT, ${id});`,
    hints: [],
  },
  {
    title: 'other columns',
    before: customer,
    rows: filled,
    pending: `DROP TABLE "Customer";\nCREATE TABLE "customers" (${id}, "title" TEXT);`,
    hints: [],
  },
  {
    title: 'other types',
    before: customer,
    rows: filled,
    pending: `DROP TABLE "Customer";\nCREATE TABLE "customers" (${id}, "name" INTEGER);`,
    hints: [],
  },
  {
    title: 'copied as a whole, with more rows behind it',
    before: customer,
    rows: filled,
    pending: `${customers}\n${copy}\nINSERT INTO "customers" ("name") VALUES ('b');\nDROP TABLE "Customer";`,
    hints: [],
  },
  {
    title: 'copied in part',
    before: customer,
    rows: filled,
    pending: `${customers}\nINSERT INTO "customers" SELECT * FROM "Customer" WHERE "id" > 1;\nDROP TABLE "Customer";`,
    hints: [],
  },
  {
    title: 'copied into a third table',
    before: customer,
    rows: filled,
    pending: `CREATE TABLE "Third" ("id" INTEGER);\nINSERT INTO "Third" SELECT "id" FROM "Customer";\nDROP TABLE "Customer";\n${customers}`,
    hints: [],
  },
  {
    title: 'kept by CREATE TABLE AS',
    before: customer,
    rows: filled,
    pending: `CREATE TABLE "Kept" AS SELECT * FROM "Customer";\nDROP TABLE "Customer";\n${customers}`,
    hints: [],
  },
  {
    title: 'made by CREATE TABLE AS',
    before: customer,
    rows: filled,
    pending: 'CREATE TABLE "customers" AS SELECT "id", "name" FROM "Customer" WHERE 0;\nDROP TABLE "Customer";',
    hints: [],
  },
  {
    title: 'two merged by UNION ALL',
    before: two,
    rows: { Customer: [[1, 'a']], CustomerOld: [[2, 'b']] },
    pending: `${customers}\nINSERT INTO "customers" SELECT * FROM "Customer" UNION ALL SELECT * FROM "CustomerOld";\nDROP TABLE "Customer";\nDROP TABLE "CustomerOld";`,
    hints: [],
  },
  {
    title: 'two merged, each by an INSERT of its own',
    before: two,
    rows: { Customer: [[1, 'a']], CustomerOld: [[2, 'b']] },
    pending: `${customers}\n${copy}\nINSERT INTO "customers" SELECT "id", "name" FROM "CustomerOld";\nDROP TABLE "Customer";\nDROP TABLE "CustomerOld";`,
    hints: [],
  },
  {
    title: 'two gone, one new',
    before: two,
    rows: { Customer: [[1, 'a']], CustomerOld: [[2, 'b']] },
    pending: `DROP TABLE "Customer";\nDROP TABLE "CustomerOld";\n${customers}`,
    hints: [],
  },
  {
    title: 'one gone, two new',
    before: customer,
    rows: filled,
    pending: `DROP TABLE "Customer";\n${customers}\nCREATE TABLE "CustomerNew" (${id}, "name" TEXT);`,
    hints: [],
  },
  {
    title: 'one that was there before',
    before: `${customer}\n${customers}`,
    rows: filled,
    pending: `DROP TABLE "Customer";\nCREATE TABLE IF NOT EXISTS "customers" (${id}, "name" TEXT);`,
    hints: [],
  },
  {
    title: 'filled with rows of its own',
    before: customer,
    rows: filled,
    pending: `DROP TABLE "Customer";\n${customers}\nINSERT INTO "customers" ("name") VALUES ('b');`,
    hints: [],
  },
  {
    title: 'renamed after the copy, then dropped',
    before: customer,
    rows: filled,
    pending: `${customers}\nINSERT INTO "customers" SELECT * FROM "Customer" WHERE "id" > 1;\nALTER TABLE "Customer" RENAME TO "Gone";\nDROP TABLE "Gone";`,
    hints: [],
  },
  {
    title: 'a relation of other tables',
    before: `${people}${relations}${relation('_PostToTag', 'Post', 'Tag')}`,
    rows: { Post: [[1]], Tag: [[1]], _PostToTag: [[1, 1]] },
    pending: `DROP TABLE "_PostToTag";\n${relation('_LabelToPost', 'Label', 'Post')}`,
    hints: [],
  },
  {
    title: 'a relation under another name',
    before: `${relations}${relation('_PostToTag', 'Post', 'Tag')}`,
    rows: { Post: [[1]], Tag: [[1]], _PostToTag: [[1, 1]] },
    pending: `DROP TABLE "_PostToTag";\n${relation('_PostTags', 'Post', 'Tag')}`,
    hints: ['_PostToTag → _PostTags'],
  },
];

/** Every way in which a finding says that one may be the other. */
const ways = [
  /^Drops "\w+"\."(?<from>\w+)".* If you meant to rename it to "(?<to>\w+)"/g,
  /^Drops "(?<from>\w+)" .*If you meant to rename it to "(?<to>\w+)"/g,
  /-- if "?(?!it\b)(?<to>\w+)"? is the new name of "?(?<from>\w+)"?/g,
  /-- if it is the new name of "?(?<from>\w+)"?,[\s\S]*RENAME COLUMN "\k<from>" TO "(?<to>\w+)"/g,
  /-- to rename it, in place of (?:the DROP TABLE|what drops)[\s\S]*"(?<from>\w+)" (?:RENAME )?TO "(?<to>\w+)"/g,
];

async function listHints(fresh: Parameters<Parameters<typeof describeTargets>[1]>[0], told: HintCase) {
  const isTable = /^CREATE TABLE/.test(told.before);
  const columnCount = told.before.split(',').length;
  const story = {
    title: told.title,
    schema: isTable ? told.before : people + tableOf(told.before),
    rows: told.rows ?? { T: [[1, ...Array.from({ length: columnCount }, (_, index) => index)]] },
    pending: [told.pending],
  };
  const target = await begin(await fresh(), story);
  const report = await plan({ url: target.url, migrations: migrationsOf(story) });
  const texts = findAll(report.plan).flatMap(({ message, way }) => [message, way ?? '']);
  const hints = texts.flatMap((text) => ways.flatMap((way) => [...text.matchAll(way)]));
  return {
    plan: report.plan,
    hints: [...new Set(hints.map(({ groups: { from, to } = {} }) => `${from} → ${to}`))].sort(),
  };
}

describeTargets('a rename is guessed only where much speaks for it', (fresh) => {
  it.concurrent.each([...columns, ...tables])('$title: $hints', async (told) => {
    const { plan, hints } = await listHints(fresh, told);
    expect(hints).toEqual([...told.hints].sort());
    const mentions = findAll(plan).filter(({ message, way }) =>
      /rename it to|to rename it|is the new name of/.test(message + (way ?? '')),
    );
    expect(mentions.length > 0).toBe(told.hints.length > 0);
    expect(plan.migrations[0]?.schemaAfter).not.toBeNull();
  });
});
