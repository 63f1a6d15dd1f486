/** A function that only the server has must not be a wall, and must not be taken for one that was rehearsed. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { runInProcess } from '../cli/in-process.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { describeTargets } from '../support/targets.ts';

const schema = `datasource db {\n  provider = "sqlite"\n}\n\nmodel T {\n  id Int @id\n  a  String?\n}\n`;
const own = 'libsql_server_database_name';
const uses = `UPDATE "T" SET "a" = ${own}();\n`;

let project: Project;
beforeEach(async () => {
  const init = 'CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);\n';
  project = await makeProject({ '1_init': init }, { schema });
});
afterEach(() => project.remove());

const run = (...args: readonly string[]) => runInProcess(args, { cwd: project.root });

describeTargets('a function of the server', (fresh) => {
  it('is a hazard where the server has it, and a blocker where nobody has', async () => {
    const { url, kind, sql } = await fresh();
    expect(await run('apply', '--yes', '--url', url)).toMatchObject({ code: 0 });
    await sql('INSERT INTO "T" ("id") VALUES (1)');
    await project.write('2_uses', uses);
    const planned = await run('plan', '--json', '--url', url);
    const { migrations, requests } = planned.json<{
      migrations: readonly { findings: readonly { kind: string; code: string; line: number }[] }[];
      requests: number;
    }>();
    const stopping = migrations.flatMap(({ findings }) => findings.filter(({ kind }) => kind !== 'note'));
    if (kind === 'file') {
      expect(stopping).toMatchObject([{ kind: 'blocker', code: 'rehearsal-failed', line: 1 }]);
      return;
    }
    expect(stopping).toMatchObject([{ kind: 'hazard', code: 'unrehearsed', line: 1 }]);
    expect(requests).toBe(2);
    expect(await run('apply', '--yes', '--url', url)).toMatchObject({ code: 1 });
    expect(await sql('SELECT "a" FROM "T"')).toEqual([[null]]);
    expect(await run('apply', '--yes', '--allow', 'unrehearsed', '--url', url)).toMatchObject({ code: 0 });
    expect(await sql('SELECT "a" IS NOT NULL FROM "T"')).toEqual([[1]]);
  });

  it('goes on to what comes after it, which is rehearsed all the same', async () => {
    const { url, kind } = await fresh();
    await run('apply', '--yes', '--url', url);
    await project.write(
      '2_uses',
      `${uses}ALTER TABLE "T" ADD COLUMN "b" TEXT;\nALTER TABLE "T" ADD COLUMN "b" INTEGER;\n`,
    );
    const { migrations } = (await run('plan', '--json', '--url', url)).json<{
      migrations: readonly { findings: readonly { code: string; line: number }[] }[];
    }>();
    const found = migrations.flatMap(({ findings }) => findings.map(({ code, line }) => `${code} ${line}`));
    expect(found).toEqual(
      kind === 'file' ? ['rehearsal-failed 1'] : expect.arrayContaining(['unrehearsed 1', 'exists-different 3']),
    );
  });

  it('is a warning of check, and none once the project says that its server has it', async () => {
    await project.write('2_uses', uses);
    const check = async () => {
      const { code, json, stdout } = await run('check', '--json');
      return { code, stdout, problems: json<{ problems: readonly { kind: string; code: string }[] }>().problems };
    };
    expect(await check()).toMatchObject({ code: 0, problems: [{ kind: 'warning', code: 'unknown-function' }] });
    await project.writeFile(
      'prisma/migrations/migrate-prod.functions',
      `# of our server\n\n  ${own.toUpperCase()}\r\n`,
    );
    expect(await check()).toMatchObject({ code: 0, problems: [] });
    for (const [text, line] of [
      ['writefile', 1],
      ['# one\ntwo words', 2],
      ['# one\rtwo', 1],
      ['a\u200bb', 1],
      ['# hidden\u2028three', 1],
    ] as const) {
      await project.writeFile('prisma/migrations/migrate-prod.functions', `${text}\n`);
      const { code, stdout } = await run('check', '--json');
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      expect([code, error.code, error.message.includes(`migrate-prod.functions:${line} `)]).toEqual([
        2,
        'FUNCTIONS_FILE_INVALID',
        true,
      ]);
    }
  });
});

it.each([
  ['a module', 'CREATE VIRTUAL TABLE "X" USING nobodys(1);'],
  ['a collation', 'CREATE INDEX "i" ON "T" ("a" COLLATE nobodys);'],
])('%s that libSQL does not have stops check, until the project says that its server has it', async (_, sql) => {
  await project.write('2_uses', `${sql}\n`);
  const check = async () =>
    (await run('check', '--json')).json<{ problems: readonly { code: string; message: string }[] }>().problems;
  expect(await check()).toMatchObject([{ code: 'replay-failed', message: expect.stringContaining('nobodys') }]);
  expect((await check())[0]?.message).toContain('migrate-prod.functions');
  await project.writeFile('prisma/migrations/migrate-prod.functions', 'nobodys\n');
  expect((await check()).filter(({ code }) => code !== 'schema-differs')).toEqual([]);
  await project.write('2_uses', 'UPDATE "T" SET "a" = 1 WHERE "a" = 2 COLLATE nobody_else;\n');
  expect((await check()).map(({ code }) => code)).toEqual(['unknown-function']);
});

it('no prisma.config file runs where nobody wants it to', async () => {
  await project.writeFile('prisma.config.ts', `throw new Error('it ran');\n`);
  expect((await run('check')).code).toBe(2);
  expect(await run('check', '--no-config')).toMatchObject({ code: 0, stderr: '' });
});
