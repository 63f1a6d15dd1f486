/** `check`: what is found in the files alone. Each problem is seen once, beside its nearest harmless neighbour. */

import { execFileSync } from 'node:child_process';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckProblem } from '../../../../src/check/problem.ts';
import { makeProject, type Project } from '../../../support/folder.ts';
import { commit, describeWithGit, git, gitEnvironment, startRepository } from '../../../support/git.ts';
import { runInProcess } from '../../in-process.ts';

const init = '20260101000000_init';
const index = '20260102000000_email';
const next = '20260103000000_next';
const migrations = {
  [init]:
    'CREATE TABLE "Customer" (\n    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    "email" TEXT NOT NULL\n);\n',
  [index]: 'CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");\n',
};
const datasource = 'datasource db {\n  provider = "sqlite"\n}\n';
const schema = `${datasource}
model Customer {
  id    Int    @id @default(autoincrement())
  email String @unique
}
`;
const fileOf = (name: string) => `prisma/migrations/${name}/migration.sql`;

let project: Project;
beforeEach(async () => {
  project = await makeProject(migrations, { schema });
});
afterEach(() => project.remove());

function removeMigration(name: string): Promise<void> {
  return rm(join(project.migrationsFolder, name), { recursive: true });
}

interface Answer {
  readonly ok: boolean;
  readonly target: null;
  readonly migrations: number;
  readonly base: { readonly ref: string; readonly commit: string } | null;
  readonly problems: readonly CheckProblem[];
  readonly error?: { readonly code: string; readonly message: string; readonly next: string };
}

function run(...args: readonly string[]) {
  return runInProcess(['check', ...args], { cwd: project.root, env: gitEnvironment });
}

async function check(...args: readonly string[]): Promise<Answer> {
  const { code, json, stderr } = await run('--json', ...args);
  const answer = json<Answer>();
  expect(stderr).toBe('');
  expect(code).toBe(answer.problems.some(({ kind }) => kind === 'problem') ? 1 : 0);
  expect(answer.error?.code).toBe(code === 0 ? undefined : 'CHECK_FAILED');
  return answer;
}

/** As in `problem does-not-split 20260101000000_init:3`. */
const brief = ({ problems }: Answer) =>
  problems.map(({ kind, code, migration, line }) =>
    [kind, code, ...(migration === null ? [] : [line === null ? migration : `${migration}:${line}`])].join(' '),
  );

describe('a folder in order', () => {
  test('is one line', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe('\n  2 migrations: they split, replay from nothing, and make schema.prisma.\n');
    expect(await check()).toMatchObject({ ok: true, target: null, migrations: 2, base: null, problems: [] });
  });

  test('of one migration, or of none, is one too', async () => {
    await project.remove();
    project = await makeProject({ [init]: Object.values(migrations).join('') }, { schema });
    expect((await run()).stdout).toBe('\n  1 migration: it splits, replays from nothing, and makes schema.prisma.\n');
    await project.remove();
    project = await makeProject({}, { schema });
    const { problems, migrations: number } = await check();
    expect([number, problems.map(({ message }) => message)]).toEqual([
      0,
      ['schema.prisma has the table Customer, but no migration makes it.'],
    ]);
  });

  test('of the example is in order', async () => {
    const shop = fileURLToPath(new URL('../../../../examples/shop', import.meta.url));
    const root = join(project.root, 'shop');
    await cp(shop, root, { recursive: true, filter: (path) => !/node_modules|\.db|\.env/.test(path) });
    const { code, stdout } = await runInProcess(['check'], { cwd: root });
    expect([code, stdout]).toEqual([0, '\n  8 migrations: they split, replay from nothing, and make schema.prisma.\n']);
  });

  test('needs no credentials, and looks at none', async () => {
    await project.writeFile('.env.turso-prod', 'TURSO_DATABASE_URL=nonsense\nTURSO_AUTH_TOKEN="\n');
    const env = { TURSO_DATABASE_URL: 'libsql://other.example.com', TURSO_AUTH_TOKEN: 'two words' };
    expect(await runInProcess(['check'], { cwd: project.root, env })).toMatchObject({ code: 0, stderr: '' });
    expect(await runInProcess(['status'], { cwd: project.root, env })).toMatchObject({ code: 2 });
  });
});

