/** How much a rebuild copies, as the plan measures it. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Plan, plan } from '../../../src/index.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { describeTargets } from '../../support/targets.ts';
import { begin, describeFindings, migrationsOf } from './cases.ts';
import { redefine } from './rebuilds.ts';

const columns = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "text" TEXT';
const schema = `CREATE TABLE "Note" (${columns});\nCREATE TABLE "Draft" (${columns});`;
const rebuildNote = redefine({ table: 'Note', columns, into: '"id", "text"' });
const rebuildDraft = redefine({ table: 'Draft', columns, into: '"id", "text"' });

/** @param text an SQL expression, of `i` if it likes. */
const fill = (table: string, rows: number, text: string) =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO "${table}" SELECT i, ${text} FROM n`;

function listSizes(planned: Plan) {
  return planned.migrations.flatMap(({ sizes }) => sizes);
}

describeTargets('the size of a rebuild', (fresh) => {
  it('is that of its rows and the bytes in them, for each table', async () => {
    // Two hundred rows of a thousand characters that take two bytes each.
    const byHand = [fill('Note', 200, `replace(printf('%1000s', ''), ' ', 'ø')`)];
    const story = { title: '', schema, rows: {}, byHand, pending: [rebuildNote, rebuildDraft] };
    const target = await begin(await fresh(), story);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(story) });
    expect(planned.migrations.map(({ sizes }) => sizes.map(({ table }) => table))).toEqual([['Note'], ['Draft']]);
    const [note, draft] = listSizes(planned);
    expect(note).toMatchObject({ rows: 200, atLeast: false });
    expect(note?.bytes).toBeGreaterThanOrEqual(400_000);
    expect(note?.bytes).toBeLessThan(410_000);
    expect(draft).toEqual({ table: 'Draft', rows: 0, bytes: 0, atLeast: false });
    expect(describeFindings(planned, 'long-lock')).toEqual([]);
  });

  it('counts what is there when the rebuild begins', async () => {
    const rows = {
      Note: [[1, 'aaaa']],
      Draft: [
        [1, 'bbbb'],
        [2, 'bbbb'],
        [3, null],
      ],
    };
    const pending = [
      `ALTER TABLE "Note" RENAME TO "Memo";\nDELETE FROM "Draft" WHERE "id" = 1;`,
      redefine({ table: 'Memo', columns, into: '"id", "text"' }),
      rebuildDraft,
    ];
    const story = { title: '', schema, rows, pending };
    const target = await begin(await fresh(), story);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(story) });
    expect(listSizes(planned).map(({ table, rows }) => [table, rows])).toEqual([
      ['Memo', 1],
      ['Draft', 2],
    ]);
  });

  it('is not asked of a table that the plan makes', async () => {
    const pending = [
      `CREATE TABLE "Memo" (${columns});\nINSERT INTO "Memo" SELECT * FROM "Note";`,
      redefine({ table: 'Memo', columns, into: '"id", "text"' }),
    ];
    const story = { title: '', schema, rows: { Note: [[1, 'aaaa']] }, pending };
    const target = await begin(await fresh(), story);
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(story) });
    expect(planned.migrations.map(({ rebuilds }) => rebuilds.length)).toEqual([0, 1]);
    expect(listSizes(planned)).toEqual([]);
  });
});

describeWithServer('a table that takes long to rebuild', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('is named before it holds the lock for long, and is not read from end to end more than once', async () => {
    const url = await freshDatabase(server);
    const target = { kind: 'server', url, sql: async () => [] } as const;
    const story = { title: '', schema, rows: {}, pending: [rebuildNote, rebuildDraft] };
    await begin(target, story);
    const text = `'${'a line of text '.repeat(10)}'`;
    await server.sql([fill('Note', 1_000_000, text), fill('Draft', 1_000, text)], url);
    const { plan: planned, ready } = await plan({ url, migrations: migrationsOf(story) });
    expect(ready).toBe(true);
    const [note, draft] = listSizes(planned);
    expect(note?.rows).toBeGreaterThanOrEqual(1_000_000);
    expect(note?.bytes).toBeGreaterThanOrEqual(150_000_000);
    expect(draft).toMatchObject({ rows: 1_000, atLeast: false });
    expect(describeFindings(planned, 'long-lock')).toEqual([`note long-lock of ${planned.migrations[0]?.name}`]);
    // Of a table that is too large to be fetched, no more rows are counted than could be.
    expect(planned.ranOn?.left).toEqual(['Note']);
    expect(planned.asked?.rowsRead).toBeLessThan(1_010_000 + 20_001);
  });
});
