/** What schema.prisma asks for in words that SQLite refuses, as Prisma's own engine writes them: everything else is compared all the same. */

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { compareWithPrisma } from '../../../src/drift/prisma-schema.ts';
import { replayFromNothing } from '../../../src/replay/replay.ts';
import { findOwnTables, selectSchema } from '../../../src/schema/model/selection.ts';
import { createOutside, startSchemaEngine } from '../../../src/wiring.ts';
import { runInProcess } from '../../cli/in-process.ts';
import { makeProject, type Project } from '../../support/folder.ts';
import { describeTargets } from '../../support/targets.ts';

const outside = createOutside('test', '0');
let started: Awaited<ReturnType<typeof startSchemaEngine>>;
beforeAll(async () => {
  started = await startSchemaEngine({});
});
afterAll(() => started.close());

const key = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT';
const datasource = 'datasource db {\n  provider = "sqlite"\n}\n\n';
const other = '\n\nmodel B {\n  id Int @id @default(autoincrement())\n  x  Int?\n}\n';
const writeSchema = (fields: string) =>
  `${datasource}model A {\n  id Int @id @default(autoincrement())\n  ${fields.replaceAll('; ', '\n  ')}\n}${other}`;
const tables = (columns: string) => `CREATE TABLE "A" (${key}${columns});\nCREATE TABLE "B" (${key});\n`;

/** The table B always lacks its column x: that must never be hidden. */
async function compare(columns: string, fields: string) {
  const engine = started.open({ files: [{ path: 'schema.prisma', content: writeSchema(fields) }], externalTables: [] });
  const sql = tables(columns);
  const migrations = [{ name: '1_a', path: '1_a', checksum: '', alternativeChecksums: [], consents: [], sql }];
  const made = await replayFromNothing(outside, migrations);
  if ('message' in made) throw new Error(made.message);
  const schema = selectSchema(made, { externalTables: [], ownTables: findOwnTables(migrations) });
  const { differences, refused } = await compareWithPrisma({ engine, outside, schema });
  const found = differences.map(({ kind, object, name }) => `${kind} of ${object} ${name}`);
  expect(found).toContain('existence of column B.x');
  return {
    found: found.filter((text) => text !== 'existence of column B.x'),
    advice: refused.map((one) => one.advice),
  };
}

