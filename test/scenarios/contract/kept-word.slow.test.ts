/** The contract of the migration's own word: a rebuild keeps nothing that the migration itself drops, makes or replaces. */

import { expect, it } from 'vitest';
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
  otherAudit,
  otherLower,
  readObjects,
  rebuildCustomer,
  rebuildShop,
  rows,
  shop,
  show,
} from './kept-stories.ts';

describeTargets("the migration's own word", (fresh) => {
  const begin = async (...statements: readonly string[]) => beginShop(await fresh(), ...statements);

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
    expect(await readObjects(target)).toEqual([emailIndex, ...expected.map(show)].sort());
    expect(await compareReplayed(target, migrations)).toEqual([]);
  });

  it('counts where what it makes brings something of that name along', async () => {
    const target = await begin('CREATE VIEW "find_data" AS SELECT "id" FROM "Customer"');
    await applyAll(target, ...rebuildShop({ inside: 'CREATE VIRTUAL TABLE "find" USING fts5("word");' }));
    expect(await target.sql(`SELECT type FROM sqlite_schema WHERE name = 'find_data'`)).toEqual([['table']]);
  });

  it('is not a column or a text of the same name', async () => {
    const target = await begin(audit, lower, active);
    const after = `INSERT INTO "Log" SELECT "name" AS "active" FROM "Customer" WHERE "name" IN ('audit', 'by_email');`;
    const migrations = rebuildShop({ after });
    await applyAll(target, ...migrations);
    expect(await readObjects(target)).toEqual([emailIndex, show(lower), show(audit), show(active)].sort());
  });
});
