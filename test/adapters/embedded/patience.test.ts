/** An embedded file answers for as long as the answers are worth waiting for: no query is begun after that, or goes on. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFile } from '../../../src/adapters/embedded/database.ts';
import { openEmbedded } from '../../support/embedded-adapter.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-prod-patience-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every look at the clock is a second after the one before. */
async function read(patience: number | undefined): Promise<readonly string[]> {
  const path = join(folder, 'shop.db');
  openEmbedded(path).close();
  let time = 0;
  const now = () => {
    time += 1000;
    return time;
  };
  const target = { type: 'file', name: `file:${path}`, path } as const;
  const clock = { now, sleep: async () => {} };
  const database = await openFile({ target, timeoutSeconds: 60, clock, create: 'must-exist' });
  try {
    const queries = Array.from({ length: 6 }, (_, index) => ({ sql: `SELECT ${index}` }));
    const replies = await database.read(queries, patience === undefined ? {} : { patience });
    const [again] = await database.read([{ sql: 'SELECT 1' }]);
    expect(again).toEqual({ type: 'rows', rows: [[1]] });
    return replies.map((reply) => (reply.type === 'error' ? reply.code : reply.type));
  } finally {
    await database.close();
  }
}

test('what is not begun in time is no answer', async () => {
  expect(await read(4000)).toEqual(['rows', 'rows', 'TIMEOUT', 'TIMEOUT', 'TIMEOUT', 'TIMEOUT']);
});

test('without a limit everything is answered', async () => {
  expect(await read(undefined)).toEqual(Array(6).fill('rows'));
});

test('a question without end is broken off, and the file can be read and written afterwards', async () => {
  const path = join(folder, 'endless.db');
  const embedded = openEmbedded(path);
  embedded.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
  embedded.close();
  const target = { type: 'file', name: `file:${path}`, path } as const;
  const clock = { now: () => performance.now(), sleep: async () => {} };
  const database = await openFile({ target, timeoutSeconds: 60, clock, create: 'must-exist' });
  try {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
    const questions = ['SELECT a FROM t', endless, 'SELECT a FROM t'].map((sql) => ({ sql }));
    const begun = performance.now();
    const [first, second, third] = await database.read(questions, { patience: 300 });
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(first).toEqual({ type: 'rows', rows: [[1]] });
    expect([second, third]).toMatchObject([{ code: 'TIMEOUT' }, { code: 'TIMEOUT' }]);
    const written = await database.execute([{ sql: 'INSERT INTO t VALUES (2)' }, { sql: 'SELECT count(*) FROM t' }]);
    expect(written).toMatchObject({ replies: [{ type: 'rows' }, { rows: [[2]] }] });
  } finally {
    await database.close();
  }
});

test.each([
  ['the tracker', `INSERT INTO "_prisma_migrations" VALUES (CAST(x'7bff' AS TEXT), 1)`],
  [
    'the schema',
    `PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = CAST(CAST(sql AS BLOB) || x'2d2dff' AS TEXT) WHERE name = 't'`,
  ],
])('bytes that are no text in %s are an error, and end no process', async (_, sql) => {
  const path = join(folder, 'broken.db');
  await rm(path, { force: true });
  const embedded = openEmbedded(path);
  embedded.exec(`CREATE TABLE t (a); CREATE TABLE "_prisma_migrations" (id TEXT, n INTEGER); ${sql}`);
  embedded.close();
  const target = { type: 'file', name: `file:${path}`, path } as const;
  const clock = { now: () => 0, sleep: async () => {} };
  const opened = openFile({ target, timeoutSeconds: 1, clock, create: 'must-exist' });
  await expect(opened).rejects.toMatchObject({
    code: 'TARGET_FILE_INVALID',
    message: expect.stringContaining('UTF-8'),
  });
});
