/** What the library says to input that no type checker saw. */

import { expect, it } from 'vitest';
import { apply, status } from '../../src/index.ts';

const url = 'http://127.0.0.1:1';

it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY, 3e6])('refuses %s seconds', async (timeoutSeconds) => {
  await expect(status({ url, migrations: [], timeoutSeconds })).rejects.toMatchObject({ code: 'USAGE' });
});

it('refuses migrations that are none, before it reaches for the network', async () => {
  const bad: readonly unknown[] = [
    undefined,
    null,
    7,
    [null],
    ['CREATE TABLE a (id)'],
    [{ name: 'a' }],
    [{ name: '', sql: '' }],
    [{ name: '../a', sql: '' }],
    [{ name: 'a', sql: '', allow: ['data-loss'] }],
  ];
  for (const migrations of bad) {
    const options = Object.assign({ url, migrations: [] }, { migrations });
    await expect(apply(options)).rejects.toMatchObject({ code: 'USAGE' });
  }
  const twice = [1, 2].map(() => ({ name: 'a', sql: '' }));
  await expect(apply({ url, migrations: twice })).rejects.toMatchObject({ code: 'MIGRATION_NAMES_COLLIDE' });
});

it('applies nothing where the plan that was named is no id, as when a variable is empty', async () => {
  const bad: readonly unknown[] = ['', ' ', '7f3a9c2e', '7f3a9c2e-0a1b2c3d4e5f', null, 7];
  for (const plan of bad) {
    const options = Object.assign({ url, migrations: [] as [] }, { plan: plan as string });
    await expect(apply(options)).rejects.toMatchObject({ code: 'USAGE', next: 'migrate-prod plan' });
  }
});

it('says that nothing was sent where nothing listens', async () => {
  await expect(status({ url, migrations: [] })).rejects.toMatchObject({ code: 'UNREACHABLE', retryable: true });
});
