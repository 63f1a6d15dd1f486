/** A file with a text that is no SQL: plan and apply name its line and how to write it, as check does. */

import { afterEach, expect, it } from 'vitest';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { describeTargets } from '../../support/targets.ts';

interface Finding {
  readonly kind: string;
  readonly code: string;
  readonly line: number;
  readonly sql: string;
  readonly message: string;
}
interface Planned {
  readonly migrations: readonly { readonly findings: readonly Finding[] }[];
}
interface Checked {
  readonly problems: readonly { readonly code: string; readonly line: number; readonly sql: string }[];
}

const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n';
const first = 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);\n';

describeTargets('a migration whose text is no SQL', (fresh) => {
  const projects: Project[] = [];
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((project) => project.remove()));
  });

  it.each<[string, string, number, string, string]>([
    [
      'a JSON default as Prisma writes it',
      `-- User\n\nCREATE TABLE "User" (\n  "id" INTEGER NOT NULL PRIMARY KEY,\n  "settings" JSONB NOT NULL DEFAULT {}\n);\n`,
      5,
      '  "settings" JSONB NOT NULL DEFAULT {}',
      "SQLite does not know { outside of quotes. Put a JSON default in single quotes: DEFAULT '{}'.",
    ],
    [
      'one in a column that is added, on a line with others',
      `CREATE TABLE "B" ("id" INTEGER); ALTER TABLE "B" ADD COLUMN "c" JSONB DEFAULT {"it's":[1]};\n`,
      1,
      `ALTER TABLE "B" ADD COLUMN "c" JSONB DEFAULT {"it's":[1]};`,
      `Put a JSON default in single quotes: DEFAULT '{"it''s":[1]}'.`,
    ],
    [
      'a text that never ends',
      `INSERT INTO "A"\n  VALUES ('it's');\nCREATE TABLE "B" ("id" INTEGER);\n`,
      2,
      `  VALUES ('it's');`,
      "A text begins here and never ends: the rest of the file belongs to it. Inside a text, write ' twice.",
    ],
    [
      'a trigger that never ends',
      'CREATE TABLE "B" ("id" INTEGER);\nCREATE TRIGGER "g" AFTER INSERT ON "A" BEGIN SELECT 1;\nCREATE TABLE "C" ("id" INTEGER);\n',
      2,
      'CREATE TRIGGER "g" AFTER INSERT ON "A" BEGIN SELECT 1;',
      'The trigger g never ends',
    ],
    [
      'a name that begins with a digit',
      'CREATE TABLE\n  2fa ("id" INTEGER);\n',
      2,
      '  2fa ("id" INTEGER)',
      '2fa is not a number. Put a name that begins with a digit in double quotes.',
    ],
  ])('such as %s', async (_, sql, line, shown, words) => {
    const target = await fresh();
    const project = await makeProject({ '1_a': first }, { schema });
    projects.push(project);
    const run = (...args: string[]) => runInProcess([...args, '--url', target.url], { cwd: project.root });
    expect((await run('apply', '--yes')).code).toBe(0);
    await project.write('2_b', sql);
    const planned = (await run('plan', '--json')).json<Planned>();
    const found = planned.migrations.flatMap(({ findings }) => findings).filter(({ kind }) => kind === 'blocker');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ code: 'rehearsal-failed', line, message: expect.stringContaining(words) });
    expect(shown).toContain(found[0]?.sql);
    const checked = (await runInProcess(['check', '--json'], { cwd: project.root })).json<Checked>();
    const [problem] = checked.problems.filter(({ code }) => code === 'does-not-split');
    expect(problem).toMatchObject({ line });
    const applied = await run('apply', '--yes');
    expect(applied.code).toBe(1);
    const text = (applied.stdout + applied.stderr).replace(/\s+/g, ' ');
    expect(text).toContain(words);
    expect(text).toContain(`prisma/migrations/2_b/migration.sql:${line}`);
    expect(await target.sql(`SELECT count(*) FROM sqlite_schema WHERE name IN ('User', 'B', 'C')`)).toEqual([[0]]);
  });
});
