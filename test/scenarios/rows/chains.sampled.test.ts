/** Rows that go along by more than one key, or by a trigger. */

import { expect, it } from 'vitest';
import { plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { keysOff, rebuild } from './rebuilds.ts';

const lost = { tells: 'hazard', code: 'data-loss', at: ['DELETE ', 'UPDATE ', 'INSERT '] } as const;
const nothing = { tells: 'nothing', code: 'data-loss' } as const;

const category =
  'CREATE TABLE "Category" ("id" INTEGER NOT NULL PRIMARY KEY, "parentId" INTEGER REFERENCES "Category" ("id") ON DELETE CASCADE);';
const product =
  'CREATE TABLE "Product" ("id" INTEGER NOT NULL PRIMARY KEY, "categoryId" INTEGER REFERENCES "Category" ("id") ON DELETE CASCADE);';
const categories = [
  [1, null],
  [2, 1],
  [3, 2],
  [4, null],
];
const tree = {
  schema: `${category}\n${product}`,
  rows: {
    Category: categories,
    Product: [
      [1, 3],
      [2, 4],
    ],
  },
  pending: ['DELETE FROM "Category" WHERE "id" = 1;'],
} as const;

const customer = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);';
const customers = [
  [1, 'Ada Example'],
  [2, 'Bob Example'],
];
const ada = customers.slice(0, 1);
const remove = 'DELETE FROM "Customer" WHERE "id" = 2;';
const refers = (column: string, action: string) =>
  `"${column}" INTEGER REFERENCES "Customer" ("id") ON DELETE ${action}`;
const twice = (action: string) =>
  `${customer}\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')}, ${refers('payerId', action)});`;
const orders = [
  [1, 1, 1],
  [2, 2, 2],
  [3, 1, 2],
];

const diamond = `${customer}
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')});
CREATE TABLE "Task" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')}, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE CASCADE);`;
const favourite = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "favourite" INTEGER REFERENCES "Order" ("id") ON DELETE SET NULL);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')});`;
const circle = `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')}, "billId" INTEGER REFERENCES "Bill" ("id") ON DELETE CASCADE);
CREATE TABLE "Bill" ("id" INTEGER NOT NULL PRIMARY KEY, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE CASCADE);`;

