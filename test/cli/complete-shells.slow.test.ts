/** The scripts in real shells: loaded, and asked as a person does with TAB. */

import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/folder.ts';

const bin = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));
const schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel Author {\n  id Int @id\n}\n';

let project: Project;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  project = await makeProject({ '20260101000000_a': 'SELECT 1;', '20260102000000_b': 'SELECT 1;' }, { schema });
  await project.write('3_$(touch hacked)', 'SELECT 1;');
  await project.writeFile('.env.turso-staging', '');
  folder = await realpath(await mkdtemp(join(tmpdir(), 'migrate-prod-shells-')));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'migrate-prod'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(join(folder, 'bin', 'migrate-prod'), 0o755);
  env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder, LC_ALL: 'C.UTF-8' };
  for (const shell of ['bash', 'zsh', 'fish']) {
    await writeFile(join(folder, shell), run(process.execPath, [bin, 'complete', shell]));
  }
});
afterAll(async () => {
  await project?.remove();
  await rm(folder, { recursive: true, force: true });
});

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: project.root,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0 || stderr !== '') throw new Error(`${program} ended with ${status}: ${stderr}\n${stdout}`);
  return stdout;
}

/** Skipped, and saying so, where there is no such shell. */
function describeIn(shell: string, body: () => void): void {
  const there = spawnSync(shell, ['-c', 'true']).status === 0;
  if (there) describe(`in ${shell}`, body);
  else describe.skip(`in ${shell} (skipped: it is not installed)`, body);
}

/** A line, and what it becomes where only one word fits, as the shell inserts it behind the last `=` or `:` or as a whole. */
const lines: readonly (readonly [line: string, word: string])[] = [
  ['migrate-prod pl', 'plan'],
  ['migrate-prod plan --fo', '--format'],
  ['migrate-prod plan --format m', 'markdown'],
  ['migrate-prod history 20260102', '20260102000000_b'],
  ['migrate-prod apply --to 20260101', '20260101000000_a'],
  ['migrate-prod apply --to=20260101', '20260101000000_a'],
  ['migrate-prod apply --allow data-loss:20260101', '20260101000000_a'],
  ['migrate-prod apply --allow data-loss,unf', 'data-loss,unfinished'],
  ['migrate-prod inspect A', 'Author'],
  ['migrate-prod --env-file .env.turso-s', '.env.turso-staging'],
];

describeIn('bash', () => {
  const ask = (line: string, program = 'migrate-prod') =>
    run('bash', [
      '--norc',
      '--noprofile',
      '-uc',
      // Twice, as by who loads their settings again; without the package bash-completion.
      `source '${folder}/bash'; source '${folder}/bash'; COMP_LINE="$1"; COMP_POINT=\${#COMP_LINE}
       _migrate_prod_complete "$2" 2> >(grep -v compopt >&2); printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      line,
      program,
    ])
      .split('\n')
      .filter((word) => word !== '');

  test.each(lines)('%s goes on as %s', (line, word) => {
    expect(ask(line)).toEqual([word]);
  });

  test('a path, a function and an empty word work; where nothing fits there is nothing', () => {
    const path = join(folder, 'bin', 'migrate-prod');
    expect(ask(`${path} pl`, path)).toEqual(['plan']);
    expect(ask('A=1 migrate-prod pl')).toEqual(['plan']);
    expect(ask('migrate-prod ')).toContain('status');
    expect(ask('migrate-prod history ').sort()).toEqual(['20260101000000_a', '20260102000000_b']);
    expect(ask('migrate-prod zz')).toEqual([]);
  });

  test('a function that starts it in another way is asked like the program', () => {
    const define = `PATH=/usr/bin:/bin; migrate-prod() { '${process.execPath}' '${bin}' "$@"; }; source '${folder}/bash'`;
    const line = `COMP_LINE='migrate-prod pl'; COMP_POINT=15; _migrate_prod_complete migrate-prod 2>/dev/null; echo "\${COMPREPLY[@]}"`;
    expect(run('bash', ['--norc', '-c', `${define}; ${line}`])).toBe('plan\n');
  });

  test('what is typed is not run', () => {
    expect(ask('migrate-prod history $(touch ran) ')).not.toContain('ran');
    expect(run('ls', ['-A'])).not.toMatch(/ran|hacked/);
  });
});

describeIn('fish', () => {
  const ask = (line: string) =>
    run('fish', ['--no-config', '-c', `source '${folder}/fish'; complete -C '${line}'`])
      .split('\n')
      .filter((word) => word !== '')
      .map((word) => word.split('\t')[0] ?? '');

  test.each(lines)('%s goes on as %s', (line, word) => {
    const [only, ...others] = ask(line);
    expect(others).toEqual([]);
    // Behind = and : fish inserts the whole word.
    expect(only).toMatch(new RegExp(`(?:^|[=:])${word.replaceAll('.', '\\.')}$`));
  });

  test('a function that starts it in another way is asked like the program', () => {
    const define = `set PATH /usr/bin /bin; function migrate-prod; '${process.execPath}' '${bin}' $argv; end; source '${folder}/fish'`;
    expect(run('fish', ['--no-config', '-c', `${define}; complete -C 'migrate-prod pl'`])).toMatch(/^plan\t/);
  });

  test('an empty word is all that can stand there', () => {
    expect(ask('migrate-prod ')).toEqual(expect.arrayContaining(['status', 'doctor', 'help']));
    expect(ask('migrate-prod history ').sort()).toEqual(['20260101000000_a', '20260102000000_b']);
  });
});

describeIn('zsh', () => {
  /** A zsh in a terminal of its own, in which each line is typed, then TAB, and what stands there is read until it goes on as expected. */
  const session = String.raw`
zmodload zsh/zpty
zpty z "PS1='' zsh -f -i"
read_until() { local part; seen=''; repeat 200; do while zpty -r -t z part; do seen+="$part"; done; [[ $seen == *$1* ]] && return; sleep 0.1; done }
zpty -w z "autoload -Uz compinit; compinit -u -D; source '$1'; source '$1'; unsetopt zle_bracketed_paste; print LOAD''ED"
read_until LOADED
shift
while (( $# )); do
  zpty -w -n z "$1"$'\t'
  read_until "$2"
  print -r -- "LINE $seen"
  zpty -w -n z $'\x15'
  sleep 0.1
  shift 2
done
zpty -d z
`;

  test('every line goes on', () => {
    const output = stripVTControlCharacters(
      run('zsh', [
        '-f',
        '-c',
        session,
        'zsh',
        join(folder, 'zsh'),
        ...lines.flatMap(([line, word]) => [line, `${word} `]),
      ]),
    );
    const shown = output.split('LINE ').slice(1);
    expect(shown).toHaveLength(lines.length);
    for (const [index, [line, word]] of lines.entries()) expect(shown[index], line).toContain(`${word} `);
    expect(run('ls', ['-A'])).not.toContain('hacked');
  });
});
