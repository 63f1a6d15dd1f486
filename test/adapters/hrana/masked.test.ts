/** What is left of an error when the token in it is hidden. */

import { expect, it } from 'vitest';
import { maskErrors } from '../../../src/adapters/hrana/masked.ts';
import { backupImpossible } from '../../../src/backup/failed.ts';
import type { Database } from '../../../src/ports.ts';
import { Secret } from '../../../src/target/secret.ts';
import { prismaTracker } from '../../../src/tracker/tracker.ts';

const token = 'a-token-of-its-own';

function createDatabase(error: unknown): Database {
  const refuse = () => Promise.reject(error);
  return {
    target: { type: 'server', name: 'production', url: 'http://127.0.0.1:1' },
    tracker: prismaTracker,
    read: refuse,
    execute: refuse,
    parse: refuse,
    backUp: refuse,
    streamRows: refuse,
    requests: () => 0,
    close: async () => {},
  };
}

it('does not suggest again what failed for good, because the token had to be hidden', async () => {
  const error = backupImpossible(`the table "${token}" cannot be copied`, new Error(token));
  const read = maskErrors(createDatabase(error), new Secret(token)).read([]);
  await expect(read).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: 'No backup was made: the table "[secret]" cannot be copied. Nothing was written to production.',
    next: error.next,
    without: ['--backup'],
    retryable: false,
    cause: undefined,
  });
});
