/** `--json`: one object for every command and every error, in the shape that docs/json.md describes. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../../support/embedded-adapter.ts';
import { makeProject, type Project } from '../../../support/folder.ts';
import { runInProcess } from '../../in-process.ts';

const migrations = {
  '20260101000000_author': 'CREATE TABLE "Author" ("id" INTEGER PRIMARY KEY, "name" TEXT NOT NULL);',
  '20260102000000_book': `CREATE TABLE "Book" ("id" INTEGER PRIMARY KEY, "authorId" INTEGER NOT NULL REFERENCES "Author" ("id") ON DELETE CASCADE);
CREATE INDEX "Book_authorId_idx" ON "Book"("authorId");`,
};
const author = '20260101000000_author';
const book = '20260102000000_book';
/** What the migrations make; Shelf is missing. */
const schema = `datasource db {
  provider = "sqlite"
}

model Author {
  id    Int    @id
  name  String
  books Book[]
}

model Book {
  id       Int    @id
  authorId Int
  author   Author @relation(fields: [authorId], references: [id], onDelete: Cascade, onUpdate: NoAction)

  @@index([authorId])
}
`;
/** It fails on rows in a way that no plan can see. */
const failing = 'UPDATE "Author"\nSET "id" = "id" + 1;';

let project: Project;
let shop: string;
beforeEach(async () => {
  project = await makeProject(migrations);
  shop = join(project.root, 'shop.db');
});
afterEach(() => project.remove());

async function run(args: readonly string[], expected: number): Promise<Record<string, unknown>> {
  const result = await runInProcess([...args, '--json', '--url', 'file:shop.db'], { cwd: project.root });
  expect(result).toMatchObject({ code: expected, stderr: '' });
  expect(result.stdout.trimEnd().split('\n')).toHaveLength(1);
  const object = result.json<Record<string, unknown>>();
  expect(object).toMatchObject({ version: 1, ok: expected === 0 || expected === 3, exitCode: expected });
  expect('error' in object).toBe(!object.ok);
  return object;
}

function change(sql: string): void {
  const database = openEmbedded(shop);
  database.exec(sql);
  database.close();
}

