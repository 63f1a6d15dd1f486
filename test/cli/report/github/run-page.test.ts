/** What GitHub keeps of a step: its page and its values. */

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderOutputs } from '../../../../src/cli/report/github/run-page.ts';
import { makeProject, type Project } from '../../../support/folder.ts';
import { createTokens } from '../../../support/tokens.ts';
import { runInProcess } from '../../in-process.ts';

const init = '1_init';
let project: Project;
let page = '';
let output = '';
beforeEach(async () => {
  const sql = 'CREATE TABLE "Customer" (\n"id" INTEGER NOT NULL PRIMARY KEY,\n"fax" TEXT\n);\n';
  project = await makeProject({ [init]: sql });
  page = join(project.root, 'page.md');
  output = join(project.root, 'output');
});
afterEach(() => project.remove());

async function run(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page, GITHUB_OUTPUT: output, ...more };
  return runInProcess([...args, '--url', 'file:app.db'], { cwd: project.root, env });
}

const read = (path: string) => (statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : null);

describe('on GitHub', () => {
  test('a plan and its apply are on the page of the run, and their values are for later steps', async () => {
    expect((await run(['apply', '--yes'])).code).toBe(0);
    await project.write('2_note', 'ALTER TABLE "Customer" ADD COLUMN "note" TEXT;\n');
    const planned = await run(['plan', '--json']);
    const { plan } = planned.json<{ plan: string }>();
    await run(['status']);
    expect((await run(['apply', '--plan', plan, '--yes'])).code).toBe(0);
    const shown = read(page) ?? '';
    expect(shown).toContain('## Applied to `file:');
    expect(shown).toContain('- ✔ `1_init`');
    expect(shown).toContain('## Migration plan for `file:');
    expect(shown).toContain(`apply --url file:app.db --plan ${plan}`);
    expect(shown).toContain('- ✔ `2_note`');
    const values = (read(output) ?? '').split('\n');
    expect(values.slice(2)).toEqual([
      ...[`plan=${plan}`, 'ready=true', 'pending=1'],
      ...['pending=1', `plan=${plan}`, 'pending=0', ''],
    ]);
  });

  test('a plan that needs consent is not ready, and the page hands out no command that gives it', async () => {
    await run(['apply', '--yes']);
    await project.write('2_drop', 'DROP TABLE "Customer";\n');
    const { openEmbedded } = await import('../../../support/embedded-adapter.ts');
    const database = openEmbedded(join(project.root, 'app.db'));
    database.exec(`INSERT INTO "Customer" VALUES (1, 'x')`);
    database.close();
    writeFileSync(output, '');
    writeFileSync(page, '');
    expect((await run(['plan'])).code).toBe(1);
    expect(read(output)).toMatch(/^plan=\S+\nready=false\npending=1\n$/);
    expect(read(page)).toContain('```sh\n--allow data-loss:2_drop\n```');
    expect(read(page)).not.toMatch(/apply.*--allow/);
  });

  test('an error is on the page too, without a token that it repeats', async () => {
    const token = createTokens().sign('rw');
    const wrong = await runInProcess(['plan', '--url', 'http://127.0.0.1:1'], {
      cwd: project.root,
      env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page, TURSO_AUTH_TOKEN: token },
    });
    expect(wrong.code).not.toBe(0);
    expect(read(page)).toMatch(/^## `plan` failed\n\n✖ .*\n\nNext:/);
    await project.write('2_bad', `SELECT '${token}' FROM nothing_there;\n`);
    expect((await run(['apply', '--yes', '--to', init])).code).toBe(0);
    expect((await run(['plan'], { TURSO_AUTH_TOKEN: token })).code).toBe(1);
    expect(read(page)).toContain('nothing_there');
    expect(read(page)).not.toContain(token);
  });

  test.each(['a folder', 'a folder that is not there'])(
    'files that cannot be written, because of %s, change no result and are one notice',
    async (what) => {
      const place = join(project.root, 'elsewhere');
      if (what === 'a folder') mkdirSync(place);
      const path = what === 'a folder' ? place : join(place, 'x');
      const places = { GITHUB_STEP_SUMMARY: path, GITHUB_OUTPUT: path };
      const { code, stderr } = await run(['apply', '--yes'], places);
      expect([code, stderr.match(/GitHub was not told everything/g)?.length]).toEqual([0, 1]);
      expect(stderr).toContain('GITHUB_STEP_SUMMARY');
      const json = await run(['status', '--json'], places);
      expect(json.json()).toMatchObject({
        ok: true,
        notices: [expect.anything(), expect.stringContaining('GITHUB_OUTPUT')],
      });
    },
  );

  test('the page of a step is never larger than what GitHub shows, and says so', async () => {
    await run(['apply', '--yes']);
    writeFileSync(page, 'x'.repeat(1024 * 1024 - 100));
    await run(['plan']);
    expect(statSync(page).size).toBeLessThanOrEqual(1024 * 1024);
    expect(read(page)?.slice(-80)).toContain('The page of this step is full');
    await run(['plan']);
    expect(statSync(page).size).toBeLessThanOrEqual(1024 * 1024);
  });

  test('nothing is written elsewhere, whatever the environment names', async () => {
    await run(['plan'], { GITHUB_ACTIONS: 'false' });
    expect([read(page), read(output)]).toEqual([null, null]);
  });

  test('a value that could be two is none', () => {
    expect(renderOutputs({ plan: 'a\nready=true', pending: 2, ready: false, 'x=y': 1 })).toBe(
      'pending=2\nready=false\n',
    );
  });
});