describe('a file', () => {
  const long = 'CREATE TABLE "Two" (\n  "id" INTEGER PRIMARY KEY\n';
  test.each<[string, string, string, string]>([
    [
      'with a text that never ends',
      `-- one\nUPDATE "Customer" SET "email" = 'x;\n`,
      `problem does-not-split ${next}:2`,
      `-- one\nUPDATE "Customer" SET "email" = 'x';\n`,
    ],
    [
      'with a trigger that never ends',
      'CREATE TRIGGER "t" AFTER INSERT ON "Customer" BEGIN SELECT 1;\nSELECT 2;\n',
      `problem does-not-split ${next}:1`,
      'CREATE TRIGGER "t" AFTER INSERT ON "Customer" BEGIN SELECT 1; END;\nSELECT 2;\n',
    ],
    [
      'with a comment that never ends',
      'SELECT 1; /* more\nSELECT 2;\n',
      `problem does-not-split ${next}:1`,
      'SELECT 1; /* more */\nSELECT 2;\n',
    ],
    [
      'with a transaction of its own',
      'SELECT 1;\nCOMMIT;\n',
      `problem transaction-control ${next}:2`,
      'SELECT 1;\n-- COMMIT;\n',
    ],
    ['that writes to the tracker', 'DELETE FROM _prisma_migrations;', `problem touches-tracker ${next}:1`, 'SELECT 1;'],
    [
      'with a parameter',
      'UPDATE "Customer" SET "email" = :x;',
      `problem unbound-parameter ${next}:1`,
      `UPDATE "Customer" SET "email" = ':x';`,
    ],
    ['that no server runs', '\n\nVACUUM;', `problem server-refuses ${next}:3`, '\n\nPRAGMA user_version = 2;'],
    [
      'that the tables before it do not fit',
      'SELECT 1;\n\nUPDATE "Customers" SET "email" = 1;',
      `problem replay-failed ${next}:3`,
      'SELECT 1;\n\nUPDATE "Customer" SET "email" = 1;',
    ],
    [
      'with a text in double quotes, which local Prisma takes',
      `UPDATE "Customer" SET "email" = "x";`,
      `problem replay-failed ${next}:1`,
      `UPDATE "Customer" SET "email" = 'x';`,
    ],
    ['without the end of a statement', `${long};`, `problem replay-failed ${next}:1`, `${long}); DROP TABLE "Two";`],
  ])('%s', async (_, broken, problem, neighbour) => {
    await project.write(next, broken);
    const answer = await check();
    expect(brief(answer)).toEqual([problem]);
    expect(answer.problems[0]).toMatchObject({ path: fileOf(next), sql: expect.any(String) });
    const line = problem.split(':').at(-1);
    expect(answer.error?.next).toBe(`Fix ${fileOf(next)}:${line}, then migrate-prod check`);
    await project.write(next, neighbour);
    expect(brief(await check())).toEqual([]);
  });

  test('that local Prisma takes and libSQL does not is explained', async () => {
    await project.write(next, `UPDATE "Customer" SET "email" = "x";`);
    expect((await check()).problems[0]?.message).toContain("If it is a text, write 'x'.");
  });

  test('may have several problems, and the others are looked at besides', async () => {
    await project.write(index, `${migrations[index]}COMMIT;\nANALYZE;\nUPDATE x SET y = 'z;`);
    await project.write(next, 'SELECT \\;\nATTACH DATABASE a AS b;\n');
    expect(brief(await check())).toEqual([
      `problem transaction-control ${index}:2`,
      // Other migrations come after it.
      `warning server-refuses ${index}:3`,
      `problem does-not-split ${index}:4`,
      `problem does-not-split ${next}:1`,
      `problem server-refuses ${next}:2`,
    ]);
  });

  test('is shown with its place, its lines and what to do', async () => {
    await project.write(next, '-- two\nALTER TABLE "Customer"\n  ADD COLUMN "email" TEXT;\n');
    const { code, stdout, stderr } = await run('--migrations', 'prisma/migrations');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toBe(`
  ✖ replay-failed  ${fileOf(next)}:2
    It fails on a new database: duplicate column name: email. It was skipped, and the rest was run. Customer was not compared with schema.prisma.
     2 │ ALTER TABLE "Customer"
     3 │   ADD COLUMN "email" TEXT

  1 problem in 3 migrations. Next: Fix ${fileOf(next)}:2, then migrate-prod check --migrations prisma/migrations
`);
  });
});

