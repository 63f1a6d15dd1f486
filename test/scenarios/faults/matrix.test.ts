/** The fault matrix: each request of `apply` broken before, during and after its effect; then the invariants. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, MigrateError } from '../../../src/index.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer, freshDatabase, type Server, startServer } from '../../support/server.ts';
import { shop } from './shop.ts';
import {
  buildReference,
  expectFinishes,
  expectQuiet,
  expectTrue,
  expectWhole,
  type State,
  timeoutSeconds,
} from './truth.ts';

const faults: readonly Fault[] = ['before', 'after', 'mid-reply', 'hang', { resetAfterMs: 1 }, { status: 502 }];

/** An empty production, whose tracker has to be made, and one with two migrations and their rows. */
const beginnings = [0, 2];

/** Gather, and the three batches. */
const requests = [1, 2, 3, 4];

const cells = beginnings.flatMap((begun) =>
  requests.flatMap((number) =>
    faults.map((fault) => ({ begun, number, fault, name: typeof fault === 'string' ? fault : JSON.stringify(fault) })),
  ),
);

describeWithServer('a request of apply that breaks', () => {
  let server: Server;
  let reference: readonly State[];

  beforeAll(async () => {
    server = await startServer();
    reference = await buildReference(server, await freshDatabase(server), shop);
  });
  afterAll(() => server.stop());

  test.concurrent.each(cells)('$name, request $number, $begun applied before', async ({ begun, number, fault }) => {
    const url = await freshDatabase(server);
    const subject = { server, url, migrations: shop, reference };
    if (begun > 0) await apply({ url, migrations: shop.slice(0, begun) });
    const proxy = await startProxy(server.port);
    try {
      proxy.breakRequest(number, fault);
      const run = apply({ url: proxy.through(url), migrations: shop, timeoutSeconds });
      if (number === 1) {
        // Reading failed: nothing was sent, so there is nothing to report on.
        const error = await run.then(
          () => null,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(MigrateError);
        expect(error).toMatchObject({
          code: typeof fault === 'object' && 'status' in fault ? 'SERVER_ERROR' : 'UNREACHABLE',
        });
        await expectQuiet(subject, begun, 50);
      } else {
        const result = await run;
        const now = await expectWhole(subject);
        expectTrue(result, begun, now, shop);
        const lost = fault === 'before' || (typeof fault === 'object' && 'status' in fault);
        expect(result.outcome).toBe(lost ? 'failed' : 'applied');
        expect(result.error?.code ?? null).toBe(lost ? 'CONNECTION_LOST' : null);
        expect(result.byAnotherRun).toBe(false);
        await expectQuiet(subject, now);
      }
      await expectFinishes(subject);
    } finally {
      await proxy.stop();
    }
  });
});
