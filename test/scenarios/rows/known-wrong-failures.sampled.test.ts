/** What failed with the engine's bare words while applying, and is a blocker of the plan now. More: `on-rows.sampled.test.ts`. */

import { expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { sampled } from '../../support/sampled.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, type Case, describeCases, findAll, migrationsOf } from './cases.ts';
import { redefine } from './rebuilds.ts';

const documents = 'CREATE TABLE "Doc" ("id" INTEGER NOT NULL PRIMARY KEY, "body" TEXT, "x" TEXT);';
const rowsOf = (body: string) => ({ Doc: [[1, body, null]] });
const fails = { tells: 'blocker', code: 'fails-on-rows', schema: documents } as const;
const fits = { tells: 'nothing', code: 'fails-on-rows', schema: documents } as const;

const json: readonly Case[] = [
  {
    ...fails,
    title: 'in an UPDATE',
    rows: rowsOf('{a'),
    pending: [`UPDATE "Doc" SET "x" = json_extract("body", '$.x');`],
    at: 'UPDATE',
    fails: 'malformed JSON',
  },
  {
    ...fits,
    title: 'which is some, in an UPDATE',
    rows: rowsOf('{"x":"y"}'),
    pending: [`UPDATE "Doc" SET "x" = json_extract("body", '$.x');`],
    after: { Doc: [[1, '{"x":"y"}', 'y']] },
  },
  {
    ...fits,
    title: 'in an UPDATE that asks first',
    rows: rowsOf('{a'),
    pending: [`UPDATE "Doc" SET "x" = json_extract("body", '$.x') WHERE json_valid("body");`],
  },
  {
    ...fails,
    title: 'in the condition of an index',
    rows: rowsOf('{a'),
    pending: [`CREATE INDEX "Doc_idx" ON "Doc"("x") WHERE json_extract("body", '$.x') = 1;`],
    at: 'CREATE INDEX',
    fails: 'malformed JSON',
  },
  {
    ...fits,
    title: 'which is some, in an index',
    rows: rowsOf('{"x":"y"}'),
    pending: [`CREATE INDEX "Doc_idx" ON "Doc"(json_extract("body", '$.x'));`],
  },
  {
    ...fails,
    title: 'that only the migration before makes',
    rows: rowsOf('{"x":"y"}'),
    pending: [`UPDATE "Doc" SET "body" = substr("body", 2);`, `UPDATE "Doc" SET "x" = "body" ->> '$.x';`],
    at: 'UPDATE',
    fails: 'malformed JSON',
  },
];

const vectors = 'CREATE TABLE "Doc" ("id" INTEGER NOT NULL PRIMARY KEY, "v" F32_BLOB(3), "d" REAL);';
const vectorIndex = 'CREATE INDEX "Doc_v" ON "Doc" (libsql_vector_idx("v"));';
const vector = {
  schema: vectors,
  rows: {},
  byHand: [`INSERT INTO "Doc" VALUES (1, vector32('[1,2,3]'), NULL)`],
} as const;
const distance = (other: string) =>
  `UPDATE "Doc" SET "d" = round(vector_distance_cos("v", vector32('${other}')), 3);\nUPDATE "Doc" SET "v" = NULL;`;

const dimensions: readonly Case[] = [
  {
    ...fails,
    ...vector,
    title: 'set in a column with an index',
    schema: `${vectors}\n${vectorIndex}`,
    pending: [`UPDATE "Doc" SET "v" = vector32('[1,2]');`],
    at: 'UPDATE',
    fails: 'dimensions are different: 2 != 3',
  },
  {
    ...fails,
    ...vector,
    title: 'than a rebuilt column has',
    pending: [
      redefine({
        table: 'Doc',
        columns: '"id" INTEGER NOT NULL PRIMARY KEY, "v" F32_BLOB(4), "d" REAL',
        into: '"id", "v", "d"',
        last: vectorIndex,
      }),
    ],
    at: 'CREATE INDEX',
    fails: 'dimensions are different: 3 != 4',
  },
  {
    ...fails,
    ...vector,
    title: 'to measure the distance of',
    pending: [distance('[1,2]')],
    at: 'UPDATE',
    fails: 'vectors must have the same length: 3 != 2',
  },
  {
    ...fits,
    ...vector,
    title: 'that is the same, to measure the distance of',
    pending: [distance('[1,2,3]')],
    after: { Doc: [[1, null, 0]] },
  },
];

describeCases('JSON that is none', sampled(json, 2));
describeCases('a vector of another dimension', sampled(dimensions, 2));

const add = (expression: string) => `ALTER TABLE "Doc" ADD COLUMN "y" TEXT AS (${expression});`;

const computed: readonly (readonly [title: string, body: string, pending: string, reason: string | null])[] = [
  ['JSON that is none', '{a', `-- a column\n${add(`"body" ->> '$.y'`)}`, 'malformed JSON'],
  [
    'a path out of a row',
    'maria@shop.example',
    `-- it\n${add(`json_extract('{}', 'X' || "body")`)}`,
    "bad JSON path: '…'",
  ],
  ['JSON that is some', '{"y":"z"}', add(`"body" ->> '$.y'`), null],
  ['an expression that asks first', '{a', add(`CASE WHEN json_valid("body") THEN "body" ->> '$.y' END`), null],
  ['a table that no row is in by then', '{a', `DELETE FROM "Doc";\n${add(`"body" ->> '$.y'`)}`, null],
  ['a column that goes again', '{a', `${add(`"body" ->> '$.y'`)}\nALTER TABLE "Doc" DROP COLUMN "y";`, null],
];

describeTargets('a column that is computed as it is read', (fresh) => {
  it.each(sampled(computed, 3))('is told if it fails on a row: %s', async (_, body, pending, reason) => {
    const story = { title: '', schema: documents, rows: rowsOf(body), pending: [pending] };
    const target = await begin(await fresh(), story);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(story) });
    const found = findAll(planned).filter(({ kind }) => kind !== 'note');
    const message = expect.stringContaining(`cannot be read, because "y" is computed from them: ${reason}.`);
    const told = { kind: 'hazard', code: 'leaves-broken', line: 2, message };
    expect(found).toEqual(reason === null ? [] : [expect.objectContaining(told)]);
    expect(JSON.stringify(planned)).not.toContain('maria');
    await apply({ url: target.url, migrations: migrationsOf(story), allow: reason === null ? [] : ['leaves-broken'] });
    const read = target.sql('SELECT * FROM "Doc"').then(
      () => 'works',
      () => 'fails',
    );
    expect(await read).toBe(reason === null ? 'works' : 'fails');
  });
});
