/** Files that a stranger put into the project: none of them holds the program, fills its memory or ends it as a bug. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPipe } from '../../src/adapters/files/pipe.ts';
import { parseWrittenConsents } from '../../src/consents/written-consents.ts';
import { consentCodes } from '../../src/findings/codes.ts';
import { runInProcess } from '../cli/in-process.ts';
import { runCommand } from '../support/command.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { commit, describeWithGit, git, gitEnvironment, startRepository } from '../support/git.ts';

const first = '20260101000000_init';
const schema = 'datasource db {\n  provider = "sqlite"\n}\n\nmodel One {\n  id Int @id\n}\n';
const script = 'CREATE TABLE "One" (\n    "id" INTEGER NOT NULL PRIMARY KEY\n);\n';

let project: Project;
beforeEach(async () => {
  project = await makeProject({ [first]: script }, { schema });
  openEmbedded(join(project.root, 'app.db')).close();
});
afterEach(() => project.remove());

/** Things that are no file, or no file of a sensible size, put at a path. */
const things: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'a named pipe': async (path) => execFileSync('mkfifo', [path]),
  'a link to a named pipe': async (path) => {
    execFileSync('mkfifo', [`${path}.pipe`]);
    await symlink(`${path}.pipe`, path);
  },
  'a folder': (path) => mkdir(path),
  'a link to a device without an end': (path) => symlink('/dev/zero', path),
  'a link to a terminal': (path) => symlink('/dev/tty', path),
  'a file of 10 GB without content': async (path) => {
    await writeFile(path, '');
    await truncate(path, 10 * 1024 ** 3);
  },
};

const files: readonly (readonly [string, string, readonly string[]])[] = [
  ['migration.sql', `prisma/migrations/${first}/migration.sql`, ['MIGRATION_FILE_MISSING', 'MIGRATION_OUTSIDE_FOLDER']],
  ['migrate-prod.allow', `prisma/migrations/${first}/migrate-prod.allow`, ['CONSENT_FILE_INVALID']],
  ['migration_lock.toml', 'prisma/migrations/migration_lock.toml', ['MIGRATIONS_NOT_FOUND']],
  ['.env.turso-prod', '.env.turso-prod', ['ENV_FILE_UNREADABLE']],
  ['prisma.config.ts', 'prisma.config.ts', ['PRISMA_CONFIG_INVALID']],
];