it.each<[string, string, string, readonly string[], readonly (string | RegExp)[]]>([
  ['a JSON object as default', '', 'a Json @default("{}")', ['existence of column A.a'], [/DEFAULT '\{\}'\.$/]],
  [
    'a JSON object as default of an optional field',
    '',
    'a Json? @default("{\\"a\\":[1,\\"it\'s;here\\"]}")',
    ['existence of column A.a'],
    [/DEFAULT '\{"a":\[1,"it''s;here"\]\}'\.$/],
  ],
  [
    'a JSON list of lists as default',
    '',
    'a Json @default("[[1]]")',
    ['existence of column A.a'],
    [/DEFAULT '\[\[1\]\]'\.$/],
  ],
  [
    'the same, where the migrations made it as it has to be',
    `, "a" JSONB NOT NULL DEFAULT '{}'`,
    'a Json @default("{}")',
    [],
    [],
  ],
  [
    'the same, in a table that the engine rebuilds for something else',
    `, "a" JSONB NOT NULL DEFAULT '{}', "b" TEXT`,
    'a Json @default("{}"); b String',
    ['nullability of column A.b'],
    [],
  ],
  [
    'the same in parentheses, and in another column no default yet',
    `, "a" JSONB NOT NULL DEFAULT ('{}'), "b" JSONB NOT NULL, "c" TEXT NOT NULL DEFAULT '{}'`,
    'a Json @default("{}"); b Json @default("{}"); c String @default("{}")',
    ['default of column A.b'],
    [/ of A\.b without quotes\. .*DEFAULT '\{\}'\.$/],
  ],
  [
    'the same in other words',
    `, "a" JSONB NOT NULL DEFAULT '{ "it''s": 1 }', "b" TEXT`,
    'a Json @default("{\\"it\'s\\":1}"); b String',
    ['nullability of column A.b'],
    [],
  ],
  [
    'a JSON default that is another in the migrations, which Prisma does not look at',
    `, "a" JSONB NOT NULL DEFAULT '{}', "b" TEXT`,
    'a Json @default("{\\"b\\":1}"); b String',
    ['nullability of column A.b'],
    [/ of A\.a without quotes\. .*DEFAULT '\{"b":1\}'\.$/],
  ],
  [
    'several',
    '',
    'a Json @default("{}"); b Json @default("{\\"b\\":2}")',
    ['existence of column A.a', 'existence of column A.b'],
    [/of A\.a .*'\{\}'/, /of A\.b .*'\{"b":2\}'/],
  ],
  [
    'a JSON default that SQLite takes',
    '',
    'a Json @default("[]"); b Json @default("1")',
    ['existence of column A.a', 'existence of column A.b'],
    [],
  ],
  [
    'a function without parentheses, which the migrations have',
    ', "a" TEXT NOT NULL DEFAULT (lower(hex(randomblob(16))))',
    'a String @default(dbgenerated("lower(hex(randomblob(16)))"))',
    [],
    ['SQLite wants parentheses around the default of A.a: @default(dbgenerated("(lower(hex(randomblob(16))))")).'],
  ],
  [
    'a function that SQLite does not have',
    `, "a" TEXT NOT NULL DEFAULT 'x', "b" TEXT`,
    'a String @default(dbgenerated("now()")); b String',
    ['nullability of column A.b', 'default of column A.a'],
    [/^SQLite does not know the default of A\.a: /],
  ],
  [
    'a default that reads a file',
    `, "a" TEXT NOT NULL DEFAULT 'x'`,
    'a String @default(dbgenerated("(readfile(\'/etc/hostname\'))"))',
    ['default of column A.a'],
    [/^SQLite does not know the default of A\.a: /],
  ],
  [
    'an index by the name of a table',
    ', "a" TEXT',
    'a String?; @@index([a], map: "B")',
    ['existence of index B'],
    ['Give B another name in schema.prisma, with map.'],
  ],
  [
    'texts with quotes, and an enum, which are all right',
    '',
    `a String @default("it's \\"q\\"")`,
    ['existence of column A.a'],
    [],
  ],
])('compares the rest beside %s', async (_, columns, fields, found, advice) => {
  const said = await compare(columns, fields);
  expect(said.found).toEqual(found);
  expect(said.advice).toEqual(advice.map((text) => (typeof text === 'string' ? text : expect.stringMatching(text))));
});

it.each([
  [
    'a table by a name that SQLite keeps for itself',
    'model sqlite_x {\n  id Int @id\n}\n',
    'existence of table sqlite_x',
  ],
  [
    'a column with a quote in its name',
    'model C {\n  id Int @id\n  a String @map("a\\"b")\n}\n',
    'existence of table C',
  ],
])('compares the rest beside %s', async (_, model, expected) => {
  const content = `${datasource}${model}${other}`;
  const engine = started.open({ files: [{ path: 'schema.prisma', content }], externalTables: [] });
  const migrations = [
    { name: '1', path: '1', checksum: '', alternativeChecksums: [], consents: [], sql: `CREATE TABLE "B" (${key});` },
  ];
  const made = await replayFromNothing(outside, migrations);
  if ('message' in made) throw new Error(made.message);
  const schema = selectSchema(made, { externalTables: [], ownTables: findOwnTables(migrations) });
  const { differences, refused } = await compareWithPrisma({ engine, outside, schema });
  const found = differences.map(({ kind, object, name }) => `${kind} of ${object} ${name}`);
  expect(found.sort()).toEqual([expected, 'existence of column B.x'].sort());
  expect(refused).toHaveLength(1);
});

