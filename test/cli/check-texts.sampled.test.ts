/** `check --base` with an old view or trigger that has a text in double quotes: it is nobody's fault on a branch, and hides none. */

import { afterEach, expect, test } from 'vitest';
import type { CheckProblem } from '../../src/check/problem.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { describeWithGit, git, gitEnvironment, startRepository } from '../support/git.ts';
import { sampled } from '../support/sampled.ts';
import { runInProcess } from './in-process.ts';

const table = 'CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "title" TEXT NOT NULL);';
const view = 'CREATE VIEW "Shown" AS SELECT "id" FROM "Post" WHERE "title" <> "draft";';
const trigger = 'CREATE TRIGGER "note" AFTER UPDATE ON "Post" WHEN NEW."title" = "draft" BEGIN SELECT "told"; END;';
const schema = (name = 'title') =>
  `datasource db {\n  provider = "sqlite"\n}\n\nmodel Post {\n  id Int @id @default(autoincrement())\n  ${name} String\n}\n`;
const added = '20260104000000_added';

interface Answer {
  readonly problems: readonly CheckProblem[];
  readonly error?: { readonly next: string };
}

const projects: Project[] = [];
afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.remove()));
});

/** A branch with one more migration than main, and what `check` says of it. */
async function check(old: string, sql: string, column = 'title', ...args: readonly string[]): Promise<Answer> {
  const project = await makeProject({ '20260101000000_init': table, '20260102000000_old': old }, { schema: schema() });
  projects.push(project);
  startRepository(project.root);
  git(project.root, 'switch', '--quiet', '--create', 'work');
  await project.write(added, sql);
  await project.writeFile('prisma/schema.prisma', schema(column));
  const run = await runInProcess(['check', '--json', ...args], { cwd: project.root, env: gitEnvironment });
  return run.json<Answer>();
}

const listBlamed = ({ problems }: Answer) =>
  problems
    .filter(({ kind }) => kind === 'problem')
    .map(({ migration, message }) => `${migration}: ${message.split('. ')[0]}`);
const listOld = ({ problems }: Answer) => problems.filter(({ migration }) => migration?.includes('_old'));

const olds: readonly (readonly [string, string])[] = [
  ['view', view],
  ['trigger', trigger],
  ['view and trigger', `${view}\n${trigger}`],
];
const bad: readonly (readonly [string, string])[] = [
  ['UPDATE "Post" SET "title" = nonsense WHERE 0;', 'It fails on a new database: no such column: nonsense'],
  ['UPDATE "Post" SET "title" = "nonsense" WHERE 0;', 'It fails on a new database: no such column: nonsense'],
  ['DELETE FROM "Post" WHERE draft;', 'It fails on a new database: no such column: draft'],
  ['ALTER TABLE "Post" RENAME COLUMN "nope" TO "more";', 'It fails on a new database: no such column: ""nope""'],
  ['ALTER TABLE "Post" RENAME COLUMN "draft" TO "more";', 'It fails on a new database: no such column: ""draft""'],
  ['CREATE INDEX "i" ON "Post" ("draft");', 'It fails on a new database: no such column: draft'],
];

describeWithGit('an old file with a text in double quotes', () => {
  test.each(
    sampled(
      olds.flatMap(([what, old]) => bad.map(([sql, said]) => [what, sql, old, said] as const)),
      4,
    ),
  )('in a %s is not blamed for %s, and that is', async (_, sql, old, said) => {
    const answer = await check(old, sql, 'title', '--base', 'main');
    expect(listBlamed(answer)).toEqual([`${added}: ${said}`]);
    expect(answer.error?.next).toContain(`Fix prisma/migrations/${added}/migration.sql:1`);
    for (const { kind, message } of listOld(answer)) {
      expect(kind).toBe('warning');
      expect(message).not.toContain('nonsense');
      expect(message).not.toContain('nope');
    }
  });

  test.each(sampled(olds, 2))('in a %s is at most a warning where the branch renames its column', async (_, old) => {
    const sql = 'ALTER TABLE "Post" RENAME COLUMN "title" TO "headline";';
    const answer = await check(old, sql, 'headline', '--base', 'main');
    expect(listBlamed(answer)).toEqual([]);
    const told = listOld(answer);
    expect(told.length).toBeGreaterThan(0);
    for (const { kind, message } of told) {
      expect(kind).toBe('warning');
      expect(message).toMatch(
        /^It fails on a new database: no such column: (draft|told)\. .*main has the same file\.$/,
      );
      expect(message).not.toContain('it runs there');
    }
  });

  test.each(bad)('is not told with the words of another statement, without a base: %s', async (sql, said) => {
    const answer = await check(view, sql);
    expect(listBlamed(answer)).toEqual([`${added}: ${said}`]);
    for (const { message } of listOld(answer)) expect(message).toContain('no such column: draft.');
  });

  test.each([
    ['two triggers', `${trigger}\n${trigger.replace('note', 'noted')}`, `UPDATE "Post" SET "title" = 'x' WHERE 0;`],
    [
      'two triggers with other texts',
      `${trigger}\n${trigger.replace('note', 'noted').replace('draft', 'new')}`,
      `UPDATE "Post" SET "title" = 'x' WHERE 0;`,
    ],
    ['two views', `${view}\n${view.replace('Shown', 'Seen')}`, 'SELECT 1 FROM "Shown", "Seen";'],
    [
      'a view and its trigger',
      `${view}\nCREATE TRIGGER "own" INSTEAD OF DELETE ON "Shown" BEGIN SELECT "draft"; END;`,
      'DELETE FROM "Shown";',
    ],
  ])('in %s is no fault of a branch that meets them', async (_, old, sql) => {
    const answer = await check(old, sql, 'title', '--base', 'main');
    expect(listBlamed(answer)).toEqual([]);
    expect(answer.problems.map(({ kind, line }) => [kind, line])).toEqual([
      ['warning', 1],
      ['warning', 2],
    ]);
  });

  test('does not keep a text of the branch itself from being told', async () => {
    const answer = await check(
      view,
      'INSERT INTO "Post" ("title") SELECT "draft" FROM "Shown";',
      'title',
      '--base',
      'main',
    );
    expect(listBlamed(answer)).toEqual([`${added}: It fails on a new database: no such column: draft`]);
    expect(answer.problems.find(({ migration }) => migration === added)?.message).toContain(`SELECT 'draft' FROM`);
  });

  test('is blamed where the branch itself brings it', async () => {
    const sql = `${view}\nALTER TABLE "Post" RENAME COLUMN "title" TO "headline";`;
    const answer = await check('SELECT 1;', sql, 'headline', '--base', 'main');
    expect(listBlamed(answer)).toEqual([`${added}: It fails on a new database: no such column: draft`]);
  });

  test.each([
    'CREATE VIEW "Shown" AS SELECT "draft" FROM "Post";\nALTER TABLE "Post" RENAME COLUMN "draft" TO "state";',
    'CREATE TRIGGER "note" AFTER UPDATE ON "Post" BEGIN SELECT "draft" FROM "Post"; END;',
  ])('is none where the column is there: %s', async (sql) => {
    const old = `ALTER TABLE "Post" ADD COLUMN "draft" TEXT;\n${sql}`;
    const answer = await check(old, 'UPDATE "Post" SET "title" = nonsense;', 'title', '--base', 'main');
    expect(listOld(answer)).toEqual([]);
  });
});
