/** Rows that do not come as they should are none: the plan fails, and says so without a value of them. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, plan } from '../../../src/index.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { malformed } from './answers.ts';

const migrations = [
  { name: '1_init', sql: 'CREATE TABLE "Visit" ("id" INTEGER NOT NULL PRIMARY KEY, "page" TEXT NOT NULL);' },
  { name: '2_update', sql: `UPDATE "Visit" SET "page" = "page" || 'a';` },
];

const rewrite = (from: RegExp, to: string): Fault => ({ rewrite: (body) => body.replace(from, to) });

const faults: readonly {
  readonly name: string;
  readonly number: number;
  readonly fault: Fault;
  readonly code: string;
}[] = [
  // After the plan's first: the transaction's beginning, and the first rows.
  ...Object.entries(malformed).flatMap(([name, fault]) =>
    [2, 3].map((number) => ({ name, number, fault, code: 'NOT_LIBSQL' })),
  ),
  {
    name: 'SQL for a row',
    number: 3,
    fault: rewrite(/"1,t'/, `"1); DROP TABLE \\"Visit\\"; --,t'`),
    code: 'READ_FAILED',
  },
  { name: 'a value too few', number: 3, fault: rewrite(/"1,t'[0-9A-F]*'/, '"1'), code: 'READ_FAILED' },
  {
    name: 'a number for a row',
    number: 3,
    fault: rewrite(/\{"type":"text","value":"1,[^"]*"\}/, '{"type":"integer","value":"1"}'),
    code: 'READ_FAILED',
  },
  {
    name: 'no transaction any more',
    number: 3,
    fault: rewrite(/"is_autocommit":false/, '"is_autocommit":true'),
    code: 'READ_FAILED',
  },
];

describeWithServer('all rows', () => {
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = await startServer();
    url = await freshDatabase(server);
    await apply({ url, migrations: migrations.slice(0, 1) });
    await server.sql([`INSERT INTO "Visit" VALUES (1, 'secret'), (2, 'secret')`], url);
  });
  afterAll(() => server.stop());

  test('come in the third request', async () => {
    const proxy = await startProxy(server.port);
    const { plan: planned } = await plan({ url: proxy.through(url), migrations, rows: 'all' }).finally(() =>
      proxy.stop(),
    );
    expect(proxy.requests[2]?.body).toContain('FROM \\"Visit\\"');
    expect(planned.ranOn).toEqual({ tables: [{ table: 'Visit', rows: 2 }], left: [], isWhole: true });
  });

  test.concurrent.each(faults)('are none when request $number gets $name', async ({ number, fault, code }) => {
    const own = await startProxy(server.port);
    own.breakRequest(number, fault);
    const planning = plan({ url: own.through(url), migrations, rows: 'all' }).finally(() => own.stop());
    await expect(planning).rejects.toMatchObject({ code, message: expect.not.stringMatching(/secret|736563726574/) });
  });
});
