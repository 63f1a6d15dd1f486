/** A project with several targets, and the answers of the command line in it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { apply } from '../../src/index.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { writeFiles } from '../support/git.ts';
import { runInProcess } from './in-process.ts';

export interface Answer {
  readonly target: string | null;
  readonly targetName: string | null;
  readonly plan?: string;
  readonly next?: string;
  readonly migrations?: readonly { readonly findings: readonly Finding[] }[];
  readonly findings?: readonly Finding[];
  readonly error?: { readonly code: string; readonly message: string; readonly next: string };
}

interface Finding {
  readonly code: string;
  readonly migration: string;
  readonly message: string;
}

const migrations = [
  { name: '1_a', sql: 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);' },
  { name: '2_b', sql: 'CREATE TABLE "B" ("id" INTEGER NOT NULL PRIMARY KEY);' },
];
const model = (name: string) => `model ${name} {\n  id Int @id\n}\n`;
const schema = `datasource db {\n  provider = "sqlite"\n}\n${model('A')}${model('B')}`;

/** A new project for each test, with two migrations and no target. */
export function useTargets() {
  let project: Project;
  let made = '';
  beforeAll(async () => {
    made = mkdtempSync(join(tmpdir(), 'migrate-prod-targets-'));
    for (const [index, { name }] of migrations.entries()) {
      await apply({ url: `file:${join(made, `${name}.db`)}`, migrations: migrations.slice(0, index + 1) });
    }
  });
  afterAll(() => rmSync(made, { recursive: true, force: true }));
  beforeEach(async () => {
    project = await makeProject(Object.fromEntries(migrations.map(({ name, sql }) => [name, sql])), { schema });
  });
  afterEach(() => project.remove());

  const run = (...args: readonly string[]) => runInProcess(args, { cwd: project.root });
  const read = async (...args: readonly string[]) => (await run(...args, '--json')).json<Answer>();
  const findHazards = ({ migrations = [] }: Answer) =>
    migrations.flatMap(({ findings }) => findings).filter(({ code }) => code === 'not-on-staging');
  return {
    get project() {
      return project;
    },
    run,
    read,
    findHazards,
    describeHazards: async () => findHazards(await read('plan')).map(({ migration, message }) => [migration, message]),
    addTarget: (name: string, url: string) =>
      writeFiles(project.root, { [`.env.turso-${name}`]: `TURSO_DATABASE_URL=${url}\n` }),
    /** A target in a file that has the migrations up to this one. */
    addFile: async (name: string, upTo: '1_a' | '2_b') => {
      writeFiles(project.root, { [`.env.turso-${name}`]: `TURSO_DATABASE_URL=file:${name}.db\n` });
      await copyFile(join(made, `${upTo}.db`), join(project.root, `${name}.db`));
    },
    setAfter: (after: unknown) =>
      writeFiles(project.root, { 'package.json': JSON.stringify({ 'migrate-prod': { after } }) }),
  };
}
