/** A statement that fails on a row: neither what `apply` says nor what it records has the row's value. */

import { expect, it } from 'vitest';
import { type ApplyResult, apply, type MigrationSource, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';

const value = 'maria@shop.example';
const init: MigrationSource = {
  name: '20260101000000_init',
  sql: 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "fax" TEXT);',
};

const failureOf = ({ failed }: ApplyResult) => failed?.message;

describeTargets('what a failing statement says', (fresh) => {
  const run = async (sql: string) => {
    const { url, sql: ask } = await fresh();
    await apply({ url, migrations: [init] });
    await ask(`INSERT INTO "Customer" VALUES (1, '${value}', NULL)`);
    const migrations = [init, { name: '20260201000000_pending', sql }];
    const planned = await plan({ url, migrations });
    const found = planned.plan.migrations.flatMap(({ findings }) => findings).find(({ kind }) => kind === 'blocker');
    const result = await apply({ url, migrations, rows: 0 });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'STATEMENT_FAILED' } });
    const logs = await ask('SELECT logs FROM "_prisma_migrations" WHERE "rolled_back_at" IS NOT NULL');
    // The plan, which ran it on a copy of the row, says the same.
    expect(found).toMatchObject({ code: 'fails-on-rows', message: expect.stringContaining(`: ${failureOf(result)}.`) });
    return {
      said: JSON.stringify([result, planned]),
      message: result.error?.message,
      logs: String(logs[0]?.[0]),
    };
  };

  it.each([
    ['a JSON path', `UPDATE "Customer" SET "fax" = json_extract('{}', "email");`, "bad JSON path: '…'"],
    [
      'a full-text query',
      `CREATE VIRTUAL TABLE "Text" USING fts5("words");\nUPDATE "Customer" SET "fax" = (SELECT "words" FROM "Text" WHERE "Text" MATCH replace("email", '@shop.', '') || ':x');`,
      'no such column: …',
    ],
  ])('keeps the value of %s to itself', async (_, sql, words) => {
    const { said, message, logs } = await run(sql);
    expect(message).toContain(words);
    expect(logs).toContain(words);
    for (const text of [said, logs]) expect(text).not.toMatch(/maria/);
  });

  it('keeps what stands in the file', async () => {
    const { message, logs } = await run(`UPDATE "Customer" SET "fax" = json_extract('{}', lower('NO-PATH'));`);
    expect(message).toContain("bad JSON path: '…'");
    const literal = await run(`UPDATE "Customer" SET "fax" = json_extract('{}', 'no-path');`);
    expect(literal.message).toContain("bad JSON path: 'no-path'");
    expect(literal.logs).toContain("bad JSON path: 'no-path'");
    expect(logs).not.toContain('no-path');
  });
});
