/** Commands that the program tells somebody to run: pasted into a shell they name exactly what is meant, and run nothing else. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printable } from '../../src/adapters/terminal/printable.ts';
import { wrapToWidth } from '../../src/adapters/terminal/width.ts';
import { completeNext, renderCommand } from '../../src/cli/command-line.ts';
import { commandNames } from '../../src/cli/context.ts';
import { parseCommandLine } from '../../src/cli/program.ts';
import { quoteArgument, quotedWord, quotePath, writeOperand, writeOption } from '../../src/core/text/shell.ts';
import { runInProcess } from '../cli/in-process.ts';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';

const hostile = [
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
  'npx migrate-prod plan x',
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

describe.skipIf(process.platform === 'win32')('a command that is pasted', () => {
  let folder: string;
  let projects: Project[];

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'migrate-prod-shell-')));
    projects = [];
    mkdirSync(join(folder, 'bin'));
    // Each prints how many words it was given, and the words.
    const fake = `#!/bin/sh\nprintf '%s\\0' "$#" "$@"\n`;
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

  test.each(hostile)('has the name %j as one word', (name) => {
    const command = `npx migrate-prod apply ${writeOption('--to', name)} ${quoteArgument(`data-loss:${name}`)} ${writeOperand(name)}`;
    expect(printable(command)).toBe(command);
    const value = name.startsWith('-') ? [`--to=${name}`] : ['--to', name];
    const operand = name.startsWith('-') ? ['--', name] : [name];
    expect(paste(command)).toEqual([['migrate-prod', 'apply', ...value, `data-loss:${name}`, ...operand]]);
    expect(paste(`rm ${quotePath(name)}`)).toEqual([[name.startsWith('-') ? `./${name}` : name]]);
  });

  test('has any name as one word, completed, wrapped and in a sentence', () => {
    const pieces = [
      ...hostile,
      "'",
      '"',
      '\\',
      '$',
      '`',
      ' ',
      '\n',
      '-',
      '%',
      "''",
      'migrate-prod ',
      '##[',
      'é',
      '\u200b',
    ];
    const names = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      // A line end at the very end cannot be passed by any word of a POSIX shell that is shown on one line.
      fc.property(
        fc.array(
          names.filter((name) => !name.endsWith('\n')),
          { minLength: 8, maxLength: 8 },
        ),
        (several) => {
          const commands = several.map((name) => {
            const next = `migrate-prod apply ${writeOption('--to', name)}`;
            const flags = [{ name: '--url', value: 'file:my db' }];
            return completeNext(next, () => flags, 'npx migrate-prod');
          });
          const wrapped = commands.map((command) => wrapToWidth(command, 24).join(' '));
          const expected = several.map((name) => [
            ...['migrate-prod', 'apply', '--url', 'file:my db'],
            ...(name.startsWith('-') ? [`--to=${name}`] : ['--to', name]),
          ]);
          for (const command of commands) expect(printable(command)).toBe(command);
          expect(paste(commands.join('\n'))).toEqual(expected);
          expect(paste(wrapped.join('\n'))).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(hostile)('is understood as it is meant: %j', async (name) => {
    const words = (line: string) => paste(line)[0]?.slice(0) ?? [];
    const layout = { columns: 100, heading: (text: string) => text };
    for (const command of [
      renderCommand('apply', [{ name: '--to', value: name }]),
      `migrate-prod backfill ${writeOption('--undo', name)}`,
      `migrate-prod backfill --yes ${writeOperand(name)}`,
      `migrate-prod inspect ${writeOperand(name)}`,
    ]) {
      const request = await parseCommandLine(words(command), layout);
      expect(request).toMatchObject({ type: 'command' });
    }
  });

  const isCommand = (word: string | undefined) => commandNames.some((name) => name === word);

  /** Every command of a text, as somebody cuts it out. */
  function extract(text: string): readonly string[] {
    const commands: string[] = [];
    for (const line of text.split('\n')) {
      for (const { index } of line.matchAll(
        /(?:npx )?migrate-prod (?:status|plan|check|drift|apply|backfill|tables|inspect)\b/g,
      )) {
        if (/migrate-prod ''|npx $/.test(line.slice(Math.max(0, index - 4), index))) continue;
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

  async function makeHistory(name: string): Promise<Project> {
    const project = await makeProject({
      '00000000000000_init': 'CREATE TABLE "T" ("id" INTEGER PRIMARY KEY, "a" TEXT);\n',
    });
    projects.push(project);
    const run = (...args: string[]) => runInProcess([...args, '--url', 'file:app.db'], { cwd: project.root });
    expect((await run('apply', '--yes')).code).toBe(0);
    const database = openEmbedded(join(project.root, 'app.db'));
    database.exec(`INSERT INTO "T" VALUES (1, 'x');`);
    database.exec(`CREATE TABLE "${name.replaceAll('"', '""')}" ("id" INTEGER PRIMARY KEY)`);
    database.close();
    await project.write(name, 'ALTER TABLE "T" DROP COLUMN "a";\n');
    return project;
  }

  test.each(hostile.filter((name) => !name.includes('/')))(
    'from any command of a project with %j in it',
    async (name) => {
      const project = await makeHistory(name);
      const near = `${name.slice(0, -1)}_`;
      const said: string[] = [];
      const markdown: string[] = [];
      const run = async (args: readonly string[], url = true) => {
        for (const columns of [undefined, 80]) {
          const place = { cwd: project.root, program: 'npx migrate-prod', ...(columns ? { columns } : {}) };
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
      const argvs = found.flatMap(paste).map((argv) => (argv[0] === 'migrate-prod' ? argv.slice(1) : argv));
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
      for (const command of new Set(extract(markdown.join('\n')))) paste(command);
      // The name is in many of them, whole.
      expect(argvs.filter((argv) => argv.some((word) => word.endsWith(name))).length).toBeGreaterThan(2);
    },
  );

  test.each(hostile)('from a project whose folders and files are called %j', async (name) => {
    const project = await makeProject({ '1_a': 'CREATE TABLE "One" ("id" INTEGER PRIMARY KEY);\n' });
    projects.push(project);
    const run = (cwd: string, ...args: string[]) => runInProcess(args, { cwd, program: 'npx migrate-prod' });
    const several = mkdtempSync(join(folder, 'several-'));
    for (const each of [name, 'other']) mkdirSync(join(several, each, 'prisma', 'migrations'), { recursive: true });
    writeFileSync(join(project.root, `${name}.env`), 'TURSO_DATABASE_URL=file:app.db\n');
    const ambiguous = await run(several, 'status');
    const declined = await run(project.root, 'apply', `--env-file=${name}.env`, `--backup=${name}.sql`);
    await run(project.root, 'apply', '--url', 'file:app.db', '--yes');
    renameSync(join(project.migrationsFolder, '1_a'), join(project.migrationsFolder, name));
    const renamed = [
      await run(project.root, 'status', '--url', 'file:app.db'),
      await run(project.root, 'apply', '--url', 'file:app.db', '--yes'),
    ];
    const said = [ambiguous, declined, ...renamed].map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join('\n');
    const argvs = extract(said.replaceAll(name.includes('migrate-prod ') ? name : '\0', 'NAME')).flatMap((command) =>
      paste(command),
    );
    const words = new Set(argvs.flat());
    const isNamed = (path: string) =>
      [path, `./${path}`, `--env-file=${path}`, `--backup=${path}`].some((word) => words.has(word));
    for (const path of [`${name}.env`, `${name}.sql`, `${name}/prisma/migrations`])
      expect(isNamed(path), said).toBe(true);
    expect(words).toContain(name);
  });
});