describe('one JSON object', () => {
  test('of status, before and after', async () => {
    change('SELECT 1');
    expect(await run(['status'], 0)).toMatchObject({
      command: 'status',
      target: `file:${shop}`,
      upToDate: false,
      toApply: 2,
      migrations: [
        { name: author, state: 'pending', at: null, toApply: true },
        { name: book, state: 'pending', at: null, toApply: true },
      ],
      findings: [],
      next: 'migrate-prod plan --url file:shop.db',
      requests: 0,
    });
    await run(['status', '--exit-code'], 3);
    await run(['apply', '--yes'], 0);
    const after = await run(['status', '--exit-code'], 0);
    expect(after).toMatchObject({ upToDate: true, toApply: 0, next: null });
    expect(after.migrations).toMatchObject([
      { name: author, state: 'applied', toApply: false, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
      { name: book, state: 'applied' },
    ]);
  });

  test('of status, which leads to backfill where only another tracker has a record', async () => {
    change('CREATE TABLE _turso_migrations (name TEXT)');
    expect(await run(['status'], 0)).toMatchObject({
      findings: [{ kind: 'note', code: 'foreign-tracker', message: expect.stringContaining('0 of these 2') }],
      next: 'migrate-prod plan --url file:shop.db',
    });
    change(`INSERT INTO _turso_migrations VALUES ('${author}')`);
    expect(await run(['status'], 0)).toMatchObject({
      findings: [{ code: 'foreign-tracker', message: expect.stringContaining('1 of these 2') }],
      next: 'migrate-prod backfill --url file:shop.db',
    });
  });

  test('of plan, with every statement, its findings and the command that applies it', async () => {
    change('CREATE TABLE _prisma_migrations (x)');
    expect(await run(['plan'], 1)).toMatchObject({ error: { code: 'TRACKER_SHAPE', retryable: false } });
    change('DROP TABLE _prisma_migrations');
    const plan = await run(['plan', '--to', author], 0);
    expect(plan).toMatchObject({
      command: 'plan',
      plan: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{24}-[0-9a-f]{20}-00$/),
      rehearsed: true,
      asked: null,
      findings: [],
      next: `migrate-prod apply --url file:shop.db --to ${author} --plan ${plan.plan}`,
    });
    expect(plan.migrations).toEqual([
      {
        name: author,
        path: `prisma/migrations/${author}/migration.sql`,
        retry: false,
        foreignKeysOff: false,
        rebuilds: [],
        sizes: [],
        statements: [
          {
            line: 1,
            sql: migrations[author].replace(/;$/, ''),
            action: 'run',
            skip: null,
            reason: null,
            before: [],
            after: [],
            guards: [],
          },
        ],
        consents: [],
        findings: [],
      },
    ]);
    expect(plan.stillPending).toBe(1);
    await run(['plan', '--exit-code'], 3);
    await run(['apply', '--yes', '--to', author, '--plan', String(plan.plan)], 0);
    expect(await run(['apply', '--yes', '--to', author, '--plan', String(plan.plan)], 1)).toMatchObject({
      outcome: 'blocked',
      error: { code: 'PLAN_STALE', message: expect.stringContaining('applied already'), retryable: false },
    });
    expect(await run(['plan', '--to', author, '--exit-code'], 0)).toMatchObject({
      migrations: [],
      stillPending: 1,
      next: null,
    });
  });

  test('of a plan that skips what is there, with the code of the reason', async () => {
    change(migrations[author]);
    await run(['backfill', author, '--yes'], 0);
    change('CREATE TABLE "Spare" ("id" INTEGER PRIMARY KEY)');
    await project.write(
      '20260103000000_spare',
      'PRAGMA foreign_keys=OFF;\nCREATE TABLE "Spare" ("id" INTEGER PRIMARY KEY);',
    );
    expect((await run(['plan'], 0)).migrations).toMatchObject([
      { name: book },
      {
        statements: [
          { line: 1, action: 'skip', skip: 'foreign-keys', reason: expect.any(String) },
          { line: 2, action: 'skip', skip: 'identical', reason: 'already exists, identical' },
        ],
      },
    ]);
  });

  test('of a plan with a blocker, and of apply that refuses it', async () => {
    change('SELECT 1');
    await project.write('20260103000000_control', 'BEGIN;\nSELECT 1;\nCOMMIT;');
    const plan = await run(['plan'], 1);
    expect(plan).toMatchObject({
      next: null,
      rehearsed: false,
      error: { code: 'PLAN_BLOCKED', message: expect.stringContaining('Nothing was written.') },
    });
    expect(plan.migrations).toMatchObject([
      { name: author },
      { name: book },
      { findings: [{ kind: 'blocker', code: 'transaction-control', line: 1 }, { line: 3 }] },
    ]);
    expect(await run(['apply', '--yes'], 1)).toMatchObject({
      outcome: 'blocked',
      applied: [],
      failed: null,
      notStarted: [author, book, '20260103000000_control'],
      findings: expect.arrayContaining([expect.objectContaining({ code: 'transaction-control' })]),
      error: { code: 'PLAN_BLOCKED' },
    });
  });

  test('of apply: done, and nothing to do', async () => {
    expect(await run(['apply', '--yes', '--allow', 'behind'], 0)).toMatchObject({
      command: 'apply',
      outcome: 'applied',
      applied: [author, book],
      failed: null,
      notStarted: [],
      byAnotherRun: false,
      unrecorded: null,
      unusedConsents: ['behind'],
      requests: 0,
    });
    expect(await run(['apply'], 0)).toMatchObject({ outcome: 'nothing-to-do', applied: [] });
  });

  test('of apply that nobody confirms', async () => {
    expect(await run(['apply'], 1)).toMatchObject({
      outcome: 'declined',
      notStarted: [author, book],
      error: {
        code: 'CONFIRMATION_MISSING',
        next: expect.stringMatching(/^migrate-prod apply --url file:shop\.db --plan [\w-]{57} --yes$/),
      },
    });
  });

  test('of apply that fails in the middle', async () => {
    await run(['apply', '--yes'], 0);
    change(`INSERT INTO "Author" ("name") VALUES ('one'), ('two')`);
    await project.write('20260103000000_number', `-- two lines\n${failing}`);
    await project.write('20260104000000_last', 'CREATE TABLE "Last" ("id" INTEGER PRIMARY KEY);');
    expect(await run(['apply', '--yes', '--rows', 'none'], 1)).toMatchObject({
      outcome: 'failed',
      applied: [],
      failed: {
        name: '20260103000000_number',
        path: 'prisma/migrations/20260103000000_number/migration.sql',
        line: 2,
        statement: failing.replace(/;$/, ''),
        message: 'UNIQUE constraint failed: Author.id',
      },
      notStarted: ['20260104000000_last'],
      unrecorded: null,
      error: { code: 'STATEMENT_FAILED', retryable: false, next: expect.stringContaining('migrate-prod apply --url') },
    });
    expect((await run(['status'], 0)).migrations).toMatchObject([
      {},
      {},
      { state: 'failed', message: 'UNIQUE constraint failed: Author.id' },
      { state: 'pending' },
    ]);
  });

  test('of apply with a plan that has moved', async () => {
    const { plan } = await run(['apply'], 1);
    await project.write('20260103000000_more', 'SELECT 1;');
    expect(await run(['apply', '--yes', '--plan', String(plan)], 1)).toMatchObject({
      outcome: 'blocked',
      error: { code: 'PLAN_STALE', retryable: false, message: expect.stringContaining('the migration files') },
    });
  });

  test('of backfill, and of taking it back', async () => {
    change(migrations[author]);
    expect(await run(['backfill', author], 1)).toMatchObject({
      outcome: 'declined',
      error: { code: 'CONFIRMATION_MISSING', next: `migrate-prod backfill --url file:shop.db ${author} --yes` },
    });
    expect(await run(['backfill', author, '--yes'], 0)).toMatchObject({ outcome: 'recorded', names: [author] });
    expect((await run(['status'], 0)).migrations).toMatchObject([{ state: 'backfilled' }, { state: 'pending' }]);
    expect(await run(['backfill', '--yes'], 1)).toMatchObject({
      outcome: 'unproven',
      names: [book],
      provenTo: author,
      proof: { proven: false, differences: [{ kind: 'existence', object: 'table', name: 'Book', left: null }] },
      error: { code: 'UNPROVEN', next: 'migrate-prod plan --url file:shop.db' },
    });
    change(migrations[book]);
    expect(await run(['backfill', '--yes'], 0)).toMatchObject({ outcome: 'recorded', names: [book] });
    expect(await run(['backfill', '--yes'], 0)).toMatchObject({ outcome: 'nothing-to-do', names: [] });
    expect(await run(['backfill', '--undo', book, '--yes'], 0)).toMatchObject({ outcome: 'undone', names: [book] });
  });

  test('of tables and inspect', async () => {
    await run(['apply', '--yes'], 0);
    change('INSERT INTO "Author" ("name") VALUES (\'one\'), (\'two\')');
    const plain = await run(['tables'], 0);
    expect(plain.tables).toMatchObject([{ name: 'Author' }, { name: 'Book' }]);
    expect(JSON.stringify(plain)).not.toContain('"rows"');
    expect(await run(['tables', '--count'], 0)).toMatchObject({
      tables: [
        { name: 'Author', rows: 2 },
        { name: 'Book', rows: 0 },
      ],
      internal: ['_prisma_migrations'],
    });
    expect(await run(['inspect', 'book'], 0)).toMatchObject({
      table: {
        name: 'Book',
        kind: 'table',
        internal: false,
        columns: [
          { name: 'id', primaryKey: 1 },
          { name: 'authorId', notNull: true, default: null, generated: 'no' },
        ],
        indexes: [{ name: 'Book_authorId_idx', unique: false, columns: ['authorId'] }],
        foreignKeys: [{ columns: ['authorId'], references: 'Author', onDelete: 'CASCADE' }],
        referencedBy: [],
        triggers: [],
      },
    });
    expect(await run(['inspect', 'bok'], 2)).toMatchObject({
      command: 'inspect',
      error: { code: 'TABLE_UNKNOWN', next: 'Did you mean Book? migrate-prod inspect --url file:shop.db Book' },
    });
  });

  test.each([
    [['deploy'], null, 'USAGE'],
    [['apply', '--plan', 'x'], 'apply', 'USAGE'],
    [['status', '--nonsense'], 'status', 'USAGE'],
    [['inspect'], 'inspect', 'USAGE'],
    [['status'], 'status', 'TARGET_FILE_MISSING'],
    [['plan', '--migrations', 'nowhere'], 'plan', 'MIGRATIONS_NOT_FOUND'],
  ])('of the error of %j', async (args, command, code) => {
    expect(await run(args, 2)).toMatchObject({
      command,
      error: { code, message: expect.any(String), next: expect.any(String), retryable: false },
    });
  });

  test('is asked for anywhere on the line, but not after --', async () => {
    const first = await runInProcess(['--json', 'deploy'], { cwd: project.root });
    expect(first.json()).toMatchObject({ ok: false });
    const table = await runInProcess(['inspect', '--url', 'file:none.db', '--', '--json'], { cwd: project.root });
    expect(table.stdout).toBe('');
  });
});

