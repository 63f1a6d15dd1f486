/** Rows that a new unique index or constraint would meet twice. */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';

const schema = `CREATE TABLE "Customer" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT,
    "shop" TEXT,
    "active" INTEGER NOT NULL DEFAULT 1
);`;

const [ada, Ada, bob] = ['ada@shop.example', 'Ada@Shop.example', 'bob@shop.example'];

/** Two rows share a mail. */
const shared = {
  Customer: [
    [1, ada, 'north', 1],
    [2, bob, 'north', 1],
    [3, ada, 'south', 0],
  ],
};
/** They differ in case only. */
const almost = {
  Customer: [
    [1, ada, 'north', 1],
    [2, Ada, 'north', 1],
  ],
};
const unique = 'CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");';
const at = 'CREATE UNIQUE INDEX';
const fails = 'UNIQUE constraint failed: Customer.email';
const inTwoRows = { tells: 'blocker', code: 'duplicates', at, count: 2, fails } as const;
const nothing = { tells: 'nothing', code: 'duplicates' } as const;

const indexes: readonly Case[] = [
  { ...inTwoRows, title: 'a unique index over a value that two rows have', schema, rows: shared, pending: [unique] },
  { ...nothing, title: 'the same where they differ', schema, rows: almost, pending: [unique] },
  {
    ...nothing,
    title: 'NULL, which is distinct from NULL',
    schema,
    rows: {
      Customer: [
        [1, null, 'north', 1],
        [2, null, 'north', 1],
      ],
    },
    pending: [unique],
  },
  {
    ...inTwoRows,
    title: 'a pair of columns that two rows have',
    schema,
    rows: { Customer: [[1, ada, 'north', 1], [2, ada, 'north', 0], ...shared.Customer.slice(2)] },
    pending: ['CREATE UNIQUE INDEX "Customer_key" ON "Customer"("email", "shop");'],
  },
  {
    ...nothing,
    title: 'a pair of columns of which one differs',
    schema,
    rows: shared,
    pending: ['CREATE UNIQUE INDEX "Customer_key" ON "Customer"("email", "shop");'],
  },
  {
    ...nothing,
    title: 'a pair of columns of which one is NULL',
    schema,
    rows: {
      Customer: [
        [1, ada, null, 1],
        [2, ada, null, 1],
      ],
    },
    pending: ['CREATE UNIQUE INDEX "Customer_key" ON "Customer"("email", "shop");'],
  },
  {
    ...inTwoRows,
    title: 'a partial index with both rows in it',
    schema,
    rows: { Customer: [...shared.Customer, [4, ada, 'west', 1]] },
    pending: ['CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email") WHERE "active" = 1;'],
  },
  {
    ...nothing,
    title: 'a partial index with only one of them in it',
    schema,
    rows: shared,
    pending: ['CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email") WHERE "active" = 1;'],
  },
  {
    ...inTwoRows,
    title: 'an index that does not care for case',
    schema,
    rows: almost,
    pending: ['CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email" COLLATE NOCASE);'],
  },
  {
    ...inTwoRows,
    title: 'a column that does not care for case',
    schema: schema.replace('"email" TEXT', '"email" TEXT COLLATE NOCASE'),
    rows: almost,
    pending: [unique],
  },
  {
    ...nothing,
    title: 'an index that cares for case on a column that does not',
    schema: schema.replace('"email" TEXT', '"email" TEXT COLLATE NOCASE'),
    rows: almost,
    pending: ['CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email" COLLATE BINARY);'],
  },
  {
    ...inTwoRows,
    title: 'an index over an expression that two rows have in common',
    schema,
    rows: almost,
    pending: ['CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"(lower("email"));'],
    fails: "UNIQUE constraint failed: index 'Customer_email_key'",
  },
  {
    ...nothing,
    title: 'an index over an expression that differs',
    schema,
    rows: almost,
    pending: ['CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"(substr("email", 1, 2));'],
  },
  {
    ...inTwoRows,
    title: 'an index that becomes unique',
    schema: `${schema}\nCREATE INDEX "Customer_email_idx" ON "Customer"("email");`,
    rows: shared,
    pending: [`-- RedefineIndex\nDROP INDEX "Customer_email_idx";\n${unique}`],
  },
  {
    ...nothing,
    title: 'an index that is there already, which is left out',
    schema,
    rows: almost,
    byHand: [unique],
    pending: [unique],
  },
  {
    ...inTwoRows,
    title: 'a table that has no rowid',
    schema: 'CREATE TABLE "Customer" ("code" TEXT PRIMARY KEY, "email" TEXT) WITHOUT ROWID;',
    rows: {
      Customer: [
        ['a', ada],
        ['b', ada],
      ],
    },
    pending: [unique],
  },
  {
    ...inTwoRows,
    title: 'names that have to be quoted',
    schema: 'CREATE TABLE "Order ""list" ("select" INTEGER PRIMARY KEY, "group by" TEXT, "it\'s" TEXT);',
    rows: {
      'Order "list': [
        [1, ada, ada],
        [2, ada, ada],
      ],
    },
    pending: ['CREATE UNIQUE INDEX "k" ON "Order ""list"("group by", "it\'s");'],
    fails: 'UNIQUE constraint failed: Order "list.group by, Order "list.it\'s',
  },
  {
    ...inTwoRows,
    title: 'a generated column',
    schema: 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "mail" TEXT, "email" TEXT AS (lower("mail")) VIRTUAL);',
    rows: {},
    byHand: [`INSERT INTO "Customer" ("id", "mail") VALUES (1, '${ada}'), (2, '${Ada}')`],
    pending: [unique],
  },
  {
    ...inTwoRows,
    title: 'a new column whose default is the same for all rows',
    schema,
    rows: shared,
    pending: [
      `ALTER TABLE "Customer" ADD COLUMN "slug" TEXT NOT NULL DEFAULT '';\nCREATE UNIQUE INDEX "Customer_slug_key" ON "Customer"("slug");`,
    ],
    count: 3,
    fails: 'UNIQUE constraint failed: Customer.slug',
  },
  {
    ...nothing,
    title: 'a new column that has no default, and is NULL in all rows',
    schema,
    rows: { Customer: [[1, ada, 'north', 1]] },
    pending: [
      `ALTER TABLE "Customer" ADD COLUMN "slug" TEXT;\nCREATE UNIQUE INDEX "Customer_slug_key" ON "Customer"("slug");`,
    ],
    after: { Customer: [[1, ada, 'north', 1, null]] },
  },
];

