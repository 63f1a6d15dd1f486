/** The contract of what a rebuild would take along: afterwards it is there as it was, and works. */

import { describe, expect, it } from 'vitest';
import { apply, type MigrationSource } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { applyAll, compareReplayed, findOurs, readObjects, rebuildCustomer, rows, shop } from './kept-stories.ts';

interface Kept {
  readonly what: string;
  readonly sql: readonly string[];
  /** How the note lists it. */
  readonly note: string;
  /** Statements that work only with it, the last one with these rows. */
  readonly works: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

const readLog = 'SELECT "text" FROM "Log"';

const objects: readonly Kept[] = [
  {
    what: 'a trigger',
    sql: [
      `CREATE TRIGGER "audit" AFTER UPDATE OF "name" ON "Customer" -- by hand;\nWHEN NEW."name" <> 'quiet' BEGIN INSERT INTO "Log" VALUES (OLD."name" || '>' || NEW."name"); END`,
    ],
    note: 'would drop: trigger "audit".',
    works: [`UPDATE "Customer" SET "name" = 'X' WHERE "id" = 1`, readLog],
    rows: [['A>X']],
  },
  {
    what: 'triggers that call each other',
    sql: [
      `CREATE TRIGGER "first" BEFORE DELETE ON "Customer" BEGIN UPDATE "Customer" SET "name" = 'gone' WHERE "id" = OLD."id"; END`,
      `CREATE TRIGGER "second" AFTER UPDATE ON "Customer" BEGIN INSERT INTO "Log" VALUES (NEW."name"); END`,
    ],
    note: 'would drop: trigger "first", trigger "second".',
    works: ['DELETE FROM "Customer" WHERE "id" = 7', readLog],
    rows: [['gone']],
  },
  {
    what: 'a partial index',
    sql: [`CREATE UNIQUE INDEX "named" ON "Customer" ("email" COLLATE NOCASE) WHERE "name" IS NOT NULL`],
    note: 'would drop: index "named".',
    works: [`SELECT partial FROM pragma_index_list('Customer') WHERE name = 'named'`],
    rows: [[1]],
  },
  {
    what: 'an index over an expression',
    sql: [`CREATE INDEX "lower_email" ON "Customer" (lower("email"))`],
    note: 'would drop: index "lower_email".',
    works: [`SELECT "id" FROM "Customer" INDEXED BY "lower_email" WHERE lower("email") = 'b@shop'`],
    rows: [[2]],
  },
  {
    what: 'a view',
    sql: [`CREATE VIEW "active" AS SELECT * FROM "Customer" WHERE "name" <> ''`],
    note: 'would fail on: view "active" is dropped and recreated around it.',
    works: ['SELECT "id" FROM "active"'],
    rows: [[1], [7]],
  },
  {
    what: 'views over views, with a trigger',
    sql: [
      'CREATE VIEW "both" AS SELECT "emails"."email", "log"."text" FROM "emails", "Log" AS "log"',
      'CREATE VIEW "emails" AS SELECT "email" FROM "Customer"',
      `CREATE TRIGGER "enter" INSTEAD OF INSERT ON "emails" BEGIN INSERT INTO "Customer" ("email", "name") VALUES (NEW."email", ''); INSERT INTO "Log" VALUES ('entered'); END`,
    ],
    note: 'would fail on: view "emails", view "both", trigger "enter" of "emails" are dropped and recreated around it.',
    works: [`INSERT INTO "emails" VALUES ('d@shop')`, 'SELECT "email", "text" FROM "both" WHERE "email" LIKE \'d%\''],
    rows: [['d@shop', 'entered']],
  },
  {
    what: "another table's trigger",
    sql: [
      `CREATE TRIGGER "ordered" AFTER INSERT ON "Order" BEGIN UPDATE "Customer" SET "fax" = 'none' WHERE "id" = NEW."customerId" AND NEW."id" = 9; END`,
    ],
    note: 'would fail on: trigger "ordered" of "Order" is dropped and recreated around it.',
    works: ['INSERT INTO "Order" VALUES (9, 7)', 'SELECT "id" FROM "Customer" WHERE "fax" = \'none\''],
    rows: [[7]],
  },
  {
    what: 'a trigger and a view at once',
    sql: [
      `CREATE TRIGGER "entered" AFTER INSERT ON "Customer" BEGIN INSERT INTO "Log" SELECT "email" FROM "active" WHERE "id" = NEW."id"; END`,
      'CREATE VIEW "active" AS SELECT "id", "email" FROM "Customer"',
    ],
    note: 'would drop: trigger "entered"; view "active" is dropped and recreated around it.',
    works: [`INSERT INTO "Customer" ("email", "name") VALUES ('e@shop', '')`, readLog],
    rows: [['e@shop']],
  },
];

const byHand: readonly Kept[] = [
  {
    what: 'a plain index',
    sql: ['CREATE INDEX "by_hand" ON "Customer" ("name", "email" DESC)'],
    note: 'would drop: index "by_hand".',
    works: [`SELECT "id" FROM "Customer" INDEXED BY "by_hand" WHERE "name" = 'C'`],
    rows: [[7]],
  },
  {
    what: 'a view and an index whose texts end in a comment',
    sql: [
      'CREATE VIEW "ids" AS SELECT "id" FROM "Customer" -- by hand; not\n',
      'CREATE INDEX "ids_index" ON "Customer" ("id" DESC, "fax") /* by hand */ -- too',
    ],
    note: 'would drop: index "ids_index"; view "ids" is dropped and recreated around it.',
    works: ['SELECT count(*) FROM "ids"'],
    rows: [[3]],
  },
];

describeTargets('what a rebuild keeps', (fresh) => {
  const begin = async (...migrations: readonly MigrationSource[]): Promise<TestTarget> => {
    const target = await fresh();
    await applyAll(target, shop, ...migrations);
    await target.sql(...rows);
    return target;
  };
  const countRows =
    'SELECT (SELECT count(*) FROM "Customer"), (SELECT count(*) FROM "Order"), (SELECT count(*) FROM "Log")';

  describe.each(['off', 'on'] as const)('with foreign keys %s', (foreignKeys) => {
    // With keys on, the rows of orders would go with the table.
    const emptied = foreignKeys === 'on' ? ['DELETE FROM "Order"'] : [];
    const rebuild = { name: '3_rebuild', sql: rebuildCustomer({ foreignKeys }) };

    it.each(sampled(objects, 3))('$what of a migration', async ({ sql, note, works, rows: expected }) => {
      const made = { name: '2_made', sql: sql.map((each) => `${each};`).join('\n') };
      const target = await begin(made);
      await target.sql(...emptied);
      const migrations = [shop, made, rebuild];
      const [before, counted] = [await readObjects(target), await target.sql(countRows)];
      expect(await findOurs(target, migrations)).toMatchObject([
        { kind: 'note', code: 'kept', line: 5, message: `Preserves what rebuilding "Customer" ${note}` },
      ]);
      await applyAll(target, ...migrations);
      expect(await readObjects(target)).toEqual(before);
      expect(await target.sql(countRows)).toEqual(counted);
      expect(await compareReplayed(target, migrations)).toEqual([]);
      expect(await target.sql(...works)).toEqual(expected);
    });

    it.each(sampled([...objects, ...byHand], 4))(
      '$what that somebody made by hand',
      async ({ sql, note, works, rows: expected }) => {
        const target = await begin();
        await target.sql(...sql, ...emptied);
        const before = await readObjects(target);
        expect((await findOurs(target, [shop, rebuild])).map(({ message }) => message)).toEqual([
          `Preserves what rebuilding "Customer" ${note}`,
        ]);
        await applyAll(target, shop, rebuild);
        expect(await readObjects(target)).toEqual(before);
        expect(await target.sql(...works)).toEqual(expected);
      },
    );
  });

  it('a vector index, with what it finds', async () => {
    const made = {
      name: '2_made',
      sql: 'ALTER TABLE "Customer" ADD COLUMN "taste" F32_BLOB(2); CREATE INDEX "tastes" ON "Customer" (libsql_vector_idx("taste"));',
    };
    const target = await begin(made);
    await target.sql(`UPDATE "Customer" SET "taste" = vector('[' || "id" || ',1]')`);
    const columns = { name: '"name" TEXT', fax: '"fax" TEXT', taste: '"taste" F32_BLOB(2)' };
    const migrations = [shop, made, { name: '3_rebuild', sql: rebuildCustomer({ columns }) }];
    const before = await readObjects(target);
    await applyAll(target, ...migrations);
    expect(await readObjects(target)).toEqual(before);
    expect(await compareReplayed(target, migrations)).toEqual([]);
    expect(await target.sql(`SELECT id FROM vector_top_k('tastes', vector('[7,1]'), 1)`)).toEqual([[7]]);
  });

  it('not an index that Prisma knows and leaves out', async () => {
    const made = { name: '2_made', sql: 'CREATE INDEX "Customer_fax_idx" ON "Customer"("fax");' };
    const target = await begin(made);
    const migrations = [shop, made, { name: '3_rebuild', sql: rebuildCustomer() }];
    expect(await findOurs(target, migrations)).toEqual([]);
    await applyAll(target, ...migrations);
    expect((await readObjects(target)).join()).not.toContain('Customer_fax_idx');
    expect(await compareReplayed(target, migrations)).toEqual([]);
  });

  it('the order in which triggers fire', async () => {
    const log = (text: string) =>
      `CREATE TRIGGER "${text}" AFTER INSERT ON "Customer" BEGIN INSERT INTO "Log" VALUES ('${text}'); END`;
    const target = await begin();
    await target.sql(log('b'), log('a'), log('c'));
    const enter = [`INSERT INTO "Customer" ("email", "name") VALUES ('x@shop', '')`, readLog];
    const before = await target.sql(...enter, 'DELETE FROM "Log"', ...enter);
    await target.sql('DELETE FROM "Log"');
    await applyAll(target, shop, { name: '2_rebuild', sql: rebuildCustomer() });
    expect(await target.sql(...enter)).toEqual(before);
  });

  describe('the AUTOINCREMENT counter', () => {
    const nextId = [
      `INSERT INTO "Customer" ("email", "name") VALUES ('next@shop', '')`,
      'SELECT max("id") FROM "Customer"',
    ];
    const rebuild = { name: '2_rebuild', sql: rebuildCustomer() };

    it.each([
      ['whose highest rows are deleted', 'DELETE FROM "Customer" WHERE "id" > 1', 8],
      ['of an empty table', 'DELETE FROM "Customer"', 8],
      ['that was never used', 'DELETE FROM sqlite_sequence; DELETE FROM "Customer"', 1],
      ['that was set by hand', `UPDATE sqlite_sequence SET seq = 500 WHERE name = 'Customer'`, 501],
    ])('%s', async (_, change, expected) => {
      const target = await begin();
      await target.sql('DELETE FROM "Order"', ...change.split('; '));
      await applyAll(target, shop, rebuild);
      expect(await target.sql(...nextId)).toEqual([[expected]]);
      expect(await target.sql('SELECT name, seq FROM sqlite_sequence')).toEqual([['Customer', expected]]);
    });

    it('of a table that is made again empty', async () => {
      const target = await begin();
      await target.sql('DELETE FROM "Order"');
      const sql = rebuildCustomer().replace(/^INSERT .*$/m, '');
      await applyAll(target, shop, { name: '2_rebuild', sql });
      expect(await target.sql(...nextId)).toEqual([[8]]);
    });

    it('whatever the case of the names', async () => {
      const target = await begin();
      await target.sql('DELETE FROM "Customer" WHERE "id" > 1');
      const sql = rebuildCustomer()
        .replace('DROP TABLE "Customer"', 'DROP TABLE customer')
        .replace('RENAME TO "Customer"', 'RENAME TO CUSTOMER');
      await applyAll(target, shop, { name: '2_rebuild', sql });
      expect(await target.sql(...nextId)).toEqual([[8]]);
    });

    it('but not where the migration sets it itself', async () => {
      const target = await begin();
      const before = 'DELETE FROM "Order"; DELETE FROM "Customer" WHERE "id" > 1;';
      const sql = rebuildCustomer({ before }).replace(
        'DROP TABLE',
        `UPDATE sqlite_sequence SET seq = 3 WHERE name = 'new_Customer';\nDROP TABLE`,
      );
      await applyAll(target, shop, { name: '2_rebuild', sql });
      expect(await target.sql(...nextId)).toEqual([[4]]);
    });
  });

  it('leaves everything as it was when a statement after the rebuild fails', async () => {
    const target = await begin();
    await target.sql(
      ...objects.slice(0, 4).flatMap(({ sql }) => sql),
      'CREATE VIEW "v" AS SELECT "email" FROM "Customer"',
    );
    const everything = `SELECT group_concat(type || name || coalesce(sql, ''), char(10)) FROM sqlite_schema WHERE name NOT LIKE '%prisma%'`;
    const before = [await target.sql(everything), await target.sql('SELECT * FROM sqlite_sequence')];
    const sql = rebuildCustomer({ after: 'INSERT INTO "Order" SELECT 1, 1 WHERE last_insert_rowid() IS NOT NULL;' });
    const failed = await apply({ url: target.url, migrations: [shop, { name: '2_rebuild', sql }], rows: 0 });
    expect(failed).toMatchObject({ outcome: 'failed', failed: { line: 9 } });
    expect([await target.sql(everything), await target.sql('SELECT * FROM sqlite_sequence')]).toEqual(before);
  });
});
