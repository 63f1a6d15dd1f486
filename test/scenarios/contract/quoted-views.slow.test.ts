/** Views and triggers with a text in double quotes, recorded long ago: whoever puts single quotes around it here, production is no other for that. */

import { afterEach, expect, it } from 'vitest';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { defineSchema } from '../../support/schemas.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';

const table = 'CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "title" TEXT NOT NULL)';
const view = 'CREATE VIEW "Shown" AS SELECT "id" FROM "Post" WHERE "title" <> "draft"';
const trigger = 'CREATE TRIGGER "note" AFTER UPDATE ON "Post" WHEN NEW."title" LIKE "draft" BEGIN SELECT "told"; END';
const overView = `${view};\nCREATE VIEW "More" AS SELECT "id", 1 AS "n" FROM "Shown" WHERE "id" <> "none" ORDER BY "n"`;
/** Of a function nobody knows the columns by the schema alone. */
const overFunction =
  'CREATE VIEW "Parts" AS SELECT p."id", "value" FROM "Post" AS p, json_each(p."title") WHERE "key" <> "first"';
const common =
  'CREATE VIEW "Own" AS WITH c("draft") AS (SELECT "title" FROM "Post") SELECT "draft" FROM c WHERE "draft" <> "none"';

const renames: readonly (readonly [string, string])[] = [
  ['the column', 'ALTER TABLE "Post" RENAME COLUMN "title" TO "headline"'],
  ['the table', 'ALTER TABLE "Post" RENAME TO "Article"'],
  ['another table', 'CREATE TABLE "a" ("x" TEXT); ALTER TABLE "a" RENAME TO "b"'],
];
const olds: readonly (readonly [string, string])[] = [
  ['a view', view],
  ['a trigger', trigger],
  ['a view over a view', overView],
  [
    'a view with a trigger of its own',
    `${view};\nCREATE TRIGGER "own" INSTEAD OF DELETE ON "Shown" BEGIN SELECT 1; END`,
  ],
  ['two triggers', `${trigger};\n${trigger.replace('note', 'noted')}`],
  ['a view over a function', overFunction],
  ['a view with a WITH', common],
];

interface Said {
  readonly pairs: readonly { readonly differences: readonly { readonly name: string }[] }[];
}

describeTargets('production with a text in double quotes', (fresh) => {
  const projects: Project[] = [];
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((project) => project.remove()));
  });

  async function open(target: TestTarget, migrations: Readonly<Record<string, string>>) {
    const project = await makeProject(migrations, { schema: defineSchema() });
    projects.push(project);
    const run = (...args: string[]) => runInProcess([...args, '--url', target.url], { cwd: project.root });
    const record = async (...allowed: string[]) => {
      const said = await run('backfill', '--yes', '--allow', 'rows-unseen', ...allowed, '--json');
      return said.json<{ readonly outcome: string }>().outcome;
    };
    const drift = async () => (await run('drift', '--json')).json<Said>().pairs[0]?.differences.map(({ name }) => name);
    return { project, record, drift };
  }

  it.each(olds.flatMap(([what, old]) => renames.map(([of, sql]) => [what, of, old, sql] as const)))(
    'in %s is in sync while a rename of %s is pending',
    async (_, _of, old, sql) => {
      const target = await fresh([table, ...old.split(';\n')]);
      const { project, record, drift } = await open(target, { '1_init': `${table};`, '2_old': `${old};` });
      expect(await record()).toBe('recorded');
      expect(await drift()).toEqual([]);
      await project.write('3_rename', `${sql};`);
      expect(await drift()).toEqual([]);
      await target.sql('DROP TABLE "Post"');
      expect(await drift()).toContain('Post');
    },
  );

  it.each(olds)('in %s proves a rename of another table', async (_, old) => {
    const target = await fresh([table, ...old.split(';\n'), 'CREATE TABLE "b" ("x" TEXT)']);
    const rename = `${renames[2]?.[1]};`;
    const { record, drift } = await open(target, { '1_init': `${table};`, '2_old': `${old};`, '3_rename': rename });
    expect(await record()).toBe('recorded');
    expect(await drift()).toEqual([]);
  });

  it.each(olds)('in %s proves a rename that was run where SQLite takes it, and the texts stayed', async (_, old) => {
    const renamed = old.replaceAll('"Post"', '"Article"');
    const target = await fresh([table.replace('"Post"', '"Article"'), ...renamed.split(';\n')]);
    const rename = 'ALTER TABLE "Post" RENAME TO "Article";';
    const { record, drift } = await open(target, { '1_init': `${table};`, '2_old': `${old};`, '3_rename': rename });
    const isSure = old !== overFunction && old !== common;
    expect(await record()).toBe(isSure ? 'recorded' : 'unproven');
    if (!isSure) await record('--allow', 'unproven');
    expect(await drift()).toEqual(isSure ? [] : [expect.any(String)]);
  });

  it.each([
    ['a column on one side', view.replace('"draft"', '"title"'), view.replace('"draft"', "'title'")],
    [
      'an alias',
      'CREATE VIEW "Shown" AS SELECT 1 AS "a" FROM "Post" ORDER BY "a"',
      `CREATE VIEW "Shown" AS SELECT 1 AS "a" FROM "Post" ORDER BY 'a'`,
    ],
    ['another text', view, view.replace('"draft"', "'Draft'")],
  ])('is told from %s', async (_, there, here) => {
    const target = await fresh([table, there]);
    const { record, drift } = await open(target, { '1_init': `${table};\n${here};` });
    expect(await record()).toBe('unproven');
    await record('--allow', 'unproven');
    expect(await drift()).toEqual(['Shown']);
  });
});
