import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type SchemaEngineOptions,
  type StartedEngine,
  startSchemaEngine,
} from '../../../../src/adapters/prisma/engine/schema-engine.ts';
import { readPrismaSchema } from '../../../../src/adapters/prisma/schema.ts';
import { splitStatements } from '../../../../src/sql/split.ts';
import { catchError, createFolder } from '../../files/folder.ts';

const datasource = 'datasource db {\n  provider = "sqlite"\n}\n';
const customer = 'model Customer {\n  id    Int    @id @default(autoincrement())\n  email String\n}\n';
const createCustomer = `CREATE TABLE "Customer" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL
)`;

const opened: StartedEngine[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((engine) => engine.close()));
});

interface Setup extends SchemaEngineOptions {
  readonly externalTables?: readonly string[];
}

/** The engine on the schema that these files are, read as the command reads it. */
function open(files: string | Readonly<Record<string, string>>, { externalTables = [], ...options }: Setup = {}) {
  const root = createFolder(typeof files === 'string' ? { 'db/schema.prisma': files } : files);
  const path = join(root, typeof files === 'string' ? 'db/schema.prisma' : 'db');
  const started = startSchemaEngine(options);
  opened.push(started);
  const schema = readPrismaSchema({ path, root, cwd: root, externalTables });
  return { ...started.open(schema), close: () => started.close() };
}

const statementsOf = (script: string) => splitStatements(script).map(({ sql }) => sql);

describe('the difference', () => {
  test('is everything for an empty database, nothing for what that makes, and asked again and again', async () => {
    const engine = open(datasource + customer);
    const script = await engine.diff([]);
    expect(statementsOf(script)).toEqual([createCustomer]);
    expect(await engine.diff([createCustomer])).toBe('');
    expect(await engine.diff([])).toBe(script);
  });

  test('is written as SQL', async () => {
    const engine = open(`${datasource}${customer.replace('String\n', 'String @unique\n  phone String?\n')}`);
    expect(await engine.diff([createCustomer, 'CREATE TABLE "Old" ("id" INTEGER PRIMARY KEY)'])).toBe(`-- AlterTable
ALTER TABLE "Customer" ADD COLUMN "phone" TEXT;

-- DropTable
PRAGMA foreign_keys=off;
DROP TABLE "Old";
PRAGMA foreign_keys=on;

-- CreateIndex
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");
`);
  });

  test('is empty for a database made from all that a schema can have', async () => {
    const engine = open(`generator client {
  provider        = "prisma-client-js"
  previewFeatures = ["views", "metrics", "partialIndexes"]
  binaryTargets   = ["native", "rhel-openssl-3.0.x"]
  engineType      = "binary"
}
datasource db {
  provider = "sqlite"
  url      = env("DATABASE_URL")
}
enum Size {
  SMALL
  LARGE
}
model Customer {
  id        String   @id @default(uuid())
  email     String   @unique
  name      String?  @map("full_name")
  createdAt DateTime @default(now())
  updatedAt DateTime @updatedAt
  orders    Order[]
  friends   Customer[] @relation("friends")
  friendOf  Customer[] @relation("friends")
  @@map("customers")
}
model Order {
  id         Int      @id @default(autoincrement())
  number     BigInt
  total      Decimal  @default(0)
  weight     Float?
  size       Size     @default(SMALL)
  data       Json?
  scan       Bytes?
  isPaid     Boolean  @default(false)
  customerId String
  customer   Customer @relation(fields: [customerId], references: [id], onDelete: Cascade)
  @@unique([customerId, number])
  @@index([isPaid, number(sort: Desc)])
  @@index([number], where: { isPaid: false }, map: "unpaid")
}
view Revenue {
  customerId String @unique
  total      Decimal
}
`);
    const statements = statementsOf(await engine.diff([]));
    expect(statements.filter((sql) => sql.startsWith('CREATE TABLE'))).toHaveLength(3);
    expect(statements.filter((sql) => /^CREATE (UNIQUE )?INDEX/.test(sql))).toHaveLength(6);
    expect(await engine.diff(statements)).toBe('');
  });

  test.each([
    ['String', '@default(dbgenerated("(lower(hex(randomblob(8))))"))'],
    ['Bytes', '@default("aGVsbG8=")'],
    ['Unsupported("F32_BLOB(3)")', ''],
  ])('is never empty for some fields (%s %s), and leads to the very table that is there', async (type, attribute) => {
    const engine = open(`${datasource}model Customer {\n  id Int @id\n  a ${type} ${attribute}\n}\n`);
    const [create = ''] = statementsOf(await engine.diff([]));
    const rebuilt = statementsOf(await engine.diff([create])).filter((sql) => sql.startsWith('CREATE'));
    expect(rebuilt).toEqual([create.replace('"Customer"', '"new_Customer"')]);
  });

  test.each([
    ['Prisma 6', `datasource db {\n  provider = "sqlite"\n  url      = env("URL")\n}\n${customer}`],
    ['Prisma 7', `generator client {\n  provider = "prisma-client"\n  output = "../out"\n}\n${datasource}${customer}`],
    ['several files', { 'db/a.prisma': customer, 'db/more/b.prisma': datasource }],
  ])('is found for a schema of %s', async (_what, files) => {
    const engine = open(files);
    expect(await engine.diff([createCustomer])).toBe('');
    expect(statementsOf(await engine.diff([]))).toEqual([createCustomer]);
  });

  test('leaves external tables to others', async () => {
    const engine = open(datasource + customer, { externalTables: ['Legacy'] });
    expect(await engine.diff([createCustomer, 'CREATE TABLE "Legacy" ("id" INTEGER PRIMARY KEY)'])).toBe('');
  });

  test('is not confused by partial indexes, vector indexes, and quotes in names', async () => {
    const engine = open(datasource + customer, { externalTables: ['a"b'] });
    const statements = [
      createCustomer,
      'CREATE INDEX "by e-mail\'s ""value""" ON "Customer" ("email") WHERE "email" <> \'\'',
      'CREATE INDEX "lower" ON "Customer" (lower("email"))',
      'CREATE TABLE "a""b" ("c""d" F32_BLOB(3) UNIQUE)',
      'CREATE INDEX "near" ON "a""b" (libsql_vector_idx("c""d"))',
    ];
    expect(await engine.diff(statements)).toBe('');
  });

  test('is the same when compiled fast', async () => {
    const engine = open(datasource + customer, { compile: 'fast' });
    expect(statementsOf(await engine.diff([]))).toEqual([createCustomer]);
  });
});

