/** What is shown of findings that know production's rows, and that values of rows are shown to nobody else. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeFindings } from '../../../../src/cli/report/json/json.ts';
import { renderFindings } from '../../../../src/cli/report/text/findings.ts';
import { renderPlan } from '../../../../src/cli/report/text/plan.ts';
import { renderQueryCommand } from '../../../../src/cli/report/text/query-command.ts';
import { renderBytes } from '../../../../src/cli/report/text/size.ts';
import type { Finding } from '../../../../src/findings/catalogue.ts';
import { find, wholePlan } from '../../../../src/findings/finding.ts';
import { reportFinding } from '../../../../src/findings/report.ts';
import { serverRefuses } from '../../../../src/findings/server-refuses.ts';
import { type Told, tell } from '../../../../src/findings/tell.ts';
import type { Plan, RebuildSize } from '../../../../src/plan/plan.ts';
import type { Target } from '../../../../src/target/target.ts';
import { toProse } from '../../../../src/text/prose.ts';
import { openEmbedded } from '../../../support/embedded-adapter.ts';
import { change, findings } from '../../../support/findings.ts';
import { makeProject, type Project } from '../../../support/folder.ts';
import { runInProcess } from '../../in-process.ts';
import { buildMigration, buildPlan, buildScreen, buildStatement } from '../../plan-values.ts';

const turso: Target = { type: 'server', name: 'libsql://shop-acme.turso.io', url: 'https://shop-acme.turso.io' };
const local: Target = { type: 'server', name: 'http://127.0.0.1:8080', url: 'http://127.0.0.1:8080' };
const own: Target = { type: 'server', name: 'libsql://db.example.com', url: 'https://db.example.com' };
const file: Target = { type: 'file', name: 'file:/data/shop.db', path: '/data/shop.db' };

function showTold(columns: number | null, ...told: readonly Told[]): string {
  return renderFindings(told, buildScreen(columns))
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function show(plan: Plan, columns: number | null): string {
  return renderPlan(plan, { type: 'blocked', mend: [{ type: 'text', text: 'Fix it.' }] }, buildScreen(columns));
}

function showFindings(columns: number | null, ...found: readonly Finding[]): string {
  const whole = show(buildPlan([], { findings: found }), columns);
  return whole.slice(whole.indexOf('\n\n') + 2, whole.lastIndexOf('\n\n  Plan'));
}

const query = `SELECT "id", "email" FROM "Customer" WHERE "email" IN (SELECT "email" FROM "Customer" GROUP BY 1 HAVING count(*) > 1)`;
const whole = change(findings.duplicates, {
  migration: '2_unique',
  line: 8,
  sql: 'CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email")',
  evidence: {
    count: { rows: 2, atLeast: false },
    query,
    examples: {
      columns: ['id', 'email'],
      rows: [
        ['1', 'maria@example.com'],
        ['2', `\u001b[31m\u202e${'long '.repeat(20)}`],
        ...['3', '4', '5', '6'].map((id) => [id, 'NULL']),
      ],
    },
  },
});

describe('a finding', () => {
  const plan = buildPlan([buildMigration('2_unique', { findings: [whole] })]);

  test('says what, why, which rows and the safe way; the command stays in one piece at any width', () => {
    const shown = show(plan, 80);
    expect(shown.slice(shown.indexOf('  ✖ blocker  dup'), shown.indexOf('\n\n  Rehearsed'))).toBe(
      `  ✖ blocker  duplicates  prisma/migrations/2_unique/migration.sql:8
    The unique index "Customer_email_key" on "Customer" ("email") is broken by 1
    value that occurs more than once, in 2 rows.
    The statement fails at the first such row, and the migration is rolled back.
     8 │ CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email")
    Rows: turso db shell libsql://shop-acme.turso.io '${query}'
      id  email
      1   maria@example.com
      2   \\x1b[31m\\u{202e}long long long long lon…
      3   NULL
      4   NULL
      5   NULL
    Safe way:
      -- look at the rows first; this keeps one of each, in the same file or an
      -- earlier one:
      DELETE FROM "Customer" WHERE "email" IS NOT NULL AND rowid NOT IN (
        SELECT min(rowid) FROM "Customer" WHERE "email" IS NOT NULL GROUP BY
          "email"
      );`,
    );
  });

  test('has a safe way that can be pasted: broken only between tokens, and nothing before its lines but white space', () => {
    const columns = Array.from({ length: 12 }, (_, index) => `"column_${index}" TEXT`);
    const way = [
      '-- a remark that is much too long for a terminal of forty columns, and goes on',
      `CREATE TABLE "Order_kept" (${columns.join(', ')});`,
      ...Array.from({ length: 40 }, (_, index) => `DROP INDEX "i${index}";`),
    ].join('\n');
    const shown = showTold(40, { ...tell(findings.duplicates), way });
    const lines = shown.slice(shown.indexOf('Safe way:\n') + 10).split('\n');
    const statements = lines.map((line) => line.trim()).filter((line) => !line.startsWith('-- '));
    expect(statements.join(' ')).toBe(way.split('\n').slice(1).join(' '));
    expect(statements.every((line) => line.length <= 34)).toBe(true);
  });

  test('has its place in one piece, on a line of its own where the headline has no room for it', () => {
    const path = 'prisma/migrations/2_unique/migration.sql:8';
    expect(show(plan, 67)).toContain(`  ✖ blocker  duplicates  ${path}\n`);
    expect(show(plan, 66)).toContain(`  ✖ blocker  duplicates\n    ${path}\n`);
  });

  test('without a terminal is not wrapped, and has no values', () => {
    const shown = show(plan, null);
    expect(shown).toContain(`    Rows: turso db shell libsql://shop-acme.turso.io '${query}'\n    Safe way:\n`);
    expect(shown).toContain(
      '    The unique index "Customer_email_key" on "Customer" ("email") is broken by 1 value that occurs more than once, in 2 rows.\n',
    );
    expect(shown).not.toContain('maria');
  });

  test('without anything of that is as short as it ever was', () => {
    const told = { ...tell(findings.trigger), message: toProse('Its trigger is dropped:'), why: null };
    expect(showTold(80, told)).toBe(
      '  ▲ hazard  drops-trigger\n    Its trigger is dropped:\n    In production:\n      CREATE TRIGGER "log" …;',
    );
  });

  test('as JSON has its count and its query, null where there is none, and never a value', () => {
    const object = describeFindings([whole], [])[0];
    expect(object).toMatchObject({
      why: reportFinding(whole).why,
      way: reportFinding(whole).way,
      count: { rows: 2, atLeast: false },
      query,
    });
    expect(JSON.stringify(object)).not.toContain('maria');
    const refused = find(serverRefuses, 'blocker', wholePlan, { what: 'server', message: 'no' });
    expect(describeFindings([refused], [])[0]).toEqual({
      ...reportFinding(refused),
      why: null,
      way: null,
      count: null,
      query: null,
      path: null,
      consent: null,
    });
  });
});

describe('a note', () => {
  test('that asks for work says why in its own paragraph, once for all of its kind', () => {
    const [first, second] = [findings.lock, findings.otherLock].map(reportFinding);
    expect(first?.why).toBe(second?.why);
    expect(showFindings(null, findings.lock, findings.otherLock)).toBe(
      `  ● note  long-lock  ${first?.message} ${first?.why}\n  ● note  long-lock  ${second?.message}`,
    );
  });

  test('stands with the others of its code, in the order in which the codes come', () => {
    const shown = showFindings(null, findings.lock, findings.kept, findings.otherLock);
    const codes = shown.split('\n').map((line) => line.split('  ')[2]);
    expect(codes).toEqual(['long-lock', 'long-lock', 'kept']);
  });

  test('that asks for nothing is told in one sentence', () => {
    const { message, why } = reportFinding(findings.kept);
    expect(why).toBeDefined();
    expect(showFindings(null, findings.kept)).toBe(`  ● note  kept  ${message}`);
  });

  test.each([findings.kept, findings.lock])('of $code keeps its SQL for documents and programs', (note) => {
    const shown = showTold(80, { ...tell(note), way: 'CREATE INDEX "x" …;' });
    expect(shown).toContain(note.code);
    expect(shown).not.toContain('CREATE INDEX');
  });
});

describe('the command that shows the rows', () => {
  test.each<[string, Target, string, string]>([
    ['at Turso takes the URL', turso, 'SELECT 1', `turso db shell libsql://shop-acme.turso.io 'SELECT 1'`],
    ['of a local server', local, 'SELECT 1', `turso db shell http://127.0.0.1:8080 'SELECT 1'`],
    ['of any other server takes https', own, 'SELECT 1', `turso db shell https://db.example.com 'SELECT 1'`],
    ['of a file', file, 'SELECT 1', `sqlite3 /data/shop.db 'SELECT 1'`],
    ['of a file with a space', { ...file, path: '/my data/s.db' }, 'VALUES(1)', `sqlite3 '/my data/s.db' 'VALUES(1)'`],
    ['is one line', file, 'SELECT 1 -- one\n  ,\r\n\t2;', `sqlite3 /data/shop.db 'SELECT 1 , 2'`],
    ['is harmless', file, `SELECT '\u001b[2J\n'`, `sqlite3 /data/shop.db 'SELECT '\\''\\x1b[2J\\n'\\'''`],
  ])('%s', (_, target, sql, command) => {
    expect(renderQueryCommand(target, sql)).toBe(command);
  });

  test
    .skipIf(process.platform === 'win32')
    .each([
      `SELECT "it's", '$HOME', \`x\`, "a\\b", '!!' FROM "T;--"`,
      `SELECT * FROM "Customer" WHERE NOT ("age" > 0 AND "name" <> '')`,
      `SELECT '$(date)', '%', '*', '"'`,
    ])('reaches its program as it was: %s', (sql) => {
    const words = renderQueryCommand({ type: 'file', name: '', path: "/it's here/$x.db" }, sql).replace(
      /^sqlite3 /,
      '',
    );
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\n' ${words}`], { encoding: 'utf8' });
    expect(stdout).toBe(`/it's here/$x.db\n${sql}\n`);
  });
});

describe('how much is rebuilt', () => {
  const rebuild = (size: Partial<RebuildSize> | null) =>
    buildPlan([
      buildMigration('3_rebuild', {
        statements: [buildStatement(4, 'CREATE TABLE "new_Customer" ("id" INTEGER)')],
        rebuilds: [{ table: 'Customer', replacement: 'new_Customer', first: 0, last: 0 }],
        sizes: size === null ? [] : [{ table: 'customer', rows: 0, bytes: 0, atLeast: false, ...size }],
      }),
    ]);

  test.each([
    [{ rows: 12_430, bytes: 3_104_000 }, 'rebuilds "Customer", 12,430 rows, 3.1 MB (atomic; must not run twice)'],
    [{ rows: 1_000_000, bytes: 212_000_000, atLeast: true }, '"Customer", at least 1,000,000 rows, 212 MB (atomic'],
    [{ rows: 1, bytes: 1 }, '"Customer", 1 row, 1 byte (atomic; must not run twice)'],
    [{}, '"Customer", no rows (atomic; must not run twice)'],
    [null, 'rebuilds "Customer" (atomic; must not run twice)'],
  ])('%j', (size, says) => {
    expect(show(rebuild(size), null)).toContain(says);
    for (const line of show(rebuild(size), 80).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1.0 kB'],
    [9_949, '9.9 kB'],
    [9_950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [5_600_000_000, '5.6 GB'],
    [7e15, '7000 TB'],
  ])('%d is %s', (bytes, says) => {
    expect(renderBytes(bytes)).toBe(says);
  });
});

describe('what production was asked', () => {
  test.each([
    [
      { questions: 12, unanswered: 0, rowsRead: 48_210 },
      "  Checked production's data with 12 read-only queries (48,210 rows read).\n",
    ],
    [{ questions: 1, unanswered: 0, rowsRead: null }, "  Checked production's data with 1 read-only query.\n"],
    [
      { questions: 3, unanswered: 2, rowsRead: null },
      '  Production could not answer 2 of the 3 queries, or not in time.',
    ],
    [
      { questions: 3, unanswered: 3, rowsRead: null },
      '  Production could not answer any of the 3 queries, or not in time.',
    ],
  ])('%j', (asked, says) => {
    expect(show(buildPlan([], { asked }), null)).toContain(says);
  });

  test('is not said where it was asked nothing', () => {
    expect(show(buildPlan([]), null)).not.toContain('asked');
  });
});

describe('values of rows', () => {
  const secret = 'maria@example.com';
  const url = ['--url', 'file:shop.db'];
  let project: Project;

  beforeEach(async () => {
    project = await makeProject({
      '1_customer': 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "email" TEXT, "fax" TEXT);',
    });
    await runInProcess(['apply', '--yes', ...url], { cwd: project.root });
    const database = openEmbedded(join(project.root, 'shop.db'));
    database.exec(`INSERT INTO "Customer" ("email", "fax") VALUES ('${secret}', '1'), ('${secret}', NULL)`);
    database.close();
  });
  afterEach(() => project.remove());

  const unique = () => project.write('2_unique', 'CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");');
  const drop = () => project.write('2_drop', 'ALTER TABLE "Customer" DROP COLUMN "fax";');

  test('are shown by plan at a terminal, to whoever asks for them', async () => {
    await unique();
    const options = { cwd: project.root, columns: 120 };
    const { stdout } = await runInProcess(['plan', '--show-values', ...url], options);
    expect(stdout).toContain(secret);
    expect(stdout).toContain('✖ blocker');
    const unasked = await runInProcess(['plan', ...url], options);
    expect(unasked.stdout + unasked.stderr).not.toContain(secret);
  });

  test('are shown by apply before it asks', async () => {
    await drop();
    const options = { cwd: project.root, columns: 120, typed: ['no\n'] };
    const { stderr } = await runInProcess(['apply', '--show-values', ...url], options);
    expect(stderr).toContain(secret);
    const unasked = await runInProcess(['apply', ...url], options);
    expect(unasked.stderr).toContain('data-loss');
    expect(unasked.stdout + unasked.stderr).not.toContain(secret);
  });

  test.each([
    ['plan in a pipe', ['plan'], {}],
    ['plan as JSON at a terminal', ['plan', '--json'], { columns: 80 }],
    ['plan as a document at a terminal', ['plan', '--format', 'markdown'], { columns: 80 }],
    ['plan in CI at a terminal', ['plan'], { columns: 80, env: { CI: 'true' } }],
    ...[
      ['GitHub', 'GITHUB_ACTIONS', 'true'],
      ['GitLab', 'GITLAB_CI', 'true'],
      ['Azure Pipelines', 'TF_BUILD', 'True'],
      ['Jenkins', 'JENKINS_URL', 'https://ci.example.com'],
      ['TeamCity', 'TEAMCITY_VERSION', '2026.1'],
      ['Buildkite', 'BUILDKITE', 'true'],
    ].map(([service = '', name = '', value = '']): [string, readonly string[], object] => [
      `plan at a terminal of ${service}, without CI`,
      ['plan'],
      { columns: 80, env: { [name]: value } },
    ]),
    ['apply in a pipe', ['apply'], {}],
    ['apply as JSON', ['apply', '--json', '--yes'], { columns: 80, typed: ['y\n'] }],
    ['apply in CI at a terminal', ['apply'], { columns: 80, typed: ['y\n'], env: { CI: '1' } }],
  ])('are not shown by %s, and that is said', async (_, args, options) => {
    await unique();
    const run = (...more: readonly string[]) =>
      runInProcess([...args, ...more, ...url], { cwd: project.root, ...options });
    const { stdout, stderr } = await run('--show-values');
    expect(stdout + stderr).not.toContain(secret);
    expect((stdout + stderr).replaceAll('\n', ' ')).toContain('--show-values was ignored');
    expect(JSON.stringify(await run())).not.toContain('--show-values');
  });

  test('are not even read where they would not be shown', async () => {
    await unique();
    const asked = async (...more: readonly string[]) => {
      const result = await runInProcess(['plan', '--json', ...more, ...url], { cwd: project.root, columns: 80 });
      return result.json<{ asked: unknown }>().asked;
    };
    expect(await asked('--show-values')).toEqual(await asked());
  });
});
