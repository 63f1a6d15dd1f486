/** Commands that the program tells somebody to run: pasted into a shell they name exactly what is meant, and run nothing else. */

import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable } from '../../src/adapters/terminal/printable.ts';
import { wrapToWidth } from '../../src/adapters/terminal/width.ts';
import { parseCommandLine } from '../../src/cli/program.ts';
import { command, writeCommand } from '../../src/text/prose.ts';
import { quoteArgument, quotePath, writeOption } from '../../src/text/shell.ts';
import { runInProcess } from '../cli/in-process.ts';
import { makeProject } from '../support/folder.ts';
import { extract, hostile, testAnyCommand, usePasteboard, worst } from './pasted.ts';

describe.skipIf(process.platform === 'win32')('a command that is pasted', () => {
  const board = usePasteboard();
  const { paste } = board;

  test.each(hostile)('has the name %j as one word', (name) => {
    const last = `${name.startsWith('-') ? '-- ' : ''}${quoteArgument(name)}`;
    const command = `npx --no migrate-prod apply ${writeOption('--to', name)} ${quoteArgument(`data-loss:${name}`)} ${last}`;
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
            const next = command('apply', [], [['--to', name]]);
            return writeCommand(next, 'npx --no migrate-prod', [{ name: '--url', value: 'file:my db' }]);
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
    for (const line of [
      writeCommand(command('apply', [], [['--to', name]])),
      writeCommand(command('backfill', [], [['--undo', name]])),
      writeCommand(command('backfill', [name], [['--yes']])),
      writeCommand(command('inspect', [name])),
    ]) {
      const request = await parseCommandLine(words(line), layout);
      expect(request).toMatchObject({ type: 'command' });
    }
  });

  testAnyCommand(board, worst);

  test.each(hostile)('from a project whose folders and files are called %j', async (name) => {
    const project = await makeProject({ '1_a': 'CREATE TABLE "One" ("id" INTEGER PRIMARY KEY);\n' });
    board.keep(project);
    const run = (cwd: string, ...args: string[]) => runInProcess(args, { cwd, program: 'npx --no migrate-prod' });
    const several = mkdtempSync(join(board.folder(), 'several-'));
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
