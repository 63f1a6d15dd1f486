/** `check` of a folder whose old part cannot be replayed: what is applied stays as it is, and only what is new is blamed. */

import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { CheckProblem } from '../../src/check/problem.ts';
import { histories, listFolder, old, type UnreplayableHistory } from '../scenarios/contract/unreplayable-histories.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { commit, describeWithGit, git, gitEnvironment, startRepository } from '../support/git.ts';
import { sampled } from '../support/sampled.ts';
import { init } from '../support/schemas.ts';
import { runInProcess } from './in-process.ts';

const added = '20260103000000_added';
const good = 'CREATE INDEX "Order_customerId_idx" ON "Order"("customerId");\n';
const goodField = '\n  @@index([customerId])\n';

interface Answer {
  readonly problems: readonly CheckProblem[];
  readonly error?: { readonly code: string; readonly next: string };
}

const projects: Project[] = [];
afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.remove()));
});

async function open(history: UnreplayableHistory) {
  const project = await makeProject(listFolder(history), { schema: history.schema });
  projects.push(project);
  const run = (...args: readonly string[]) =>
    runInProcess(['check', ...args], { cwd: project.root, env: gitEnvironment });
  const check = async (...args: readonly string[]) => {
    const { code, json } = await run('--json', ...args);
    const answer = json<Answer>();
    expect(code).toBe(answer.problems.some(({ kind }) => kind === 'problem') ? 1 : 0);
    return answer;
  };
  const addGood = async () => {
    await project.write(added, good);
    await project.writeFile(
      'prisma/schema.prisma',
      history.schema.replace('onDelete: Cascade)\n', `onDelete: Cascade)\n${goodField}`),
    );
  };
  return { project, run, check, addGood };
}

const listBlamed = ({ problems }: Answer) =>
  problems.filter(({ kind }) => kind === 'problem').map(({ code, migration }) => `${code} ${migration}`);

const bad: readonly (readonly [string, string])[] = [
  ['fails', 'UPDATE "Customers" SET "email" = 1;'],
  ['has a text in double quotes', 'UPDATE "Customer" SET "email" = "x";'],
];

const chosen = sampled(histories, 2);

describe.each(chosen)('a folder with $what', (history) => {
  test('is red while that is the last migration, and says how it has to be written or what it leaves open', async () => {
    const { check } = await open(history);
    const answer = await check();
    expect(new Set(listBlamed(answer).map((text) => text.split(' ')[1]))).toEqual(new Set([old]));
    const told = answer.problems.find(({ code, line }) => code === 'replay-failed' && line === history.line);
    const concerned = history.unsure.join(', ');
    expect(told?.message).toContain(
      history.unsure.length === 0 ? 'Run in its place: ' : `${concerned} was not compared with schema.prisma.`,
    );
  });

  test('is not red for ever, and stays red for what comes after it', async () => {
    const { project, run, check, addGood } = await open(history);
    await addGood();
    const answer = await check();
    expect(listBlamed(answer)).toEqual([]);
    expect(answer.problems.map(({ migration }) => migration)).toContain(old);
    const { stdout } = await run();
    expect(stdout).toMatch(
      /3 migrations: they split, replay from nothing \(except \d statements?\), and make schema\.prisma/,
    );
    for (const [, sql] of bad) {
      await project.write(added, `${good}${sql}`);
      expect(listBlamed(await check())).toEqual([`replay-failed ${added}`]);
    }
    await project.write(added, good.replace('Index', 'Table'));
  });

  test('is compared with schema.prisma all the same', async () => {
    const { project, check, addGood } = await open(history);
    await addGood();
    await project.writeFile(
      'prisma/schema.prisma',
      history.schema.replace('email  String', 'fax String?\n  email  String'),
    );
    const answer = await check();
    expect(answer.problems.filter(({ kind }) => kind === 'problem').map(({ message }) => message)).toEqual([
      'schema.prisma has the column Customer.fax, but no migration makes it.',
      'The migrations make the index Order_customerId_idx, but schema.prisma does not have it.',
    ]);
  });
});

