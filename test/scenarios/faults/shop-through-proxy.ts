/** The shop with two migrations applied, behind a proxy, for tests of answers that are lost or made up. */

import { expect } from 'vitest';
import type { ApplyResult } from '../../../src/index.ts';
import { startProxy, type TestProxy } from '../../support/proxy.ts';
import { defineMigration, type StoryMigration, shop } from './shop.ts';
import { begun, useShopServer } from './shop-server.ts';
import { expectFinishes, expectQuiet, expectTrue, expectWhole, type Subject } from './truth.ts';

/** Fails at its last statement; a plan cannot tell. */
export const failing = ({ name, statements }: StoryMigration): StoryMigration =>
  defineMigration(name, [
    ...statements,
    'INSERT INTO "Counter" ("id", "runs") VALUES (1 + last_insert_rowid() * 0, 0)',
  ]);

/** A test of it, with a database and a proxy of its own. */
export type WithSubject = (
  run: (subject: Subject, proxy: TestProxy, proxied: string) => Promise<void>,
) => Promise<void>;

/** As `useShopServer`, with a proxy in front of each database. */
export function useShop(): WithSubject {
  const at = useShopServer();
  return async (run) => {
    const subject = await at.begin();
    const proxy = await startProxy(at.server.port);
    try {
      await run(subject, proxy, proxy.through(subject.url));
    } finally {
      await proxy.stop();
    }
  };
}

/** The report is true, and so it stays; another run finishes. @returns how many migrations are there. */
export async function expectTold(subject: Subject, result: ApplyResult): Promise<number> {
  const now = await expectWhole(subject);
  expectTrue(result, begun, now, shop);
  expect(result.byAnotherRun).toBe(false);
  await expectQuiet(subject, now);
  await expectFinishes(subject);
  return now;
}
