/** What the tables of a schema look like to a backup, before anything is read. */

import { describe, expect, it } from 'vitest';
import { readShape } from '../../../../src/adapters/hrana/backup/backup.ts';
import { parseSchema } from '../../../../src/schema/model/objects.ts';
import { prismaTracker } from '../../../../src/tracker/tracker.ts';

const schemaOf = (sql: string) => parseSchema([['table', 'T', 'T', sql]], [['T', 'table']], prismaTracker);

describe('the shape of a table', () => {
  it('has the parts of a key as its index has them, not as its columns are declared', async () => {
    const { tables } = await readShape(
      schemaOf(
        'CREATE TABLE "T" ("a" TEXT COLLATE NOCASE, "b", PRIMARY KEY ("b" COLLATE RTRIM DESC, "a" COLLATE BINARY)) WITHOUT ROWID',
      ),
    );
    expect(tables.map(({ key }) => key)).toEqual([
      {
        type: 'columns',
        parts: [
          { name: 'b', collation: 'RTRIM', direction: 'down' },
          { name: 'a', collation: 'BINARY', direction: 'up' },
        ],
      },
    ]);
  });

  it('cannot be told where a collation is known to the server alone, which is said in plain words', async () => {
    const schema = schemaOf('CREATE TABLE "T" ("a" TEXT COLLATE "de_DE", PRIMARY KEY ("a")) WITHOUT ROWID');
    await expect(readShape(schema)).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: expect.stringContaining('"T" of production cannot be made again: no such collation sequence: de_DE'),
      without: ['--backup'],
    });
  });
});
