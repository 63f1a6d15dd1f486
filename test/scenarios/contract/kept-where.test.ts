/** The contract of where a rebuild keeps what it would take along: never against the migration's own word, and only what still works. */

import { describe, expect, it } from 'vitest';
import { apply, type MigrationSource, plan } from '../../../src/index.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import {
  applyAll,
  compareReplayed,
  findOurs,
  readObjects,
  rebuildCustomer,
  rows,
  shop,
  withoutFax,
} from './kept-stories.ts';

const trigger = (table: string, body: string, name = 'audit') =>
  `CREATE TRIGGER "${name}" AFTER UPDATE ON "${table}" BEGIN ${body}; END`;
const audit = trigger('Customer', `INSERT INTO "Log" VALUES ('old')`);
const otherAudit = trigger('Customer', `INSERT INTO "Log" VALUES ('new')`);
const lower = 'CREATE INDEX "by_email" ON "Customer" (lower("email"))';
const otherLower = 'CREATE INDEX "by_email" ON "Customer" (lower("email")) WHERE "name" <> \'\'';
const active = 'CREATE VIEW "active" AS SELECT "id" FROM "Customer"';
const otherActive = 'CREATE VIEW "active" AS SELECT "id", "email" FROM "Customer"';

describeTargets('where a rebuild keeps', (fresh) => {
  const begin = async (...statements: readonly string[]): Promise<TestTarget> => {
    const target = await fresh();
    await applyAll(target, shop);
    await target.sql(...rows, ...statements);
    return target;
  };
  const rebuild = (rebuilding: Parameters<typeof rebuildCustomer>[0]): readonly MigrationSource[] => [
    shop,
    { name: '2_rebuild', sql: rebuildCustomer(rebuilding) },
  ];
  const index = 'index Customer_email_idx: CREATE INDEX "Customer_email_idx" ON "Customer"("email")';
  const show = (sql: string) => `${/^CREATE (\w+) "(\w+)"/.exec(sql)?.slice(1).join(' ').toLowerCase()}: ${sql}`;

  describe("the migration's own word", () => {
    it.each([
      ['drops a trigger before', audit, { before: 'DROP TRIGGER "audit";' }, []],
      ['drops a trigger after, if it exists', audit, { after: 'DROP TRIGGER IF EXISTS audit;' }, []],
      ['drops a trigger after', audit, { after: 'DROP TRIGGER main.AUDIT;' }, []],
      ['makes another trigger', audit, { after: `${otherAudit};` }, [otherAudit]],
      [
        'makes another trigger, if there is none',
        audit,
        { after: `${otherAudit.replace('TRIGGER', 'TRIGGER IF NOT EXISTS')};` },
        [otherAudit],
      ],
      ['drops a trigger and makes another', audit, { after: `DROP TRIGGER "audit"; ${otherAudit};` }, [otherAudit]],
      [
        'drops a trigger, if it exists, and makes another',
        audit,
        { after: `DROP TRIGGER IF EXISTS "audit"; ${otherAudit};` },
        [otherAudit],
      ],
      ['makes the same trigger', audit, { after: `${audit};` }, [audit]],
      ['drops an index before', lower, { before: 'DROP INDEX "by_email";' }, []],
      ['drops an index after', lower, { after: 'DROP INDEX "by_email";' }, []],
      ['drops an index after, if it exists', lower, { after: 'DROP INDEX IF EXISTS "by_email";' }, []],
      ['makes another index', lower, { after: `${otherLower};` }, [otherLower]],
      ['makes the index on the copy', lower, { inside: `${lower.replace('"Customer"', '"new_Customer"')};` }, [lower]],
      ['drops a view before', active, { before: 'DROP VIEW "active";' }, []],
      ['drops a view between DROP and RENAME', active, { inside: 'DROP VIEW "active";' }, []],
      ['drops a view after', active, { after: 'DROP VIEW "active";' }, []],
      ['drops a view after, if it exists', active, { after: 'DROP VIEW IF EXISTS "active";' }, []],
      [
        'drops a view before and makes it again',
        active,
        { before: 'DROP VIEW "active";', after: `${active};` },
        [active],
      ],
      [
        'drops a view before and makes another',
        active,
        { before: 'DROP VIEW "active";', after: `${otherActive};` },
        [otherActive],
      ],
      ['drops a view after and makes another', active, { after: `DROP VIEW "active"; ${otherActive};` }, [otherActive]],
      ['makes another view', active, { after: `${otherActive};` }, [otherActive]],
      ['makes a table in the place of a view', active, { after: 'CREATE TABLE "active" ("id" INTEGER);' }, []],
      [
        'reads a view before it drops it, if it exists',
        active,
        { after: 'INSERT INTO "Log" SELECT "id" FROM "active"; DROP VIEW IF EXISTS "active";' },
        [],
      ],
    ] as const)('counts where it %s', async (_, made, rebuilding, expected) => {
      const before = { name: '2_made', sql: `${made};` };
      const target = await fresh();
      await applyAll(target, shop, before);
      await target.sql(...rows);
      const migrations = [shop, before, { name: '3_rebuild', sql: rebuildCustomer(rebuilding) }];
      expect(await findOurs(target, migrations)).toEqual([]);
      await applyAll(target, ...migrations);
      expect(await readObjects(target)).toEqual([index, ...expected.map(show)].sort());
      expect(await compareReplayed(target, migrations)).toEqual([]);
    });

    it('counts where what it makes brings something of that name along', async () => {
      const target = await begin('CREATE VIEW "find_data" AS SELECT "id" FROM "Customer"');
      await applyAll(target, ...rebuild({ inside: 'CREATE VIRTUAL TABLE "find" USING fts5("word");' }));
      expect(await target.sql(`SELECT type FROM sqlite_schema WHERE name = 'find_data'`)).toEqual([['table']]);
    });

    it('is not a column or a text of the same name', async () => {
      const target = await begin(audit, lower, active);
      const after = `INSERT INTO "Log" SELECT "name" AS "active" FROM "Customer" WHERE "name" IN ('audit', 'by_email');`;
      const migrations = rebuild({ after });
      await applyAll(target, ...migrations);
      expect(await readObjects(target)).toEqual([index, show(lower), show(audit), show(active)].sort());
    });
  });

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
      const migrations = rebuild({ columns: withoutFax });
      const [found, ...others] = await findOurs(target, migrations);
      expect(others).toEqual([]);
      expect(found).toMatchObject({ kind: 'hazard', code: `drops-${type}`, line: 5, sql });
      expect(found?.message).toContain(`cannot be kept: ${reason}.`);
      expect((await apply({ url: target.url, migrations, allow: ['data-loss'] })).outcome).toBe('blocked');
      const allowed = await apply({ url: target.url, migrations, allow: ['data-loss', `drops-${type}`] });
      expect(allowed.error).toBeNull();
      expect(await readObjects(target)).toEqual([index]);
    });

    it('keeps the others, and does not ask where the table itself goes', async () => {
      const own = trigger('Customer', 'INSERT INTO "Log" VALUES (NEW."fax")');
      const target = await begin(own, lower);
      const found = await findOurs(target, rebuild({ columns: withoutFax }));
      expect(found.map(({ code }) => code)).toEqual(['drops-trigger', 'kept']);
      const gone = rebuild({ columns: withoutFax, after: 'DROP TABLE "Order"; DROP TABLE "Customer";' });
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
      const migrations = rebuild({ columns: withoutFax });
      expect(await findOurs(target, migrations)).toEqual([
        expect.objectContaining({
          kind: 'blocker',
          code: 'rehearsal-failed',
          line: 5,
          message: `${what} would not work any more after "Customer" is rebuilt: no such column: fax. Drop it before the rebuild, or put another in its place, in the same file.`,
          way: expect.stringMatching(new RegExp(`^${way};[^]*\n${sql.replace(/[()]/g, '\\$&')};$`)),
        }),
      ]);
      await applyAll(target, ...rebuild({ columns: withoutFax, before: `${way};` }));
      const replaced = sql.replaceAll('"fax"', '"name"').replace('NULL', `''`);
      const other = await begin(sql);
      await applyAll(other, ...rebuild({ columns: withoutFax, after: `${way}; ${replaced};` }));
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
      const found = await findOurs(target, rebuild({ columns: withoutFax }));
      expect(found.map(({ message }) => /^The view "\w+"/.exec(message)?.[0])).toEqual([
        'The view "faxes"',
        'The view "all_faxes"',
      ]);
    });

    it('leaves it to the migration to mend what reads a view that it makes itself', async () => {
      const reads = 'CREATE VIEW "ids" AS SELECT "id" FROM "active"';
      const target = await begin(active, reads);
      await applyAll(target, ...rebuild({ after: `${otherActive};` }));
      expect(await readObjects(target)).toEqual([index, show(otherActive), show(reads)].sort());
      const other = await begin(
        'CREATE VIEW "active" AS SELECT "id", "fax" FROM "Customer"',
        'CREATE VIEW "ids" AS SELECT "fax" FROM "active"',
      );
      expect(await findOurs(other, rebuild({ after: `${otherActive};` }))).toMatchObject([
        { kind: 'blocker', message: expect.stringContaining('The view "ids" would not work any more') },
        { kind: 'note' },
      ]);
    });

    it('asks for a trigger on a view that the migration makes itself', async () => {
      const enter = 'CREATE TRIGGER "enter" INSTEAD OF INSERT ON "active" BEGIN SELECT 1; END';
      const target = await begin(active, enter);
      expect(await findOurs(target, rebuild({ after: `${otherActive};` }))).toMatchObject([
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
      await applyAll(target, ...rebuild({}));
      expect(await readObjects(target)).toEqual([index, show(sql)].sort());
    });

    it('is refused as SQLite refuses it where it does not name the table', async () => {
      const target = await begin('CREATE VIEW "lost" AS SELECT * FROM "nowhere"');
      expect(await findOurs(target, rebuild({}))).toMatchObject([
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
      'Keeps what rebuilding "Order" would have dropped: trigger "order_log".',
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
        'Keeps what rebuilding "Customer" would have dropped: index "by_email", trigger "audit"; view "active" is dropped and made again around it.',
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
    const migrations = rebuild({});
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

  describe('nothing, where the old table is renamed first or dropped before the new one is made', () => {
    const columns = '("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "name" TEXT, "fax" TEXT)';
    const renameFirst = {
      name: '2_rename',
      sql: `ALTER TABLE "Customer" RENAME TO "old_Customer";\nCREATE TABLE "Customer" ${columns};\nINSERT INTO "Customer" SELECT * FROM "old_Customer";\nDROP TABLE old_customer;`,
    };
    const dropFirst = { name: '2_drop', sql: `DROP TABLE "Customer";\nCREATE TABLE "Customer" ${columns};` };
    const beginAlone = async (...statements: readonly string[]) => begin('DROP TABLE "Order"', ...statements);

    it.each([
      ['renamed', renameFirst, 4],
      ['dropped', dropFirst, 1],
    ])('asks for its triggers and hand-made indexes when it is %s', async (_, migration, line) => {
      const target = await beginAlone(audit, lower);
      const found = await findOurs(target, [shop, migration]);
      expect(found).toMatchObject([
        { kind: 'hazard', code: 'drops-index', line, sql: lower },
        { kind: 'hazard', code: 'drops-trigger', line, sql: audit },
      ]);
      const ends = { ...migration, sql: `${migration.sql}\n${lower};\n${audit};` };
      expect(await findOurs(target, [shop, ends])).toEqual([]);
      await applyAll(target, shop, ends);
      expect(await readObjects(target)).toEqual([show(lower), show(audit)].sort());
    });

    it('refuses to leave a view and a foreign key pointing to the name that is gone', async () => {
      const target = await begin(active);
      const found = await findOurs(target, [shop, renameFirst]);
      const gone =
        'would be left pointing to "old_customer", which is gone: renaming a table takes along whatever names it. Make the changed table under a new name, and rename that one.';
      expect(found).toMatchObject([
        { kind: 'blocker', code: 'rehearsal-failed', line: 4, message: `The view "active" ${gone}` },
        { kind: 'blocker', code: 'rehearsal-failed', line: 4, message: `A foreign key of "Order" ${gone}` },
      ]);
      expect(found[0]?.way).toContain('ALTER TABLE "new_Customer" RENAME TO "Customer";');
    });

    it("asks for another table's trigger that would point to the name that is gone", async () => {
      const other = trigger('Log', `UPDATE "Customer" SET "name" = ''`, 'logged');
      const target = await beginAlone(other);
      expect(await findOurs(target, [shop, renameFirst])).toMatchObject([
        {
          kind: 'hazard',
          code: 'drops-trigger',
          line: 4,
          sql: other,
          message: expect.stringContaining('The trigger "logged" of "Log" would be left pointing'),
        },
      ]);
      const mended = { ...renameFirst, sql: `${renameFirst.sql}\nDROP TRIGGER "logged";\n${other};` };
      expect(await findOurs(target, [shop, mended])).toEqual([]);
    });

    it('has nothing to say of a table that stays renamed, or goes', async () => {
      const target = await beginAlone(audit, lower, active);
      const renamed = {
        name: '2_rename',
        sql: 'ALTER TABLE "Customer" RENAME TO "Client"; CREATE TABLE "Customer" ("id" INTEGER);',
      };
      expect(await findOurs(target, [shop, renamed])).toEqual([]);
      const gone = {
        name: '2_gone',
        sql: 'DROP VIEW "active"; ALTER TABLE "Customer" RENAME TO "Client"; DROP TABLE "Client";',
      };
      expect(await findOurs(target, [shop, gone])).toEqual([]);
    });
  });
});
