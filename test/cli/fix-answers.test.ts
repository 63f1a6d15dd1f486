/** `drift --fix` at a terminal: what was not answered is named, and the next command has all that it takes. */

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { runInProcess } from './in-process.ts';

const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel User {\n  id  Int     @id\n  fax String?\n}\n';
const table = 'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "fax" TEXT);';

let project: Project;
beforeEach(async () => {
  project = await makeProject({ '1_user': table }, { schema });
  expect(await run(['apply', '--yes'])).toMatchObject({ code: 0 });
});
afterEach(() => project.remove());

function run(args: readonly string[]) {
  return runInProcess([...args, '--url', 'file:shop.db'], { cwd: project.root });
}

async function fix(args: readonly string[], ...typed: readonly string[]) {
  const options = { cwd: project.root, columns: 80, typed };
  const all = ['drift', '--fix', ...args, '--url', 'file:shop.db', '--no-color'];
  const { code, stdout, stderr } = await runInProcess(all, options);
  return { code, stdout, stderr, said: stderr.slice(stderr.lastIndexOf('✖')).replace(/\s+/g, ' ') };
}

function onDatabase(sql: string): void {
  const database = openEmbedded(join(project.root, 'shop.db'));
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

const goes = 'ALTER TABLE "User" DROP COLUMN "fax"';
const comes = 'CREATE TABLE "Extra" ("id" INTEGER PRIMARY KEY)';

describe('a name that nobody types', () => {
  test.each([
    ['nothing but the line end', '\n'],
    ['the end of the input', ''],
  ])('%s is said to be what was missing; --yes and the name stand in the next command', async (_, typed) => {
    onDatabase(comes);
    const { code, said } = await fix(['--yes'], typed);
    expect(code).toBe(1);
    expect(said).toContain('The new migration needs a name, and none was typed; nothing was written. (DECLINED)');
    expect(said).toContain('Next: migrate-prod drift --fix --url file:shop.db --yes --name <name>');
    expect(said).not.toContain('only y counts');
  });

  test('does not take along the consent that was typed before it', async () => {
    onDatabase(goes);
    const { said } = await fix(['--yes'], 'y\n', '\n');
    expect(said).toMatch(/Next: migrate-prod drift --fix --url file:shop\.db --yes --name <name>\s*$/);
  });

  test('one that is none leaves the other options in the next command', async () => {
    onDatabase(goes);
    const { said } = await fix(['--yes', '--allow', 'drops', '--name', '!!']);
    expect(said).toMatch(/Next: migrate-prod drift --fix --url file:shop\.db --allow drops --yes --name <name>/);
  });
});

describe('a consent that nobody gives', () => {
  test.each(['\n', '', 'n\n'])('%j is said to be what was missing; all of the next command is there', async (typed) => {
    onDatabase(goes);
    const { code, said } = await fix(['--yes'], typed);
    expect(code).toBe(1);
    expect(said).toContain('No consent to drops (only y counts). Production lacks what the migrations make:');
    expect(said).toContain('User.fax');
    expect(said).toContain('Nothing was written. (DECLINED)');
    expect(said).toContain(
      'its owner consents by adding --allow drops to migrate-prod drift --fix --url file:shop.db --yes --name <name>',
    );
  });

  test('keeps the name that was given', async () => {
    onDatabase(goes);
    const { said } = await fix(['--name', 'no fax'], '\n');
    expect(said).toContain("by adding --allow drops to migrate-prod drift --fix --url file:shop.db --name 'no fax'");
  });

  test('without a terminal the name is asked for in the same breath', async () => {
    onDatabase(goes);
    const { code, stderr } = await run(['drift', '--fix', '--yes', '--json']).then(({ code, stdout }) => ({
      code,
      stderr: JSON.parse(stdout).error,
    }));
    expect(code).toBe(1);
    expect(stderr.code).toBe('CONSENT_MISSING');
    expect(stderr.message).toContain('It needs a name too. Nothing was written.');
    expect(stderr.next).toContain(
      'by adding --allow drops to migrate-prod drift --fix --url file:shop.db --name <name> --yes',
    );
  });

  test('the complete command is one that runs', async () => {
    onDatabase(goes);
    const { code } = await run(['drift', '--yes', '--fix', '--name', 'no_fax', '--allow', 'drops']);
    expect(code).toBe(0);
  });
});

describe('the last question', () => {
  test('is still the one that only y answers', async () => {
    onDatabase(comes);
    const { code, said } = await fix(['--name', 'extra'], 'yes\n');
    expect(code).toBe(1);
    expect(said).toContain('Not confirmed (only y counts); nothing was written.');
    expect(said).toContain('Next: migrate-prod drift --fix --url file:shop.db --name extra');
  });
});

describe('80 columns', () => {
  const isCommand = (line: string) => /migrate-prod |npx prisma migrate/.test(line);
  // What is typed ends the line of a question.
  const lines = (text: string) => text.split(/\n|(?<=\[y\/N\] |Name of the migration: )/);
  const tooWide = (text: string) => lines(text).filter((line) => line.length > 80 && !isCommand(line));

  test('hold every line that is no command', async () => {
    onDatabase(goes);
    const asked = await fix([], 'y\n', 'no_fax\n', 'y\n');
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain('schema.prisma still differs from production');
    expect(asked.stderr).toContain('Go on anyway (drops)?');
    expect(tooWide(asked.stderr + asked.stdout)).toEqual([]);
  });

  test('hold what is said where nothing is to be fixed', async () => {
    await project.write('2_more', comes);
    await project.write('3_more', 'CREATE TABLE "More" ("id" INTEGER PRIMARY KEY)');
    const { stdout, stderr, code } = await fix([]);
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing to fix');
    expect(stdout.replace(/\s+/g, ' ')).toContain('2 migrations yet to apply.');
    expect(tooWide(stderr + stdout)).toEqual([]);
  });
});