describe('schema.prisma', () => {
  test('that the migrations do not make is told by every difference', async () => {
    await project.writeFile('prisma/schema.prisma', schema.replace('@unique', '\n  name  String?'));
    const answer = await check();
    expect(answer.problems).toMatchObject([
      { code: 'schema-differs', path: 'prisma/schema.prisma', migration: null, line: null },
      { code: 'schema-differs', path: 'prisma/schema.prisma', migration: null, line: null },
    ]);
    expect(answer.problems.map(({ message }) => message).sort()).toEqual([
      'The migrations make the index Customer_email_key, but schema.prisma does not have it.',
      'schema.prisma has the column Customer.name, but no migration makes it.',
    ]);
    expect((await run()).stdout).toContain(`\n  2 problems in 2 migrations. Next: ${answer.error?.next}\n`);
  });

  test.each([
    [
      'only has more',
      (text: string) => text.replace('@unique', '@unique\n  name  String?'),
      /^npx prisma migrate dev$/,
    ],
    [
      'has less',
      (text: string) => text.replace('@unique', ''),
      /^Change schema\.prisma .*npx prisma migrate dev would write a migration that drops index Customer_email_key: run it only if/,
    ],
    [
      'has less and more',
      (text: string) => text.replace('@unique', '\n  name  String?'),
      /^Change schema\.prisma .* drops index Customer_email_key: /,
    ],
    [
      'has something otherwise',
      (text: string) => text.replace('String @unique', 'String? @unique'),
      /^Change schema\.prisma .* changes column Customer\.email: /,
    ],
  ])('that %s names what leads on without losing anything', async (_, change, next) => {
    await project.writeFile('prisma/schema.prisma', change(schema));
    const { error } = await check();
    expect(error?.next).toMatch(next);
  });

  test('that Prisma cannot see the difference to is made', async () => {
    await project.write(next, 'CREATE INDEX "shouted" ON "Customer"(upper("email"));\nCREATE VIEW "v" AS SELECT 1;');
    expect(brief(await check())).toEqual([]);
  });

  test('that is not there is a warning', async () => {
    await project.remove();
    project = await makeProject(migrations, { schema: datasource });
    await rm(join(project.root, 'prisma/schema.prisma'));
    expect(brief(await check())).toEqual(['warning schema-missing']);
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toContain('  ▲ schema-missing\n    There is no schema.prisma here');
    expect(stdout).toMatch(/\n {2}2 migrations: they split and replay from nothing\.\n$/);
  });

  test('that Prisma refuses is an error of its own', async () => {
    await project.writeFile('prisma/schema.prisma', schema.replace('Int ', 'Intt '));
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toContain('(SCHEMA_INVALID)');
    expect(stderr).toContain('prisma/schema.prisma');
  });
});

