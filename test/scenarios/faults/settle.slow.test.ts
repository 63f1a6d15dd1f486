/** A lost answer: what became of it is found out by looking and by fencing, and those requests break as well. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { applyByClock } from '../../support/clock.ts';
import type { Fault } from '../../support/proxy.ts';
import { describeWithServer } from '../../support/server.ts';
import { type Disturbance, disturb } from './disturb.ts';
import { batches } from './requests.ts';
import { shop } from './shop.ts';
import { begun } from './shop-server.ts';
import { useShop } from './shop-through-proxy.ts';
import { expectFinishes, expectQuiet, expectTrue, expectWhole, readTracker, timeoutSeconds } from './truth.ts';
import { takeWriteLock } from './write-lock.ts';

describeWithServer('an answer of apply that is lost', () => {
  const withSubject = useShop();

  // Those that wait come first, beside one another.
  test.concurrent.each([
    { held: 300, placed: 'commits while it is looked for', now: shop.length },
    { held: 2_800, placed: 'is still queued when it is fenced off', now: null },
  ])('is told truly when the batch waits for another writer and $placed', ({ held, now: expected }) =>
    withSubject(async (subject, proxy, proxied) => {
      proxy.breakRequest(batches[0], { resetAfterMs: 100 });
      const lock = await takeWriteLock(subject.url);
      const run = apply({ url: proxied, migrations: shop, timeoutSeconds });
      await sleep(held);
      await lock.release();
      const result = await run;
      const now = await expectWhole(subject);
      if (expected !== null) expect(now).toBe(expected);
      if (result.outcome !== 'unknown') {
        expectTrue(result, begun, now, shop);
        await expectQuiet(subject, now, 1_000);
      }
      await expectFinishes(subject);
    }),
  );

  const ends = [batches[0], batches[2]];
  const faults: readonly Fault[] = ['hang', 'before', 'after', 'mid-reply'];

  test.concurrent.each(faults.flatMap((fault) => ends.map((number) => ({ number, fault }))))(
    'is found again when the first look breaks as well ($fault, request $number)',
    ({ number, fault }) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakRequest(number, 'after');
        proxy.breakRequest(number + 1, fault);
        const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
        expect(await expectWhole(subject)).toBe(shop.length);
        expectTrue(result, begun, shop.length, shop);
        await expectFinishes(subject);
      }),
  );

  test.concurrent.each(ends)(
    'is found by the fence when every look breaks, and what follows request %i goes on',
    (number) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakRequest(number, 'after');
        const looks = disturb(proxy, { kind: 'poll', fault: 'before' });
        const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
        expect(looks()).toBeGreaterThan(0);
        expect(result.error).toBeNull();
        expectTrue(result, begun, shop.length, shop);
        expect(result.byAnotherRun).toBe(false);
        await expectFinishes(subject);
      }),
  );

  const fenceFaults: readonly Disturbance[] = [
    { kind: 'fence', fault: 'before', times: 1 },
    { kind: 'fence', fault: 'after', times: 1 },
    { kind: 'fence', fault: 'hang', times: 1 },
  ];

  test.concurrent.each(fenceFaults.flatMap((disturbance) => ends.map((number) => ({ ...disturbance, number }))))(
    'is known not to have been when the fence breaks once ($fault, request $number)',
    ({ number, ...disturbance }) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakRequest(number, 'before');
        const fences = disturb(proxy, disturbance);
        const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
        const now = await expectWhole(subject);
        expect(fences()).toBe(1);
        expect(result.error?.code).toBe('CONNECTION_LOST');
        expectTrue(result, begun, now, shop);
        const fenced = (await readTracker(subject.server, subject.url)).filter((row) => row.state === 'rolled back');
        expect(fenced.map((row) => row.name)).toEqual([shop[now]?.name]);
        await expectFinishes(subject);
      }),
  );

  test.concurrent.each(
    (['before', 'after', 'hang'] as const).flatMap((fault) => ends.map((number) => ({ number, fault }))),
  )(
    'is unknown when the server stays away, and the next run finds out ($fault, request $number)',
    ({ number, fault }) =>
      withSubject(async (subject, proxy, proxied) => {
        proxy.breakFrom(number + 1, 'before');
        proxy.breakRequest(number, fault);
        const result = await applyByClock({ url: proxied, migrations: shop, timeoutSeconds });
        expect(result.outcome).toBe('unknown');
        expect([result.error?.code, result.error?.exitCode]).toEqual(['OUTCOME_UNKNOWN', 4]);
        const now = await expectWhole(subject);
        const names = shop.map(({ name }) => name);
        // What it says was applied is there; what it says was not begun is not.
        expect(names.slice(begun, now)).toEqual(expect.arrayContaining([...result.applied]));
        expect(names.slice(now)).toEqual(expect.arrayContaining([...result.notStarted]));
        expect(result.failed).toBeNull();
        await expectFinishes(subject);
      }),
  );
});