describe('a schema that Prisma refuses', () => {
  const wrong = 'model Order {\n  id Int @id\n  a  Foo\n}\n';

  test.each([
    ['one file', `${datasource}${wrong}`, 'db/schema.prisma:6'],
    [
      'a file of Prisma 6',
      `datasource db {\n  provider = "sqlite"\n  url = env("URL")\n}\n${wrong}`,
      'db/schema.prisma:7',
    ],
    [
      'one of several files',
      { 'db/a.prisma': `${datasource}${customer}`, 'db/more/b.prisma': wrong },
      'db/more/b.prisma:3',
    ],
  ])('is refused with code, file and line: %s', async (_what, files, place) => {
    const engine = open(files);
    const error = await catchError(() => engine.diff([]));
    expect(error.code).toBe('SCHEMA_INVALID');
    expect(error.message).toBe(
      `Prisma refuses the schema (P1012); nothing was written.\n  ${place}  Type "Foo" is neither a built-in type, nor refers to another model, composite type, or enum`,
    );
    expect(error.next).toBe(`Fix ${place.split(':')[0]}, then check it with npx prisma validate.`);
    // It is the schema, not the engine: the same answer again.
    expect((await catchError(() => engine.diff([createCustomer]))).message).toBe(error.message);
  });

  test('is refused for the first of many reasons, one in a line', async () => {
    const fields = Array.from({ length: 8 }, (_, index) => `  f${index} Foo\n`).join('');
    const error = await catchError(() => open(`${datasource}model A {\n  id Int @id\n${fields}}\n`).diff([]));
    const lines = error.message.split('\n').slice(1);
    expect(lines.map((line) => line.trim().split('  ')[0])).toEqual([
      ...[6, 7, 8, 9, 10].map((line) => `db/schema.prisma:${line}`),
      '… and 3 more',
    ]);
  });

  test('is refused for a feature that it needs and does not name', async () => {
    const schema = `generator g {\n  provider = "x"\n}\n${datasource}${customer}view V {\n  id Int @unique\n}\n`;
    const error = await catchError(() => open(schema).diff([]));
    expect(error.code).toBe('SCHEMA_INVALID');
    expect(error.message).toContain('db/schema.prisma:11');
    expect(error.message).toContain('`views` preview feature');
  });

  test('and external tables that Prisma refuses are a fault of its config', async () => {
    const engine = open(datasource + customer, { externalTables: ['main.Legacy'] });
    const error = await catchError(() => engine.diff([]));
    expect(error.code).toBe('PRISMA_CONFIG_INVALID');
    expect(error.message).toContain('P3024');
  });
});

