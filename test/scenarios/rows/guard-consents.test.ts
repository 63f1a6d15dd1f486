/** The way on where a guard finds rows that no plan shows: a consent to this one guard, which its failure names. */

import { expect, it } from 'vitest';
import { parseConsents } from '../../../src/consents/consent.ts';
import type { Consent } from '../../../src/index.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { begin, nameOf, readRows, type Story } from './cases.ts';
import { applyWhile } from './meanwhile.ts';

const story = {
  title: 'a table and a column that are empty when the plan is made',
  schema: 'CREATE TABLE "Basket" ("id" INTEGER NOT NULL PRIMARY KEY, "note" TEXT);\nCREATE TABLE "Log" ("text" TEXT);',
  rows: { Basket: [[1, null]], Log: [] },
  pending: ['ALTER TABLE "Basket" DROP COLUMN "note";\nDROP TABLE "Log";'],
  meanwhile: `INSERT INTO "Log" VALUES ('one')`,
} as const satisfies Story & { readonly meanwhile: string };

/** The rows come anew each time, once the plan is made: no plan ever shows them. */
async function applyUnseen(target: TestTarget, consents: readonly Consent[], meanwhile: string = story.meanwhile) {
  await target.sql('DELETE FROM "Log"', 'UPDATE "Basket" SET "note" = NULL');
  const { result } = await applyWhile(target, { ...story, meanwhile }, consents);
  return result;
}

function readNamed(next: string | undefined): Consent {
  const [, named = ''] = /by adding --allow (data-loss:[0-9a-f]{8}) to migrate-prod apply$/.exec(next ?? '') ?? [];
  const [consent] = parseConsents([named]);
  if (consent === undefined) throw new Error('no consent');
  return consent;
}

describeTargets('consent to one guard', (fresh) => {
  const prepare = async () => begin(await fresh(), story);

  it.concurrent('is named by the failure, which tells the line, and how to look', async () => {
    const target = await prepare();
    const { error, failed, outcome } = await applyUnseen(target, []);
    expect([outcome, error?.code, failed?.line]).toEqual(['failed', 'PLAN_STALE', 2]);
    expect(error?.message).toBe(
      `${nameOf(0)} would delete rows in "Log" that its plan did not show. It was rolled back; nothing is lost, and nothing of it was written.`,
    );
    expect(error?.next).toMatch(
      /^migrate-prod plan shows them if .* If it shows nothing, the owner of the rows can give them up by adding /,
    );
    expect(failed?.query).toBe('SELECT * FROM "Log"');
    expect(await target.sql(failed?.query ?? '')).toEqual([['one']]);
    expect(readNamed(error?.next).code).toBe('data-loss');
  });

  it.concurrent('is named without a query where only the migration has what the query would name', async () => {
    const target = await fresh();
    const rebuild = {
      title: 'a copy that joins, and a row without a partner that comes later',
      schema: 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY);\nCREATE TABLE "B" ("id" INTEGER PRIMARY KEY);',
      rows: { A: [[1]], B: [[1]] },
      pending: [
        'CREATE TABLE "new_A" ("id" INTEGER PRIMARY KEY);\nINSERT INTO "new_A" SELECT "A"."id" FROM "A" JOIN "B" USING ("id");\nDROP TABLE "A";\nALTER TABLE "new_A" RENAME TO "A";',
      ],
      meanwhile: 'INSERT INTO "A" VALUES (2)',
    } as const;
    await begin(target, rebuild);
    const { result } = await applyWhile(target, rebuild, []);
    expect([result.outcome, result.error?.code, result.failed?.line]).toEqual(['failed', 'PLAN_STALE', 3]);
    expect(result.error?.message).toContain('rows in "A" that are not copied');
    expect(result.failed?.query).toBeNull();
  });

  it.concurrent('lets the migration run, and is recorded with what it gave up', async () => {
    const target = await prepare();
    const named = readNamed((await applyUnseen(target, [])).error?.next);
    const { outcome, gate } = await applyUnseen(target, [named]);
    expect([outcome, gate.unused]).toEqual(['applied', []]);
    expect(await readRows(target)).toEqual({ Basket: [[1]] });
    const [[allowed, mayLose] = []] = await target.sql(
      `SELECT logs ->> 'allowed', logs ->> 'mayLose' FROM _prisma_migrations WHERE migration_name = '${nameOf(0)}' AND finished_at IS NOT NULL`,
    );
    expect([allowed, mayLose]).toEqual([`["data-loss:${named.migration}"]`, '["rows in \\"Log\\""]']);
  });

  it.concurrent('lifts no other guard of the same migration', async () => {
    const target = await prepare();
    const named = readNamed((await applyUnseen(target, [])).error?.next);
    const { outcome, error } = await applyUnseen(target, [named], `UPDATE "Basket" SET "note" = 'x'`);
    expect([outcome, error?.code]).toEqual(['failed', 'PLAN_STALE']);
    expect(readNamed(error?.next)).not.toEqual(named);
  });

  it.concurrent('stands for nothing where it names no guard, and that is said', async () => {
    const target = await prepare();
    const made = { code: 'data-loss', migration: '00000000' } as const;
    const { outcome, error, gate } = await applyUnseen(target, [made]);
    expect([outcome, error?.code, gate.unused]).toEqual(['failed', 'PLAN_STALE', [made]]);
  });

  it.concurrent('is named as well where the guard could not look, with the words of the database', async () => {
    const target = await fresh();
    const deleting = {
      title: 'a condition that fails on a row that comes later',
      schema:
        'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "data" TEXT);\nCREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "customerId" INTEGER REFERENCES "Customer" ("id") ON DELETE CASCADE);',
      rows: { Customer: [[1, '{"gone":1}']], Order: [[1, null]] },
      pending: [`DELETE FROM "Customer" WHERE json_extract("data", '$.gone') = 1;`],
      meanwhile: `INSERT INTO "Customer" VALUES (2, 'no JSON')`,
    } as const;
    await begin(target, deleting);
    const { result } = await applyWhile(target, deleting, []);
    expect([result.outcome, result.error?.code, result.failed?.line]).toEqual(['failed', 'PLAN_STALE', 1]);
    expect(result.error?.message).toMatch(/was unclear whether .* would delete .*: .*malformed JSON/);
    expect(readNamed(result.error?.next).code).toBe('data-loss');
  });
});
