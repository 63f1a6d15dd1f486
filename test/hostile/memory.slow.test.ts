/** SQL that takes all memory must not take the machine's: it is broken off at a gigabyte, and the process goes on. */

import { expect, it } from 'vitest';
import { openMirror } from '../../src/adapters/embedded/mirror.ts';

it.each([50_000_000, 100_000, 1_000])('values of %i bytes', async (size) => {
  const mirror = await openMirror({ time: 25_000 });
  await mirror.attempt('CREATE TABLE t (a)');
  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)';
  const insert = `INSERT INTO t ${endless} SELECT randomblob(${size}) FROM n`;
  await expect(mirror.attempt(insert)).rejects.toMatchObject({ code: 'SQLITE_NOMEM' });
  expect(process.memoryUsage().rss).toBeLessThan(2_000_000_000);
  await mirror.attempt('INSERT INTO t VALUES (1)');
  expect(mirror.query('SELECT count(*) FROM t')).toEqual([[1]]);
  mirror.close();
});