describe('an engine that fails', () => {
  /** Nested more deeply than the engine's memory has room for: no panic that it could tell, the thread dies. */
  const crashing = `${datasource}model A {\n  id Int @id\n  a  String @default(${'f('.repeat(4000)}${')'.repeat(4000)})\n}\n`;

  test('by crashing is an error, each time', async () => {
    const engine = open(crashing);
    for (const _ of [1, 2]) {
      const error = await catchError(() => engine.diff([]));
      expect(error.code).toBe('SCHEMA_ENGINE_FAILED');
      expect(error.message).toMatch(/^Prisma's schema engine failed: .*(memory|stack).*\. Nothing was written\.$/);
    }
  });

  test('by taking too long is an error after 30 seconds, and asking again starts it again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const engine = open(datasource + customer);
    const pending = engine.diff([]);
    const failing = catchError(() => pending);
    while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(30_000);
    const error = await failing;
    expect(error.code).toBe('SCHEMA_ENGINE_FAILED');
    expect(error.message).toContain('it gave no answer within 30 s');
    expect(error.next).toContain('Run it again');
    expect(await engine.diff([createCustomer])).toBe('');
  });

  test('by taking longer than was asked for is an error', async () => {
    const error = await catchError(() => open(datasource + customer, { timeoutSeconds: 0.001 }).diff([]));
    expect(error.message).toContain('it gave no answer within 0.001 s');
  });

  test('to read the database says why, and goes on', async () => {
    const engine = open(datasource + customer);
    const error = await catchError(() => engine.diff([createCustomer, 'CREATE VIEW "v" AS SELECT * FROM "gone"']));
    expect(error.code).toBe('SCHEMA_ENGINE_FAILED');
    expect(error.message).toBe(
      "Prisma's schema engine failed: Error describing the database. No such table: main.gone. Nothing was written.",
    );
    expect(await engine.diff([createCustomer])).toBe('');
  });

  test('because a statement does not run names it, and goes on', async () => {
    const engine = open(datasource + customer);
    const error = await catchError(() => engine.diff([createCustomer, 'CREATE INDEX "i" ON "gone" ("a")']));
    expect(error.code).toBe('SCHEMA_ENGINE_FAILED');
    expect(error.message).toContain('no such table: main.gone');
    expect(error.message).toContain('\nCREATE INDEX "i" ON "gone" ("a")');
    expect(await engine.diff([createCustomer])).toBe('');
  });

  test('does not keep others that wait for it', async () => {
    const engine = open(datasource + customer);
    const answers = [engine.diff([]), engine.diff(['CREATE nonsense']), engine.diff([createCustomer])];
    const [first, second, third] = await Promise.allSettled(answers);
    expect(first).toMatchObject({ status: 'fulfilled', value: expect.stringContaining('CREATE TABLE') });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'SCHEMA_ENGINE_FAILED' } });
    expect(third).toEqual({ status: 'fulfilled', value: '' });
  });

  test('because it was closed says so, before, during and after an answer', async () => {
    const engine = open(datasource + customer);
    expect(await engine.diff([createCustomer])).toBe('');
    const pending = engine.diff([]);
    const failing = catchError(() => pending);
    await engine.close();
    expect((await failing).message).toContain('it was closed');
    expect((await catchError(() => engine.diff([]))).message).toContain('it was closed');
    await engine.close();
  });
});

describe('a process with an engine', () => {
  const adapter = new URL('../../../../dist/adapters/prisma/engine/schema-engine.js', import.meta.url).href;
  const run = (body: string) => {
    const script = `import { startSchemaEngine } from ${JSON.stringify(adapter)};
      const files = [{ path: 'schema.prisma', content: ${JSON.stringify(datasource + customer)} }];
      const started = startSchemaEngine();
      const engine = started.open({ files, externalTables: [] });
      ${body}`;
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
      encoding: 'utf8',
      timeout: 20_000,
    });
    return { status, signal, stdout, stderr };
  };

  test.each([
    ['ends after close', 'console.log((await engine.diff([])).length > 0); await started.close();', 0, 'true\n'],
    ['ends without close', 'console.log((await engine.diff([])).length > 0);', 0, 'true\n'],
    ['ends when the engine was never asked', '', 0, ''],
    [
      'ends when it is closed while loading',
      'const asked = engine.diff([]).catch(() => console.log("closed")); await started.close(); await asked;',
      0,
      'closed\n',
    ],
    ['may leave a question unheard', 'engine.diff([]); await started.close();', 0, ''],
    ['may be ended in the middle', 'engine.diff([]); setTimeout(() => process.exit(7), 60);', 7, ''],
  ])('%s, and nothing is printed for it', (_what, body, status, stdout) => {
    expect(run(body)).toEqual({ status, signal: null, stdout, stderr: '' });
  });

  test('survives closing it at any moment, with libSQL at work', { timeout: 60_000 }, async () => {
    const body = `const statements = Array.from({ length: 200 }, (_, index) => \`CREATE TABLE "t\${index}" (a)\`);
      await started.close();
      for (let round = 0; round < 20; round += 1) {
        const one = startSchemaEngine();
        one.open({ files, externalTables: [] }).diff(statements);
        await new Promise((resolve) => setTimeout(resolve, round * 10));
        await one.close();
      }`;
    expect(run(body)).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
  });
});
