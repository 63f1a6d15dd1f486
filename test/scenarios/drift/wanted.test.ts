/** What schema.prisma wants, where Prisma's engine asks for what SQLite does not do, or for what is there already. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareWithPrisma } from '../../../src/drift/prisma-schema.ts';
import { replayFromNothing } from '../../../src/replay/replay.ts';
import { findOwnTables, selectSchema } from '../../../src/schema/model/selection.ts';
import { createOutside, startSchemaEngine } from '../../../src/wiring.ts';

const outside = createOutside('test', '0');
let started: Awaited<ReturnType<typeof startSchemaEngine>>;
beforeAll(async () => {
  started = await startSchemaEngine({});
});
afterAll(() => started.close());

const key = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT';

/** @param sql columns of the table A after its key, and statements behind them; @param fields those of the model A. */
async function compare(sql: string, fields: string): Promise<readonly string[]> {
  const model = `model A {\n  id Int @id @default(autoincrement())\n  ${fields.replaceAll('; ', '\n  ')}\n}`;
  const content = `datasource db {\n  provider = "sqlite"\n}\n\n${model}\n`;
  const engine = started.open({ files: [{ path: 'schema.prisma', content }], externalTables: [] });
  const text = `CREATE TABLE "A" (${key}, ${sql};`;
  const migrations = [{ name: '1_a', path: '1_a', checksum: '', alternativeChecksums: [], consents: [], sql: text }];
  const made = await replayFromNothing(outside, migrations);
  if ('message' in made) throw new Error(made.message);
  const schema = selectSchema(made, { externalTables: [], ownTables: findOwnTables(migrations) });
  const { differences } = await compareWithPrisma({ engine, outside, schema });
  return differences.map(
    ({ kind, object, name, left, right }) => `${kind} of ${object} ${name}: ${left ?? '-'} | ${right ?? '-'}`,
  );
}

/** An expression as a default makes the engine rebuild the table each time. */
const created = {
  sql: `"created" TIMESTAMP DEFAULT (datetime('now'))`,
  field: `created DateTime? @default(dbgenerated("(datetime('now'))"))`,
};
const pulled = 'text String? @unique(map: "sqlite_autoindex_A_1")';
const generated = `"g" TEXT AS ("text" || '!')`;

it.each([
  ['a UNIQUE as db pull writes it down', '"text" TEXT UNIQUE)', pulled],
  [
    'the same, in a table that the engine rebuilds',
    `${created.sql}, "text" TEXT UNIQUE)`,
    `${created.field}; ${pulled}`,
  ],
  [
    'the same, where the name that is left is taken',
    `${created.sql}, "text" TEXT UNIQUE, "b" TEXT); CREATE INDEX "autoindex_A_1" ON "A"("b")`,
    `${created.field}; ${pulled}; b String?; @@index([b], map: "autoindex_A_1")`,
  ],
  ['a UNIQUE, and @unique', '"text" TEXT UNIQUE)', 'text String? @unique'],
  [
    'the same, in a table that the engine rebuilds',
    `${created.sql}, "text" TEXT UNIQUE)`,
    `${created.field}; text String? @unique`,
  ],
  ['a generated column', `"text" TEXT, ${generated})`, 'text String?; g String?'],
  ['a generated column that is left out', `"text" TEXT, ${generated})`, 'text String?'],
  ['a generated column that is required', `"text" TEXT, "g" TEXT NOT NULL AS ('x') STORED)`, 'text String?; g String'],
  [
    'a generated column in a table that the engine rebuilds',
    `${created.sql}, "text" TEXT, ${generated})`,
    `${created.field}; text String?; g String?`,
  ],
  [
    'a generated column with an index',
    `"text" TEXT, ${generated}); CREATE INDEX "A_g_idx" ON "A"("g"); CREATE UNIQUE INDEX "A_text_g_key" ON "A"("text", "g")`,
    'text String?; g String?; @@index([g]); @@unique([text, g])',
  ],
  [
    'a generated column with a UNIQUE',
    `"text" TEXT, ${generated} UNIQUE)`,
    'text String?; g String? @unique(map: "sqlite_autoindex_A_1")',
  ],
])('in sync: %s', async (_, sql, fields) => {
  expect(await compare(sql, fields)).toEqual([]);
});

it.each([
  [
    'a UNIQUE of a reserved name that is not there',
    '"text" TEXT)',
    pulled,
    ['existence of index sqlite_autoindex_A_1: - | CREATE UNIQUE INDEX "sqlite_autoindex_A_1" ON "A"("text")'],
  ],
  [
    'a UNIQUE of a reserved name over other columns',
    '"a" TEXT, "b" TEXT, UNIQUE ("a", "b"))',
    'a String?; b String?; @@unique([b, a], map: "sqlite_autoindex_A_1")',
    [
      'existence of index sqlite_autoindex_A_1: - | CREATE UNIQUE INDEX "sqlite_autoindex_A_1" ON "A"("b", "a")',
      "unique of table A: UNIQUE ('a','b') | -",
    ],
  ],
  [
    'a column beside a generated one',
    `"text" TEXT, ${generated})`,
    'text String?; g String?; h Int?',
    ['existence of column A.h: - | "h" INTEGER'],
  ],
  [
    'an index over a generated column',
    `"text" TEXT, ${generated})`,
    'text String?; g String? @unique',
    ['existence of index A_g_key: - | CREATE UNIQUE INDEX "A_g_key" ON "A"("g")'],
  ],
])('different: %s', async (_, sql, fields, expected) => {
  expect(await compare(sql, fields)).toEqual(expected);
});