const keys: readonly Case[] = [
  {
    ...lost,
    ...tree,
    title: 'what hangs on rows of the same table that go along',
    says: /2 rows of "Category" \(deleted\), 1 row of "Product" \(deleted\)/,
    count: 3,
    after: { Category: [[4, null]], Product: [[2, 4]] },
  },
  {
    ...nothing,
    ...tree,
    title: 'nothing hangs on the rows of the same table that are deleted',
    pending: ['DELETE FROM "Category" WHERE "id" = 3 OR "parentId" = 3;'],
    rows: { Category: categories, Product: [[2, 4]] },
    after: {
      Category: [
        [1, null],
        [2, 1],
        [4, null],
      ],
      Product: [[2, 4]],
    },
  },
  {
    ...lost,
    title: 'a row of the same table whose reference is set to NULL',
    schema: category.replace('CASCADE', 'SET NULL'),
    rows: { Category: categories },
    pending: ['DELETE FROM "Category" WHERE "id" = 1 OR "id" = 2;'],
    says: /1 row of "Category" \(set to NULL\)/,
    count: 1,
    after: {
      Category: [
        [3, null],
        [4, null],
      ],
    },
  },
  {
    ...lost,
    title: 'a row of the same table, of which nobody can tell which are deleted',
    schema: category,
    rows: { Category: categories },
    pending: ['DELETE FROM "Category" WHERE "id" = 1 RETURNING "id";'],
    says: /: rows of "Category"/,
    after: { Category: [[4, null]] },
  },
  {
    ...lost,
    title: 'rows of the same table that refer to each other by two columns',
    schema:
      'CREATE TABLE "Category" ("id" INTEGER PRIMARY KEY, "shop" INTEGER, "parent" INTEGER, UNIQUE ("shop", "id"), FOREIGN KEY ("shop", "parent") REFERENCES "Category" ("shop", "id") ON DELETE CASCADE);',
    rows: {
      Category: [
        [1, 1, null],
        [2, 1, 1],
        [3, 1, 2],
        [4, 2, 1],
      ],
    },
    pending: ['DELETE FROM "Category" WHERE "id" = 1;'],
    says: /: 2 rows of "Category" \(deleted\)\.$/,
    after: { Category: [[4, 2, 1]] },
  },
  {
    ...lost,
    title: 'a row that writes what it refers to in another case, where that does not matter',
    schema: `CREATE TABLE "Customer" ("email" TEXT NOT NULL COLLATE NOCASE PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customer" TEXT REFERENCES "Customer" ("email") ON DELETE CASCADE);`,
    rows: {
      Customer: [['ada@shop.example'], ['bob@shop.example']],
      Order: [
        [1, 'ADA@shop.example'],
        [2, 'bob@shop.example'],
      ],
    },
    pending: [`DELETE FROM "Customer" WHERE "email" LIKE 'ada%';`],
    count: 1,
    finds: 1,
    after: { Customer: [['bob@shop.example']], Order: [[2, 'bob@shop.example']] },
  },
  {
    ...lost,
    title: 'a row that two keys of one table reach is one row',
    schema: twice('CASCADE'),
    rows: { Customer: customers, Order: orders },
    pending: [remove],
    says: /: 2 rows of "Order" \(deleted\)\.$/,
    count: 2,
    finds: 2,
    after: { Customer: ada, Order: [[1, 1, 1]] },
  },
  {
    ...lost,
    title: 'one key deletes rows, and another sets to NULL',
    schema: twice('SET NULL'),
    rows: { Customer: customers, Order: orders },
    pending: [remove],
    says: /: 2 rows of "Order" \(deleted or set to NULL\)\.$/,
    count: 2,
    finds: 2,
    after: {
      Customer: ada,
      Order: [
        [1, 1, 1],
        [3, 1, null],
      ],
    },
  },
  {
    ...lost,
    title: 'rows of a table without rowids, that one key deletes and another sets to NULL',
    schema: `${customer}\nCREATE TABLE "Order" ("shop" TEXT NOT NULL, "number" INTEGER NOT NULL, ${refers('customerId', 'CASCADE')}, ${refers('payerId', 'SET NULL')}, PRIMARY KEY ("shop", "number")) WITHOUT ROWID;`,
    rows: {
      Customer: customers,
      Order: [
        ['a', 1, 1, 1],
        ['a', 2, 2, 2],
        ['b', 1, 1, 2],
      ],
    },
    pending: [remove],
    says: /: 2 rows of "Order" \(deleted or set to NULL\)\.$/,
    count: 2,
    finds: 2,
    after: {
      Customer: ada,
      Order: [
        ['a', 1, 1, 1],
        ['b', 1, 1, null],
      ],
    },
  },
  {
    ...lost,
    title: 'rows that a trigger gives to another before they go: what has to hold before it does not know that',
    schema: `${customer}\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')});
CREATE TRIGGER "Customer_goes" BEFORE DELETE ON "Customer" BEGIN UPDATE "Order" SET "customerId" = 1 WHERE "customerId" = OLD."id"; END;`,
    rows: { Customer: customers, Order: [[1, 2]] },
    pending: [remove],
    says: /: rows of "Order" \(deleted\)\.$/,
    after: { Customer: ada, Order: [[1, 1]] },
  },
  {
    ...lost,
    title: 'a row that two chains of keys reach is one row',
    schema: diamond,
    rows: {
      Customer: customers,
      Order: [[1, 2]],
      Task: [
        [1, 2, 1],
        [2, 1, 1],
        [3, 1, null],
      ],
    },
    pending: [remove],
    says: /: 1 row of "Order" \(deleted\), 2 rows of "Task" \(deleted\)\.$/,
    count: 3,
    after: { Customer: ada, Order: [], Task: [[3, 1, null]] },
  },
  {
    ...lost,
    title: 'keys that lead back to the table',
    schema: favourite,
    rows: {
      Customer: [
        [1, 1],
        [2, 1],
      ],
      Order: [[1, 2]],
    },
    pending: [remove],
    says: /: 1 row of "Order" \(deleted\), 1 row of "Customer" \(set to NULL\)\.$/,
    count: 2,
    after: { Customer: [[1, null]], Order: [] },
  },
  {
    ...nothing,
    title: 'keys that lead back to the table, where nothing refers to the row',
    schema: favourite,
    rows: {
      Customer: [
        [1, 1],
        [2, 1],
      ],
      Order: [[1, 1]],
    },
    pending: [remove],
    after: { Customer: [[1, 1]], Order: [[1, 1]] },
  },
  {
    ...lost,
    title: 'keys that go in a circle',
    schema: circle,
    rows: {
      Customer: [[1], [2]],
      Order: [
        [1, 2, 1],
        [2, 1, 1],
      ],
      Bill: [[1, 1]],
    },
    pending: [remove],
    says: /: 2 rows of "Order" \(deleted\), 1 row of "Bill" \(deleted\)\.$/,
    after: { Customer: [[1]], Order: [], Bill: [] },
  },
  {
    ...nothing,
    title: 'keys that go in a circle, where nothing refers to the row',
    schema: circle,
    rows: { Customer: [[1], [2]], Order: [[1, 1, null]], Bill: [[1, 1]] },
    pending: [remove],
    after: { Customer: [[1]], Order: [[1, 1, null]], Bill: [[1, 1]] },
  },
  {
    ...lost,
    tells: 'blocker',
    code: 'foreign-keys',
    title: 'a row holds one that would go along',
    schema: `${customer}
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')});
CREATE TABLE "Bill" ("id" INTEGER NOT NULL PRIMARY KEY, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE RESTRICT);`,
    rows: { Customer: customers, Order: [[1, 2]], Bill: [[1, 1]] },
    pending: [remove],
    count: 1,
    fails: 'FOREIGN KEY constraint failed',
  },
  {
    ...nothing,
    code: 'foreign-keys',
    title: 'a row holds another than one that would go along',
    allow: ['data-loss'],
    schema: `${customer}
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')});
CREATE TABLE "Bill" ("id" INTEGER NOT NULL PRIMARY KEY, "orderId" INTEGER REFERENCES "Order" ("id") ON DELETE RESTRICT);`,
    rows: {
      Customer: customers,
      Order: [
        [1, 2],
        [2, 1],
      ],
      Bill: [[1, 2]],
    },
    pending: [remove],
    after: { Customer: ada, Order: [[2, 1]], Bill: [[1, 2]] },
  },
  {
    ...nothing,
    code: 'foreign-keys',
    title: 'a row holds what is deleted, by a key that waits, and goes in time',
    schema: `${customer}\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") DEFERRABLE INITIALLY DEFERRED);`,
    rows: { Customer: customers, Order: [[1, 2]] },
    pending: [`${remove}\nDELETE FROM "Order" WHERE "customerId" = 2;`],
    after: { Customer: ada, Order: [] },
  },
  {
    ...nothing,
    code: 'foreign-keys',
    title: 'a row holds what is deleted, and a trigger takes it away before',
    allow: ['data-loss'],
    schema: `${customer}
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id"));
CREATE TRIGGER "Customer_goes" BEFORE DELETE ON "Customer" BEGIN DELETE FROM "Order" WHERE "customerId" = OLD."id"; END;`,
    rows: { Customer: customers, Order: [[1, 2]] },
    pending: [remove],
    after: { Customer: ada, Order: [] },
  },
  {
    tells: 'hazard',
    code: 'foreign-keys',
    at: 'DELETE',
    title:
      'a row holds one that is deleted, and another is deleted that had no parent: SQLite counts the one against the other',
    schema: `CREATE TABLE "Shop" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "shopId" INTEGER REFERENCES "Shop" ("id"));
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id"));`,
    rows: {
      Shop: [],
      Customer: [
        [1, null],
        [2, 9],
      ],
      Order: [[1, 1]],
    },
    pending: ['DELETE FROM "Customer";'],
    after: { Shop: [], Customer: [], Order: [[1, 1]] },
  },
];

