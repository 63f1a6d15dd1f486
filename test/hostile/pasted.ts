/** A shell with commands that only say what they were given, and projects whose names mean something to a shell. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands, findCommand } from '../../src/cli/commands.ts';
import { quotedWord } from '../../src/text/shell.ts';
import { runInProcess } from '../cli/in-process.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';

export const hostile: readonly string[] = [
  'x;touch pwned',
  '$(touch pwned)',
  '`touch pwned`',
  "it's",
  "';touch pwned;'",
  'a"b',
  '-rf',
  '--yes',
  '--',
  'two  words',
  'a --url file:other.db b',
  'x migrate-prod apply --yes y',
  'npx --no migrate-prod plan x',
  "a' migrate-prod plan 'b",
  'line\nend',
  'tab\tx',
  'zw\u200cj',
  'nb\u00a0sp',
  '##[x]y',
  '::error::x',
  '~',
  '*',
  'a&b|c>pwned',
  '#c',
  '=ls',
  '!x',
  'größe',
  'back\\slash\\n',
  '100%d',
  '{a,b}',
  '\u001b[31mred',
];

/** What the tests of one `describe` paste into. */
export interface Pasteboard {
  /** The folder that the shell runs in. */
  folder(): string;
  /** Pastes, and asserts that nothing else ran. @returns the words that each command was given. */
  paste(line: string): readonly (readonly string[])[];
  /** Has a project removed at the end. */
  keep(project: Project): void;
}

export function usePasteboard(): Pasteboard {
  let folder: string;
  const projects: Project[] = [];

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'migrate-prod-shell-')));
    mkdirSync(join(folder, 'bin'));
    // Each prints how many words it was given, and the words.
    const fake = `#!/bin/sh\n[ "$1" = --no ] && shift\nprintf '%s\\0' "$#" "$@"\n`;
    for (const name of ['npx', 'migrate-prod', 'git', 'mv', 'rm', 'cp', 'turso', 'sqlite3']) {
      writeFileSync(join(folder, 'bin', name), fake);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    for (const project of projects) await project.remove();
  });

  function paste(line: string): readonly (readonly string[])[] {
    const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
    const { stdout } = spawnSync('sh', ['-c', line], { cwd: folder, env, encoding: 'utf8' });
    const ran = existsSync(join(folder, 'pwned'));
    rmSync(join(folder, 'pwned'), { force: true });
    expect(ran, line).toBe(false);
    const words = stdout.split('\0').slice(0, -1);
    const calls: string[][] = [];
    while (words.length > 0) calls.push(words.splice(0, Number(words.shift())));
    return calls;
  }

  return { folder: () => folder, paste, keep: (project) => void projects.push(project) };
}

const anyCommand = new RegExp(`(?:npx --no )?migrate-prod (?:${commands.map(({ name }) => name).join('|')})\\b`, 'g');

/** Every command of a text, as somebody cuts it out. */
export function extract(text: string): readonly string[] {
  const commands: string[] = [];
  for (const line of text.split('\n')) {
    for (const { index } of line.matchAll(anyCommand)) {
      if (/migrate-prod ''|--no $/.test(line.slice(Math.max(0, index - 4), index))) continue;
      commands.push(cut(line.slice(index)));
    }
    const other = /(?:^|Next: )\s*((?:git|mv|rm|cp|turso|sqlite3) .*)$/.exec(line)?.[1];
    if (other !== undefined) commands.push(other);
  }
  return commands;
}

/** Up to where the sentence goes on; what stands in quotes is no sentence. */
function cut(text: string): string {
  const held = text.replace(new RegExp(quotedWord, 'g'), (quoted) => 'Q'.repeat(quoted.length));
  const end = /[.,;:)](?=\s|$)| (?:shows|settles|runs|records|lists|ends|does|then|if|#) ?/.exec(held)?.index;
  return text.slice(0, end);
}