it.each([
  [
    'a quote in a name',
    'a String @map("a\\"b")',
    [
      'definition of table A',
      'definition of table schema.prisma',
      'existence of column B.x',
      'nullability of column C.y',
    ],
  ],
  [
    'a default without an end',
    'a String @default(dbgenerated("\'x"))',
    ['definition of table A', 'existence of column B.x', 'nullability of column C.y'],
  ],
])('compares the rest beside a rebuild with %s', async (_, field, expected) => {
  const models = ['A', 'C'].map((name) => {
    const own = name === 'A' ? field : 'y String';
    return `model ${name} {\n  id Int @id @default(autoincrement())\n  ${own}\n  @@index([${own.split(' ')[0]}])\n}\n`;
  });
  const content = `${datasource}${models.join('\n')}${other}`;
  const engine = started.open({ files: [{ path: 'schema.prisma', content }], externalTables: [] });
  const sql = `${tables(', "z" TEXT')}CREATE TABLE "C" (${key}, "y" TEXT);\nCREATE INDEX "C_y_idx" ON "C"("y");`;
  const migrations = [{ name: '1', path: '1', checksum: '', alternativeChecksums: [], consents: [], sql }];
  const made = await replayFromNothing(outside, migrations);
  if ('message' in made) throw new Error(made.message);
  const schema = selectSchema(made, { externalTables: [], ownTables: findOwnTables(migrations) });
  const { differences, refused } = await compareWithPrisma({ engine, outside, schema });
  expect(JSON.stringify(refused)).not.toContain('migrate_prod');
  expect(differences.map(({ kind, object, name }) => `${kind} of ${object} ${name}`).sort()).toEqual(expected);
});

describeTargets('a schema.prisma with a default that SQLite refuses', (fresh) => {
  const projects: Project[] = [];
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((project) => project.remove()));
  });

  it('is shown object by object by check and drift, with how to write it, and in sync once it is written so', async () => {
    const target = await fresh();
    const project = await makeProject(
      { '1_a': tables('') },
      { schema: writeSchema('meta Json @default("{\\"a\\":1}")') },
    );
    projects.push(project);
    const run = (...args: string[]) => runInProcess(args, { cwd: project.root });
    expect((await run('apply', '--yes', '--url', target.url)).code).toBe(0);
    const checked = await run('check');
    expect(checked.code).toBe(1);
    const text = checked.stdout.replace(/\s+/g, ' ');
    expect(text).toContain('schema.prisma has the column A.meta, but no migration makes it.');
    expect(text).toContain('schema.prisma has the column B.x, but no migration makes it.');
    expect(text).toContain(`put it into single quotes in the migration: DEFAULT '{"a":1}'.`);
    expect(text).toContain('Prisma writes the JSON default of A.meta without quotes. Leave schema.prisma as it is');
    expect(text.match(/SQLite refuses/g)).toHaveLength(1);
    expect(text).toContain('Next: npx prisma migrate dev --create-only, then write in the new file what SQLite takes');
    const drift = await run('drift', '--url', target.url);
    expect(drift.stdout).toContain('column A.meta');
    expect(drift.stdout).toContain('column B.x');
    expect(drift.stdout.replace(/\s+/g, ' ')).toContain(`DEFAULT '{"a":1}'.`);
    // As Prisma wrote it.
    await project.write('2_meta', `ALTER TABLE "A" ADD COLUMN "meta" JSONB NOT NULL DEFAULT {"a":1};\n`);
    expect((await run('check')).stdout.replace(/\s+/g, ' ')).toContain(
      `Put a JSON default in single quotes: DEFAULT '{"a":1}'.`,
    );
    await project.write(
      '2_meta',
      `ALTER TABLE "A" ADD COLUMN "meta" JSONB NOT NULL DEFAULT '{"a":1}';\nALTER TABLE "B" ADD COLUMN "x" INTEGER;\n`,
    );
    expect((await run('apply', '--yes', '--url', target.url)).code).toBe(0);
    expect(await run('check')).toMatchObject({ code: 0 });
    expect((await run('drift', '--url', target.url)).stdout).toContain(
      'In sync: production, 2 migrations and schema.prisma.',
    );
    // The engine would rebuild the table for another column, and would write that default anew.
    await target.sql('ALTER TABLE "A" ADD COLUMN "note" TEXT');
    await project.write('3_note', 'ALTER TABLE "A" ADD COLUMN "note" TEXT;\n');
    await project.writeFile('prisma/schema.prisma', writeSchema('meta Json @default("{\\"a\\":1}"); note String'));
    for (const args of [['check'], ['drift', '--url', target.url]]) {
      const { stdout } = await run(...args);
      expect(stdout).toContain('A.note');
      expect(stdout.replace(/\s+/g, ' ')).not.toMatch(/SQLite refuses|quotes/);
    }
  });
});
