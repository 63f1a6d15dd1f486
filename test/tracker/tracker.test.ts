/** Times and order, as Prisma and others write them. */

import { expect, it } from 'vitest';
import { compareNames } from '../../src/history/migration.ts';
import { parseTime } from '../../src/tracker/tracker.ts';

it('reads a time in every encoding that tools use', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  expect(parseTime(null)).toBeNull();
  for (const value of [
    at,
    BigInt(at),
    String(at),
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.000+00:00',
    '2026-01-02 03:04:05',
    '2026-01-02T04:04:05+01:00',
  ]) {
    expect(parseTime(value)).toBe(at);
  }
});

it('takes a value that is no time for set all the same', () => {
  expect(parseTime('yes')).toBe(0);
  expect(parseTime('')).toBe(0);
});

it('orders names as Prisma does, not by bytes', () => {
  const names = ['20250221232355_y', '20250221_x', 'b', 'A', 'a', '2_b', '10_a'];
  expect([...names].sort(compareNames)).toEqual([...names].sort((left, right) => left.localeCompare(right, 'en')));
  expect(compareNames('20250221_x', '20250221232355_y')).toBeLessThan(0);
});