test('tells what differs in a table with a key to one that nobody can tell, and not the key', async () => {
  const history = histories.find(({ unsure }) => unsure.includes('Tag'));
  if (history === undefined) throw new Error('there is such a history');
  const { project, check, addGood } = await open(history);
  await addGood();
  await project.writeFile(
    'prisma/schema.prisma',
    history.schema
      .replace('kind String', 'kind String?')
      .replace('onDelete: Cascade)\n', `onDelete: Cascade)\n${goodField}`),
  );
  const answer = await check();
  expect(answer.problems.filter(({ kind }) => kind === 'problem').map(({ message }) => message)).toEqual([
    'The migrations make the column Note.kind with another nullability.',
  ]);
});

describeWithGit('against a branch that has it', () => {
  describe.each(chosen)('a folder with $what', (history) => {
    async function branch() {
      const opened = await open(history);
      startRepository(opened.project.root);
      git(opened.project.root, 'switch', '--quiet', '--create', 'work');
      return opened;
    }

    test('blames nothing on a branch that adds nothing wrong', async () => {
      const { check, addGood } = await branch();
      expect(listBlamed(await check('--base', 'main'))).toEqual([]);
      await addGood();
      const answer = await check('--base', 'main');
      expect(listBlamed(answer)).toEqual([]);
      const told = answer.problems.filter(({ migration }) => migration === old);
      expect(told.every(({ kind, message }) => kind === 'warning' && message.includes('main has the same file'))).toBe(
        true,
      );
      expect(told.length).toBeGreaterThan(0);
    });

    test('blames a bad migration of the branch, and it alone', async () => {
      const { project, check } = await branch();
      for (const [, sql] of bad) {
        await project.write(added, sql);
        const answer = await check('--base', 'main');
        expect(listBlamed(answer)).toEqual([`replay-failed ${added}`]);
        expect(answer.error?.next).toBe(
          `Fix prisma/migrations/${added}/migration.sql:1, then migrate-prod check --base main`,
        );
      }
    });
  });

  test('does blame a branch that takes away what an old migration needs', async () => {
    const [history] = histories;
    if (history === undefined) throw new Error('there are histories');
    const { project, check } = await open(history);
    startRepository(project.root);
    await rename(join(project.migrationsFolder, init.name), join(project.migrationsFolder, '20260104000000_init'));
    const answer = await check('--base', 'main');
    expect(listBlamed(answer)).toEqual([`replay-failed ${old}`, 'renamed 20260104000000_init']);
    expect(answer.problems[0]?.message).toContain('main has the same file, and it runs there');
  });

  test('does not call what follows from the base a fault of the branch', async () => {
    const history = histories.find(({ unsure }) => unsure.includes('Gone'));
    if (history === undefined) throw new Error('there is such a history');
    const { project, check } = await open(history);
    startRepository(project.root);
    await project.write(added, 'ALTER TABLE "Gone" ADD COLUMN "more" TEXT;');
    commit(project.root);
    git(project.root, 'reset', '--quiet', '--soft', 'HEAD~1');
    const answer = await check('--base', 'HEAD');
    expect(listBlamed(answer)).toEqual([]);
    expect(answer.problems.find(({ migration }) => migration === added)?.message).toContain('It cannot be tried');
  });
});

test('makes the schema writable for nothing but the one index of a reserved name', async () => {
  const index = 'CREATE UNIQUE INDEX "sqlite_autoindex_T_1" ON "T"("a");';
  const sql = `CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT);\n${index}\nUPDATE sqlite_schema SET sql = 'x' WHERE name = 'T';`;
  const hostile = 'CREATE INDEX "sqlite_autoindex_T_2" ON "T"(readfile(\'/etc/hostname\'));';
  const schema = 'datasource db {\n  provider = "sqlite"\n}\n\nmodel T {\n  id Int @id\n  a String? @unique\n}\n';
  const project = await makeProject({ '1_a': sql, '2_b': hostile }, { schema });
  projects.push(project);
  const { json } = await runInProcess(['check', '--json'], { cwd: project.root });
  expect(json<Answer>().problems).toMatchObject([
    { migration: '1_a', line: 2, message: expect.stringContaining('CREATE UNIQUE INDEX "T_a_key" ON "T"("a")') },
    { migration: '1_a', line: 3, message: expect.stringContaining('sqlite_master may not be modified') },
    { migration: '2_b', code: 'reaches-outside', kind: 'problem' },
  ]);
});
