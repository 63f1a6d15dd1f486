import { describe, expect, test } from 'vitest';
import { completeNext, listTargetFlags, renderCommand, repeatTyped } from '../../src/cli/command-line.ts';

describe('a command to copy', () => {
  test('keeps the options that choose the database and the project', () => {
    const flags = listTargetFlags({
      url: 'file:my shop.db',
      envFile: '.env.other',
      schema: 'a/schema.prisma',
      migrations: 'm',
    });
    expect(renderCommand('plan', flags)).toBe(
      "migrate-prod plan --url 'file:my shop.db' --env-file .env.other --schema a/schema.prisma --migrations m",
    );
    expect(renderCommand('plan', listTargetFlags({ envFile: false }))).toBe('migrate-prod plan --no-env-file');
  });

  test('never has what may be a token in an address', () => {
    expect(listTargetFlags({ url: 'libsql://shop.turso.io?authToken=verysecret' })).toEqual([
      { name: '--url', value: 'libsql://shop.turso.io' },
    ]);
    expect(listTargetFlags({ url: 'libsql://user:verysecret@shop.turso.io' })).toEqual([]);
    expect(listTargetFlags({ url: 'verysecret' })).toEqual([]);
  });

  test('a next step gets the options in every command that it names, once', () => {
    const flags = () => [{ name: '--url', value: 'file:x.db' }];
    expect(completeNext('Mend the file, then migrate-prod apply', flags)).toBe(
      'Mend the file, then migrate-prod apply --url file:x.db',
    );
    expect(completeNext('migrate-prod apply --url file:./other.db', flags)).toBe(
      'migrate-prod apply --url file:./other.db',
    );
    expect(completeNext('Read migrate-prod plan; then migrate-prod apply --yes', flags)).toBe(
      'Read migrate-prod plan --url file:x.db; then migrate-prod apply --url file:x.db --yes',
    );
    expect(completeNext('npx prisma migrate dev', flags)).toBe('npx prisma migrate dev');
  });

  test('has --fix beside drift, whoever gives it', () => {
    const url = { name: '--url', value: 'file:x.db' };
    const fix = { name: '--fix', value: null };
    const whole = 'migrate-prod drift --fix --url file:x.db';
    expect(completeNext('migrate-prod drift --fix --name <name>', () => [url, fix])).toBe(`${whole} --name <name>`);
    expect(completeNext('migrate-prod drift', () => [url, fix])).toBe(whole);
    expect(completeNext('migrate-prod drift --fix settles it', () => [url])).toBe(`${whole} settles it`);
    expect(renderCommand('drift', [url, fix])).toBe(whole);
  });

  test('leaves alone what a question only names, and what asks for help', () => {
    const flags = () => [{ name: '--url', value: 'file:x.db' }];
    for (const next of ['Did you mean migrate-prod status?', 'migrate-prod apply --help lists them.']) {
      expect(completeNext(next, flags)).toBe(next);
    }
  });

  test('begins as the user starts the program, once', () => {
    const flags = () => [{ name: '--url', value: 'file:x.db' }];
    for (const next of ['Then migrate-prod apply', 'Then npx migrate-prod apply']) {
      expect(completeNext(next, flags, 'npx migrate-prod')).toBe('Then npx migrate-prod apply --url file:x.db');
    }
    expect(completeNext('migrate-prod --help lists them', flags, 'npx migrate-prod')).toBe(
      'npx migrate-prod --help lists them',
    );
  });

  test('can be the one that was typed, without what may be a secret', () => {
    const argv = ['--url', 'libsql://x?authToken=verysecret', 'apply', '--to', '2_two', '--schema=s', '--yes'];
    expect(repeatTyped('Say which:\n  migrate-prod status --no-env-file', 'apply', argv)).toBe(
      'Say which:\n  migrate-prod apply --to 2_two --yes --no-env-file',
    );
  });
});