describeWithGit('against a branch', () => {
  beforeEach(() => {
    startRepository(project.root);
    git(project.root, 'switch', '--quiet', '--create', 'work');
  });

  test('what is new comes last', async () => {
    await project.write(next, 'SELECT 1;');
    expect((await run('--base', 'main')).stdout).toBe(
      '\n  3 migrations: they split, replay from nothing, make schema.prisma, and follow main.\n',
    );
    const { base } = await check('--base', 'main');
    expect(base).toEqual({ ref: 'main', commit: git(project.root, 'rev-parse', 'main').trim() });
  });

  test('what is new and comes before others is told, with the command that renames it', async () => {
    const early = '20260101120000_early';
    await project.write(early, 'SELECT 1;');
    expect(brief(await check())).toEqual([]);
    const answer = await check('--base', 'main');
    expect(brief(answer)).toEqual([`problem out-of-order ${early}`]);
    expect(answer.problems[0]?.message).toContain(index);
    const [command, from, to] = answer.error?.next.split(' ') ?? [];
    expect([command, from]).toEqual(['mv', `prisma/migrations/${early}`]);
    expect(to).toMatch(/^prisma\/migrations\/\d{14}_early$/);
    await cp(join(project.root, from ?? ''), join(project.root, to ?? ''), { recursive: true });
    await rm(join(project.root, from ?? ''), { recursive: true });
    expect(brief(await check('--base', 'main'))).toEqual([]);
  });

  test('what was there must be as it was, and the command that restores it does so', async () => {
    await project.write(init, `${migrations[init]}\n-- why\n`);
    expect(brief(await check())).toEqual([]);
    const answer = await check('--base', 'main');
    expect(brief(answer)).toEqual([`problem edited ${init}`]);
    expect(answer.error?.next).toBe(`git restore --source=main -- ${fileOf(init)}`);
    git(project.root, ...(answer.error?.next.split(' ').slice(1) ?? []));
    expect(brief(await check('--base', 'main'))).toEqual([]);
  });

  test('what is gone is one warning, however much it is', async () => {
    const many = Array.from({ length: 5 }, (_, number) => `2026010300000${number}_more`);
    for (const [number, name] of many.entries()) await project.write(name, `SELECT ${number};`);
    git(project.root, 'switch', '--quiet', 'main');
    commit(project.root);
    await project.write('20260104000000_squashed', Object.values(migrations).join(''));
    for (const name of [init, index, ...many]) await removeMigration(name);
    const { code, stdout } = await run('--base', 'main');
    expect(code).toBe(0);
    const names = `${init}, ${index}, ${many[0]} and 4 more`;
    expect(stdout).toContain(`  ▲ deleted\n    7 migrations are gone here that main has: ${names}.`);
    expect(brief(await check('--base', 'main'))).toEqual(['warning deleted']);
    await project.write(init, migrations[init]);
    await removeMigration('20260104000000_squashed');
    for (const name of many.slice(1)) await project.write(name, `SELECT ${many.indexOf(name)};`);
    await project.write(index, migrations[index]);
    expect((await check('--base', 'main')).problems[0]?.message).toContain(`${many[0]} is gone here, and main has it.`);
  });

  test('a squash by the manual, which sorts before everything, is told as one where both folders make the same', async () => {
    const squashed = '000000000000_squashed';
    await project.write(squashed, Object.values(migrations).join(''));
    for (const name of Object.keys(migrations)) await removeMigration(name);
    await project.write(next, 'CREATE TABLE "Log" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);');
    await project.writeFile(
      'prisma/schema.prisma',
      `${schema}\nmodel Log {\n  id Int @id @default(autoincrement())\n}\n`,
    );
    expect(brief(await check('--base', 'main'))).toEqual(['warning squashed']);
    await project.write(squashed, `${Object.values(migrations).join('')}\nCREATE VIEW "more" AS SELECT 1;`);
    expect(brief(await check('--base', 'main'))).toEqual([`problem out-of-order ${squashed}`, 'warning deleted']);
  });

  test('what was renamed is told, whatever follows from it, and the command that takes it back does so', async () => {
    const renamed = '20260105000000_init';
    await rename(join(project.migrationsFolder, init), join(project.migrationsFolder, renamed));
    const answer = await check('--base', 'main');
    // Without its table, the index fails as well: that is nothing to mend in its file.
    expect(brief(answer)).toEqual([`problem replay-failed ${index}:1`, `problem renamed ${renamed}`]);
    expect(answer.problems[1]?.message).toContain(`the one that main has as ${init}`);
    expect(answer.error?.next).toBe(`mv prisma/migrations/${renamed} prisma/migrations/${init}`);
    execFileSync('sh', ['-c', answer.error?.next ?? ''], { cwd: project.root });
    expect(brief(await check('--base', 'main'))).toEqual([]);
  });

  test('what was renamed is neither out of order nor new, also where its text has a problem', async () => {
    await project.write(next, 'VACUUM;');
    git(project.root, 'switch', '--quiet', 'main');
    commit(project.root);
    await rename(join(project.migrationsFolder, next), join(project.migrationsFolder, '20260101120000_next'));
    expect(brief(await check('--base', 'main'))).toEqual([
      'problem renamed 20260101120000_next',
      'warning server-refuses 20260101120000_next:1',
    ]);
  });

  test('a base that has nothing in this folder is a warning, and nothing is said to follow it', async () => {
    await rename(join(project.root, 'prisma'), join(project.root, 'db'));
    const answer = await check('--base', 'main', '--schema', 'db/schema.prisma');
    expect(brief(answer)).toEqual(['warning base-empty']);
    const { stdout } = await run('--base', 'main', '--schema', 'db/schema.prisma');
    expect(stdout).toContain('\n  2 migrations: they split, replay from nothing, and make schema.prisma.\n');
  });

  test('what is wrong with a file that was there already is a warning, until somebody edits it', async () => {
    git(project.root, 'switch', '--quiet', 'main');
    await project.write(next, 'VACUUM;');
    commit(project.root);
    expect(brief(await check())).toEqual([`problem server-refuses ${next}:1`]);
    const answer = await check('--base', 'main');
    expect(brief(answer)).toEqual([`warning server-refuses ${next}:1`]);
    expect(answer.problems[0]?.message).toContain('main has the same file');
    await project.write(next, 'VACUUM; ');
    expect(brief(await check('--base', 'main'))).toEqual([
      `problem edited ${next}`,
      `problem server-refuses ${next}:1`,
    ]);
  });

  test('that git does not know it says how to fetch it', async () => {
    const { code, stderr } = await run('--base', 'develop');
    expect(code).toBe(2);
    expect(stderr).toContain('git does not know develop here.  (BASE_UNKNOWN)');
  });

  test('the base is in the command that comes next', async () => {
    await project.write(next, 'VACUUM;');
    const { error } = await check('--base', 'main');
    expect(error?.next).toBe(`Fix ${fileOf(next)}:1, then migrate-prod check --base main`);
  });
});