test('a finding and a difference say why, what to do, and where', async () => {
  await run(['apply', '--yes'], 0);
  change(`INSERT INTO "Author" ("name") VALUES ('one')`);
  await project.write('20260103000000_drop', '-- gone\nDROP TABLE "Author";');
  const planned = await run(['plan'], 1);
  const all = [planned.migrations]
    .flat()
    .flatMap((migration) => (migration as { readonly findings: readonly { readonly code: string }[] }).findings);
  const finding = all.find(({ code }) => code === 'data-loss');
  expect(finding).toMatchObject({
    ...{ code: 'data-loss', why: expect.any(String), line: 2, consent: 'data-loss:20260103000000_drop' },
    path: 'prisma/migrations/20260103000000_drop/migration.sql',
  });
  expect(planned).toMatchObject({
    missingConsents: expect.arrayContaining(['data-loss:20260103000000_drop']),
    next: expect.not.stringContaining('--allow'),
  });
  change('CREATE TABLE "Shelf" ("id" INTEGER NOT NULL PRIMARY KEY); ALTER TABLE "Author" DROP COLUMN "name"');
  await project.writeFile('prisma/schema.prisma', schema);
  expect(await run(['drift'], 0)).toMatchObject({
    why: 'Migrations are pending: apply them first.',
    pairs: [
      {
        differences: expect.arrayContaining([
          expect.objectContaining({ message: 'table Shelf is only in production', place: null }),
          expect.objectContaining({
            message: 'column Author.name is only in migrations',
            place: { path: expect.stringContaining('migration.sql'), line: expect.any(Number) },
          }),
        ]),
      },
      {},
      {},
    ],
  });
});

