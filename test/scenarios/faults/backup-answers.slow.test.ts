/** A backup whose pages are no answers is none: it fails, nothing of it is left, and nothing is applied. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { apply } from '../../../src/index.ts';
import { type Fault, startProxy } from '../../support/proxy.ts';
import { describeWithServer } from '../../support/server.ts';
import { malformed } from './answers.ts';
import { shop } from './shop.ts';
import { begun, useShopServer } from './shop-server.ts';
import { expectFinishes, expectWhole } from './truth.ts';

/** After the plan's two: the transaction's beginning, and the first pages. */
const requests = [3, 4];

const shapes: readonly { readonly name: string; readonly fault: Fault }[] = [
  ...Object.entries(malformed).map(([name, fault]) => ({ name, fault })),
  {
    // What comes next would be read outside of the transaction.
    name: 'an answer without a baton',
    fault: { rewrite: (body) => JSON.stringify({ ...JSON.parse(body), baton: null }) },
  },
  {
    name: 'a row that lacks a value',
    fault: { rewrite: (body) => body.replace(/"rows":\[\[\{[^}]*\},/, '"rows":[[') },
  },
];

describeWithServer('a backup', () => {
  const at = useShopServer();
  const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-answers-'));
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.concurrent.each(shapes.flatMap((shape) => requests.map((number) => ({ ...shape, number }))))(
    'is none when request $number gets $name',
    async ({ number, fault }) => {
      const subject = await at.begin();
      const proxy = await startProxy(at.server.port);
      proxy.breakRequest(number, fault);
      const own = mkdtempSync(join(folder, 'of-'));
      const backup = join(own, 'shop.sql');
      const options = { url: proxy.through(subject.url), migrations: shop, backup };
      const result = await apply(options).finally(() => proxy.stop());
      expect(result).toMatchObject({ outcome: 'blocked', applied: [], error: { code: 'BACKUP_FAILED', exitCode: 1 } });
      expect(readdirSync(own)).toEqual([]);
      expect(await expectWhole(subject)).toBe(begun);
      await expectFinishes(subject);
    },
  );
});
