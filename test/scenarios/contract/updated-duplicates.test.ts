/** An UPDATE that breaks a unique key only when it runs: the failure has the rows that it would have made the same. */

import { afterEach, expect, it } from 'vitest';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { describeTargets } from '../../support/targets.ts';

interface Applied {
  readonly outcome: string;
  readonly failed: { readonly message: string; readonly query: string | null } | null;
  readonly error: { readonly code: string };
}

// With a trigger, nobody can tell beforehand which rows the UPDATE changes.
const table = `CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT, "shop" TEXT);
CREATE TABLE "Log" ("id" INTEGER PRIMARY KEY);
CREATE TRIGGER "logs" AFTER UPDATE ON "User" BEGIN INSERT INTO "Log" VALUES (NULL); END;
`;
const one = 'CREATE UNIQUE INDEX "User_email_key" ON "User"("email");';
const two = 'CREATE UNIQUE INDEX "User_key" ON "User"("shop", "email");';
const rows = `INSERT INTO "User" VALUES (1, 'a@x', 'n'), (2, 'A@x', 'n'), (3, 'b@x', 'n'), (4, NULL, 'n'), (5, 'A@x ', 's')`;

describeTargets('an UPDATE under a unique key that is there', (fresh) => {
  const projects: Project[] = [];
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((project) => project.remove()));
  });

  async function fail(index: string, sql: string) {
    const target = await fresh();
    const project = await makeProject({ '1_user': table + index });
    projects.push(project);
    const run = (...args: string[]) => runInProcess([...args, '--url', target.url], { cwd: project.root });
    expect((await run('apply', '--yes')).code).toBe(0);
    await target.sql(rows);
    await project.write('2_emails', sql);
    const said = (await run('apply', '--yes', '--json', '--rows', 'none')).json<Applied>();
    expect(said).toMatchObject({ outcome: 'failed', error: { code: 'STATEMENT_FAILED' } });
    expect(said.failed?.message).toContain('UNIQUE constraint failed');
    const query = said.failed?.query ?? null;
    const found = query === null ? null : await target.sql(`SELECT "id" FROM (${query}) ORDER BY "id"`);
    return { ids: found?.map(([id]) => id) ?? null, text: (await run('apply', '--yes', '--rows', 'none')).stderr };
  }

  it.each<[string, string, string, readonly number[] | null]>([
    ['all rows', one, 'UPDATE "User" SET "email" = lower(trim("email"));', [1, 2, 5]],
    ['some rows', one, `UPDATE "User" SET "email" = lower("email") WHERE "shop" = 'n';`, [1, 2]],
    ['one column of two', two, 'UPDATE "User" SET "email" = lower(trim("email"));', [1, 2]],
    [
      'rows of a table that was written to before',
      one,
      `UPDATE "User" SET "shop" = 'x';\nUPDATE "User" SET "email" = 'y';`,
      null,
    ],
    ['rows that only meet on the way', one, 'UPDATE "User" SET "id" = "id" + 1;', null],
    [
      'a key of an expression',
      'CREATE UNIQUE INDEX "e" ON "User"("email" || 1);',
      'UPDATE "User" SET "email" = lower("email");',
      null,
    ],
  ])('that changes %s shows them, where that is told simply', async (_, index, sql, ids) => {
    const said = await fail(index, sql);
    expect(said.ids).toEqual(ids);
    expect(said.text).toContain('UNIQUE constraint failed');
    if (ids === null) expect(said.text).not.toContain('Rows:');
    else expect(said.text).toMatch(/Rows: .*SELECT \* FROM "User" WHERE/);
  });
});
