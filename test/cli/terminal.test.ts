/** What only happens on a terminal: questions, Ctrl-C, colour, width, and the line that says what is waited for. */

import { createServer, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbedded } from '../support/embedded-adapter.ts';
import { makeProject, type Project } from '../support/folder.ts';
import { runInProcess } from './in-process.ts';
import { describeWithTerminal, runOnTerminal } from './terminal.ts';

const question = '[y/N] ';
const migrations = {
  '1_parent': 'CREATE TABLE "Parent" ("id" INTEGER PRIMARY KEY, "name" TEXT);',
  '2_index': 'CREATE INDEX "Parent_name_idx" ON "Parent"("name");',
};
/** Production has a table of that name and of another shape, which needs consent. */
const extra = 'CREATE TABLE IF NOT EXISTS "Extra" ("id" INTEGER PRIMARY KEY);';
const other = 'CREATE TABLE "Extra" ("id" INTEGER PRIMARY KEY, "made_by_hand" TEXT)';

let project: Project;
beforeEach(async () => {
  project = await makeProject(migrations);
});
afterEach(() => project.remove());

const url = ['--url', 'file:shop.db'];

function tableNames(): readonly string[] {
  const database = openEmbedded(join(project.root, 'shop.db'));
  try {
    const rows = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).all();
    return rows.map((row) => String(Reflect.get(Object(row), 'name')));
  } finally {
    database.close();
  }
}

async function applyAll(): Promise<void> {
  expect(await runInProcess(['apply', '--yes', ...url], { cwd: project.root })).toMatchObject({ code: 0 });
}

/** In the test's own process, with streams that say they are a terminal. */
function runTyped(args: readonly string[], ...typed: readonly string[]) {
  return runInProcess([...args, ...url], { cwd: project.root, columns: 80, typed });
}

function run(args: readonly string[], ...typed: readonly string[]) {
  const steps = typed.map((type) => ({ wait: question, type }));
  return runOnTerminal([...args, ...url], { cwd: project.root, steps });
}

describe('an answer', () => {
  async function type(typed: string) {
    const { code, stderr } = await runTyped(['apply'], typed);
    expect(stderr).toContain(question);
    return { code, stderr, tables: tableNames() };
  }

  test.each(['y\n', ' y \r\n'])('%j is a y', async (typed) => {
    expect(await type(typed)).toMatchObject({ code: 0, tables: ['Parent', '_prisma_migrations'] });
  });

  test.each(['\n', 'yes\n', 'Y\n', 'yy\n', 'n\ny\n'])('%j is none: nothing is written', async (typed) => {
    const stderr = expect.stringContaining('Not confirmed (only y counts); nothing was written.');
    expect(await type(typed)).toMatchObject({ code: 1, stderr, tables: [] });
  });
});

describeWithTerminal('a question', () => {
  test('shows the plan and the target, and y applies it', async () => {
    const { code, screen } = await run(['apply'], 'y\n');
    expect(stripVTControlCharacters(screen)).toContain('CREATE TABLE "Parent"');
    expect(screen).toContain(`Apply 2 migrations to file:${project.root}/shop.db?\u001b[22m [y/N]`);
    expect(screen).toContain('2 migrations applied. Production is up to date.');
    expect(code).toBe(0);
    expect(tableNames()).toContain('Parent');
  });

  test.each(['n\n', '\u0004'])('%j is no y: nothing is written', async (typed) => {
    const { code, screen } = await run(['apply'], typed);
    expect(screen).toContain('Not confirmed (only y counts); nothing was written.');
    expect(code).toBe(1);
    expect(tableNames()).toEqual([]);
  });

  test('Ctrl-C takes it back, says that nothing was written, and keeps what was asked for', async () => {
    const { code, screen } = await run(['apply', '--to', '1_parent'], '\u0003');
    expect(screen).toContain('Interrupted; nothing was written.');
    expect(screen).toContain('migrate-prod apply --url file:shop.db --to 1_parent');
    expect(code).toBe(130);
    expect(tableNames()).toEqual([]);
  });

  test('is not asked with --yes, nor beside JSON', async () => {
    const json = await run(['apply', '--json']);
    expect(json.screen).not.toContain('[y/N]');
    expect(JSON.parse(json.screen)).toMatchObject({ outcome: 'declined', error: { code: 'CONFIRMATION_MISSING' } });
    const yes = await run(['apply', '--yes']);
    expect(yes.screen).not.toContain('[y/N]');
    expect(yes.code).toBe(0);
  });

  test('of backfill says that nothing is run', async () => {
    const database = openEmbedded(join(project.root, 'shop.db'));
    for (const sql of Object.values(migrations)) database.exec(sql);
    database.close();
    const { code, screen } = await run(['backfill'], 'y\n');
    expect(screen).toContain('Proven: the migrations, replayed, make exactly what production has.');
    expect(screen).toContain('Record 2 migrations as applied in');
    expect(screen).toContain('none of their statements is run');
    expect(screen).toContain('2 migrations recorded; nothing was run.');
    expect(code).toBe(0);
    expect(tableNames()).toEqual(['Parent', '_prisma_migrations']);
  });

  test('of a backfill that is not proven shows the differences, and asks for each consent', async () => {
    await project.write('3_rows', `UPDATE "Parent" SET "name" = 'x';`);
    const database = openEmbedded(join(project.root, 'shop.db'));
    database.exec('CREATE TABLE "Parent" ("id" INTEGER PRIMARY KEY, "name" TEXT, "age" INTEGER)');
    database.exec(migrations['2_index']);
    database.close();
    const declined = await runTyped(['backfill'], 'n\n');
    expect(declined.stderr).toContain('Not proven: production differs from what the migrations make');
    expect(declined.stderr).toContain('column \u001b[1mParent.age');
    expect(declined.stderr).toContain('Go on anyway (unproven)?');
    expect(declined.code).toBe(1);
    const half = await runTyped(['backfill'], 'y\n', 'n\n');
    expect(half.stderr).toContain('3_rows changes rows');
    expect(half.stderr).toContain('Go on anyway (rows-unseen)?');
    expect(half.code).toBe(1);
    expect(tableNames()).toEqual(['Parent']);
    const { code, screen } = await run(['backfill'], 'y\n', 'y\n', 'y\n');
    expect(screen).toContain('3 migrations recorded; nothing was run.');
    expect(code).toBe(0);
  });
});