const note = 'CREATE TABLE "Note" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER);';
const trigger = (on: string, body: string, table = 'Customer') =>
  `${customer}\n${note}\nCREATE TRIGGER "Customer_gone" AFTER ${on} ON "${table}" BEGIN ${body} END;`;
const deletesNotes = 'DELETE FROM "Note" WHERE "customerId" = OLD."id";';
const notes = [
  [1, 1],
  [2, 2],
];
const told = {
  ...lost,
  rows: { Customer: customers, Note: notes },
  pending: [remove],
  says: /"Customer_gone".*"Note"/,
  after: { Customer: ada, Note: notes.slice(0, 1) },
} as const;
const silent = { ...nothing, rows: told.rows, pending: told.pending, after: told.after } as const;
const ordered = `${trigger('DELETE', 'DELETE FROM "Note" WHERE "customerId" = OLD."customerId";', 'Order').replace('CREATE TRIGGER', `CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, ${refers('customerId', 'CASCADE')});\nCREATE TRIGGER`)}`;

const triggers: readonly Case[] = [
  {
    ...told,
    title: 'a trigger deletes rows of another table',
    schema: trigger('DELETE', deletesNotes),
    says: /"Customer_gone", which deletes 1 row of "Note"/,
  },
  {
    ...silent,
    title: 'a trigger writes down what is deleted',
    schema: trigger('DELETE', 'INSERT INTO "Note" ("customerId") VALUES (OLD."id");'),
    after: { Customer: ada, Note: [...notes, [3, 2]] },
  },
  {
    ...silent,
    title: 'a trigger changes rows of another table',
    schema: trigger('DELETE', 'UPDATE "Note" SET "customerId" = 1 WHERE "customerId" = OLD."id";'),
    after: {
      Customer: ada,
      Note: [
        [1, 1],
        [2, 1],
      ],
    },
  },
  {
    ...silent,
    title: 'a trigger has no rows to delete',
    schema: trigger('DELETE', deletesNotes),
    rows: { Customer: customers, Note: [] },
    after: { Customer: ada, Note: [] },
  },
  {
    ...silent,
    title: 'nothing fires the trigger',
    schema: trigger('DELETE', deletesNotes),
    pending: ['DELETE FROM "Customer" WHERE "id" = 9;'],
    after: told.rows,
  },
  {
    ...silent,
    title: 'a trigger of another event',
    schema: trigger('INSERT', 'DELETE FROM "Note" WHERE "customerId" = NEW."id";'),
    after: { Customer: ada, Note: notes },
  },
  {
    ...told,
    title: 'a trigger deletes rows although foreign keys are off',
    schema: trigger('DELETE', deletesNotes),
    pending: [keysOff(remove)],
  },
  {
    ...told,
    title: 'a trigger on what goes along',
    schema: ordered,
    rows: { ...told.rows, Order: [[1, 2]] },
    about: /Fires/,
    after: { ...told.after, Order: [] },
  },
  {
    ...silent,
    title: 'a trigger on what would go along, and nothing does',
    schema: ordered,
    rows: { ...told.rows, Order: [[1, 1]] },
    after: { Customer: ada, Note: notes, Order: [[1, 1]] },
  },
  {
    ...told,
    title: 'a trigger that another trigger fires',
    schema: `${trigger('DELETE', 'INSERT INTO "Bin" VALUES (OLD."id");').replace('CREATE TRIGGER', 'CREATE TABLE "Bin" ("id" INTEGER PRIMARY KEY);\nCREATE TRIGGER')}
CREATE TRIGGER "Bin_new" AFTER INSERT ON "Bin" BEGIN DELETE FROM "Note" WHERE "customerId" = NEW."id"; END;`,
    rows: { ...told.rows, Bin: [] },
    after: { ...told.after, Bin: [[2]] },
  },
  {
    ...told,
    title: 'what hangs on rows that a trigger deletes',
    schema: `${trigger('DELETE', deletesNotes)}\nCREATE TABLE "Page" ("id" INTEGER PRIMARY KEY, "noteId" INTEGER REFERENCES "Note" ("id") ON DELETE CASCADE);`,
    rows: {
      ...told.rows,
      Page: [
        [1, 2],
        [2, 1],
      ],
    },
    says: /"Page"/,
    about: /"Page"/,
    after: { ...told.after, Page: [[2, 1]] },
  },
  {
    ...told,
    title: 'a trigger that stands for a view',
    schema: `${trigger('DELETE', 'INSERT INTO "Note" ("customerId") VALUES (0);')}
CREATE VIEW "Written" AS SELECT * FROM "Note";
CREATE TRIGGER "Customer_gone_from" INSTEAD OF DELETE ON "Written" BEGIN DELETE FROM "Note" WHERE "id" = OLD."id"; END;`,
    pending: ['DELETE FROM "Written" WHERE "id" = 2;'],
    says: /"Note"/,
    after: { Customer: customers, Note: notes.slice(0, 1) },
  },
  {
    ...told,
    title: 'a trigger on UPDATE',
    schema: trigger('UPDATE OF "name"', deletesNotes),
    pending: [`UPDATE "Customer" SET "name" = 'gone' WHERE "id" = 2;`],
    after: { Customer: [...ada, [2, 'gone']], Note: notes.slice(0, 1) },
  },
  {
    ...silent,
    title: 'a trigger on UPDATE of another column',
    schema: trigger('UPDATE OF "id"', deletesNotes),
    pending: [`UPDATE "Customer" SET "name" = 'gone' WHERE "id" = 2;`],
    after: { Customer: [...ada, [2, 'gone']], Note: notes },
  },
  {
    ...told,
    title: 'a trigger on INSERT that replaces',
    schema: trigger('INSERT', 'INSERT OR REPLACE INTO "Note" VALUES (2, NEW."id");').replace(
      'BEGIN',
      'WHEN NEW."id" > 2 BEGIN',
    ),
    pending: [`INSERT INTO "Customer" VALUES (3, 'new');`],
    after: {
      Customer: [...customers, [3, 'new']],
      Note: [
        [1, 1],
        [2, 3],
      ],
    },
  },
];

