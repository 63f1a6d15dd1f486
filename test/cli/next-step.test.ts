/** The command that an error ends with is the one that was typed, with its options: it can be copied as it is. */

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { runInProcess } from './in-process.ts';

interface Said {
  readonly error: { readonly code: string; readonly message: string; readonly next: string };
}

async function readError(args: readonly string[], cwd: string) {
  const { code, stdout } = await runInProcess([...args, '--json'], { cwd });
  return { exit: code, ...(JSON.parse(stdout) as Said).error };
}

describe('a database file that is not there', () => {
  let project: Project;
  beforeEach(async () => {
    project = await makeProject({ '1_one': 'CREATE TABLE a (id INTEGER PRIMARY KEY);' });
  });
  afterEach(() => project.remove());

  test.each([
    [['status']],
    [['plan']],
    [['drift']],
    [['drift', '--fix']],
    [['drift', '--fix', '--yes', '--name', 'one']],
    [['backfill']],
    [['backfill', '--yes']],
    [['backfill', '--yes', '1_one', '--allow', 'unproven']],
    [['backfill', '--undo', '1_one']],
    [['history']],
    [['tables']],
    [['inspect', 'a']],
  ])('is said by %j, which makes none and writes nothing', async (args) => {
    const said = await readError([...args, '--url', 'file:none.db'], project.root);
    expect(said).toMatchObject({ exit: 2, code: 'TARGET_FILE_MISSING' });
    expect(said.message).toContain('does not exist, and this command does not create it.');
    expect(said.next).toBe('Correct the address, or create the database: migrate-prod apply --url file:none.db');
    expect(existsSync(join(project.root, 'none.db'))).toBe(false);
    expect(await readdir(project.migrationsFolder)).toEqual(['1_one', 'migration_lock.toml']);
  });

  test('is made by apply, as before', async () => {
    expect((await runInProcess(['apply', '--yes', '--url', 'file:none.db'], { cwd: project.root })).code).toBe(0);
    expect(existsSync(join(project.root, 'none.db'))).toBe(true);
  });
});

describe('where there is no project', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'migrate-prod-none-')));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test.each([
    [['check'], 'migrate-prod check'],
    [['check', '--base', 'main'], 'migrate-prod check --base main'],
    [['plan', '--to', '2_two', '--url', 'file:x.db'], 'migrate-prod plan --url file:x.db --to 2_two'],
    [['--url', 'file:x.db', 'apply', '--yes'], 'migrate-prod apply --url file:x.db --yes'],
    [['drift', '--fix', '--name', 'two words'], "migrate-prod drift --fix --name 'two words'"],
    [['backfill', '1_one'], 'migrate-prod backfill 1_one'],
    [['status'], 'migrate-prod status'],
  ])('%j is repeated with the place of the schema', async (args, command) => {
    const { code, next } = await readError(args, folder);
    expect(code).toBe('PROJECT_NOT_FOUND');
    expect(next.replace(' --json', '')).toBe(
      `Run this in your project, or say where it is: ${command} --schema path/to/prisma/schema.prisma`,
    );
  });
});

describe('a command line that is wrong', () => {
  test.each([
    [['inspect', '--url', 'file:x.db'], 'migrate-prod tables --url file:x.db lists them.'],
    [['--url', 'file:x.db', 'inspect'], 'migrate-prod tables --url file:x.db lists them.'],
    [
      ['inspect', 'a', 'b', '--no-env-file'],
      "A name with spaces goes in quotes: migrate-prod inspect --no-env-file 'two words'",
    ],
    [
      ['migrate', 'deploy', '--schema', 'a/b.prisma'],
      'migrate-prod plan --schema a/b.prisma shows what it would do; migrate-prod apply --schema a/b.prisma does it.',
    ],
    [['apply', '--url', 'file:x.db', '--dry-run'], 'migrate-prod plan --url file:x.db'],
    [['status', 'more', '--url', 'file:x.db'], 'migrate-prod status --help'],
    [['statsu', '--url', 'file:x.db'], 'Did you mean migrate-prod status?'],
    [['inspect', '--url', 'libsql://x.turso.io?authToken=verysecret'], /^migrate-prod tables --url \S+ lists them\.$/],
  ])('%j keeps the options of the target in what comes next', async (args, expected) => {
    const { exit, code, next } = await readError(args, tmpdir());
    expect([exit, code]).toEqual([2, 'USAGE']);
    expect(next).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
    expect(next).not.toContain('verysecret');
  });
});

describe('drift --fix', () => {
  const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n  x Int?\n}\n';

  test('is written in one way, whoever names it', async () => {
    const project = await makeProject({ '1_a': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);' }, { schema });
    try {
      const run = (...args: string[]) => runInProcess([...args, '--url', 'file:a.db'], { cwd: project.root });
      await run('apply', '--yes');
      const database = openEmbedded(join(project.root, 'a.db'));
      database.exec('ALTER TABLE "A" ADD COLUMN "x" INTEGER');
      database.close();
      const said = (await run('drift', '--json')).json<{ readonly next: string }>();
      expect(said.next).toBe('migrate-prod drift --fix --url file:a.db');
      const { next } = await readError(['drift', '--fix', '--url', 'file:a.db'], project.root);
      expect(next).toBe(`${said.next} --name <name> --yes`);
    } finally {
      await project.remove();
    }
  });
});
