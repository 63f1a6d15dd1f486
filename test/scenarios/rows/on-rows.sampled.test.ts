/** What only shows when the plan is run on production's rows. */

import { describe, expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, migrationsOf } from './cases.ts';

const customers = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "age" NUMERIC);';
const rows = {
  Customer: [
    [1, 'a@shop.example', 40],
    [2, 'A@shop.example', -5],
  ],
};
const alter = (column: string) => `ALTER TABLE "Customer" ALTER COLUMN ${column};`;

const failing = { tells: 'blocker', code: 'fails-on-rows', schema: customers, rows } as const;
const sound = { tells: 'nothing', code: 'fails-on-rows', schema: customers, rows } as const;

const statements: readonly Case[] = [
  {
    ...failing,
    title: 'JSON that is none, in an UPDATE',
    pending: [`UPDATE "Customer" SET "email" = "email" ->> '$.x';`],
    at: 'UPDATE',
    fails: 'malformed JSON',
    says: /on production's rows: malformed JSON\.$/,
    count: 2,
    finds: 2,
    way: /json_valid\("email"\)/,
  },
  {
    ...failing,
    title: 'an UPDATE of values that meet only on the way',
    rows: {
      Customer: [
        [1, 'a', 1],
        [2, 'b', 2],
      ],
    },
    pending: ['UPDATE "Customer" SET "id" = "id" + 1;'],
    at: 'UPDATE',
    fails: 'UNIQUE constraint failed: Customer.id',
  },
  {
    ...sound,
    title: 'JSON that is some',
    rows: { Customer: [[1, '{"x":"a"}', 1]] },
    pending: [`UPDATE "Customer" SET "email" = "email" ->> '$.x';`],
    after: { Customer: [[1, 'a', 1]] },
  },
  {
    ...failing,
    title: 'JSON that is none, in an index',
    pending: [`CREATE UNIQUE INDEX "Customer_x" ON "Customer" ("email" ->> '$.x');`],
    at: 'CREATE UNIQUE INDEX',
    fails: 'malformed JSON',
  },
  {
    ...failing,
    title: 'JSON that is none, in an index that is not unique',
    pending: [`CREATE INDEX "Customer_x" ON "Customer" ("email" ->> '$.x');`],
    at: 'CREATE INDEX',
    fails: 'malformed JSON',
    count: 2,
  },
  {
    ...failing,
    title: 'an integer that overflows in a later migration, where an earlier one made it',
    pending: [
      'UPDATE "Customer" SET "age" = 9223372036854775807 WHERE "id" = 1;',
      'ALTER TABLE "Customer" ADD COLUMN "sum" INTEGER;\nUPDATE "Customer" SET "sum" = (SELECT sum("age") FROM "Customer" WHERE "age" > 0) + (SELECT sum("id") FROM "Customer") WHERE abs("age") > -1 AND "id" < (SELECT sum("age" + 1) OVER () FROM "Customer" WHERE "age" = 9223372036854775807);',
    ],
    rows: {
      Customer: [
        [1, 'a', 1],
        [2, 'b', 9_000_000_000],
      ],
    },
    at: 'UPDATE',
    fails: 'integer overflow',
  },
  {
    ...failing,
    title: 'a trigger that refuses a row',
    schema: `${customers}\nCREATE TRIGGER "grown" BEFORE UPDATE ON "Customer" WHEN NEW."age" < 0 BEGIN SELECT RAISE(ABORT, 'too young'); END;`,
    pending: ['UPDATE "Customer" SET "email" = lower("email");'],
    at: 'UPDATE',
    fails: 'too young',
  },
  {
    ...sound,
    title: 'a trigger that refuses none',
    schema: `${customers}\nCREATE TRIGGER "grown" BEFORE UPDATE ON "Customer" WHEN NEW."age" < -100 BEGIN SELECT RAISE(ABORT, 'too young'); END;`,
    pending: ['UPDATE "Customer" SET "email" = upper("email");'],
    after: {
      Customer: [
        [1, 'A@SHOP.EXAMPLE', 40],
        [2, 'A@SHOP.EXAMPLE', -5],
      ],
    },
  },
  {
    ...failing,
    title: 'a rebuild into a STRICT table, of a value of another type',
    rows: { Customer: [[1, 'a', 'old']] },
    pending: [
      'CREATE TABLE "new_Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "age" INTEGER) STRICT;\nINSERT INTO "new_Customer" ("id", "email", "age") SELECT "id", "email", "age" FROM "Customer";\nDROP TABLE "Customer";\nALTER TABLE "new_Customer" RENAME TO "Customer";',
    ],
    at: 'INSERT',
    fails: 'cannot store TEXT value in INTEGER column',
  },
  {
    ...failing,
    title: 'a vector of another dimension',
    schema: 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "age" F32_BLOB(3));',
    rows: { Customer: [[1, 'a', null]] },
    byHand: [`UPDATE "Customer" SET "age" = vector32('[1,2]')`],
    pending: ['CREATE INDEX "Customer_age" ON "Customer" (libsql_vector_idx("age"));'],
    at: 'CREATE INDEX',
    fails: 'dimensions are different',
  },
];
describeCases('a statement that fails on the rows alone', statements);

