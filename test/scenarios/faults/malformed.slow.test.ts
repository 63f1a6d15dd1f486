/** Answers that cannot be understood: what was committed is never told to be lost, nor the other way. */

import { expect, test } from 'vitest';
import { apply, MigrateError, plan, status } from '../../../src/index.ts';
import { applyByClock } from '../../support/clock.ts';
import type { Fault } from '../../support/proxy.ts';
import { describeWithServer } from '../../support/server.ts';
import { denying, leaveOut, malformed } from './answers.ts';
import { disturb } from './disturb.ts';
import { batches, reads } from './requests.ts';
import { shop } from './shop.ts';
import { begun } from './shop-server.ts';
import { expectTold, failing, useShop } from './shop-through-proxy.ts';
import { expectFinishes, expectTrue, expectWhole, readTracker, timeoutSeconds } from './truth.ts';

const ends = [batches[0], batches[2]];
const shapes = Object.entries(malformed).map(([name, fault]) => ({ name, fault }));
describeWithServer('an answer of the server', () => {
  const withSubject = useShop();

  test.concurrent.each(shapes.flatMap((shape) => reads.map((number) => ({ ...shape, number }))))(
    'to a question (request $number) that is no answer stops everything before anything is written: $name',
    ({ number, fault }) =>
      withSubject(async (subject, proxy, proxied) => {
        const before = await readTracker(subject.server, subject.url);
        for (const run of number === 1 ? [status, plan, apply] : [plan, apply]) {
          proxy.breakWhere(() => (proxy.requests.length % number === 0 ? fault : undefined));
          const error = await run({ url: proxied, migrations: shop, timeoutSeconds }).then(
            () => null,
            (reason: unknown) => reason,
          );
          expect(error).toBeInstanceOf(MigrateError);
          expect(error).toMatchObject({ code: 'NOT_LIBSQL', exitCode: 1 });
          expect((error as MigrateError).message).toContain('not a Hrana message');
        }
        expect(await readTracker(subject.server, subject.url)).toEqual(before);
        expect(await expectWhole(subject)).toBe(begun);
      }),
  );

  const lies: readonly { readonly name: string; readonly fault: Fault }[] = [
    ...shapes,
    { name: 'late', fault: { delayMs: 3_000 } },
    { name: 'without the last step that ran', fault: leaveOut(1) },
    { name: 'without the last step but one', fault: leaveOut(2) },
    { name: 'every step an error', fault: denying },
  ];

  test.concurrent.each(
    lies.flatMap((shape, index) =>
      (index < shapes.length ? [ends[index % 2] ?? 0] : ends).map((number) => ({ ...shape, number })),
    ),
  )('to a batch that is committed is found again when it is $name (request $number)', ({ number, fault }) =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakRequest(number, fault);
      const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
      expect([result.outcome, result.error]).toEqual(['applied', null]);
      expect(await expectTold(subject, result)).toBe(shop.length);
    }),
  );

  test.concurrent('to a batch that failed in its middle says what is there of it', () =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakRequest(batches[0], { rewrite: () => '{"type":"ok"}' });
      const migrations = shop.map((migration, index) => (index === 3 ? failing(migration) : migration));
      const result = await applyByClock({ url: proxied, migrations, timeoutSeconds });
      expect(result.error).toMatchObject({ code: 'CONNECTION_LOST', exitCode: 1 });
      expect(result.error?.message).toMatch(/1 applied, 4 not applied/);
      expect(await expectWhole(subject)).toBe(3);
      expectTrue(result, begun, 3, shop);
      await expectFinishes(subject);
    }));

  const some = shapes.filter(({ name }) =>
    ['an answer that is only ok', 'results without rows', 'nothing'].includes(name),
  );
  const later = [...some, { name: 'late', fault: { delayMs: 3_000 } }];

  test.concurrent.each(later)('to every look is no obstacle: the fence finds what is committed ($name)', ({ fault }) =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakRequest(batches[0], 'after');
      const looks = disturb(proxy, { kind: 'poll', fault });
      const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
      expect(looks()).toBeGreaterThan(0);
      expect(result.error).toBeNull();
      expect(await expectTold(subject, result)).toBe(shop.length);
    }),
  );

  test.concurrent.each(later)('to the fence is asked for again ($name)', ({ fault }) =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakRequest(batches[0], 'before');
      const fences = disturb(proxy, { kind: 'fence', fault, times: 1 });
      const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
      expect(fences()).toBe(1);
      expect(result.error?.code).toBe('CONNECTION_LOST');
      expect(await expectTold(subject, result)).toBe(begun);
    }),
  );

  test.concurrent.each(later)('to every fence leaves the outcome unknown ($name)', ({ fault }) =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakRequest(batches[0], 'before');
      disturb(proxy, { kind: 'fence', fault });
      const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
      expect(result.error).toMatchObject({ code: 'OUTCOME_UNKNOWN', exitCode: 4 });
      expect(await expectWhole(subject)).toBe(begun);
      await expectFinishes(subject);
    }),
  );

  test.concurrent.each(some.flatMap((shape) => [1, 9].map((times) => ({ ...shape, times }))))(
    'to the record of a failure takes nothing from the report ($name, $times times)',
    ({ fault, times }) =>
      withSubject(async (subject, proxy, proxied) => {
        const records = disturb(proxy, { kind: 'failureRecord', fault, times });
        const migrations = shop.map((migration, index) => (index === 2 ? failing(migration) : migration));
        const result = await applyByClock({ url: proxied, migrations, timeoutSeconds });
        expect(records()).toBe(Math.min(times, 2));
        expect(result.error).toMatchObject({ code: 'STATEMENT_FAILED', exitCode: 1 });
        expect([result.failed?.name, result.unrecorded]).toEqual([shop[2]?.name, null]);
        expectTrue(result, begun, await expectWhole(subject), migrations);
        await expectFinishes(subject);
      }),
  );
});