const mend = 'DELETE FROM "Customer" WHERE "id" NOT IN (SELECT min("id") FROM "Customer" GROUP BY "email");';

const mended: readonly Case[] = [
  {
    ...nothing,
    title: 'rows that an earlier statement deletes',
    schema,
    rows: shared,
    pending: [`${mend}\n${unique}`],
    after: { Customer: shared.Customer.slice(0, 2) },
  },
  {
    ...nothing,
    title: 'rows that an earlier migration deletes',
    schema,
    rows: shared,
    pending: [mend, unique],
    after: { Customer: shared.Customer.slice(0, 2) },
  },
  {
    ...inTwoRows,
    title: 'what an earlier statement leaves of them',
    schema,
    rows: { Customer: [...shared.Customer, [4, ada, 'west', 1]] },
    pending: [`DELETE FROM "Customer" WHERE "active" = 0;\n${unique}`],
    finds: 2,
  },
  {
    ...nothing,
    title: 'rows that an earlier statement makes different',
    schema,
    rows: shared,
    pending: [`UPDATE "Customer" SET "email" = "email" || '#' || "id" WHERE "active" = 0;\n${unique}`],
    after: { Customer: [...shared.Customer.slice(0, 2), [3, `${ada}#3`, 'south', 0]] },
  },
  {
    ...inTwoRows,
    title: 'rows that an earlier statement makes the same',
    schema,
    rows: almost,
    pending: [`UPDATE "Customer" SET "email" = lower("email");\n${unique}`],
  },
  {
    ...nothing,
    title: 'a new column that an earlier statement fills with different values',
    schema,
    rows: shared,
    pending: [
      `ALTER TABLE "Customer" ADD COLUMN "slug" TEXT NOT NULL DEFAULT '';
UPDATE "Customer" SET "slug" = 'c' || "id";
CREATE UNIQUE INDEX "Customer_slug_key" ON "Customer"("slug");`,
    ],
    after: { Customer: shared.Customer.map((row) => [...row, `c${row[0]}`]) },
  },
  {
    ...inTwoRows,
    title: 'a column that was renamed before',
    schema,
    rows: shared,
    pending: [
      'ALTER TABLE "Customer" RENAME COLUMN "email" TO "mail";',
      'CREATE UNIQUE INDEX "Customer_mail_key" ON "Customer"("mail");',
    ],
    fails: 'UNIQUE constraint failed: Customer.mail',
  },
  {
    ...nothing,
    title: 'a column that was renamed before, with different values',
    schema,
    rows: almost,
    pending: [
      'ALTER TABLE "Customer" RENAME COLUMN "email" TO "mail";',
      'CREATE UNIQUE INDEX "Customer_mail_key" ON "Customer"("mail");',
    ],
  },
  {
    ...inTwoRows,
    title: 'a table that was renamed before',
    schema,
    rows: shared,
    pending: [
      'ALTER TABLE "Customer" RENAME TO "Client";',
      'CREATE UNIQUE INDEX "Client_email_key" ON "Client"("email");',
    ],
    fails: 'UNIQUE constraint failed: Client.email',
  },
  {
    ...nothing,
    title: 'a name that another table has taken over',
    schema,
    rows: shared,
    pending: [
      `ALTER TABLE "Customer" RENAME TO "Client";\nCREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "email" TEXT);`,
      unique,
    ],
    after: { Client: shared.Customer, Customer: [] },
  },
];

