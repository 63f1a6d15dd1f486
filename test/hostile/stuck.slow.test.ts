/** One step of the engine cannot be broken off: the program gives it up, says so, and ends. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { makeProject, type Project } from '../support/folder.ts';

let project: Project;
beforeEach(async () => {
  const schema = 'datasource db {\n  provider = "sqlite"\n}\n\nmodel T {\n  id Int @id\n  a  String?\n}\n';
  project = await makeProject({ '1_init': 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT);\n' }, { schema });
});
afterEach(() => project.remove());

it.each([
  [
    'a trim of many characters by many',
    `INSERT INTO "T" ("a") VALUES (trim('${'a'.repeat(3_000_000)}', '${'b'.repeat(3_000_000)}a'))`,
  ],
  [
    'a search in a default, with a comment before it',
    `CREATE TABLE "D" ("a" TEXT DEFAULT/**/(instr(hex(zeroblob(200000000)), hex(zeroblob(100000000)) || '1')));
INSERT INTO "D" DEFAULT VALUES`,
  ],
])('%s', async (_, sql) => {
  await project.write('2_stuck', `${sql};\n`);
  const begun = performance.now();
  const { code, stdout, stderr } = await runCommand(['check', '--json'], { cwd: project.root, timeoutMs: 90_000 });
  expect(performance.now() - begun).toBeLessThan(60_000);
  expect([code, stderr]).toEqual([1, '']);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: expect.stringMatching(/REHEARSAL_STUCK|CHECK_FAILED/) } });
});