test('its help lists no option that is of no use without a database', async () => {
  const { stdout } = await run('--help');
  expect(stdout).toContain('--base <ref>');
  expect(stdout).toContain('--schema <path>');
  expect(stdout).not.toMatch(/--(url|env-file|no-env-file|timeout|yes|exit-code)\b/);
  expect((await runInProcess(['status', '--help'], { cwd: project.root })).stdout).toContain('--url <url>');
});

test('very many differences from schema.prisma are told apart', async () => {
  const fields = Array.from({ length: 30 }, (_, number) => `  field${number} String?\n`).join('');
  await project.writeFile('prisma/schema.prisma', schema.replace('@unique\n', `@unique\n${fields}`));
  const { stdout } = await run();
  expect(stdout).toContain('schema.prisma has the column Customer.field7, but no migration makes it.');
  expect(stdout).toContain('\n  30 problems in 2 migrations. Next: npx prisma migrate dev\n');
  expect(stdout).not.toContain('│');
});

test('very many problems are listed without their lines', async () => {
  await project.write(next, Array.from({ length: 30 }, (_, number) => `SELECT \\${number};`).join('\n'));
  const { stdout } = await run();
  expect(stdout).toContain(`\n  ✖ does-not-split  ${fileOf(next)}:1\n  ✖ does-not-split  ${fileOf(next)}:2\n`);
  expect(stdout).toContain('\n  30 problems in 3 migrations. Next: Fix');
  expect(stdout).not.toContain('│');
});
