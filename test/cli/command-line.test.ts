/** Commands to copy: what a run was given stands in them, once and in its place. */

import { describe, expect, test } from 'vitest';
import { createWriter, listTargetFlags, namePrisma } from '../../src/cli/command-line.ts';
import {
  command,
  type Flag,
  joinSpans,
  placeholder,
  program,
  type Sayable,
  say,
  shell,
  toProse,
  typedCommand,
  writeSpans,
} from '../../src/text/prose.ts';

const url = { name: '--url', value: 'file:x.db' };

interface Given {
  readonly keep?: (command: string) => readonly Flag[];
  readonly program?: string;
  readonly typed?: readonly string[];
}

/** Of a run with `--url file:x.db`. */
function complete(next: Sayable, { keep = () => [], program = 'migrate-prod', typed }: Given = {}): string {
  const argv = typed ?? [];
  const writer = createWriter({
    program,
    options: { url: url.value },
    keep,
    typed: { command: argv.find((word) => /^[a-z]+$/.test(word)) ?? null, argv },
  });
  return joinSpans(writeSpans(toProse(next), writer));
}

describe('the options that choose the database and the project', () => {
  test('are kept', () => {
    const options = { url: 'file:my shop.db', envFile: '.env.other', schema: 'a/schema.prisma', migrations: 'm' };
    const writer = createWriter({
      program: 'migrate-prod',
      options,
      keep: () => [],
      typed: { command: null, argv: [] },
    });
    expect(writer.command(command('plan'))).toBe(
      "migrate-prod plan --url 'file:my shop.db' --env-file .env.other --schema a/schema.prisma --migrations m",
    );
    expect(listTargetFlags({ envFile: false })).toEqual([{ name: '--no-env-file', value: null }]);
  });

  test('never have what may be a token in an address', () => {
    expect(listTargetFlags({ url: 'libsql://shop.turso.io?authToken=verysecret' })).toEqual([
      { name: '--url', value: 'libsql://shop.turso.io' },
    ]);
    expect(listTargetFlags({ url: 'libsql://user:verysecret@shop.turso.io' })).toEqual([]);
    expect(listTargetFlags({ url: 'verysecret' })).toEqual([]);
  });
});

describe('a command of a next step', () => {
  test.each<[Sayable, string]>([
    [say`Fix the file, then ${command('apply')}`, 'Fix the file, then migrate-prod apply --url file:x.db'],
    [command('apply', [], [['--url', 'file:./other.db']]), 'migrate-prod apply --url file:./other.db'],
    [
      say`Read ${command('plan')}; then ${command('apply', [], [['--yes']])}`,
      'Read migrate-prod plan --url file:x.db; then migrate-prod apply --url file:x.db --yes',
    ],
    [shell('npx prisma migrate dev'), 'npx prisma migrate dev'],
    [command('backfill', ['1_a']), 'migrate-prod backfill --url file:x.db 1_a'],
    [command('backfill', ['-a'], [['--yes']]), "migrate-prod backfill --url file:x.db --yes -- '-a'"],
    [command('backfill', [placeholder('<name>')]), 'migrate-prod backfill --url file:x.db <name>'],
    ['Then migrate-prod apply, as somebody wrote it', 'Then migrate-prod apply, as somebody wrote it'],
  ])('%j is completed, and nothing else is', (next, expected) => {
    expect(complete(next)).toBe(expected);
  });

  test('is not given an option twice, but every consent', () => {
    const keep = () => [
      { name: '--to', value: '2_two' },
      { name: '--allow', value: 'drops-trigger' },
      { name: '--allow', value: 'data-loss:1_a' },
    ];
    const next = command(
      'apply',
      [],
      [
        ['--to', '1_one'],
        ['--allow', 'data-loss:1_a'],
      ],
    );
    expect(complete(next, { keep })).toBe(
      'migrate-prod apply --url file:x.db --allow drops-trigger --to 1_one --allow data-loss:1_a',
    );
  });

  test('has --fix beside drift, whoever gives it', () => {
    const fix = { name: '--fix', value: null };
    const whole = 'migrate-prod drift --fix --url file:x.db';
    const named = command('drift', [], [['--fix'], ['--name', placeholder('<name>')]]);
    expect(complete(named, { keep: () => [fix] })).toBe(`${whole} --name <name>`);
    expect(complete(command('drift'), { keep: () => [fix] })).toBe(whole);
    expect(complete(say`${command('drift', [], [['--fix']])} settles it`)).toBe(`${whole} settles it`);
  });

  test('is left alone where a question only names it, and where it asks for help', () => {
    expect(complete(say`Did you mean ${program('status')}?`)).toBe('Did you mean migrate-prod status?');
    expect(complete(say`${program('apply --help')} lists them.`)).toBe('migrate-prod apply --help lists them.');
  });

  test('begins as the user starts the program', () => {
    const npx = { program: 'npx --no migrate-prod' };
    expect(complete(say`Then ${command('apply')}`, npx)).toBe('Then npx --no migrate-prod apply --url file:x.db');
    expect(complete(say`${program('help')} lists them`, npx)).toBe('npx --no migrate-prod help lists them');
  });

  test.each([
    ['npx --no migrate-prod', 'npx prisma migrate dev'],
    ['pnpm migrate-prod', 'pnpm prisma migrate dev'],
    ['yarn migrate-prod', 'yarn prisma migrate dev'],
    ['bunx --no-install migrate-prod', 'bunx --no-install prisma migrate dev'],
    ['node scripts/migrate-prod.mjs', 'npx prisma migrate dev'],
  ])('has Prisma started by the same package manager: %s', (name, line) => {
    expect(complete(say`Then ${shell('npx prisma migrate dev')}`, { program: name })).toBe(`Then ${line}`);
  });
});

describe('the command that was typed', () => {
  test.each<[readonly string[], Flag, string]>([
    [
      ['--url', 'libsql://x?authToken=verysecret', 'apply', '--to', '2_two', '--schema=s', '--yes'],
      { name: '--no-env-file', value: null },
      'migrate-prod apply --url file:x.db --to 2_two --yes --no-env-file',
    ],
    [
      ['drift', '--name', 'two words', '--fix'],
      { name: '--schema', value: 'a b' },
      "migrate-prod drift --fix --url file:x.db --name 'two words' --schema 'a b'",
    ],
    [
      ['backfill', '--', '-rf'],
      { name: '--schema', value: 's' },
      'migrate-prod backfill --url file:x.db --schema s -- -rf',
    ],
    [[], { name: '--schema', value: 's' }, 'migrate-prod status --url file:x.db --schema s'],
  ])('%j comes again with what was lacking', (typed, flag, expected) => {
    expect(complete(say`Say which:\n  ${typedCommand([flag])}`, { typed })).toBe(`Say which:\n  ${expected}`);
  });
});

describe("Prisma's own command", () => {
  test('is that of the project also inside of a sentence, whatever this program was started with', () => {
    expect(namePrisma('yarn migrate-prod')).toBe('yarn prisma');
    expect(namePrisma('pnpm dlx /path/to/migrate-prod.tgz')).toBe('npx prisma');
    expect(namePrisma('migrate-prod')).toBe('npx prisma');
  });
});