const contact = 'CREATE TABLE "Contact" ("id" INTEGER PRIMARY KEY, "email" TEXT);';
const contactKey = 'CREATE UNIQUE INDEX "Contact_email_key" ON "Contact"("email");';

const filled: readonly Case[] = [
  {
    ...inTwoRows,
    title: 'a new table that an earlier migration fills from one of production',
    schema,
    rows: shared,
    pending: [`${contact}\nINSERT INTO "Contact" ("id", "email") SELECT "id", "email" FROM "Customer";`, contactKey],
    fails: 'UNIQUE constraint failed: Contact.email',
  },
  {
    ...nothing,
    title: 'a new table that is filled with each value once',
    schema,
    rows: shared,
    pending: [`${contact}\nINSERT INTO "Contact" ("email") SELECT DISTINCT "email" FROM "Customer";`, contactKey],
    after: {
      ...shared,
      Contact: [
        [1, ada],
        [2, bob],
      ],
    },
  },
  {
    ...nothing,
    title: 'a new table that is filled with some of the rows',
    schema,
    rows: shared,
    pending: [
      `${contact}\nINSERT INTO "Contact" ("id", "email") SELECT "id", "email" FROM "Customer" WHERE "active" = 1;`,
      contactKey,
    ],
    after: {
      ...shared,
      Contact: [
        [1, ada],
        [2, bob],
      ],
    },
  },
  {
    ...nothing,
    title: 'a new table that nothing fills',
    schema,
    rows: shared,
    pending: [`${contact}\n${contactKey}`],
    after: { ...shared, Contact: [] },
  },
];

const uniqueBefore = `${schema}\n${unique}`;
const updated = { ...inTwoRows, at: 'UPDATE' } as const;