describe('a column that is altered', () => {
  const target = describeTargets;
  target('rows that break what it asks for then', (fresh) => {
    const stories: readonly [title: string, rows: Case['rows'], pending: string, says: RegExp | null][] = [
      [
        'NOT NULL over a NULL',
        { Customer: [[1, null, 1]] },
        alter('"email" TO "email" TEXT NOT NULL'),
        /1 row .* NULL in "email"/,
      ],
      ['NOT NULL over no NULL', rows, alter('"email" TO "email" TEXT NOT NULL'), null],
      ['a CHECK over a bad row', rows, alter('"age" TO "age" NUMERIC CHECK ("age" >= 0)'), /1 row .* breaks a CHECK/],
      ['a CHECK that holds', rows, alter('"age" TO "age" NUMERIC CHECK ("age" >= -5)'), null],
      [
        'another type under an index',
        {
          Customer: [
            [1, 'a', 5],
            [2, 'b', 40],
          ],
        },
        alter('"age" TO "age" TEXT'),
        /would hold a value in "age"|index "Customer_age"/,
      ],
      ['the same type under an index', rows, alter('"age" TO "age" NUMERIC DEFAULT 0'), null],
    ];
    it.each(stories)('%s', async (title, own, pending, says) => {
      const story = {
        title,
        schema: `${customers}\nCREATE INDEX "Customer_age" ON "Customer" ("age");`,
        rows: own,
        pending: [pending],
      };
      const { url } = await begin(await fresh(), story);
      const { plan: planned } = await plan({ url, migrations: migrationsOf(story) });
      const found = planned.migrations
        .flatMap(({ findings }) => findings)
        .filter(({ code }) => code === 'breaks-constraints');
      expect(found.map(({ kind }) => kind)).toEqual(says === null ? [] : found.map(() => 'blocker'));
      expect(found.length > 0).toBe(says !== null);
      if (says) expect(found[0]?.message).toMatch(says);
      const result = await apply({ url, migrations: migrationsOf(story) });
      expect(result.outcome).toBe(says === null ? 'applied' : 'blocked');
    });
  });
});