async function makeHistory(board: Pasteboard, name: string): Promise<Project> {
  const project = await makeProject({
    '00000000000000_init': 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT);\n',
  });
  board.keep(project);
  const run = (...args: string[]) => runInProcess([...args, '--url', 'file:app.db'], { cwd: project.root });
  expect((await run('apply', '--yes')).code).toBe(0);
  const database = openEmbedded(join(project.root, 'app.db'));
  database.exec(`INSERT INTO "T" VALUES (1, 'x');`);
  database.exec(`CREATE TABLE "${name.replaceAll('"', '""')}" ("id" INTEGER PRIMARY KEY)`);
  database.close();
  await project.write(name, 'ALTER TABLE "T" DROP COLUMN "a";\n');
  return project;
}

const isCommand = (word: string | undefined) => findCommand(word ?? '') !== null;

/** One test for each name: whatever any command tells somebody to run names it as one word, and runs nothing else. */
export function testAnyCommand(board: Pasteboard, names: readonly string[]): void {
  test.each(names)('from any command of a project with %j in it', async (name) => {
    const project = await makeHistory(board, name);
    const near = `${name.slice(0, -1)}_`;
    const said: string[] = [];
    const markdown: string[] = [];
    const run = async (args: readonly string[], url = true) => {
      for (const columns of [undefined, 80]) {
        const place = { cwd: project.root, program: 'npx --no migrate-prod', ...(columns ? { columns } : {}) };
        const { stdout, stderr } = await runInProcess(
          [args[0] ?? '', ...(url ? ['--url', 'file:app.db'] : []), ...args.slice(1)],
          place,
        );
        // A terminal's own line ends and colours are not copied with a command.
        said.push(
          ...`${stdout}\n${stderr}`.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '').split('\n'),
        );
      }
    };
    const commands: readonly (readonly string[])[] = [
      ['plan'],
      ['plan', '--format', 'markdown'],
      ['plan', `--to=${name}`],
      ['plan', `--to=${near}`],
      ['apply', '--yes'],
      ['apply', '--yes', `--allow=data-loss:${near}`],
      ['backfill', '--yes'],
      ['backfill', '--yes', '--', name],
      ['backfill', `--undo=${name}`],
      ['status'],
      ['drift'],
      ['tables'],
      ['inspect', '--', near],
      ['history'],
      ['history', '--', name],
      ['history', '--', near],
    ];
    for (const args of commands) await run(args);
    await run(['check'], false);
    const database = openEmbedded(join(project.root, 'app.db'));
    database
      .prepare(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, applied_steps_count) VALUES ('u', '', ?, 1, 0)`,
      )
      .run(name);
    database.close();
    for (const args of commands) await run(args);

    // A name that is shown, and not said in a command, may look like one.
    const shown = said.join('\n').replaceAll(name.includes('migrate-prod ') ? name : '\0', 'NAME');
    const found = [...new Set(extract(shown))];
    const argvs = found.flatMap(board.paste).map((argv) => (argv[0] === 'migrate-prod' ? argv.slice(1) : argv));
    const meant = new Set([name, near, '--', `--to=${name}`, `--undo=${name}`]);
    const isConsent = (word: string) => /^[a-z-]+:/.test(word) && meant.has(word.slice(word.indexOf(':') + 1));
    for (const argv of argvs) {
      // What other programs are given is SQL or a path of its own.
      if (!isCommand(argv[0])) continue;
      for (const word of argv) {
        const isMeant = meant.has(word) || isConsent(word);
        if (!isMeant) expect(word, argv.join(' ')).toMatch(/^(?:[\w./:@%+-]+|file:app\.db|…|<\w+>)$/);
      }
    }
    // Markdown's source is for Markdown; pasted all the same, it runs nothing else.
    for (const command of new Set(extract(markdown.join('\n')))) board.paste(command);
    // The name is in many of them, whole.
    expect(argvs.filter((argv) => argv.some((word) => word.endsWith(name))).length).toBeGreaterThan(2);
  });
}

/** Those that `npm test` puts into every command; the slow tests put all the others. */
export const worst: readonly string[] = [
  '$(touch pwned)',
  "';touch pwned;'",
  '--yes',
  'x migrate-prod apply --yes y',
  'line\nend',
];
