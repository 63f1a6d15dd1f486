/** Command lines that are wrong, or in another tool's words. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { consentCodes } from '../../src/findings/codes.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { type InProcessResult, runInProcess } from './in-process.ts';

let project: Project;
beforeAll(async () => {
  project = await makeProject({ '1_one': 'CREATE TABLE a (id INTEGER PRIMARY KEY);' });
});
afterAll(() => project.remove());

function run(...args: readonly string[]): Promise<InProcessResult> {
  return runInProcess(args, { cwd: project.root });
}

describe('the words of other tools', () => {
  test.each([
    [['deploy'], 'called apply here'],
    [['migrate', 'deploy'], 'called apply here'],
    [['up'], 'called apply here'],
    [['apply', '--dry-run'], 'called plan here'],
    [['migrate', 'diff'], 'called drift here'],
    [['diff'], 'called drift here'],
    [['resolve', '--applied', 'x'], 'called backfill here'],
    [['baseline'], 'called backfill here'],
    [['push'], 'does not push a schema'],
    [['db', 'push'], 'does not push a schema'],
    [['lint'], 'called check here'],
    [['migrate', 'validate'], 'called check here'],
    [['list'], 'called status here'],
    [['migrate', 'status'], 'called status here'],
    [['rollback'], 'no down migrations'],
    [['down'], 'no down migrations'],
  ])('%j is answered with what it is called here', async (args, says) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/\n {2}Next: \S/);
  });
});

describe('what was nearly right', () => {
  test.each([
    [['statsu'], 'Did you mean migrate-prod status?'],
    [['help', 'aply'], 'Did you mean migrate-prod apply?'],
    [['status', '--josn'], 'Did you mean --json?'],
    [['tables', '--cuont'], 'Did you mean --count?'],
    [['apply', '-y'], 'Did you mean --yes?'],
    [['apply', '--allow', 'drops-triger'], 'Did you mean --allow drops-trigger?'],
    [['apply', '--allow', 'data-loss,drops-triger'], 'nothing called "drops-triger" to allow'],
    [['apply', '--allow', 'data-loss, drops-triger'], 'Did you mean --allow drops-trigger?'],
    [['apply', '--allow', 'data-loss:1_one,drops-triger'], 'Did you mean --allow drops-trigger?'],
    [['apply', '--allow', 'data-loss:0a1b2c3d,nothing'], 'nothing called "nothing" to allow'],
    [['backfill', '--allow', 'unproven,row-unseen'], 'Did you mean --allow rows-unseen?'],
    [['drift', '--fix', '--allow', 'drops,drop'], 'Did you mean --allow drops?'],
    [['--to', '1_one', 'plan'], '--to is an option of plan and apply and backfill, and goes after the command'],
    [['status', '--to', '1_one'], 'status has no option --to: plan and apply and backfill have it'],
    [['plan', '--base', 'main'], 'plan has no option --base: check has it'],
    [['check', '--branch', 'main'], 'Did you mean --base?'],
    [['plan', '--url', 'file:none.db', '--migrations', 'prisma/migration'], 'Did you mean --migrations'],
  ])('%j', async (args, says) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

describe('values that cannot be', () => {
  test.each([
    [['apply', '--plan', 'x'], '--plan takes the id of a plan'],
    [['apply', '--plan', ''], '--plan was given nothing'],
    [['apply', '--plan', '7f3a9c2e'], 'only a part'],
    [['apply', '--plan', '7f3a9c2e-51d0c6b7e8f94a3b2c1d0e9f-0a1b2c3d4e5f'], 'only a part'],
    [['apply', '--plan', '7f3a9c2e-0a1b2c3d4e5f'], 'an earlier release'],
    [['apply', '--allow', '*'], 'nothing called "*" to allow'],
    [['apply', '--allow', 'all'], 'nothing called "all" to allow'],
    [['apply', '--allow', 'drops-index:*'], 'names no migration'],
    [['apply', '--allow', 'drops-index:'], 'names no migration'],
    [['apply', '--allow', 'data-loss,'], 'an empty entry beside a comma'],
    [['apply', '--allow', 'data-loss,,behind'], 'an empty entry beside a comma'],
    [['backfill', '--allow', ',unproven'], 'an empty entry beside a comma'],
    [['status', '--timeout', '0'], '--timeout takes a number of seconds'],
    [['status', '--timeout', '-5'], '--timeout'],
    [['status', '--timeout', 'soon'], '--timeout takes a number of seconds'],
    [['status', '--timeout', '1e9'], '--timeout takes a number of seconds'],
    [['status', '--url'], '--url needs a value'],
    [['status', '--url', 'file:a.db', '--url', 'file:b.db'], '--url is given twice'],
    [['status', '--env-file', 'package.json', '--no-env-file'], '--env-file'],
    [['status', 'more'], 'too many words'],
    [['check', 'main'], 'too many words'],
    [['check', '--base', '--output=x'], '--base takes a branch'],
    [['check', '--base', ''], '--base takes a branch'],
    [['inspect'], 'needs the name of a table'],
    [['inspect', 'two', 'words'], 'takes one table'],
    [['backfill', '1_one', '--undo', '1_one'], 'not both'],
    [['apply', '--force'], 'nothing is forced here'],
    [['status', '--json=1'], '--json takes no value'],
    [['apply', '--yes=true'], '--yes takes no value'],
  ])('%j is refused', async (args, says) => {
    await project.writeFile('package.json', '{}');
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(says);
  });

  test('an unknown consent names every code that there is', async () => {
    const { stderr } = await run('apply', '--allow', 'zzzzzzzzzzzz');
    for (const code of consentCodes) expect(stderr).toContain(code);
  });

  test('a value given twice with one meaning is no contradiction', async () => {
    const { stderr } = await run('status', '--url', 'file:none.db', '--url', 'file:none.db');
    expect(stderr).toContain('TARGET_FILE_MISSING');
  });
});

describe('a token in the wrong place', () => {
  const token = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2lnbmF0dXJl';
  test.each([
    [[token]],
    [['apply', `--token=${token}`]],
    [['apply', '--token', token]],
    [['status', '--url', token]],
    [['status', '--url', `libsql://shop.example.com?authToken=${token}`, '--timeout', 'x']],
    [['inspect', token, '--url', 'file:none.db', '--json']],
    [['apply', '--plan', token, '--json']],
  ])('is not repeated', async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain(token);
    expect(stdout + stderr).not.toContain('c2lnbmF0dXJl');
  });
});

describe('help', () => {
  test('without arguments, with --help and with help it is the same, on stdout, and no error', async () => {
    const answers = await Promise.all([run(), run('--help'), run('help'), run('-h')]);
    for (const { code, stdout, stderr } of answers) {
      expect(code).toBe(0);
      expect(stderr).toBe('');
      expect(stdout).toBe(answers[0]?.stdout);
    }
    expect(answers[0]?.stdout).toContain('Examples:');
    expect(answers[0]?.stdout).toContain('Exit codes:');
  });

  test.each(commands)('of $name has examples', async ({ name: command }) => {
    const [asked, flagged] = await Promise.all([run('help', command), run(command, '--help')]);
    expect(asked.code).toBe(0);
    expect(asked.stdout).toBe(flagged.stdout);
    expect(asked.stdout).toContain('Examples:');
    expect(asked.stdout).toContain(`migrate-prod ${command}`);
    expect(asked.stdout).toContain('--json');
  });

  test('shows its examples as this user types them', async () => {
    const { stdout } = await runInProcess(['status', '--help'], {
      cwd: project.root,
      program: 'npx --no migrate-prod',
    });
    expect(stdout).toMatch(/^ {2}npx --no migrate-prod status --target staging/m);
    expect(stdout).not.toMatch(/^ {2}migrate-prod/m);
  });

  test('--version says the version, wherever it stands', async () => {
    const { default: content } = await import('../../package.json', { with: { type: 'json' } });
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${content.version}\n` });
    expect(await run('status', '--version')).toMatchObject({ code: 0, stdout: `${content.version}\n` });
    expect((await run('--version', '--json')).json()).toMatchObject({ version: 1, ok: true, release: content.version });
  });
});
