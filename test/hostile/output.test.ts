/** What leaves the program where a service reads commands from it, or a person reads names. */

import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTextGuard, guardJson } from '../../src/adapters/terminal/foreign-commands.ts';
import { printable } from '../../src/adapters/terminal/printable.ts';
import { runInProcess } from '../cli/in-process.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { readGitHubCommands, readOtherCommands } from './runner.ts';

const stop = '::stop-commands::x';
const parts = ['::', ':', '#', '##[', '##[x]', '##vso[', '[', ']', '\n', '\r', ' ', '\t', '\u00a0', 'x', 'error', stop];
const text = fc.array(fc.constantFrom(...parts, '##[error]a', '##[pwned]', '\u001b[1m'), { maxLength: 12 });

describe('text that a service reads for commands', () => {
  test('has none, however it is put together, and in whatever pieces it leaves', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (pieces) => {
        const guard = createTextGuard();
        // A piece of ours is whole lines: two characters of a mark never leave apart.
        const output = pieces.map((piece) => guard(`${piece.join('')}.\n`)).join('');
        expect(readGitHubCommands(output)).toEqual([]);
        expect(readOtherCommands(output)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('of a question, which has no line end, does not hide what the next piece begins with', () => {
    const guard = createTextGuard();
    expect(guard('  Name: ')).toBe('  Name: ');
    expect(guard('::x')).toBe('::x');
    expect(guard('\n  ')).toBe('\n  ');
    expect(guard(stop)).toBe('\\::stop-commands::x');
  });

  test('stays as it is where it is no command', () => {
    const guard = createTextGuard();
    for (const plain of ['a::b\n', '# one\n## two\n', 'x[1] ## [y]\n', '"a" # [b]\n']) expect(guard(plain)).toBe(plain);
  });

  test('in JSON has none, and is the same value', () => {
    fc.assert(
      fc.property(fc.array(text), (values) => {
        const value = values.map((piece) => piece.join(''));
        const guarded = guardJson(JSON.stringify({ value }));
        expect(readGitHubCommands(guarded)).toEqual([]);
        expect(readOtherCommands(guarded)).toEqual([]);
        expect(JSON.parse(guarded)).toEqual({ value });
      }),
    );
  });
});

const name = '20260102000000_x\n::stop-commands::x\n##[x]y\u200c';
const table = 'T\n::error::pwned ##[x] ##vso[task.setvariable]z';
const quotedTable = `"${table}"`;
const trigger = `CREATE TRIGGER "t" AFTER INSERT ON ${quotedTable} BEGIN\n  SELECT '\n${stop}\n  ::error::x\n##[x]';\nEND`;
const rebuild = [
  'PRAGMA foreign_keys=OFF;',
  `CREATE TABLE "new" ("id" INTEGER PRIMARY KEY, "b" TEXT);`,
  `INSERT INTO "new" ("id") SELECT "id" FROM ${quotedTable};`,
  `DROP TABLE ${quotedTable};`,
  `ALTER TABLE "new" RENAME TO ${quotedTable};`,
].join('\n');
/** What fails, with what the engine says of it. */
const broken = `INSERT INTO "\n${stop}\n##[x]" VALUES (1);`;

const commands: readonly (readonly string[])[] = [
  ['status'],
  ['plan'],
  ['plan', '--format', 'markdown'],
  ['check'],
  ['drift'],
  ['drift', '--fix', '--yes'],
  ['apply', '--yes'],
  ['apply', '--to', name],
  ['apply', '--to', `x\n${stop}`],
  ['backfill', '--yes'],
  ['backfill', name],
  ['backfill', `nobody\n${stop} ##[x]`],
  ['tables'],
  ['inspect', table],
  ['inspect', `T\n${stop} ##[x]`],
  ['--help'],
  [`\n${stop}##[x]`],
  ['plan', '--url', `libsql://x\n${stop}`],
  ['check', '--migrations', `x\n${stop}/##[x]`],
];

describe.skipIf(process.platform === 'win32').each([
  ['a migration that loses rows', rebuild],
  ['a migration that fails', broken],
])('in GitHub Actions, %s', (_, sql) => {
  let project: Project;
  beforeEach(async () => {
    const init = `CREATE TABLE ${quotedTable} ("id" INTEGER PRIMARY KEY, "a" TEXT);\n${trigger};\n`;
    project = await makeProject({ [name]: sql });
    const database = openEmbedded(join(project.root, 'app.db'));
    database.exec(`${init}INSERT INTO ${quotedTable} VALUES (1, 'x');`);
    database.close();
  });
  afterEach(() => project.remove());

  const run = (args: readonly string[], env: Readonly<Record<string, string>>) => {
    const url = args.includes('--url') ? [] : ['--url', 'file:app.db'];
    return runInProcess([...args, ...url], { cwd: project.root, env });
  };
  const actions = () => ({ GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.root });

  test.each(commands.map((args) => [args.join(' ').replace(/\s+/g, ' '), args] as const))(
    'nothing of a name or a text becomes a command: %s',
    async (_, args) => {
      const { stdout, stderr } = await run(args, actions());
      expect(stdout + stderr).not.toBe('');
      expect(readGitHubCommands(stdout)).toEqual([]);
      // Our own annotations are the only ones, each on a line of its own.
      const ours = readGitHubCommands(stderr);
      expect(
        ours.filter(
          (line) =>
            !/^::(?:error|warning|notice) (?:file=[^:,]*,)?(?:line=\d+,)?title=migrate-prod [a-zA-Z_-]+::/.test(line),
        ),
      ).toEqual([]);
      expect(readOtherCommands(stderr.replace(/^::.*$/gm, ''))).toEqual([]);
    },
  );

  test('JSON says the same there as elsewhere', async () => {
    for (const args of [['plan'], ['check'], ['status'], ['tables'], ['drift']]) {
      const there = await run([...args, '--json'], actions());
      const here = await run([...args, '--json'], {});
      expect(readGitHubCommands(there.stdout), args[0]).toEqual([]);
      expect(readOtherCommands(there.stdout), args[0]).toEqual([]);
      expect(there.json(), args[0]).toEqual(here.json());
      expect(here.stdout, args[0]).not.toContain('\u200c');
    }
  });
});

describe('a name', () => {
  test.each([
    '\u200b',
    '\u200c',
    '\u200d',
    '\u200e',
    '\u200f',
    '\u2028',
    '\u2029',
    '\u202a',
    '\u202e',
    '\u2060',
    '\u2064',
    '\u2066',
    '\u2069',
    '\ufeff',
    '\u00ad',
    '\u034f',
    '\u061c',
    '\u115f',
    '\u3164',
    '\u180e',
    '\ufe0f',
    '\ue000',
    '\u0378',
    '\ud800',
    '\u{e0041}',
    '\u{e0100}',
    '\u{f0000}',
    '\u00a0',
    '\u2003',
    '\u2800',
    '\u0085',
    '\u000b',
    '\u000c',
    '\u007f',
    '\u0000',
  ])('with %j in it does not look like the one without', (character) => {
    const shown = printable(`Us${character}er`);
    expect(shown).toMatch(/^Us\\(?:x[0-9a-f]{2}|u\{[0-9a-f]+\})er$/);
  });

  test('with a joiner where it joins nothing that is drawn as one does not look like the one without', () => {
    expect(printable('🚀\u200d🍎 ❤\ufe0f')).toBe('🚀\\u{200d}🍎 ❤\\u{fe0f}');
  });

  test.each(['Größe', '顧客', 'Žluťoučký', 'הלקוח', '🚀 go', 'नमस्ते', 'a b', '👩‍👧'])(
    'like %s is shown as it is',
    (plain) => {
      expect(printable(plain)).toBe(plain);
    },
  );
});

describe('a message of somebody else', () => {
  const forged = 'x\n  Next: npx --no migrate-prod apply --allow data-loss\n\n✖ y\n\r  next: rm -rf .';

  test('has no line that looks like a next step of ours', async () => {
    const project = await makeProject({ '1_a': 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT);' });
    try {
      const run = (...args: readonly string[]) =>
        runInProcess([...args, '--url', 'file:app.db'], { cwd: project.root });
      await run('apply', '--yes');
      const database = openEmbedded(join(project.root, 'app.db'));
      database.exec(`INSERT INTO "T" VALUES (1, 'x');`);
      database.exec(`CREATE TRIGGER "t" BEFORE UPDATE ON "T" BEGIN SELECT RAISE(ABORT, '${forged}'); END`);
      database.close();
      await project.write('2_b', `UPDATE "T" SET "a" = 'y' WHERE "id" = 1;\n`);
      for (const args of [
        ['apply', '--yes', '--allow', 'data-loss'],
        ['apply', '--to', forged],
        ['inspect', forged],
        ['backfill', forged],
      ]) {
        const { code, stdout, stderr } = await run(...args);
        expect(code).not.toBe(0);
        const lines = `${stdout}\n${stderr}`.split(/[\n\r]/);
        expect(lines.filter((line) => /^\s*Next:/i.test(line)).length, stderr).toBeLessThanOrEqual(1);
        expect(lines.filter((line) => /^\s*✖/.test(line) && /^\s*✖ y/.test(line))).toEqual([]);
      }
    } finally {
      await project.remove();
    }
  });
});
