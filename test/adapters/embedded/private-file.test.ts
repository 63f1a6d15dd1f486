/** A mirror in a file: nothing of it is left when it is closed, though the process goes on. */

import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openMirror } from '../../../src/adapters/embedded/mirror.ts';

/** The bytes in files of this process that have no name any more. */
function countBytes(): number {
  const sizes = readdirSync('/proc/self/fd').map((fd) => {
    try {
      const path = `/proc/self/fd/${fd}`;
      return /migrate-prod-.*\/rows.*\(deleted\)$/.test(readlinkSync(path)) ? statSync(path).size : 0;
    } catch {
      // The folder itself was open while it was read.
      return 0;
    }
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Only Linux shows the open files of a process. */
it.skipIf(process.platform !== 'linux')('holds rows only until it is closed', async () => {
  const mirror = await openMirror({ place: 'file', time: Number.POSITIVE_INFINITY });
  const before = countBytes();
  mirror.run('CREATE TABLE T (a)');
  mirror.run('INSERT INTO T VALUES (zeroblob(1000000))');
  expect(mirror.query('SELECT length(a) FROM T')).toEqual([[1_000_000]]);
  await mirror.attempt('UPDATE T SET a = zeroblob(2000000)');
  expect(await mirror.search('SELECT length(a) FROM T')).toEqual([[2_000_000]]);
  expect(countBytes()).toBeGreaterThan(before + 1_000_000);
  mirror.close();
  expect(countBytes()).toBe(0);
});

it('takes back what it is told to, however much that is', async () => {
  const mirror = await openMirror({ place: 'file' });
  mirror.run('CREATE TABLE T (a CHECK (a <> 3))');
  mirror.run(
    'WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO T SELECT i FROM n',
  );
  mirror.run('BEGIN');
  await mirror.attempt('UPDATE T SET a = -a');
  await expect(mirror.attempt('UPDATE T SET a = CASE a WHEN -4000 THEN 3 ELSE 0 END')).rejects.toMatchObject({
    code: 'SQLITE_CONSTRAINT',
  });
  expect(mirror.query('SELECT count(*) FROM T WHERE a < 0')).toEqual([[4_991]]);
  mirror.run('ROLLBACK');
  expect(mirror.query('SELECT count(*), sum(a) FROM T WHERE a > 0')).toEqual([[4_991, 12_502_455]]);
  mirror.close();
});