describe.skipIf(process.platform === 'win32')('in the place of a file of the project', () => {
  const cases = Object.entries(things).flatMap(([thing, put]) =>
    files.map(([name, path, codes]) => ({ thing, put, name, path, codes })),
  );

  test.each(cases)('$thing as $name is refused in words, at once', async ({ thing, put, name, path, codes }) => {
    await rm(join(project.root, path), { force: true });
    await put(join(project.root, path));
    const args = ['plan', '--json', ...(name === '.env.turso-prod' ? [] : ['--url', 'file:app.db'])];
    const { code, json } = await runInProcess(args, { cwd: project.root });
    // A folder of that name is no config file, for Prisma neither.
    if (name === 'prisma.config.ts' && thing === 'a folder') return expect(code).toBe(0);
    const { error } = json<{ error: { code: string; message: string } }>();
    expect(codes).toContain(error.code);
    expect(error.message).toMatch(/named pipe|folder|device|larger than|symbolic link|cannot be read/);
  });

  test.each(Object.entries(things))('%s as schema.prisma is refused in words, at once', async (_, put) => {
    for (const path of ['prisma/schema.prisma', 'prisma/schema/a.prisma']) {
      await rm(join(project.root, 'prisma/schema.prisma'), { force: true });
      await mkdir(join(project.root, 'prisma/schema'), { recursive: true });
      await put(join(project.root, path));
      for (const command of ['check', 'drift']) {
        const args = [command, '--json', '--schema', path === 'prisma/schema.prisma' ? path : 'prisma/schema'];
        const { json } = await runInProcess([...args, '--url', 'file:app.db'], { cwd: project.root });
        expect(['SCHEMA_NOT_FOUND', 'USAGE']).toContain(json<{ error: { code: string } }>().error.code);
      }
      await rm(join(project.root, path), { recursive: true, force: true });
    }
  });

  test.each(Object.entries(things))('%s as package.json is not read, and holds nobody', async (_, put) => {
    await put(join(project.root, 'package.json'));
    expect(await runInProcess(['check'], { cwd: project.root })).toMatchObject({ code: 0 });
  });

  test('a socket is refused in words', async () => {
    const path = join(project.migrationsFolder, first, 'migration.sql');
    await rm(path);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      const { json } = await runInProcess(['plan', '--json', '--url', 'file:app.db'], { cwd: project.root });
      expect(json()).toMatchObject({
        error: { code: 'MIGRATION_FILE_MISSING', message: expect.stringMatching(/socket/) },
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('files that are large, each within its limit, are not all kept in memory', async () => {
    for (let index = 0; index < 5; index += 1) {
      const name = `2026020100000${index}_large`;
      await project.write(name, '');
      await truncate(join(project.migrationsFolder, name, 'migration.sql'), 60 * 1024 ** 2);
      await writeFile(join(project.migrationsFolder, name, 'migration.sql'), Buffer.alloc(60 * 1024 ** 2, ' '));
    }
    const { json } = await runInProcess(['check', '--json'], { cwd: project.root });
    expect(json()).toMatchObject({
      error: { code: 'MIGRATION_FILE_MISSING', message: expect.stringMatching(/256 MB/) },
    });
  });

  test('a link to another file of the project is read as before', async () => {
    await project.write('20260102000000_two', '');
    const path = join(project.migrationsFolder, '20260102000000_two', 'migration.sql');
    await rm(path);
    await writeFile(join(project.migrationsFolder, 'shared.sql'), 'CREATE TABLE "Two" ("id" INTEGER PRIMARY KEY);\n');
    await symlink('../shared.sql', path);
    const { json } = await runInProcess(['plan', '--json', '--url', 'file:app.db'], { cwd: project.root });
    expect(json()).toMatchObject({ ok: true });
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is refused in words', async () => {
    for (const [, path, codes] of files.slice(0, 3)) {
      await project.writeFile(path, 'x');
      await chmod(join(project.root, path), 0);
      const { json } = await runInProcess(['plan', '--json', '--url', 'file:app.db'], { cwd: project.root });
      expect(codes).toContain(json<{ error: { code: string } }>().error.code);
      await rm(join(project.root, path));
    }
  });
});

describeWithGit('a base that holds a script of 65 MB', () => {
  test('is refused before it is read', async () => {
    startRepository(project.root);
    const path = join(project.migrationsFolder, first, 'migration.sql');
    await writeFile(path, Buffer.alloc(65 * 1024 ** 2, ' '));
    commit(project.root);
    git(project.root, 'branch', 'base');
    await writeFile(path, script);
    const { json } = await runInProcess(['check', '--json', '--base', 'base'], {
      cwd: project.root,
      env: gitEnvironment,
    });
    expect(json()).toMatchObject({
      error: { code: 'BASE_UNKNOWN', message: expect.stringMatching(/larger than 64 MB/) },
    });
  });
});

describe.skipIf(process.platform === 'win32')('a pipe that --env-file names', () => {
  let pipe: string;
  let writer: ChildProcess | undefined;
  beforeEach(() => {
    pipe = join(project.root, 'secrets');
    execFileSync('mkfifo', [pipe]);
  });
  afterEach(() => writer?.kill());

  /** Runs beside the command, as what stands in `<(…)` does. */
  const write = (line: string) => {
    writer = spawn('sh', ['-c', `(${line}) > secrets`], { cwd: project.root, stdio: 'ignore' });
  };
  const run = () => runInProcess(['plan', '--env-file', 'secrets'], { cwd: project.root });

  test('gives its credentials, late and in pieces', async () => {
    write(`sleep 0.3; printf 'TURSO_DATABASE'; sleep 0.3; echo '_URL=file:app.db'`);
    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('CREATE TABLE "One"') });
  });

  test('without an end is refused when it has given too much', async () => {
    write('cat /dev/zero');
    const stderr = expect.stringMatching(/gives more than 64 kB.*ENV_FILE_UNREADABLE/s);
    expect(await run()).toMatchObject({ code: 2, stderr });
  });

  test('that nobody writes to, or that does not end, ends in words', async () => {
    await expect(readPipe(pipe, 1024, 200)).rejects.toThrow('is a pipe that did not end within 0.2 s');
    write('echo x; sleep 5');
    await expect(readPipe(pipe, 1024, 600)).rejects.toThrow('is a pipe that did not end within 0.6 s');
  });

  test('in a real process gives its credentials, or it is said why not', async () => {
    const bin = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));
    const line = `'${process.execPath}' '${bin}' plan --env-file <(echo TURSO_DATABASE_URL=file:app.db)`;
    const { status, stderr } = spawnSync('bash', ['-c', line], {
      cwd: project.root,
      encoding: 'utf8',
      timeout: 10_000,
    });
    if (status !== 0) expect([status, stderr]).toEqual([2, expect.stringMatching(/a pipe without any data.*Node/s)]);
  });
});

