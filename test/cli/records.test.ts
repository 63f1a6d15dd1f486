/** The records of the commands agree with each other, with the README and with every command that the sources name. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commands, findCommand } from '../../src/cli/commands.ts';
import { globalFlags } from '../../src/cli/flags.ts';
import { programExamples } from '../../src/cli/help.ts';
import { parseCommandLine } from '../../src/cli/program.ts';
import type { CommandRecord } from '../../src/cli/record.ts';
import { isCarried } from '../../src/cli/record.ts';

const root = new URL('../../', import.meta.url);
const layout = { columns: 100, heading: (text: string) => text };
const names = commands.map(({ name }) => name);

function listFlags({ flags }: CommandRecord): readonly string[] {
  return [...globalFlags, ...flags].map(({ name }) => name);
}

function findTwice(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => words.indexOf(word) !== index);
}

describe('the records', () => {
  test('have each name once, and no word of another tool that is a command here', () => {
    const words = commands.flatMap(({ otherWords }) => otherWords?.commands ?? []);
    expect(findTwice([...names, ...words])).toEqual([]);
    expect(findTwice(commands.flatMap(({ otherWords }) => otherWords?.flags ?? []))).toEqual([]);
  });

  test.each(commands)('$name has each option once, and none of the options of all', (record) => {
    expect(findTwice(listFlags(record))).toEqual([]);
  });

  test('know each other name of an option as one option only', () => {
    const known = new Map<string, string>();
    const all = [...globalFlags, ...commands.flatMap(({ flags }) => flags)];
    for (const { name, otherNames = [] } of all) {
      for (const other of otherNames) {
        expect([name, undefined], other).toContain(known.get(other));
        expect(all.map((flag) => flag.name as string)).not.toContain(other);
        known.set(other, name);
      }
    }
  });

  test.each(commands)('$name says only what there is', (record) => {
    const own = record.flags.map(({ name }) => name as string);
    for (const { name, needs, alsoFor = [] } of record.flags) {
      if (needs !== undefined) expect(own).toContain(needs);
      for (const other of alsoFor) expect(findCommand(other)?.flags.map((flag) => flag.name)).toContain(name);
    }
    for (const name of record.without ?? []) expect(globalFlags.map((flag) => flag.name as string)).toContain(name);
  });

  test.each([...commands.flatMap(({ examples }) => examples), ...programExamples])('%s is understood', async (line) => {
    const words = line
      .replace(/ > .*$/, '')
      .replace(/<(\w+)>/, '$1')
      .split(' ');
    expect(await parseCommandLine(words, layout)).toMatchObject({ type: 'command', command: words[0] });
  });
});

describe('an option of this run in the next command', () => {
  test.each([
    ['apply', '--to', 'plan', true],
    ['plan', '--to', 'apply', true],
    ['apply', '--allow', 'apply', true],
    ['apply', '--allow', 'plan', false],
    ['apply', '--backup', 'plan', false],
    ['backfill', '--to', 'plan', false],
    ['backfill', '--to', 'backfill', true],
    ['drift', '--yes', 'drift', true],
    ['drift', '--yes', 'backfill', false],
  ])('of %s, %s goes into %s: %s', (from, flag, to, expected) => {
    const record = findCommand(from);
    expect(record && isCarried(record, flag, to)).toBe(expected);
  });
});

describe('what is written of the commands', () => {
  const rows = [
    ...readFileSync(new URL('README.md', root), 'utf8').matchAll(/^\| `migrate-prod ([^`]+)` \| (.*) \|$/gm),
  ];

  test("README's table has every command with its argument", () => {
    const lines = commands.map(({ name, argument }) =>
      argument === undefined
        ? name
        : `${name} ${argument.need === 'required' ? `<${argument.name}>` : `[${argument.name}]`}`,
    );
    expect(rows.map(([, line]) => line).sort()).toEqual(lines.sort());
  });

  test.each(rows.map(([, line = '', says = '']) => [line, says]))(
    "README's row of %s names its options",
    (line, says) => {
      const record = findCommand(line.split(' ')[0] ?? '');
      if (record === null) throw new Error(`no record of ${line}`);
      for (const [flag] of says.matchAll(/(?<=`)--[a-z-]+/g)) expect(listFlags(record)).toContain(flag);
    },
  );

  test('docs/json.md lists them', () => {
    const text = readFileSync(new URL('docs/json.md', root), 'utf8');
    const row = /^\| `command` \| (.*?);/m.exec(text)?.[1] ?? '';
    expect([...row.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual([...names].sort());
  });
});

describe('the sources', () => {
  const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(new URL(`src/${path}`, root), 'utf8') }));

  /** `command('drift', [], [['--fix']])` in all its forms. */
  const call = /(?<![.\w])command\(\s*'([a-z]+)'(?:,\s*\[[^\]]*\](?:,\s*(\[(?:[^[\]]|\[[^\]]*\])*\]))?)?/g;

  test('name commands that there are, with options that they have', () => {
    const calls = files.flatMap(({ path, text }) =>
      [...text.matchAll(call)].map(([, name = '', flags = '']) => ({ path, name, flags })),
    );
    expect(calls.length).toBeGreaterThan(60);
    for (const { path, name, flags } of calls) {
      const record = findCommand(name);
      if (record === null) throw new Error(`${path} names ${name}, which is no command`);
      for (const [flag] of flags.matchAll(/(?<=\[')--[a-z-]+/g)) expect(listFlags(record), path).toContain(flag);
    }
  });

  test('have no command as a text: who shows it could not complete it', () => {
    const written = new RegExp(`migrate-prod (?:${names.join('|')})\\b`);
    const found = files.flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => written.test(line) && !/^\s*(?:\/?\*|\/\/)/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(found).toEqual(["cli/report/markdown/plan.ts: const marker = '<!-- migrate-prod plan -->';"]);
  });
});
