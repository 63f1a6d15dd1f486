/** Did-you-mean. */

import { expect, it } from 'vitest';
import { suggest } from '../../src/text/suggest.ts';

it('finds what was nearly typed, in any case, or typed in part', () => {
  const names = ['20260101_init', '20260202_customers', '20260303_orders'];
  expect(suggest('20260202_custmers', names)).toBe('20260202_customers');
  expect(suggest('orders', names)).toBe('20260303_orders');
  expect(suggest('STATUS', ['status', 'plan'])).toBe('status');
});

it('suggests nothing that is not near', () => {
  expect(suggest('xyz', ['status', 'plan'])).toBeNull();
  expect(suggest('2026', ['20260101_a', '20260102_b'])).toBeNull();
  expect(suggest('', ['status'])).toBeNull();
});
