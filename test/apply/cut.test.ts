/** Cutting a long plan into requests: at whole migrations, and no request larger than a server takes. */

import { expect, it } from 'vitest';
import { cutIntoRequests } from '../../src/apply/batch.ts';
import type { PlannedMigration, PlannedStatement } from '../../src/plan/plan.ts';
import { guardOf, plannedMigration, plannedStatement } from './planned.ts';

/** What one request takes, and what is counted for each migration beside its own texts. */
const most = { characters: 600_000, steps: 4_000 };
const overhead = { characters: 2_000, steps: 12 };

const migration = (statements: number, length: number) =>
  plannedMigration(
    'm',
    Array.from({ length: statements }, () => plannedStatement('', { sent: 'x'.repeat(length) })),
  );

const sizes = (migrations: readonly PlannedMigration[]) => cutIntoRequests(migrations).map((part) => part.length);

it('keeps 100 ordinary migrations in one request, and cuts 1,000 at whole migrations', () => {
  const hundred = Array.from({ length: 100 }, () => migration(4, 100));
  expect(cutIntoRequests(hundred)).toHaveLength(1);
  const thousand = Array.from({ length: 1000 }, () => migration(4, 100));
  const cut = cutIntoRequests(thousand);
  expect(cut.length).toBeLessThanOrEqual(5);
  expect(cut.flat()).toEqual(thousand);
});

it('gives a migration that is too large by itself a request of its own', () => {
  expect(sizes([migration(1, 10), migration(1, 2_000_000), migration(1, 10)])).toEqual([1, 1, 1]);
  expect(cutIntoRequests([])).toEqual([]);
});

it('fills a request to its last character', () => {
  const half = most.characters / 2 - overhead.characters;
  expect(sizes([migration(1, half), migration(1, half), migration(1, 1)])).toEqual([2, 1]);
  expect(sizes([migration(1, half), migration(1, half + 1)])).toEqual([1, 1]);
});

it('fills a request to its last step', () => {
  const half = most.steps / 2 - overhead.steps;
  expect(sizes([migration(half, 0), migration(half, 0), migration(1, 0)])).toEqual([2, 1]);
  expect(sizes([migration(half, 0), migration(half + 1, 0)])).toEqual([1, 1]);
});

it('begins to count anew with each request', () => {
  const third = most.characters / 3 - overhead.characters;
  const parts = [third, third, third, third, third, third, third];
  expect(sizes(parts.map((length) => migration(1, length)))).toEqual([3, 3, 1]);
  const steps = most.steps / 4 - overhead.steps;
  expect(sizes(Array.from({ length: 9 }, () => migration(steps, 0)))).toEqual([4, 4, 1]);
  // The large one stands alone, and what follows it is not counted with it.
  expect(sizes([migration(1, 2_000_000), migration(1, third), migration(1, third)])).toEqual([1, 2]);
});

it('counts all that is sent of a migration, and nothing that is skipped', () => {
  const half = most.characters / 2 - overhead.characters;
  const text = 'x'.repeat(half);
  const other = migration(1, half);
  const sized = (statement: Partial<PlannedStatement>) =>
    plannedMigration('m', [plannedStatement('', { sent: '', ...statement })]);
  const fitting: readonly PlannedMigration[] = [
    sized({ sent: text }),
    sized({ before: [text] }),
    sized({ after: [text] }),
    sized({ guards: [guardOf(text)] }),
    plannedMigration('m', [], { keyChecks: [{ columns: [], child: '', parent: '', before: null, after: text }] }),
    plannedMigration('m', [], { keyChecks: [{ columns: [], child: '', parent: '', before: text, after: '' }] }),
  ];
  for (const [index, fits] of fitting.entries()) {
    expect(sizes([other, fits]), `text ${index}`).toEqual([2]);
    const over = JSON.parse(JSON.stringify(fits).replace(text, `${text}x`)) as PlannedMigration;
    expect(sizes([other, over]), `text ${index} and one more`).toEqual([1, 1]);
  }
  expect(sizes([other, sized({ action: 'skip', skip: 'identical', sent: `${text}x` })])).toEqual([2]);
});
