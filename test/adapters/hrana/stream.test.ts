/** Where the next request of a stream goes: the token follows nowhere that it was not given for. */

import { expect, it } from 'vitest';
import { findNextUrl } from '../../../src/adapters/hrana/stream.ts';

const own = 'http://localhost:8080/dev/shop/v3/pipeline';
const turso = 'https://shop-acme.turso.io/v3/pipeline';

it.each([
  ['nothing is said', own, null, own],
  ['nonsense is said', own, 'elsewhere', own],
  ['it names itself', own, 'http://localhost:8080', 'http://localhost:8080/v3/pipeline'],
  ['it names itself with a path', own, 'http://localhost:8080/at/', 'http://localhost:8080/at/v3/pipeline'],
  [
    'Turso names another machine',
    turso,
    'https://fra.shop-acme.turso.io',
    'https://fra.shop-acme.turso.io/v3/pipeline',
  ],
  ['Turso’s name is borrowed', turso, 'https://turso.io.example.com', turso],
  ['it would go on unencrypted', turso, 'http://fra.shop-acme.turso.io', turso],
  ['another port is named', own, 'http://localhost:8081', own],
  ['a server of one’s own names Turso', own, 'https://shop-acme.turso.io', own],
])('when %s', (_, endpoint, baseUrl, next) => {
  expect(findNextUrl(new URL(endpoint), new URL(endpoint), baseUrl).href).toBe(next);
});
