/** How many rows a plan may fetch: the option, and the setting of the project. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { runInProcess } from './in-process.ts';

const migrations = {
  '1_author': 'CREATE TABLE "Author" ("id" INTEGER PRIMARY KEY, "name" TEXT);',
  '2_name': `UPDATE "Author" SET "name" = "name" ->> '$.x';`,
};

let project: Project;
beforeEach(async () => {
  project = await makeProject(migrations);
  await run('apply', '--yes', '--to', '1_author');
  const database = openEmbedded(join(project.root, 'shop.db'));
  database.exec(`INSERT INTO "Author" VALUES (1, 'Ada'), (2, '{}')`);
  database.close();
});
afterEach(() => project.remove());

function run(...args: readonly string[]) {
  return runInProcess([...args, '--url', 'file:shop.db'], { cwd: project.root });
}

function set(own: unknown): void {
  writeFileSync(join(project.root, 'package.json'), JSON.stringify({ name: 'shop', 'migrate-prod': own }));
}

async function planJson(...args: readonly string[]) {
  const { stdout } = await run('plan', '--json', ...args);
  const { ranOn, migrations: planned } = JSON.parse(stdout);
  return {
    ranOn,
    codes: planned.flatMap(({ findings }: { findings: { code: string }[] }) => findings.map(({ code }) => code)),
  };
}

const found = { ranOn: { tables: [{ table: 'Author', rows: 2 }], left: [], isWhole: false }, codes: ['fails-on-rows'] };
const notAsked = { ranOn: null, codes: ['not-checked'] };
const tooMany = { ranOn: { tables: [], left: ['Author'], isWhole: false }, codes: ['not-checked'] };

test('are all that fit where nothing is said', async () => {
  expect(await planJson()).toEqual(found);
  const { stdout, code } = await run('plan');
  expect(code).toBe(1);
  expect(stdout).toContain(`Fails on production's rows: malformed JSON.`);
  expect(stdout).toContain('Rehearsed on a copy of 2 rows of "Author", as far as it runs there.');
  for (const text of ['Ada', '{}']) expect(stdout).not.toContain(text);
});

test.each([
  [['--rows', 'none'], undefined, notAsked],
  [['--rows', '0'], undefined, notAsked],
  [['--rows', '1'], undefined, tooMany],
  [['--rows', '2'], undefined, found],
  [[], { rows: 'none' }, notAsked],
  [[], { rows: 2 }, found],
  [['--rows', 'all'], { rows: 1 }, found],
  [[], { rows: 'all' }, found],
  [['--rows', '2'], { rows: 'none' }, found],
])('are as many as %j and the setting %j say', async (args, own, expected) => {
  if (own !== undefined) set(own);
  expect(await planJson(...args)).toEqual(expected);
});

test('are named where there are too many', async () => {
  const { stdout } = await run('plan', '--rows', '1');
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    `Rehearsed on an empty copy of production's schema: ok. Not fetched because of their size: "Author"; what reads them was rehearsed without their rows.`,
  );
});

test('stay as they were typed in the next command', async () => {
  const { stdout } = await run('plan', '--rows', 'none');
  expect(stdout).toMatch(/Next: migrate-prod apply --url file:shop\.db --rows none --plan /);
  const applied = await run('apply', '--rows', 'none');
  expect(applied.stderr).toContain('--rows none');
  expect((await run('apply', '--rows', 'all', '--to', '1_author')).code).toBe(0);
  expect((await run('apply', '--rows', 'all', '--yes')).stderr).toMatch(/plan.* --rows all|--rows all.*/);
});

test.each(['-1', 'all of them', '1e3', '1.5', '1000001', ''])('are refused as an option: %j', async (rows) => {
  const { code, stderr } = await run('plan', `--rows=${rows}`);
  expect(code).toBe(2);
  expect(stderr).toContain('--rows takes none, all, or a number of rows up to 1,000,000');
});

test.each([
  [{ rows: 'some' }, '"rows" is neither "none", "all" nor a number of rows up to 1,000,000'],
  [{ rows: true }, '"rows" is neither'],
  [{ row: 5 }, 'there is no setting "row"; did you mean "rows"?'],
  [['rows'], 'it is no object'],
])('are refused as a setting: %j', async (own, reason) => {
  set(own);
  const { code, stderr } = await run('plan');
  expect(code).toBe(2);
  expect(stderr).toContain(`"migrate-prod" in package.json cannot be used: ${reason}`);
  expect(stderr).toContain('(SETTINGS_INVALID)');
});
