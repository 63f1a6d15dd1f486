/**
 * A customer's address that a failing statement carries into the engine's message: it is looked for in all that is said and written.
 * What the library says: `values-in-errors.test.ts`.
 */

import { expect, it } from 'vitest';
import { apply } from '../../../src/index.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject } from '../../support/folder.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';

const canary = 'maria@shop.example';
const init = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "fax" TEXT);';
const failing = [
  ['a JSON path', `UPDATE "Customer" SET "fax" = json_extract('{}', 'X' || "email");`],
  ['a JSON path in an index', `CREATE INDEX "Customer_idx" ON "Customer"(json_extract('{}', 'X' || "email"));`],
  [
    'a JSON path in a table made of a query',
    `CREATE TABLE "C" AS SELECT json_extract('{}', 'X' || "email") FROM "Customer";`,
  ],
] as const;
const words = /bad JSON path: '…'/;

describeTargets('an address in a message of the engine', (fresh) => {
  it.each(sampled(failing, 1))('goes nowhere, planned and applied, in every form: %s', async (_, sql) => {
    const target = await fresh();
    const migrations = [{ name: '1_init', sql: init }];
    expect(await apply({ url: target.url, migrations })).toMatchObject({ outcome: 'applied' });
    await target.sql(`INSERT INTO "Customer" VALUES (1, '${canary}', NULL)`);
    const project = await makeProject({ '1_init': init, '2_next': sql });
    const run = async (...args: readonly string[]) => {
      const options = { cwd: project.root, env: { CI: 'true', GITHUB_ACTIONS: 'true' } };
      const { stdout, stderr } = await runInProcess([...args, '--url', target.url], options);
      return { stdout, stderr };
    };
    const planned = [
      await run('plan'),
      await run('plan', '--json'),
      await run('plan', '--format', 'markdown'),
      await run('apply', '--yes'),
    ];
    const applied = [
      await run('apply', '--yes', '--rows', 'none'),
      await run('apply', '--yes', '--json', '--rows', 'none'),
    ];
    const later = [await run('status'), await run('history', '--json')];
    await project.remove();
    const logs = (await target.sql('SELECT "logs" FROM "_prisma_migrations"')).flat().map(String);

    for (const { stdout, stderr } of [...planned, ...applied]) expect(stdout + stderr).toMatch(words);
    // An annotation for GitHub.
    expect(planned[0]?.stderr).toMatch(/^::error file=.*bad JSON path/m);
    expect(logs.filter((text) => words.test(text))).toHaveLength(applied.length);
    const everything = [...planned, ...applied, ...later].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    for (const text of [...everything, ...logs]) expect(text).not.toMatch(/maria|shop\.example/);
  });
});
