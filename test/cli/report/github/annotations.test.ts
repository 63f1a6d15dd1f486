/** What GitHub Actions is told beside the lines of the files. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Annotation, annotateFindings, renderAnnotations } from '../../../../src/cli/report/github/annotations.ts';
import type { Finding } from '../../../../src/findings/catalogue.ts';
import { reportFinding } from '../../../../src/findings/report.ts';
import { openEmbedded } from '../../../support/embedded-adapter.ts';
import { change, findings } from '../../../support/findings.ts';
import { makeProject, type Project } from '../../../support/folder.ts';
import { runInProcess } from '../../in-process.ts';
import { buildMigration } from '../../plan-values.ts';

const path = 'prisma/migrations/2_unique/migration.sql';
const plain: Annotation = { level: 'error', code: 'duplicates', path, line: 8, message: 'Two are alike.' };

function render(annotation: Partial<Annotation>, place: { readonly cwd?: string; readonly workspace?: string } = {}) {
  const workplace = { cwd: place.cwd ?? '/repo', workspace: place.workspace ?? '/repo' };
  return renderAnnotations([{ ...plain, ...annotation }], workplace);
}

describe('an annotation', () => {
  test.each<[string, Partial<Annotation>, string]>([
    ['of a line', {}, `::error file=${path},line=8,title=migrate-prod duplicates::Two are alike.\n`],
    ['of a file', { line: null }, `::error file=${path},title=migrate-prod duplicates::Two are alike.\n`],
    ['of no file', { path: null }, '::error title=migrate-prod duplicates::Two are alike.\n'],
    ['a warning', { level: 'warning', path: null, code: 'x' }, '::warning title=migrate-prod x::Two are alike.\n'],
    ['a notice', { level: 'notice', path: null, code: 'x' }, '::notice title=migrate-prod x::Two are alike.\n'],
    [
      'with what ends a property in its path',
      { path: 'a,b:c%/d=e.sql', line: 1, message: '' },
      '::error file=a%2Cb%3Ac%25/d=e.sql,line=1,title=migrate-prod duplicates::\n',
    ],
    [
      'with what ends a command in its message',
      { path: null, message: '100%0A :: ok\r\n::error::no\r\u001b[2J' },
      '::error title=migrate-prod duplicates::100%250A :: ok%0A::error::no\\r\\x1b[2J\n',
    ],
    ['of a file elsewhere', { path: '../other/x.sql', message: 'x' }, '::error title=migrate-prod duplicates::x\n'],
  ])('%s', (_, annotation, line) => {
    expect(render(annotation)).toBe(line);
  });

  test('has its path from the repository, wherever in it the command runs', () => {
    const file = (text: string) => /file=([^,]*)/.exec(text)?.[1];
    expect(file(render({}, { cwd: '/repo/packages/shop' }))).toBe(`packages/shop/${path}`);
    expect(file(render({ path: '../shop/x.sql' }, { cwd: '/repo/app' }))).toBe('shop/x.sql');
    expect(file(renderAnnotations([plain], { cwd: '/repo', workspace: undefined }))).toBe(path);
    expect(file(render({}, { cwd: '/elsewhere' }))).toBeUndefined();
  });

  test('comes before those that weigh less, because GitHub shows ten of a kind', () => {
    const levels = (['notice', 'error', 'warning', 'error'] as const).map((level) => ({ ...plain, level }));
    const text = renderAnnotations(levels, { cwd: '/repo', workspace: undefined });
    expect(text.match(/^::\w+/gm)).toEqual(['::error', '::error', '::warning', '::notice']);
  });
});

describe('of findings', () => {
  const migrations = [buildMigration('2_unique')];
  const at = (finding: Finding): Finding => change(finding, { migration: '2_unique', line: 8 });
  const levels = (found: readonly Finding[], unconsented: readonly Finding[]) =>
    annotateFindings(found, unconsented, migrations).map(({ level, code }) => `${level} ${code}`);

  test('blockers are errors, hazards without consent warnings, and few notes are worth a notice', () => {
    const loss = at(findings.loss);
    const { unfinished } = findings;
    const all = [at(findings.duplicates), loss, at(findings.kept), at(findings.lock), at(findings.breaks), unfinished];
    expect(levels(all, [loss, unfinished])).toEqual([
      'error duplicates',
      'warning data-loss',
      'notice long-lock',
      'notice breaks-running-code',
      'error unfinished',
    ]);
    expect(levels([loss, unfinished], [])).toEqual([]);
  });

  test('they say why and show what has to be copied, and never a value of a row', () => {
    const evidence = {
      count: { rows: 1, atLeast: false },
      query: null,
      examples: { columns: ['email'], rows: [['maria@example.com']] },
    };
    const trigger = at(change(findings.trigger, { evidence }));
    const duplicates = at(change(findings.duplicates, { sql: 'CREATE UNIQUE INDEX …', evidence }));
    const annotations = annotateFindings([duplicates, trigger], [trigger], migrations);
    const [failing, gone] = [duplicates, trigger].map(reportFinding);
    expect(annotations).toEqual([
      { level: 'error', code: 'duplicates', path, line: 8, message: `${failing?.message}\n${failing?.why}` },
      {
        level: 'warning',
        code: 'drops-trigger',
        path,
        line: 8,
        message: `${gone?.message}\nCREATE TRIGGER "log" …\n${gone?.why}`,
      },
    ]);
  });
});

describe('on GitHub', () => {
  const secret = 'maria@example.com';
  const url = ['--url', 'file:shop.db'];
  let project: Project;
  beforeEach(async () => {
    project = await makeProject(
      { '1_customer': 'CREATE TABLE "Customer" ("id" INTEGER PRIMARY KEY, "email" TEXT);' },
      { schema: 'datasource db {\n  provider = "sqlite"\n}\n\nmodel Customer {\n  id Int @id\n  email String?\n}\n' },
    );
    await runInProcess(['apply', '--yes', ...url], { cwd: project.root });
    const database = openEmbedded(join(project.root, 'shop.db'));
    database.exec(`INSERT INTO "Customer" ("email") VALUES ('${secret}'), ('${secret}')`);
    database.close();
    await project.write(
      '2_drop',
      'CREATE INDEX "a" ON "Customer"("email");\n\nALTER TABLE "Customer" DROP COLUMN "no";',
    );
  });
  afterEach(() => project.remove());

  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const github = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.root };
    return runInProcess([...args, ...(args[0] === 'check' ? [] : url)], {
      cwd: project.root,
      env: { ...github, ...env },
    });
  }
  const commands = (text: string) => text.split('\n').filter((line) => line.startsWith('::'));
  const expected = `::error file=prisma/migrations/2_drop/migration.sql,line=3,title=migrate-prod rehearsal-failed::`;

  test.each([[['plan']], [['plan', '--format', 'markdown']], [['apply', '--yes']]])(
    '%j says it on stderr, and its answer stays as it is',
    async (args) => {
      const { stdout, stderr } = await run(args);
      expect(commands(stderr)).toEqual([expect.stringContaining(expected)]);
      expect(commands(stdout)).toEqual([]);
      expect(stdout + stderr).not.toContain(secret);
      const elsewhere = await run(args, { GITHUB_ACTIONS: '' });
      expect(elsewhere.stdout).toBe(stdout);
      expect(commands(elsewhere.stderr)).toEqual([]);
    },
  );

  test.each([
    ['data-los: exported\n', ',line=1', 'allows "data-los", which is not a code'],
    [Buffer.from('data-loss: caf\u00e9', 'latin1'), '', 'is not UTF-8 text'],
  ])('a file of consents that says nothing is named to plan and apply: %s', async (text, line, words) => {
    writeFileSync(join(project.root, 'prisma', 'migrations', '2_drop', 'migrate-prod.allow'), text);
    const place = 'prisma/migrations/2_drop/migrate-prod.allow';
    const start = `::error file=${place}${line},title=migrate-prod CONSENT_FILE_INVALID::`;
    for (const args of [['plan'], ['plan', '--format', 'markdown'], ['apply', '--yes']]) {
      const { code, stderr } = await run(args);
      expect([code, commands(stderr)]).toEqual([2, [expect.stringContaining(start)]]);
      expect(stderr).toContain(words);
    }
    expect(commands((await run(['plan'], { GITHUB_ACTIONS: '' })).stderr)).toEqual([]);
  });

  test('check says what it found in the files', async () => {
    const { code, stderr } = await run(['check']);
    expect(code).toBe(1);
    expect(commands(stderr)).toContainEqual(
      expect.stringContaining(
        '::error file=prisma/migrations/2_drop/migration.sql,line=3,title=migrate-prod replay-failed::',
      ),
    );
  });

  test('apply says which statement failed', async () => {
    await project.write('2_drop', 'UPDATE "Customer" SET "id" = "id" + 1;');
    const { code, stderr } = await run(['apply', '--yes', '--rows', 'none']);
    expect(code).toBe(1);
    expect(commands(stderr)).toEqual([
      '::error file=prisma/migrations/2_drop/migration.sql,line=1,title=migrate-prod STATEMENT_FAILED::UNIQUE constraint failed: Customer.id',
    ]);
  });

  test('nothing is said beside JSON, which has it all', async () => {
    for (const args of [
      ['plan', '--json'],
      ['plan', '--format', 'json'],
      ['apply', '--json'],
      ['check', '--json'],
    ]) {
      expect(await run(args)).toMatchObject({ code: 1, stderr: '' });
    }
  });
});