describeTargets('rows that are not fetched', (fresh) => {
  const story = {
    title: '',
    schema: customers,
    rows,
    pending: [`UPDATE "Customer" SET "email" = "email" ->> '$.x';`],
  };

  it('are not asked for where none may be, and then the failure shows while applying', async () => {
    const { url } = await begin(await fresh(), story);
    const options = { url, migrations: migrationsOf(story), rows: 0 };
    const { plan: planned, ready } = await plan(options);
    expect([ready, planned.ranOn]).toEqual([true, null]);
    expect(await apply(options)).toMatchObject({ outcome: 'failed', error: { code: 'STATEMENT_FAILED' } });
  });

  it('are named where there are too many, and what reads them proves nothing', async () => {
    const { url } = await begin(await fresh(), story);
    const { plan: planned, ready } = await plan({ url, migrations: migrationsOf(story), rows: 1 });
    expect([ready, planned.ranOn]).toEqual([true, { tables: [], left: ['Customer'], isWhole: false }]);
  });

  it('are left where a value of a server has no room for them, and the others come all the same', async () => {
    const { url } = await begin(await fresh(), {
      ...{ title: '', pending: [], rows: { Small: [[1, 'x']] } },
      schema: ['Small', 'Large']
        .map((name) => `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY, "a" TEXT);`)
        .join('\n'),
      byHand: [
        `INSERT INTO "Large" WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 10000) SELECT x, hex(zeroblob(125)) FROM n`,
      ],
    });
    const init = ['Small', 'Large']
      .map((name) => `CREATE TABLE "${name}" ("id" INTEGER PRIMARY KEY, "a" TEXT);`)
      .join('\n');
    const update = {
      name: '20260301000000_b',
      sql: 'UPDATE "Small" SET "a" = \'y\';\nUPDATE "Large" SET "a" = \'y\';',
    };
    const { plan: planned } = await plan({ url, migrations: [{ name: '20260101000000_init', sql: init }, update] });
    expect(planned.ranOn).toEqual({ tables: [{ table: 'Small', rows: 1 }], left: ['Large'], isWhole: false });
  });

  it('do not change the id of the plan', async () => {
    const { url } = await begin(await fresh(), { ...story, pending: ['UPDATE "Customer" SET "age" = 1;'] });
    const migrations = migrationsOf({ ...story, pending: ['UPDATE "Customer" SET "age" = 1;'] });
    const ids = await Promise.all(
      [0, 1, undefined].map(async (bound) => (await plan({ url, migrations, rows: bound })).plan.id),
    );
    expect(new Set(ids).size).toBe(1);
    expect(await apply({ url, migrations, plan: ids[0] })).toMatchObject({ outcome: 'applied' });
  });
});

describeTargets('a column that gets a foreign key', (fresh) => {
  const story = {
    title: '',
    schema:
      'CREATE TABLE "Shop" ("id" INTEGER NOT NULL PRIMARY KEY);\nCREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "shopId" INTEGER);',
    pending: ['ALTER TABLE "Customer" ALTER COLUMN "shopId" TO "shopId" INTEGER REFERENCES "Shop"("id");'],
  };
  it.each([
    ['over a row that refers to nothing', 9, ['hazard foreign-keys']],
    ['over rows that have their parent', 1, []],
    ['over NULL', null, []],
  ] as const)('%s', async (_, shopId, expected) => {
    const { url } = await begin(await fresh(), {
      ...story,
      rows: {
        Shop: [[1]],
        Customer: [
          [1, 1],
          [2, shopId],
        ],
      },
    });
    const { plan: planned } = await plan({ url, migrations: migrationsOf(story as never) });
    const found = planned.migrations.flatMap(({ findings }) => findings).filter(({ kind }) => kind !== 'note');
    expect(found.map(({ kind, code }) => `${kind} ${code}`)).toEqual(expected);
    if (expected.length > 0)
      expect(found[0]?.message).toContain('1 row of "Customer" would be left without a parent in "Shop"');
  });
});

describeTargets('what production had before', (fresh) => {
  it('is not told again, also of a table that is renamed or rebuilt', async () => {
    const story = {
      title: '',
      schema: `${customers}\nCREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer"("id"));`,
      rows: { Customer: [[1, null, -5]], Order: [[1, 99]] },
      byHand: [alter('"email" TO "email" TEXT NOT NULL'), alter('"age" TO "age" NUMERIC CHECK ("age" >= 0)')],
      pending: [
        'ALTER TABLE "Customer" RENAME TO "Client";\nALTER TABLE "Client" ADD COLUMN "note" TEXT;',
        'UPDATE "Order" SET "id" = 2;',
      ],
    };
    const { url, sql } = await begin(await fresh(), { ...story, byHand: [] });
    await sql(...story.byHand);
    // The schema that was applied is the one of before; what was done by hand is no migration's.
    const { plan: planned } = await plan({ url, migrations: migrationsOf(story) });
    expect(planned.ranOn).toMatchObject({ isWhole: true });
    expect(planned.migrations.flatMap(({ findings }) => findings).filter(({ kind }) => kind !== 'note')).toEqual([]);
  });
});

