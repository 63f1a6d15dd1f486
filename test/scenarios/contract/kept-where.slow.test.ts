/** The contract of where a rebuild keeps what it would take along: never against the migration's own word, and only what still works. */

import { describe, expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import {
  active,
  applyAll,
  audit,
  beginShop,
  compareReplayed,
  emailIndex,
  findOurs,
  lower,
  otherActive,
  readObjects,
  rebuildCustomer,
  rebuildShop,
  rows,
  shop,
  show,
  trigger,
  withoutFax,
} from './kept-stories.ts';

describeTargets('where a rebuild keeps', (fresh) => {
  const begin = async (...statements: readonly string[]) => beginShop(await fresh(), ...statements);

  describe('what the new table has no place for', () => {
    it.each([
      [
        'a trigger that uses a column',
        trigger('Customer', 'INSERT INTO "Log" VALUES (NEW."fax")'),
        'trigger',
        'no such column: NEW.fax',
      ],
      [
        'a trigger that waits for a column',
        'CREATE TRIGGER "audit" AFTER UPDATE OF "name", "fax" ON "Customer" BEGIN SELECT 1; END',
        'trigger',
        'no such column: fax',
      ],
      [
        'a trigger that writes to a column',
        'CREATE TRIGGER "audit" AFTER INSERT ON "Customer" BEGIN UPDATE "Customer" SET "fax" = 1; END',
        'trigger',
        'no such column: fax',
      ],
      [
        'an index over a column',
        'CREATE INDEX "by_fax" ON "Customer" ("fax" COLLATE NOCASE)',
        'index',
        'no such column: fax',
      ],
      [
        'an index that asks for a column',
        'CREATE INDEX "by_fax" ON "Customer" ("name") WHERE "fax" IS NULL',
        'index',
        'no such column: fax',
      ],
    ])('asks for consent: %s', async (_, sql, type, reason) => {
      const target = await begin(sql);
      const migrations = rebuildShop({ columns: withoutFax });
      const [found, ...others] = await findOurs(target, migrations);
      expect(others).toEqual([]);
      expect(found).toMatchObject({ kind: 'hazard', code: `drops-${type}`, line: 5, sql });
      expect(found?.message).toContain(`cannot be preserved: ${reason}.`);
      expect((await apply({ url: target.url, migrations, allow: ['data-loss'] })).outcome).toBe('blocked');
      const allowed = await apply({ url: target.url, migrations, allow: ['data-loss', `drops-${type}`] });
      expect(allowed.error).toBeNull();
      expect(await readObjects(target)).toEqual([emailIndex]);
    });

    it('keeps the others, and does not ask where the table itself goes', async () => {
      const own = trigger('Customer', 'INSERT INTO "Log" VALUES (NEW."fax")');
      const target = await begin(own, lower);
      const found = await findOurs(target, rebuildShop({ columns: withoutFax }));
      expect(found.map(({ code }) => code)).toEqual(['drops-trigger', 'kept']);
      const gone = rebuildShop({ columns: withoutFax, after: 'DROP TABLE "Order"; DROP TABLE "Customer";' });
      expect(await findOurs(target, gone)).toEqual([]);
    });

    it.each([
      ['a view', 'CREATE VIEW "faxes" AS SELECT "fax" FROM "Customer"', 'The view "faxes"', 'DROP VIEW "faxes"'],
      [
        "another table's trigger",
        trigger('Order', 'UPDATE "Customer" SET "fax" = NULL', 'faxed'),
        'The trigger "faxed" of "Order"',
        'DROP TRIGGER "faxed"',
      ],
    ])('refuses what would break %s', async (_, sql, what, way) => {
      const target = await begin(sql);
      const migrations = rebuildShop({ columns: withoutFax });
      expect(await findOurs(target, migrations)).toEqual([
        expect.objectContaining({
          kind: 'blocker',
          code: 'rehearsal-failed',
          line: 5,
          message: `${what} would not work after "Customer" is rebuilt: no such column: fax. Drop it before the rebuild, or replace it, in the same file.`,
          way: expect.stringMatching(new RegExp(`^${way};[^]*\n${sql.replace(/[()]/g, '\\$&')};$`)),
        }),
      ]);
      await applyAll(target, ...rebuildShop({ columns: withoutFax, before: `${way};` }));
      const replaced = sql.replaceAll('"fax"', '"name"').replace('NULL', `''`);
      const other = await begin(sql);
      await applyAll(other, ...rebuildShop({ columns: withoutFax, after: `${way}; ${replaced};` }));
      expect(await readObjects(other)).toContain(show(replaced));
    });

    it.each([
      [
        'ON CONFLICT, in its own trigger',
        `CREATE TRIGGER "meet" AFTER UPDATE ON "Customer" BEGIN INSERT INTO "Customer" ("email") VALUES ('x') ON CONFLICT ("email") DO NOTHING; END`,
      ],
      [
        "ON CONFLICT, in another table's trigger",
        `CREATE TRIGGER "meet" AFTER INSERT ON "Log" BEGIN INSERT INTO "Customer" ("email") VALUES ('x') ON CONFLICT ("email") DO UPDATE SET "name" = 'met'; END`,
      ],
      [
        'a foreign key',
        'CREATE TRIGGER "leave" BEFORE DELETE ON "Customer" BEGIN DELETE FROM "Mail" WHERE "to" = OLD."email"; END',
      ],
      ['INDEXED BY', 'CREATE VIEW "emails" AS SELECT "email" FROM "Customer" INDEXED BY "Customer_email_key"'],
    ])('does not miss an index that the migration makes after it: %s', async (_, sql) => {
      const unique = 'CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email")';
      const children = 'CREATE TABLE "Mail" ("to" TEXT REFERENCES "Customer" ("email"))';
      const target = await begin('DELETE FROM "Order"', unique, children, sql);
      const before = await readObjects(target);
      const off = { name: '2_off', sql: rebuildCustomer({ after: `${unique};` }) };
      const on = { name: '3_on', sql: rebuildCustomer({ foreignKeys: 'on', after: `${unique};` }) };
      await applyAll(target, shop, off, on);
      expect(await readObjects(target)).toEqual(before);
      const without = { name: '4_without', sql: rebuildCustomer({ foreignKeys: 'on' }) };
      const [found] = await findOurs(target, [shop, off, on, without]);
      expect(found?.code).toBe(sql.includes('ON "Customer"') ? 'drops-trigger' : 'rehearsal-failed');
    });

    it('names the views over a view that breaks', async () => {
      const target = await begin(
        'CREATE VIEW "faxes" AS SELECT "fax" FROM "Customer"',
        'CREATE VIEW "all_faxes" AS SELECT count(*) AS "faxes" FROM "faxes"',
      );
      const found = await findOurs(target, rebuildShop({ columns: withoutFax }));
      expect(found.map(({ message }) => /^The view "\w+"/.exec(message)?.[0])).toEqual([
        'The view "faxes"',
        'The view "all_faxes"',
      ]);
    });

    it('leaves it to the migration to mend what reads a view that it makes itself', async () => {
      const reads = 'CREATE VIEW "ids" AS SELECT "id" FROM "active"';
      const target = await begin(active, reads);
      await applyAll(target, ...rebuildShop({ after: `${otherActive};` }));
      expect(await readObjects(target)).toEqual([emailIndex, show(otherActive), show(reads)].sort());
      const other = await begin(
        'CREATE VIEW "active" AS SELECT "id", "fax" FROM "Customer"',
        'CREATE VIEW "ids" AS SELECT "fax" FROM "active"',
      );
      expect(await findOurs(other, rebuildShop({ after: `${otherActive};` }))).toMatchObject([
        { kind: 'blocker', message: expect.stringContaining('The view "ids" would not work after') },
        { kind: 'note' },
      ]);
    });

    it('asks for a trigger on a view that the migration makes itself', async () => {
      const enter = 'CREATE TRIGGER "enter" INSTEAD OF INSERT ON "active" BEGIN SELECT 1; END';
      const target = await begin(active, enter);
      expect(await findOurs(target, rebuildShop({ after: `${otherActive};` }))).toMatchObject([
        { kind: 'hazard', code: 'drops-trigger', sql: enter },
      ]);
    });
  });

  describe('what was broken before', () => {
    it.each([
      ['a view', 'CREATE VIEW "lost" AS SELECT "Customer"."id" FROM "Customer", "nowhere"'],
      ['a trigger', trigger('Customer', 'INSERT INTO "nowhere" VALUES (NEW."name")', 'lost')],
      [
        'a trigger that waits for a column that never was',
        'CREATE TRIGGER "lost" AFTER UPDATE OF "never" ON "Customer" BEGIN SELECT 1; END',
      ],
      ["another table's trigger", trigger('Order', 'UPDATE "Customer" SET "never" = 1', 'lost')],
    ])('is as broken afterwards: %s', async (_, sql) => {
      const target = await begin(sql);
      await applyAll(target, ...rebuildShop({}));
      expect(await readObjects(target)).toEqual([emailIndex, show(sql)].sort());
    });

    it('is refused as SQLite refuses it where it does not name the table', async () => {
      const target = await begin('CREATE VIEW "lost" AS SELECT * FROM "nowhere"');
      expect(await findOurs(target, rebuildShop({}))).toMatchObject([
        { kind: 'blocker', code: 'rehearsal-failed', line: 7, message: expect.stringContaining('error in view lost') },
      ]);
    });
  });

  const rebuildOf = (table: string, columns: string) => ({
    create: `CREATE TABLE "new_${table}" (${columns});\nINSERT INTO "new_${table}" SELECT * FROM "${table}";`,
    drop: `DROP TABLE "${table}";`,
    rename: `ALTER TABLE "new_${table}" RENAME TO "${table}";`,
  });
  const orders = rebuildOf(
    'Order',
    '"id" INTEGER PRIMARY KEY, "customerId" INTEGER NOT NULL REFERENCES "Customer" ("id")',
  );
  const logs = rebuildOf('Log', '"text" TEXT NOT NULL');
  const joined = 'CREATE VIEW "joined" AS SELECT "Order"."id", "text" FROM "Order", "Log"';
  const orderLog = trigger('Order', 'INSERT INTO "Log" VALUES (NEW."id")', 'order_log');
  const logIndex = 'CREATE INDEX "log_length" ON "Log" (length("text"))';

  it.each([
    ['overlap', [orders.create, logs.create, orders.drop, logs.drop, orders.rename, logs.rename]],
    ['are nested', [orders.create, orders.drop, logs.create, logs.drop, logs.rename, orders.rename]],
    ['cross', [logs.create, orders.create, orders.drop, logs.drop, logs.rename, orders.rename]],
    ['follow each other', [orders.create, orders.drop, orders.rename, logs.create, logs.drop, logs.rename]],
  ])('makes all of it again where two rebuilds %s', async (_, statements) => {
    const made = { name: '2_made', sql: [joined, orderLog, logIndex].map((sql) => `${sql};`).join('\n') };
    const target = await fresh();
    await applyAll(target, shop, made);
    await target.sql(...rows);
    const sql = ['PRAGMA foreign_keys=OFF;', ...statements, 'PRAGMA foreign_keys=ON;'].join('\n');
    const migrations = [shop, made, { name: '3_both', sql }];
    const before = await readObjects(target);
    await applyAll(target, ...migrations);
    expect(await readObjects(target)).toEqual(before);
    expect(await compareReplayed(target, migrations)).toEqual([]);
    expect(
      await target.sql('UPDATE "Order" SET "customerId" = 1 WHERE "id" = 2', 'SELECT * FROM "joined" WHERE "id" = 2'),
    ).toEqual([[2, '2']]);
  });

  it('does not take a keyword for the name of a table', async () => {
    const sorted = 'CREATE VIEW "sorted" AS SELECT "text" FROM "Log" ORDER BY 1';
    const target = await begin(sorted, orderLog);
    const sql = [orders.create, orders.drop, orders.rename].join('\n');
    expect((await findOurs(target, [shop, { name: '2_orders', sql }])).map(({ message }) => message)).toEqual([
      'Preserves what rebuilding "Order" would drop: trigger "order_log".',
    ]);
  });

  it('makes it again after each of two rebuilds of one table, and says so once', async () => {
    const target = await begin(audit, lower, active);
    const twice = {
      name: '2_twice',
      sql: `${rebuildCustomer()}\nDROP INDEX "Customer_email_idx";\n${rebuildCustomer()}`,
    };
    const before = await readObjects(target);
    const found = await findOurs(target, [shop, twice]);
    expect(found.map(({ line, message }) => [line, message])).toEqual([
      [
        5,
        'Preserves what rebuilding "Customer" would drop: index "by_email", trigger "audit"; view "active" is dropped and recreated around it.',
      ],
    ]);
    await target.sql('DELETE FROM "Order"', 'DELETE FROM "Customer"');
    await applyAll(target, shop, twice);
    expect(await readObjects(target)).toEqual(before);
    expect(await target.sql(`INSERT INTO "Customer" ("email") VALUES ('')`, 'SELECT "id" FROM "Customer"')).toEqual([
      [8],
    ]);
  });

  it('makes it again in each of two pending migrations, and drops what the second has no place for', async () => {
    const target = await begin(audit, active);
    const migrations = [
      shop,
      { name: '2_one', sql: rebuildCustomer() },
      { name: '3_two', sql: rebuildCustomer({ columns: withoutFax }) },
    ];
    const before = await readObjects(target);
    expect((await findOurs(target, migrations)).map(({ migration, code }) => [migration, code])).toEqual([
      ['2_one', 'kept'],
      ['3_two', 'kept'],
    ]);
    await applyAll(target, ...migrations);
    expect(await readObjects(target)).toEqual(before);
  });

  it('plans the same each time, with nothing around what is skipped', async () => {
    const target = await begin(audit, lower, active);
    const migrations = rebuildShop({});
    const plans = [await plan({ url: target.url, migrations }), await plan({ url: target.url, migrations })];
    const [first, second] = plans.map((report) => report.plan);
    expect(first?.id).toBe(second?.id);
    const around = first?.migrations[0]?.statements.map(({ action, sql, before, after }) => [
      action,
      sql.slice(0, 10),
      before.length,
      after.length,
    ]);
    expect(around).toEqual([
      ['skip', 'PRAGMA for', 0, 0],
      ['run', 'CREATE TAB', 0, 0],
      ['run', 'INSERT INT', 0, 0],
      ['run', 'DROP TABLE', 3, 0],
      ['run', 'ALTER TABL', 0, 3],
      ['run', 'CREATE IND', 0, 0],
      ['skip', 'PRAGMA for', 0, 0],
    ]);
  });
});