describeCases('a row that is deleted, and keys behind it', sampled(keys, 2));
describeCases('a statement that fires a trigger', sampled(triggers, 2));

describeMeanwhile('a trigger', [
  {
    title: 'a row that it deletes',
    code: 'data-loss',
    schema: trigger('DELETE', deletesNotes),
    rows: { Customer: customers, Note: [] },
    pending: [remove],
    meanwhile: 'INSERT INTO "Note" VALUES (8, 2)',
    says: /"Note"/,
    left: { Customer: ada, Note: [] },
  },
]);

describeTargets('a trigger that keeps a table for searching', (fresh) => {
  it('loses nothing', async () => {
    const story = {
      title: '',
      schema: `${customer}\nCREATE VIRTUAL TABLE "Search" USING fts5(name);\nCREATE TRIGGER "Customer_gone" AFTER DELETE ON "Customer" BEGIN DELETE FROM "Search" WHERE rowid = OLD."id"; END;`,
      rows: { Customer: customers },
      byHand: [`INSERT INTO "Search" (rowid, name) VALUES (2, 'Bob')`],
      pending: [remove],
    };
    const target = await begin(await fresh(), story);
    const { plan: planned, ready } = await plan({ url: target.url, migrations: migrationsOf(story) });
    expect([ready, findAll(planned)]).toEqual([true, []]);
  });
});