describeTargets('a table that is too large', (fresh) => {
  const story = {
    title: '',
    schema:
      'CREATE TABLE "Small" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL);\nCREATE TABLE "Big" ("id" INTEGER PRIMARY KEY, "a" TEXT);',
    rows: {
      Small: [[1, 'x']],
      Big: [
        [1, 'y'],
        [2, 'z'],
        [3, 'z'],
      ],
    },
  };
  const find = async (pending: string) => {
    const { url } = await begin(await fresh(), { ...story, pending: [pending] });
    const { plan: planned } = await plan({ url, migrations: migrationsOf({ ...story, pending: [pending] }), rows: 2 });
    const codes = planned.migrations.flatMap(({ findings }) => findings).map(({ kind, code }) => `${kind} ${code}`);
    return { codes, ranOn: planned.ranOn };
  };

  it('is named, and what reads it proves nothing', async () => {
    // Without rows of Big there is a NULL for each row.
    expect(await find('UPDATE "Small" SET "a" = (SELECT "a" FROM "Big" WHERE "Big"."id" = "Small"."id");')).toEqual({
      codes: [],
      ranOn: { tables: [{ table: 'Small', rows: 1 }], left: ['Big'], isWhole: false },
    });
  });

  it('takes nothing from what is known of the others', async () => {
    const { codes, ranOn } = await find(`UPDATE "Big" SET "a" = 'w';\nUPDATE "Small" SET "a" = "a" ->> '$.x';`);
    expect(codes).toEqual(['blocker fails-on-rows']);
    expect(ranOn?.left).toEqual(['Big']);
  });

  it('makes unknown what is filled from it, under every name', async () => {
    const { codes } = await find(
      'CREATE TABLE "Copy" AS SELECT * FROM "Big";\nALTER TABLE "Copy" RENAME TO "Other";\nINSERT INTO "Small" SELECT 7, max("a") FROM "Other";',
    );
    expect(codes.filter((code) => code.startsWith('blocker'))).toEqual([]);
  });
});

describeTargets('rows without a parent while keys are off', (fresh) => {
  const stories: readonly [title: string, pending: string][] = [
    [
      'are others when their own key changes',
      'PRAGMA foreign_keys=OFF;\nUPDATE "K" SET "id" = "id" + 10;\nPRAGMA foreign_keys=ON;',
    ],
    [
      'are others in another table',
      'PRAGMA foreign_keys=OFF;\nCREATE TABLE "K2" ("id" INTEGER PRIMARY KEY, "p" INTEGER REFERENCES "P"("id"));\nINSERT INTO "K2" SELECT "id", "p" FROM "K";\nPRAGMA foreign_keys=ON;',
    ],
  ];
  it.each(stories)('%s: a hazard, as apply would not commit them', async (title, pending) => {
    const story = {
      title,
      schema:
        'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "K" ("id" INTEGER PRIMARY KEY, "p" INTEGER REFERENCES "P"("id"));',
      rows: {
        P: [[1]],
        K: [
          [1, 1],
          [2, 77],
        ],
      },
      pending: [pending],
    };
    const { url } = await begin(await fresh(), story);
    const options = { url, migrations: migrationsOf(story) };
    expect(['blocked', 'failed']).toContain((await apply({ ...options, rows: 0 })).outcome);
    const { plan: planned } = await plan(options);
    const asking = planned.migrations.flatMap(({ findings }) => findings).filter(({ kind }) => kind !== 'note');
    expect(asking.map(({ kind, code, evidence }) => [kind, code, evidence?.count?.rows])).toEqual([
      ['hazard', 'foreign-keys', 1],
    ]);
    expect(await apply({ ...options, allow: ['foreign-keys'] })).toMatchObject({ outcome: 'applied' });
  });
});
