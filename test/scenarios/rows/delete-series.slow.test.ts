/** Files of many DELETEs: what they take along is told once, with its number, and what takes nothing along is no hazard. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf, readRows, type Story, type Tables } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';

const customer = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);';
const order = (action: string) =>
  `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE ${action});`;
const line =
  'CREATE TABLE "Line" ("id" INTEGER NOT NULL PRIMARY KEY, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE CASCADE);';
const schema = `${customer}\n${order('CASCADE')}\n${line}`;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const customers = numbers(6).map((id) => [id, `c${id}`]);
/** Two for each of the first three. */
const orders = numbers(6).map((id) => [id, Math.ceil(id / 2)]);
const lines = numbers(6).map((id) => [id, id]);
const rows = { Customer: customers, Order: orders, Line: [] };
const remove = (...ids: readonly number[]) => ids.map((id) => `DELETE FROM "Customer" WHERE "id" = ${id};`).join('\n');
const without = (...ids: readonly number[]): Tables => ({
  Customer: customers.filter(([id]) => !ids.includes(Number(id))),
  Order: orders.filter(([, id]) => !ids.includes(Number(id))),
  Line: [],
});
const lost = { tells: 'hazard', code: 'data-loss', at: 'DELETE FROM', finds: undefined, schema, rows } as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;

const cases: readonly Case[] = [
  { ...nothing, title: 'two rows that nothing refers to', pending: [remove(4, 5)], after: without(4, 5) },
  {
    ...nothing,
    title: 'two rows that nothing refers to, in two migrations',
    pending: [remove(4), remove(5)],
    after: without(4, 5),
  },
  {
    ...lost,
    title: 'rows with children, and in later migrations others without',
    of: 0,
    count: 2,
    pending: [remove(1), remove(4), remove(5)],
    after: without(1, 4, 5),
  },
  {
    ...lost,
    title: 'two rows with children, told once',
    count: 4,
    says: /: 4 rows of "Order"/,
    pending: [remove(1, 2)],
    after: without(1, 2),
  },
  {
    ...lost,
    title: 'one row with children among others',
    count: 2,
    pending: [remove(4, 2, 5, 6)],
    after: without(2, 4, 5, 6),
  },
  { ...lost, title: 'the same row twice', count: 2, pending: [remove(2, 2)], after: without(2) },
  {
    ...lost,
    title: 'conditions that meet the same rows',
    count: 4,
    pending: ['DELETE FROM "Customer" WHERE "id" < 3;\nDELETE FROM "Customer" WHERE "name" = \'c2\';'],
    after: without(1, 2),
  },
  {
    ...lost,
    title: 'a query as the second condition',
    count: 2,
    pending: [
      'DELETE FROM "Customer" WHERE "id" = 6;\nDELETE FROM "Customer" WHERE "id" IN (SELECT "customerId" FROM "Order" WHERE "id" = 3);',
    ],
    after: without(2, 6),
  },
  {
    ...nothing,
    title: 'a query as the second condition, that finds none',
    pending: [
      'DELETE FROM "Customer" WHERE "id" = 6;\nDELETE FROM "Customer" WHERE "id" NOT IN (SELECT "customerId" FROM "Order");',
    ],
    after: without(4, 5, 6),
  },
  {
    ...nothing,
    title: 'children that are deleted first, each before its parent',
    pending: [[1, 2, 3].map((id) => `DELETE FROM "Order" WHERE "customerId" = ${id};\n${remove(id)}`).join('\n')],
    after: without(1, 2, 3),
  },
  {
    ...nothing,
    title: 'children that are deleted first by another condition',
    pending: [
      'DELETE FROM "Order" WHERE "id" < 3;\nDELETE FROM "Customer" WHERE "id" = 1;\nDELETE FROM "Order" WHERE "id" IN (3, 4);\nDELETE FROM "Customer" WHERE "id" = 2;',
    ],
    after: without(1, 2),
  },
  {
    ...lost,
    title: 'children that are deleted afterwards',
    count: 6,
    pending: [[1, 2, 3].map((id) => `${remove(id)}\nDELETE FROM "Order" WHERE "customerId" = ${id};`).join('\n')],
    after: without(1, 2, 3),
  },
  {
    ...lost,
    title: 'children of children',
    rows: { ...rows, Line: lines },
    count: 8,
    pending: [remove(1, 2)],
    after: { ...without(1, 2), Line: lines.slice(4) },
  },
  {
    ...lost,
    title: 'the later of two migrations',
    of: 1,
    count: 2,
    pending: [remove(4), remove(2)],
    after: without(2, 4),
  },
  {
    ...lost,
    title: 'references that are set to NULL by two of them',
    schema: `${customer}\n${order('SET NULL')}\n${line}`,
    count: 4,
    pending: [remove(1, 2)],
    after: { ...without(1, 2), Order: orders.map(([id = 0, of = 0]) => [id, of < 3 ? null : of]) },
  },
  {
    ...lost,
    title: 'rows put in between',
    says: /: 2 rows of "Order"/,
    pending: [`${remove(4)}\nINSERT INTO "Customer" VALUES (9, 'c9');\n${remove(9, 1)}`],
    after: without(1, 4),
  },
];

const tree = `CREATE TABLE "Node" ("id" INTEGER NOT NULL PRIMARY KEY, "up" INTEGER REFERENCES "Node" ("id") ON DELETE CASCADE);`;
const [roots, leaves] = [numbers(40).map((id) => [id, null]), numbers(40).map((id) => [id + 40, id])];
const removeNodes = (...ids: readonly number[]) => ids.map((id) => `DELETE FROM "Node" WHERE "id" = ${id};`).join('\n');