const many = Array.from({ length: 60 }, (_, index) => `Child${index}`);
const wide = {
  title: '',
  schema: `${customer}\n${many.map((name) => `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY, ${refers('customerId', 'CASCADE')}, ${refers('other', 'SET NULL')});`).join('\n')}`,
  rows: { Customer: customers, Child0: [[1, 2, 2]], Child50: [[1, 1, 2]], Child59: [[1, 1, 1]] },
  pending: [remove],
};
const ladder = {
  title: '',
  schema: `${customer}\n${many
    .map(
      (name, index) =>
        `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY, ${refers('customerId', 'CASCADE')}${many
          .slice(0, index)
          .map((parent) => `, "to${parent}" INTEGER REFERENCES "${parent}" ("id") ON DELETE CASCADE`)
          .join('')});`,
    )
    .join('\n')}`,
  rows: { Customer: customers },
  pending: [remove],
};

describeTargets('sixty tables that refer to the one', (fresh) => {
  it.concurrent('are told in one line, with a handful of questions and guards', async () => {
    const target = await begin(await fresh(), wide);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(wide) });
    const [finding] = findAll(planned).filter(({ code }) => code === 'data-loss');
    expect(finding?.message).toMatch(/: 1 row of "Child0" \(deleted or set to NULL\), 1 row of 52 more tables\.$/);
    expect(planned.asked?.questions).toBeLessThan(12);
    expect(planned.migrations[0]?.statements[0]?.guards.length).toBeLessThan(12);
  });

  it.concurrent('and each to all before it cost no more', async () => {
    const target = await begin(await fresh(), ladder);
    const input = { url: target.url, migrations: migrationsOf(ladder) };
    const { plan: planned, ready } = await plan(input);
    expect([ready, findAll(planned)]).toEqual([true, []]);
    expect(planned.asked?.questions).toBeLessThan(12);
    expect(planned.migrations[0]?.statements[0]?.guards.length).toBeLessThan(12);
    await target.sql('INSERT INTO "Child0" VALUES (1, 2)');
    const next = await plan(input);
    expect(findAll(next.plan)).toEqual([
      expect.objectContaining({
        kind: 'hazard',
        evidence: expect.objectContaining({ count: null }),
        message: expect.stringMatching(/: 1 row of "Child0" \(deleted\), .*rows of 52 more tables\.$/),
      }),
    ]);
  });
});

