/** The contract of tables that are made again without a rebuild's order: renamed out of the way, or dropped first. */

import { expect, it } from 'vitest';
import { describeTargets } from '../../support/targets.ts';
import {
  active,
  applyAll,
  audit,
  beginShop,
  findOurs,
  lower,
  readObjects,
  shop,
  show,
  trigger,
} from './kept-stories.ts';

describeTargets('a table that is made again', (fresh) => {
  const begin = async (...statements: readonly string[]) => beginShop(await fresh(), ...statements);

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
      'would point to "old_customer", which no longer exists: when a table is renamed, everything that names it follows. Create the changed table under a new name, and rename that one.';
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
        message: expect.stringContaining('The trigger "logged" of "Log" would point to'),
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