const trees: readonly Case[] = [
  {
    ...nothing,
    title: 'forty leaves of a tree',
    schema: tree,
    rows: { Node: [...roots, ...leaves] },
    pending: [removeNodes(...numbers(40).map((id) => id + 40))],
    after: { Node: roots },
  },
  {
    ...lost,
    title: 'forty roots of a tree',
    says: /: 40 rows of "Node"/,
    schema: tree,
    rows: { Node: [...roots, ...leaves] },
    pending: [removeNodes(...numbers(40))],
    after: { Node: [] },
  },
];

const log = 'CREATE TABLE "Log" ("id" INTEGER PRIMARY KEY, "what" TEXT);';
const logging = (body: string) => `CREATE TRIGGER "gone" AFTER DELETE ON "Customer" BEGIN ${body} END;`;

const triggers: readonly Case[] = [
  {
    ...nothing,
    title: 'rows that a trigger writes down, and nothing refers to',
    schema: `${schema}\n${log}\n${logging('INSERT INTO "Log" ("what") VALUES (old."name");')}`,
    pending: [remove(4, 5)],
    after: {
      ...without(4, 5),
      Log: [
        [1, 'c4'],
        [2, 'c5'],
      ],
    },
  },
  {
    ...lost,
    title: 'rows with a trigger that deletes orders too, where none goes along',
    schema: `${schema}\n${logging('DELETE FROM "Order" WHERE "customerId" = old."id" + 1;')}`,
    about: /Fires/,
    pending: [remove(4, 5)],
    after: { Customer: without(4, 5).Customer ?? [], Order: orders, Line: [] },
  },
];

describeCases('many rows of a table with a trigger', triggers);
describeCases('many rows of a table that refers to itself', trees);
describeCases('many rows that are deleted', cases);

describeMeanwhile('many rows that are deleted', [
  {
    title: 'a child of the second row, which had none',
    code: 'data-loss',
    schema,
    rows: { Customer: customers, Order: [], Line: [] },
    pending: [remove(4, 5)],
    meanwhile: 'INSERT INTO "Order" VALUES (8, 5)',
    says: /Order/,
    left: { ...without(4, 5), Order: [] },
  },
]);

/** More than anybody reads. */
const many = 4000;
const all = numbers(many);
const people = all.map((id) => [id, `c${id}`]);

interface Long {
  readonly title: string;
  readonly orders: Tables[string];
  readonly sql: string;
  /** Of the one hazard; null for none. */
  readonly count: number | null;
  readonly action?: string;
}

const long: readonly Long[] = [
  {
    title: 'a thousand with children',
    orders: all.slice(0, 1000).map((id) => [id, id]),
    sql: remove(...all),
    count: 1000,
  },
  { title: 'none with children', orders: [], sql: remove(...all), count: null },
  { title: 'only the last with a child', orders: [[1, many]], sql: remove(...all), count: 1 },
  {
    title: 'by another condition each',
    orders: [
      [1, 1],
      [2, 2],
    ],
    sql: all.map((id) => `DELETE FROM "Customer" WHERE "id" = ${id} AND "name" <> '';`).join('\n'),
    count: 2,
  },
  {
    title: 'each after its children',
    orders: all.map((id) => [id, id]),
    sql: all.map((id) => `DELETE FROM "Order" WHERE "customerId" = ${id};\n${remove(id)}`).join('\n'),
    count: null,
  },
  {
    title: 'each after its children, but for one',
    orders: all.map((id) => [id, id]),
    sql: all
      .map((id) => `${id === 7 ? '' : `DELETE FROM "Order" WHERE "customerId" = ${id};\n`}${remove(id)}`)
      .join('\n'),
    count: 1,
  },
  {
    title: 'each after its children, that would hold it',
    action: 'RESTRICT',
    orders: all.map((id) => [id, id]),
    sql: all.map((id) => `DELETE FROM "Order" WHERE "customerId" = ${id};\n${remove(id)}`).join('\n'),
    count: null,
  },
];

describeTargets(`a file of ${many} DELETEs`, (fresh) => {
  it.each(long)('$title: $count', { timeout: 120_000 }, async ({ title, orders, sql, count, action = 'CASCADE' }) => {
    const story: Story = { title, schema: `${customer}\n${order(action)}`, rows: { Order: orders }, pending: [sql] };
    const target = await begin(await fresh(), { ...story, rows: {} });
    await target.sql(
      `INSERT INTO "Customer" SELECT value ->> 0, value ->> 1 FROM json_each('${JSON.stringify(people)}')`,
    );
    await target.sql(`INSERT INTO "Order" SELECT value ->> 0, value ->> 1 FROM json_each('${JSON.stringify(orders)}')`);
    const report = await plan({ url: target.url, migrations: migrationsOf(story) });
    const asking = findAll(report.plan).filter(({ kind }) => kind !== 'note');
    expect(asking.map(({ code, evidence }) => [code, evidence?.count?.rows])).toEqual(
      count === null ? [] : [['data-loss', count]],
    );
    const refused = await apply({ url: target.url, migrations: migrationsOf(story) });
    if (count !== null) {
      expect(refused).toMatchObject({ outcome: 'blocked' });
      expect((await target.sql('SELECT count(*) FROM "Order"'))[0]).toEqual([orders.length]);
    }
    const done =
      count === null
        ? refused
        : await apply({ url: target.url, migrations: migrationsOf(story), allow: ['data-loss'] });
    expect(done).toMatchObject({ outcome: 'applied', error: null });
    expect(await readRows(target)).toEqual({ Customer: [], Order: [] });
  });
});
