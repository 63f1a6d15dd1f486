/** A server whose rows are none, or not those that were asked for: a plan is made all the same, and nothing breaks off. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { begin, migrationsOf } from './cases.ts';

interface Cell {
  readonly type: string;
  readonly value?: string;
}
type Row = readonly [place: Cell, text: Cell];

const story = {
  title: '',
  schema:
    'CREATE TABLE "P" ("id" INTEGER PRIMARY KEY, "a" TEXT NOT NULL UNIQUE);\nCREATE TABLE "K" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "p" INTEGER REFERENCES "P"("id"));\nCREATE TABLE "W" ("k" TEXT PRIMARY KEY, "b" TEXT) WITHOUT ROWID;\nCREATE UNIQUE INDEX "W_b" ON "W"("b");\nCREATE VIRTUAL TABLE "F" USING fts5("body");',
  rows: {
    P: [
      [1, 'x'],
      [2, 'y'],
    ],
    K: [[1, 1]],
    W: [
      ['k', 'b'],
      ['l', 'c'],
    ],
    F: [['red apples']],
  },
  pending: [
    `UPDATE "P" SET "a" = upper("a");\nUPDATE "W" SET "b" = "b" || 'x';\nINSERT INTO "K" ("p") VALUES (2);\nUPDATE "F" SET "body" = 'pears';\nDELETE FROM "F" WHERE "F" MATCH 'plums';\nALTER TABLE "P" RENAME TO "Q";`,
  ],
};

const text = (value: string): Cell => ({ type: 'text', value });
const ofEach = (change: (line: string) => string) => (rows: readonly Row[]) =>
  rows.map(([place, { value = '' }]): Row => [place, text(value.split('\n').map(change).join('\n'))]);
const replace = (line: string, value: string) => line.replaceAll(/[^,]+/g, value);

const lies: readonly (readonly [what: string, lie: (rows: readonly Row[]) => readonly Row[]])[] = [
  ['no rows at all', () => []],
  ['every table twice', (rows) => [...rows, ...rows]],
  ['tables that were not asked for', (rows) => rows.map(([, own]): Row => [{ type: 'integer', value: '99' }, own])],
  ['a table without a number', (rows) => rows.map(([, own]): Row => [{ type: 'null' }, own])],
  ["other tables' rows", (rows) => rows.map(([place], at): Row => [place, rows.at(at - 1)?.[1] ?? text('')])],
  ['every row twice', ofEach((line) => `${line}\n${line}`)],
  ['a column too many', ofEach((line) => `${line},n`)],
  ['a column too few', ofEach((line) => line.replace(/,.*/, ''))],
  ['NULL everywhere', ofEach((line) => replace(line, 'n'))],
  ['texts everywhere', ofEach((line) => replace(line, `t'ff00'`))],
  ['blobs everywhere', ofEach((line) => replace(line, `x'00'`))],
  ['half a digit', ofEach((line) => replace(line, `x'0'`))],
  ['numbers that are none', ofEach((line) => replace(line, '99999999999999999999999'))],
  ['infinity', ofEach((line) => replace(line, '-Inf'))],
  ['SQL', ofEach((line) => replace(line, '(SELECT 1)'))],
  ['words', (rows) => rows.map(([place]): Row => [place, text('<html>')])],
  ['more than fits', (rows) => rows.map(([place]): Row => [place, text("n,t'".padEnd(9_000_000, '61').concat("'"))])],
];

/** Only the answer to the question for rows: it is the one of a number and of lines of values. */
function rewrite(body: string, lie: (rows: readonly Row[]) => readonly Row[]): string {
  const isRows = (value: unknown): value is Row[] =>
    Array.isArray(value) &&
    value.some((row) => Array.isArray(row) && row.length === 2 && /^\d+,t'/.test(row[1]?.value));
  return JSON.stringify(JSON.parse(body), (key, value) => (key === 'rows' && isRows(value) ? lie(value) : value));
}

describeWithServer('a server that answers with', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it.concurrent.each(lies)('%s', async (_, lie) => {
    const url = await freshDatabase(server);
    const sql = async (...statements: readonly string[]) => (await server.sql(statements, url)).at(-1) ?? [];
    await begin({ kind: 'server', url, sql }, story);
    const proxy = await startProxy(server.port);
    try {
      let lied = 0;
      const telling = (rows: readonly Row[]) => {
        lied += 1;
        return lie(rows);
      };
      proxy.breakRequest(2, { rewrite: (body) => rewrite(body, telling) });
      const options = { url: proxy.through(url), migrations: migrationsOf(story) };
      const { plan: planned } = await plan(options);
      expect(lied).toBe(1);
      expect(planned.migrations).toHaveLength(1);
      // The truth is told again.
      expect(await apply(options)).toMatchObject({ outcome: 'applied' });
    } finally {
      await proxy.stop();
    }
  });
});
