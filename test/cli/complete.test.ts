/** What a shell is answered at a TAB, and the scripts that make it ask. */

import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { consentCodes } from '../../src/findings/codes.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { runInProcess } from './in-process.ts';

const migrations = {
  '20260101000000_a': 'CREATE TABLE "A" ("id" INTEGER NOT NULL PRIMARY KEY);',
  '20260102000000_b': 'SELECT 1;',
};
const schema = `datasource db {
  provider = "sqlite"
}
// model Gone {
// }
model A {
  id Int @id
}
model Order {
  id Int @id
  data String @default("{}")
  @@map("orders")
}
model Odd {
  id Int @id
  @@map("$(touch hacked)")
}
`;

let project: Project;
beforeEach(async () => {
  project = await makeProject(migrations, { schema });
});
afterEach(() => project.remove());

/** @param line as it is typed; the last word goes on. */
async function ask(line: string, cwd = project.root) {
  const { code, stdout, stderr } = await runInProcess(['complete', '--', ...line.split(' ')], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n').slice(0, -1);
  return { words: lines.slice(0, -1).map((one) => one.split('\t')[0]), directive: lines.at(-1) };
}

describe('a TAB', () => {
  test.each<[string, readonly string[], string]>([
    ['history ', ['20260102000000_b', '20260101000000_a'], ':4'],
    ['apply --to 20260101', ['20260101000000_a'], ':4'],
    ['apply --to=20260101', ['20260101000000_a'], ':4'],
    ['backfill --undo 20260102', ['20260102000000_b'], ':4'],
    ['inspect ', ['A', 'orders'], ':4'],
    ['apply --allow ', consentCodes, ':4'],
    ['apply --allow data-loss,unf', ['data-loss,unfinished'], ':4'],
    ['apply --allow data-loss:20260102', ['data-loss:20260102000000_b'], ':4'],
    ['apply --allow=foreign-keys,data-loss:20260102', ['foreign-keys,data-loss:20260102000000_b'], ':4'],
    ['backfill --allow ', ['unproven', 'rows-unseen', 'replace-tracker'], ':4'],
    ['drift --fix --allow ', ['drops'], ':4'],
    ['plan --format ', ['text', 'markdown', 'json'], ':4'],
    ['init --package-manager ', ['npm', 'pnpm', 'yarn', 'bun'], ':4'],
    ['apply --target st', ['staging'], ':4'],
    ['complete ', ['bash', 'zsh', 'fish', 'powershell'], ':4'],
    ['help che', ['check'], ':4'],
    ['--env-file ', ['.env', '.env.turso-prod', '.env.turso-staging'], ':0'],
    ['--schema ', [], ':0'],
    ['apply --backup ', [], ':0'],
    ['plan --timeout ', [], ':4'],
  ])('after "%s" brings %j', async (line, words, directive) => {
    for (const name of ['.env', '.env.turso-prod', '.env.turso-staging', 'other']) await project.writeFile(name, '');
    expect(await ask(line)).toEqual({ words, directive });
  });

  test('knows the targets as the commands do: with dots in their names, and no copies of a file', async () => {
    for (const name of ['prod', 'eu.west', 'example', 'prod.bak', '$(x)'])
      await project.writeFile(`.env.turso-${name}`, '');
    expect((await ask('status --target ')).words).toEqual(['eu.west', 'example', 'prod']);
  });

  test('finds the migrations where the line says that they are, or from a folder below', async () => {
    expect((await ask('history ', join(project.root, 'prisma'))).words).toHaveLength(2);
    await project.writeFile('other/m/7_seven/migration.sql', '');
    expect((await ask('--migrations other/m history ')).words).toEqual(['7_seven']);
    await project.writeFile('other/schema.prisma', schema);
    await project.writeFile('other/migrations/8_eight/migration.sql', '');
    expect((await ask('--schema other/schema.prisma history ')).words).toEqual(['8_eight']);
  });

  test('is silent outside of a project, in a broken one, and about names that a shell would run', async () => {
    await project.write('3_$(touch hacked)', 'SELECT 1;');
    expect((await ask('history ')).words).toHaveLength(2);
    await project.writeFile('prisma/schema.prisma', 'no schema');
    expect(await ask('inspect ')).toEqual({ words: [], directive: ':4' });
    expect((await ask('history ', '/')).words).toEqual([]);
    expect((await ask('inspect ', '/')).words).toEqual([]);
  });

  test('sends no request and runs no config file', async () => {
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await project.writeFile(
      '.env.turso-prod',
      `TURSO_DATABASE_URL=http://127.0.0.1:${port}\nTURSO_AUTH_TOKEN=abcdefghijkl\n`,
    );
    await project.writeFile('prisma.config.mjs', 'globalThis.configWasRun = true; export default {};');
    for (const line of ['inspect ', 'history ', 'apply --to ', 'apply --allow ', '']) await ask(line);
    server.close();
    expect([connections, Reflect.get(globalThis, 'configWasRun')]).toEqual([0, undefined]);
  });
});

describe('the script', () => {
  test.each([
    ['bash', 'complete -o default -F _migrate_prod_complete migrate-prod'],
    ['zsh', '#compdef migrate-prod'],
    ['fish', 'complete -c migrate-prod'],
    ['powershell', "Register-ArgumentCompleter -CommandName 'migrate-prod'"],
  ])('of %s is printed alone', async (shell, part) => {
    const { code, stdout, stderr } = await runInProcess(['complete', shell], { cwd: project.root });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(part);
    const { script } = (await runInProcess(['complete', shell, '--json'], { cwd: project.root })).json<{
      script: string;
    }>();
    expect(script).toBe(stdout);
  });

  test('of PowerShell calls the program as it was typed, and its braces and quotes are closed', async () => {
    const { stdout } = await runInProcess(['complete', 'powershell'], { cwd: project.root });
    expect(stdout).toContain('"& $Program complete \'--\' $QuotedArgs"');
    // Texts and comments in one go: each may have the other's marks.
    const code = stdout.replace(/'(?:''|[^'\n])*'|"(?:`.|[^"`\n])*"|#.*$/gm, '');
    expect(code).not.toMatch(/['"]/);
    for (const [open, close] of ['()', '{}', '[]'])
      expect(code.split(open ?? '').length).toBe(code.split(close ?? '').length);
  });

  test.each([
    ['pwsh', 'Did you mean migrate-prod complete powershell?'],
    ['fishy', 'Did you mean migrate-prod complete fish?'],
    ['tcsh', 'migrate-prod complete --help'],
    ['', 'migrate-prod complete --help'],
  ])('of a shell called "%s" is not there, and nothing is printed', async (shell, next) => {
    const { code, stdout, stderr } = await runInProcess(['complete', shell], { cwd: project.root });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('there is one for bash, zsh, fish and powershell.');
    expect(stderr).toContain(next);
  });

  test('needs the name of one shell', async () => {
    expect((await runInProcess(['complete'], { cwd: project.root })).stderr).toContain('needs the name of your shell');
    expect((await runInProcess(['complete', 'zsh', 'bash'], { cwd: project.root })).code).toBe(2);
    expect((await runInProcess(['completion', 'zsh'], { cwd: project.root })).stderr).toContain('complete --help');
  });
});
