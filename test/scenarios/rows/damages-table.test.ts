/** ALTER COLUMN, which libSQL does by cutting a table's text: what it changes besides, and that it changes nothing else. */

import { expect, it } from 'vitest';
import { apply, type Finding, plan } from '../../../src/index.ts';
import { describeTargets } from '../../support/targets.ts';
import { findAll } from './cases.ts';

const alter = 'ALTER TABLE "T" ALTER COLUMN "state" TO "state" TEXT NOT NULL;';

function tableOf(...items: readonly string[]): string {
  return `CREATE TABLE "T" (\n"id" INTEGER NOT NULL PRIMARY KEY\n, ${items.join('\n, ')}\n)`;
}

describeTargets('ALTER COLUMN', (fresh) => {
  const tell = async (table: string, pending: string) => {
    const target = await fresh();
    const init = { name: '0_init', sql: `CREATE TABLE "P" ("id" INTEGER PRIMARY KEY);\n${table};` };
    expect(await apply({ url: target.url, migrations: [init] })).toMatchObject({ outcome: 'applied' });
    const migrations = [init, { name: '1_next', sql: pending }];
    const { plan: planned } = await plan({ url: target.url, migrations });
    const told: readonly Finding[] = findAll(planned).filter(({ code }) => code === 'damages-table');
    const { outcome } = await apply({ url: target.url, migrations, allow: [] });
    expect(outcome).toBe(told.length > 0 ? 'blocked' : 'applied');
    return told;
  };

  it.each([
    ['a comma in a comment', tableOf('"state" TEXT -- who, what', '"secret" TEXT'), 'the column "what" appears'],
    [
      'a comma in the comment of the last column but one',
      tableOf('"secret" TEXT', '"state" TEXT -- it\'s, that', '"z" TEXT'),
      'the column "that" appears',
    ],
    [
      'what becomes a CHECK',
      tableOf('"secret" TEXT', `"state" TEXT -- not, CHECK ("secret" <> 'x')`),
      `CHECK ("secret" <> 'x') appears`,
    ],
    [
      'what becomes a key',
      tableOf('"secret" TEXT', '"state" TEXT -- not, UNIQUE ("secret")'),
      'UNIQUE ("secret") appears',
    ],
    [
      'what becomes a foreign key',
      tableOf('"secret" INTEGER', '"state" TEXT -- not, FOREIGN KEY ("secret") REFERENCES "P" ("id")'),
      'FOREIGN KEY ("secret") REFERENCES "P" ("id") appears',
    ],
  ])('is a blocker: %s', async (_, table, says) => {
    const told = await tell(table, `-- a column\n${alter}`);
    expect(told).toMatchObject([{ kind: 'blocker', line: 2, way: expect.stringContaining('CREATE TABLE "new_T"') }]);
    expect(told[0]?.message).toContain(`It changes more of "T" than the column "state": ${says}`);
    expect(told[0]?.sql).toContain(`before: ${table}`);
    expect(told[0]?.sql).toContain('after:  CREATE TABLE "T" (');
  });

  it.each([
    ['no comma', tableOf('"state" TEXT', '"secret" TEXT DEFAULT \'a,b\'', 'CHECK ("secret" <> "state")'), alter],
    ['a comma behind the comma', tableOf('"state" TEXT', '-- who, what\n"secret" TEXT'), alter],
    ['the last column', tableOf('"secret" TEXT UNIQUE', '"state" TEXT -- last'), alter],
    ['before constraints', tableOf('"secret" TEXT', '"state" TEXT', 'UNIQUE ("secret")', 'CHECK ("id" > 0)'), alter],
    ['a key of its own that goes', tableOf('"state" INTEGER REFERENCES "P" ("id")', '"secret" TEXT'), alter],
    [
      'a CHECK and a key of its own that come',
      tableOf('"state" INTEGER', '"secret" TEXT, UNIQUE ("state", "secret")'),
      `ALTER TABLE "T" ALTER COLUMN "state" TO "state" INTEGER DEFAULT 1 CHECK ("state" IN (1, 2)) REFERENCES "P" ("id");`,
    ],
    ['a comma in its name', tableOf('"a,b" TEXT', '"z" TEXT'), 'ALTER TABLE T ALTER COLUMN "a,b" TO "a,b" INTEGER;'],
  ])('is nothing: %s', async (_, table, pending) => {
    expect(await tell(table, pending)).toEqual([]);
  });
});