test.skipIf(process.platform === 'win32')('a named pipe in a real process holds nobody', async () => {
  const path = join(project.migrationsFolder, first, 'migration.sql');
  await rm(path);
  execFileSync('mkfifo', [path]);
  for (const command of ['status', 'plan', 'check', 'apply', 'drift', 'backfill']) {
    const args = [command, ...(command === 'check' ? [] : ['--url', 'file:app.db'])];
    const { code, stderr } = await runCommand(args, { cwd: project.root, timeoutMs: 15_000 });
    expect([code, stderr]).toEqual([2, expect.stringContaining('is a named pipe, not a file')]);
  }
});

describe('a file of consents', () => {
  const place = { path: 'm/1_a/migrate-prod.allow', migration: '1_a' };
  const parse = (text: string) => parseWrittenConsents(text, place);

  test.each([
    ['\r', 'U+000D'],
    ['\u2028', 'U+2028'],
    ['\u2029', 'U+2029'],
    ['\u0085', 'U+0085'],
    ['\u000b', 'U+000B'],
    ['\u000c', 'U+000C'],
    ['\u0000', 'U+0000'],
    ['\ufeff', 'U+FEFF'],
    ['\u200b', 'U+200B'],
    ['\u202e', 'U+202E'],
    ['\u001b[2K', 'U+001B'],
    ['\u0008', 'U+0008'],
    ['\u{e0041}', 'U+E0041'],
  ])('does not consent from inside a comment, behind %j', (character, shown) => {
    for (const text of [`# a note${character}data-loss: exported`, `behind: a${character}data-loss: exported`]) {
      const { consents, consentProblems } = parse(`behind: reviewed\n${text}\n`.replace('behind: a', 'orphans: a'));
      expect(consents).toEqual([]);
      expect(consentProblems).toMatchObject([{ line: 2, message: expect.stringMatching(/./) }]);
    }
    expect(parse(`# a note${character}x`).consentProblems[0]?.message).toBe(`has an invisible character (${shown})`);
  });

  test('says what a person sees as a line of its own, and nothing else', () => {
    const word = fc.constantFrom(
      ...consentCodes,
      'data-loss',
      'x',
      '#',
      '# data-loss',
      ': ',
      ':',
      ' ',
      'exported',
      '✅',
      'ü',
    );
    const end = fc.constantFrom(
      '\n',
      '\r\n',
      '\r',
      '\n\n',
      '\u2028',
      '\u0085',
      '\u000b',
      '\u000c',
      '\u0000',
      '\t',
      '\u00ad',
      '',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(word, end), { maxLength: 12 }), (pieces) => {
        const text = pieces.flat().join('');
        const { consents } = parse(text);
        if (consents.length === 0) return;
        // Everybody agrees on these line ends, and nothing else in the text moves anything.
        const lines = text.replaceAll('\r\n', '\n').split('\n');
        expect(text.replaceAll('\r\n', '\n')).not.toMatch(/[^\P{C}\n\t]|[\u2028\u2029]/u);
        expect(consents.map(({ line }) => line)).toEqual(
          lines.flatMap((line, index) => (line.trim() !== '' && !line.trim().startsWith('#') ? [index + 1] : [])),
        );
        for (const { code, reason, line } of consents) {
          expect(lines[line - 1]?.trim()).toMatch(new RegExp(`^${code}\\s*:`));
          expect(lines[line - 1]?.trim().endsWith(reason)).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
