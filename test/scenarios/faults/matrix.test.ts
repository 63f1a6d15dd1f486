/** The fault matrix: each request of `apply` broken before, during and after its effect; then the invariants. */

import { expect, test } from 'vitest';
import { apply, MigrateError } from '../../../src/index.ts';
import { applyByClock } from '../../support/clock.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer } from '../../support/server.ts';
import { describeKinds, type RequestKind, requestsOfShop } from './requests.ts';
import { shop } from './shop.ts';
import { useShopServer } from './shop-server.ts';
import {
  expectFinishes,
  expectQuiet,
  expectTrue,
  expectWhole,
  readTracker,
  type Subject,
  timeoutSeconds,
} from './truth.ts';

const faults: readonly Fault[] = ['hang', 'before', 'after', 'mid-reply', { resetAfterMs: 1 }, { status: 502 }];

interface Beginning {
  readonly called: string;
  /** How many migrations are applied. */
  readonly begun: number;
  readonly byHand: readonly string[];
  readonly requests: readonly RequestKind[];
  /** Those that are broken here; all unless given. */
  readonly broken?: readonly RequestKind[];
}

const record = '_migration_tracker';

const beginnings: readonly Beginning[] = [
  // Its tracker has to be made, and there are no rows to ask about.
  { called: 'none before', begun: 0, byHand: [], requests: requestsOfShop.none },
  { called: 'two before', begun: 2, byHand: [], requests: requestsOfShop.two },
  {
    called: 'two and a script before',
    begun: 2,
    byHand: [
      `CREATE TABLE "${record}" ("name" TEXT PRIMARY KEY)`,
      `INSERT INTO "${record}" VALUES ('of something else')`,
    ],
    requests: ['gather', 'foreign', 'questions', 'batch', 'batch', 'batch'],
    broken: ['foreign', 'questions'],
  },
];

const readingKinds: readonly RequestKind[] = ['gather', 'foreign', 'questions'];

const cells = beginnings.flatMap((beginning) =>
  beginning.requests
    .map((kind, index) => ({ beginning, called: beginning.called, kind, number: index + 1 }))
    .filter(({ kind }) => beginning.broken?.includes(kind) ?? true)
    .flatMap((request) =>
      faults.map((fault) => ({ ...request, fault, name: typeof fault === 'string' ? fault : JSON.stringify(fault) })),
    ),
);

describeWithServer('a request of apply that breaks', () => {
  const at = useShopServer();

  async function begin({ begun, byHand }: Beginning): Promise<Subject> {
    const subject = await at.begin(begun);
    if (byHand.length > 0) await at.server.sql(byHand, subject.url);
    return subject;
  }

  /** What was put there by hand is no part of what the migrations make. */
  async function clean({ url }: Subject): Promise<void> {
    await at.server.sql(`DROP TABLE IF EXISTS "${record}"`, url);
  }

  test.concurrent.each(beginnings)('$called: there is no request but those that are broken', async (beginning) => {
    const { url } = await begin(beginning);
    const proxy = await startProxy(at.server.port);
    const result = await apply({ url: proxy.through(url), migrations: shop }).finally(() => proxy.stop());
    expect(result.outcome).toBe('applied');
    expect(proxy.requests.map(({ body }) => describeKinds(body))).toEqual(beginning.requests);
  });

  test.concurrent.each(cells)('$name, request $number ($kind), $called', async ({ beginning, kind, number, fault }) => {
    const { begun } = beginning;
    const subject = await begin(beginning);
    const { url } = subject;
    const proxy = await startProxy(at.server.port);
    try {
      proxy.breakRequest(number, fault);
      const before = await readTracker(at.server, url);
      const run = applyByClock({ url: proxy.through(url), migrations: shop, timeoutSeconds });
      // A plan can do without answers that do not come in time.
      const isSpared = kind === 'questions' && fault === 'hang';
      if (readingKinds.includes(kind) && !isSpared) {
        // Reading failed: nothing was sent, so there is no result to report on.
        const error = await run.then(
          () => null,
          (reason: unknown) => reason,
        );
        const answered = typeof fault === 'object' && 'status' in fault;
        expect(error).toBeInstanceOf(MigrateError);
        expect(error).toMatchObject({
          code: answered ? 'SERVER_ERROR' : 'UNREACHABLE',
          message: expect.stringContaining(answered ? '(502)' : 'nothing was written'),
          next: expect.stringContaining('Run the same command again'),
          exitCode: 1,
          retryable: true,
        });
        expect(proxy.requests).toHaveLength(number);
        await clean(subject);
        await expectQuiet(subject, begun, 50);
        expect(await readTracker(at.server, url)).toEqual(before);
      } else {
        const result = await run;
        await clean(subject);
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