test('docs/json.md names every field that the objects have', async () => {
  await project.writeFile('prisma/schema.prisma', schema);
  const objects: Record<string, unknown>[] = [];
  const see = async (args: readonly string[], expected: number): Promise<void> => {
    objects.push(await run(args, expected));
  };
  change('SELECT 1');
  await see(['status'], 0);
  await see(['plan'], 0);
  await see(['apply', '--yes'], 0);
  await see(['history'], 0);
  await see(['check'], 0);

  change('CREATE TABLE "Shelf" ("id" INTEGER NOT NULL PRIMARY KEY, "x" TEXT CHECK ("x" <> \'\'))');
  await see(['drift'], 0);
  await see(['drift', '--exit-code'], 3);
  await see(['drift', '--fix', '--name', 'shelf'], 1);
  await see(['drift', '--fix', '--name', 'shelf', '--yes'], 0);
  await see(['drift', '--fix', '--name', 'more', '--yes'], 0);
  expect(objects.slice(-4)).toMatchObject([
    { inSync: false, pairs: [{ differences: [{ name: 'Shelf' }] }, {}, {}] },
    { fix: { outcome: 'declined' } },
    { fix: { outcome: 'written', path: expect.stringContaining('_shelf/migration.sql') } },
    { fix: { outcome: 'nothing-to-do' } },
  ]);

  await project.write('20990101000000_first', 'CREATE TABLE "First" ("id" INTEGER PRIMARY KEY);');
  await project.write('20990102000000_rows', 'UPDATE "Author" SET "name" = upper("name");');
  await see(['backfill', '--yes'], 1);
  await see(['backfill', '20990101000000_first', '--allow', 'unproven', '--yes'], 0);
  await see(['backfill', '--undo', '20990101000000_first', '--yes'], 0);
  expect(objects.slice(-3)).toMatchObject([
    { outcome: 'unproven', proof: { proven: false, differences: [{ name: 'First' }] } },
    { outcome: 'recorded', names: ['20990101000000_first'] },
    { outcome: 'undone' },
  ]);

  await project.write('20990103000000_broken', 'BEGIN;\nCREATE TABLE "Second" ("id" INTEGER PRIMARY KEY);');
  await see(['check'], 1);
  await see(['plan'], 1);
  await see(['apply', '--yes'], 1);
  await see(['tables', '--count'], 0);
  await see(['inspect', 'Book'], 0);
  for (const args of [['deploy'], ['status', '--migrations', 'nowhere']]) await see(args, 2);
  for (const args of [['--version'], ['--help']]) await see(args, 0);

  const text = await readFile(new URL('../../../../docs/json.md', import.meta.url), 'utf8');
  const sections = text.split(/^## /m).map((section) => {
    const [title = '', ...lines] = section.split('\n');
    return { title, text: lines.join('\n') };
  });
  const missing = objects.flatMap((object) => {
    const own = sections.filter(({ title }) => !commandTitle.test(title) || title.includes(`\`${object.command}\``));
    const said = own.map((section) => section.text).join('\n');
    return listFields(object).flatMap((name) => (namesField(said, name) ? [] : `${object.command}: ${name}`));
  });
  expect([...new Set(missing)]).toEqual([]);
});

/** The heading of what one command or two answer. */
const commandTitle = /^`[a-z]+`( and `[a-z]+`)?$/;

function listFields(object: unknown): readonly string[] {
  const names = new Set<string>();
  JSON.stringify(object, (key, value) => {
    if (!/^\d*$/.test(key)) names.add(key);
    return value;
  });
  return [...names];
}

/** In a table or a sentence, or in an example. */
function namesField(text: string, name: string): boolean {
  return new RegExp(`[\`."]${name}[\`"[]`).test(text);
}