const existingKeys: readonly Case[] = [
  {
    ...updated,
    title: 'an UPDATE that makes values the same under a unique index that is there',
    schema: uniqueBefore,
    rows: almost,
    pending: ['UPDATE "Customer" SET "email" = lower(trim("email"));'],
    way: /make them differ, in the same file before the UPDATE$/,
  },
  {
    ...updated,
    title: 'the same for some of the rows',
    schema: uniqueBefore,
    rows: almost,
    pending: [`UPDATE "Customer" SET "email" = lower("email") WHERE "shop" = 'north';`],
  },
  {
    ...nothing,
    title: 'the same for rows of which none meets another',
    schema: uniqueBefore,
    rows: almost,
    pending: [`UPDATE "Customer" SET "email" = lower("email") WHERE "shop" = 'south';`],
  },
  {
    ...nothing,
    title: 'values that stay different under it',
    schema: uniqueBefore,
    rows: almost,
    pending: [`UPDATE "Customer" SET "email" = lower("email") || "id";`],
    after: {
      Customer: [
        [1, `${ada}1`, 'north', 1],
        [2, `${ada}2`, 'north', 1],
      ],
    },
  },
  {
    ...nothing,
    title: 'NULL under it, as often as it may be',
    schema: uniqueBefore,
    rows: almost,
    pending: ['UPDATE "Customer" SET "email" = NULL;'],
    after: {
      Customer: [
        [1, null, 'north', 1],
        [2, null, 'north', 1],
      ],
    },
  },
  {
    ...nothing,
    title: 'an UPDATE of a column that no key has',
    schema: uniqueBefore,
    rows: almost,
    pending: [`UPDATE "Customer" SET "shop" = 'south';`],
    after: {
      Customer: [
        [1, ada, 'south', 1],
        [2, Ada, 'south', 1],
      ],
    },
  },
  {
    ...nothing,
    title: 'rows that go before the UPDATE would make them the same',
    schema: uniqueBefore,
    rows: almost,
    pending: ['DELETE FROM "Customer" WHERE "id" = 2;\nUPDATE "Customer" SET "email" = lower("email");'],
    after: { Customer: [[1, ada, 'north', 1]] },
  },
  {
    ...updated,
    title: 'an index over an expression of what the UPDATE changes',
    schema: `${schema}\nCREATE UNIQUE INDEX "Customer_lower" ON "Customer"(lower("email"));`,
    rows: {
      Customer: [
        [1, ada, 'north', 1],
        [2, ` ${Ada}`, 'north', 1],
      ],
    },
    pending: ['UPDATE "Customer" SET "email" = trim("email");'],
    fails: "UNIQUE constraint failed: index 'Customer_lower'",
    way: /^-- look at the rows first; then keep one of each, or make them differ/,
  },
  {
    ...updated,
    title: 'a key of two columns, one of which it changes',
    schema: `${schema}\nCREATE UNIQUE INDEX "Customer_key" ON "Customer"("email", "shop");`,
    rows: {
      Customer: [
        [1, ada, 'north', 1],
        [2, ada, 'south', 1],
        [3, bob, 'south', 1],
      ],
    },
    pending: [`UPDATE "Customer" SET "shop" = 'west';`],
    fails: 'UNIQUE constraint failed: Customer.email, Customer.shop',
  },
  {
    ...updated,
    title: 'the primary key',
    finds: 0,
    schema,
    rows: almost,
    pending: ['UPDATE "Customer" SET "id" = 7;'],
    fails: 'UNIQUE constraint failed: Customer.id',
    way: /^-- look at the rows first; then keep one of each, or make them differ/,
  },
  {
    ...updated,
    title: 'the same value for all, which nobody should delete the others for',
    schema: uniqueBefore,
    rows: almost,
    pending: [`UPDATE "Customer" SET "email" = 'nobody' WHERE "active" = 1;`],
    wayIsNot: /DELETE/,
  },
  {
    ...nothing,
    title: 'what OR REPLACE takes out of the way, which is told as a loss',
    schema: uniqueBefore,
    rows: { Customer: [[1, ada, 'north', 1]] },
    pending: ['UPDATE OR REPLACE "Customer" SET "email" = lower("email");'],
  },
  {
    ...nothing,
    title: 'what OR IGNORE leaves as it is',
    schema: uniqueBefore,
    rows: almost,
    pending: ['UPDATE OR IGNORE "Customer" SET "email" = lower("email");'],
  },
  {
    ...nothing,
    title: 'a key whose own ON CONFLICT leaves rows as they are',
    schema: 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT UNIQUE ON CONFLICT IGNORE);',
    rows: {
      Customer: [
        [1, ada],
        [2, Ada],
      ],
    },
    pending: ['UPDATE "Customer" SET "email" = lower("email");'],
  },
];
describeCases('existing keys that an UPDATE meets', sampled(existingKeys, 2));

describeCases('a unique index', sampled(indexes, 2));
describeCases('a unique index behind statements that change rows or names', sampled(mended, 2));
describeCases('a unique index on a new table', sampled(filled, 2));
