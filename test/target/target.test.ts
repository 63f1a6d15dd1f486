/** What people call a database. */

import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../src/adapters/files/target.ts';
import { findDatabaseName } from '../../src/target/target.ts';

describe('the name of a database', () => {
  test.each([
    ['libsql://shop-acme.turso.io', 'shop-acme'],
    ['libsql://shop-acme.aws-eu-west-1.turso.io/', 'shop-acme'],
    ['https://Shop-Acme.turso.io:443', 'shop-acme'],
    ['wss://shop-acme.turso.io', 'shop-acme'],
    ['http://127.0.0.1:8080', '127.0.0.1:8080'],
    ['http://[::1]:8080', '[::1]:8080'],
    ['http://localhost:8080', 'localhost:8080'],
    ['http://localhost', 'localhost'],
    ['http://localhost:8080/dev/tenant', 'tenant'],
    ['http://localhost:8080/dev/tenant/', 'tenant'],
    ['libsql://db.shop.example', 'db.shop.example'],
    ['libsql://shop.turso.io.example', 'shop.turso.io.example'],
    ['https://db.shop.example:8443', 'db.shop.example:8443'],
    ['file:shop.db', 'shop.db'],
    ['file:./data/my%20shop.db', 'my shop.db'],
  ])('of %s is %s', (url, name) => {
    expect(findDatabaseName(parseTarget(url, resolve('/srv/app')).target)).toBe(name);
  });

  test('of a file on Windows is the file', () => {
    expect(findDatabaseName({ type: 'file', name: 'file:C:\\data\\shop.db', path: 'C:\\data\\shop.db' })).toBe(
      'shop.db',
    );
  });
});