const selfColumns = '"id" TEXT NOT NULL PRIMARY KEY, "next" TEXT REFERENCES "Step" ("id")';
const step = { schema: `CREATE TABLE "Step" (${selfColumns});`, at: 'DROP TABLE' } as const;

describeCases('a rebuild with keys on, of a table that refers to itself', [
  {
    ...step,
    tells: 'blocker',
    code: 'foreign-keys',
    title: 'a row of the copy holds one of the old table',
    rows: {
      Step: [
        ['a', null],
        ['b', 'a'],
      ],
    },
    pending: [rebuild({ table: 'Step', columns: `${selfColumns}, "note" TEXT`, into: '"id", "next"' })],
    fails: 'FOREIGN KEY constraint failed',
    count: 1,
    finds: 1,
  },
  {
    ...step,
    tells: 'nothing',
    code: 'foreign-keys',
    title: 'no row refers to another',
    rows: { Step: [['a', null]] },
    pending: [rebuild({ table: 'Step', columns: selfColumns, into: '"id", "next"' })],
  },
  {
    tells: 'blocker',
    code: 'foreign-keys',
    title: 'a row of another table holds one of the old table',
    schema: `CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE RESTRICT);`,
    rows: { Customer: [[1]], Order: [[1, 1]] },
    pending: [rebuild({ table: 'Customer', columns: '"id" INTEGER NOT NULL PRIMARY KEY, "note" TEXT', into: '"id"' })],
    at: 'DROP TABLE',
    fails: 'FOREIGN KEY constraint failed',
    count: 1,
    finds: 1,
  },
]);