describeWithTerminal('a hazard', () => {
  beforeEach(async () => {
    await applyAll();
    const database = openEmbedded(join(project.root, 'shop.db'));
    database.exec(other);
    database.close();
    await project.write('3_extra', extra);
  });

  test('is named and asked for by itself, before the whole', async () => {
    const { code, screen } = await run(['apply'], 'y\n', 'y\n');
    expect(screen.indexOf('"made_by_hand" TEXT')).toBeGreaterThan(0);
    expect(screen.indexOf('Go on anyway (exists-different)?')).toBeGreaterThan(screen.indexOf('"made_by_hand"'));
    expect(screen.indexOf('Apply 1 migration')).toBeGreaterThan(screen.indexOf('(exists-different)?'));
    expect(code).toBe(0);
  });

  test('is asked for in spite of --yes, which stands for the last question only', async () => {
    const { code, stderr } = await runTyped(['apply', '--yes'], 'y\n');
    expect(stderr).toContain('Go on anyway (exists-different)?');
    expect(stderr).not.toContain('Apply 1 migration');
    expect(code).toBe(0);
  });

  test('that is not consented to ends it', async () => {
    const { code, stderr } = await runTyped(['apply'], 'n\n');
    expect(stderr).toContain('Go on anyway (exists-different)?');
    expect(stderr).toContain('Not confirmed (only y counts); nothing was written.');
    expect(code).toBe(1);
  });
});

describeWithTerminal('a slow server', () => {
  let stalled: TcpServer;
  let address = '';
  beforeEach(async () => {
    stalled = createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => stalled.listen(0, '127.0.0.1', resolve));
    const bound = stalled.address();
    address = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
  });
  afterEach(() => {
    stalled.close();
  });

  test('is waited for in a line that is taken away again, and Ctrl-C ends it', async () => {
    const { code, screen } = await runOnTerminal(['status', '--url', address], {
      cwd: project.root,
      steps: [{ wait: '… 2 s', type: '\u0003' }],
    });
    expect(screen).toContain(`Waiting for ${address} … 1 s`);
    expect(screen.slice(screen.indexOf('… 2 s'))).toContain('\r\u001b[2K');
    expect(screen).toContain('Interrupted; nothing was written.');
    expect(code).toBe(130);
  });

  test('is waited for silently on a dumb terminal', async () => {
    const { code, screen } = await runOnTerminal(['status', '--url', address, '--timeout', '1.2'], {
      cwd: project.root,
      env: { TERM: 'dumb' },
    });
    expect(screen).not.toContain('Waiting');
    expect(screen).not.toContain('\u001b');
    expect(code).toBe(1);
  });
});

describeWithTerminal('the look', () => {
  test('is coloured on a terminal and plain where that is asked for', async () => {
    const status = ['status', ...url];
    await applyAll();
    const coloured = await runOnTerminal(status, { cwd: project.root });
    expect(coloured.screen).toContain('\u001b[32m✔\u001b[39m');
    const plain = [
      await runInProcess([...status, '--no-color'], { cwd: project.root, columns: 80 }),
      await runInProcess(status, { cwd: project.root, columns: 80, env: { NO_COLOR: '1' } }),
      await runInProcess(status, { cwd: project.root, columns: 80, env: { TERM: 'dumb' } }),
    ];
    for (const { stdout, stderr } of plain) {
      expect(stdout + stderr).not.toContain('\u001b[');
      expect(stdout).toContain('✔ 1_parent  applied');
    }
    const { stdout } = await runInProcess(status, { cwd: project.root, columns: 80 });
    expect(stdout).toContain('\u001b[32m✔\u001b[39m');
  });

  test('fits the width, with … where something is cut', async () => {
    const columns = 70;
    await project.write('3_long', `UPDATE "Parent" SET "name" = '${'long '.repeat(60)}';`);
    const { screen } = await runOnTerminal(['apply', '--no-color', ...url], {
      cwd: project.root,
      columns,
      steps: [{ wait: question, type: 'n\n' }],
    });
    const statement = screen.split('\n').find((line) => line.includes('UPDATE "Parent"'));
    expect(statement).toMatch(/…$/);
    expect(statement?.length).toBeLessThanOrEqual(columns);
  });
});
