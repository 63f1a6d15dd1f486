/** The way back in words: for Turso's own databases a command, and nothing that is not certain. */

import { describe, expect, it } from 'vitest';
import { buildRestorePoint, describeRestorePoint, findRestoreCommand } from '../../src/backup/restore-point.ts';
import type { Target } from '../../src/target/target.ts';

const server = (url: string): Target => ({ type: 'server', name: url.replace('https', 'libsql'), url });
const file: Target = { type: 'file', name: 'file:/data/my shop.db', path: '/data/my shop.db' };
const turso = server('https://shop-acme.turso.io');
const now = Date.UTC(2026, 10, 23, 18, 40, 12, 999);

describe('a restore point', () => {
  it.each([
    ['https://shop-acme.turso.io', 'shop'],
    ['https://shop-acme.aws-eu-west-1.turso.io', 'shop'],
    ['https://my-shop-acme.turso.io', 'NAME'],
    ['https://shop-acme-corp.turso.io', 'NAME'],
    ['https://shop.turso.io', 'NAME'],
    ['https://shop-.turso.io', 'NAME'],
  ])('of %s names the database %s', (url, name) => {
    expect(buildRestorePoint(server(url), { now: now, clock: 'server' }, null)).toEqual({
      at: '2026-11-23T18:40:12Z',
      clock: 'server',
      command: `turso db create NEW_NAME --from-db ${name} --timestamp 2026-11-23T18:40:12Z`,
      backup: null,
    });
  });

  it.each([
    ['a server of one’s own', server('http://127.0.0.1:8080')],
    ['a host that only ends alike', server('https://notturso.io')],
    ['a file', file],
  ])('of %s has no command', (_, target) => {
    expect(buildRestorePoint(target, { now: now, clock: 'server' }, 'a.sql')).toEqual({
      at: '2026-11-23T18:40:12Z',
      clock: 'server',
      command: null,
      backup: 'a.sql',
    });
  });

  it('is the second in which it is asked for, never a later one', () => {
    const at = (milliseconds: number) => buildRestorePoint(turso, { now: milliseconds, clock: 'server' }, null).at;
    expect([at(now), at(now + 1), at(now - 999)]).toEqual([
      '2026-11-23T18:40:12Z',
      '2026-11-23T18:40:13Z',
      '2026-11-23T18:40:12Z',
    ]);
  });
});

describe('what is said of it', () => {
  it('names the clock that it goes by where the server has none', () => {
    const point = buildRestorePoint(server('http://127.0.0.1:8080'), { now, clock: 'machine' }, null);
    expect(describeRestorePoint(server('http://127.0.0.1:8080'), point)).toEqual([
      "Restore point: 2026-11-23T18:40:12Z by the clock of this machine, because the server's time is not valid, for a backup of your own.",
    ]);
  });

  const describeFor = (target: Target, backup: string | null) =>
    describeRestorePoint(target, buildRestorePoint(target, { now: now, clock: 'server' }, backup));

  it('is three lines that fit on a terminal for Turso, and says where the name is found when it is not certain', () => {
    expect(describeFor(turso, null)).toEqual([
      'Restore point: 2026-11-23T18:40:12Z. To get back:',
      '  turso db create NEW_NAME --from-db shop --timestamp 2026-11-23T18:40:12Z',
      '  (a new database with a URL of its own; how far back depends on your Turso plan)',
    ]);
    expect(describeFor(server('https://my-shop-acme.turso.io'), null)[0]).toBe(
      'Restore point: 2026-11-23T18:40:12Z. To get back (turso db list has the name):',
    );
  });

  it('is the instant for another server, with no command of Turso', () => {
    const other = server('https://db.example.com');
    expect(describeFor(other, null)).toEqual(['Restore point: 2026-11-23T18:40:12Z, for a backup of your own.']);
    expect(describeFor(other, 'a.sql')).toEqual(['Restore point: 2026-11-23T18:40:12Z.']);
  });

  it('is nothing for a file', () => {
    expect(describeFor(file, null)).toEqual([]);
  });
});

it.each([
  [turso, 'turso db create NEW_NAME --from-dump shop.sql'],
  [server('http://127.0.0.1:8080'), 'sqlite3 new.db < shop.sql'],
  [file, "rm -f '/data/my shop.db-wal' '/data/my shop.db-shm' && cp shop.sql '/data/my shop.db'"],
])('brings a backup of %o back', (target, command) => {
  expect(findRestoreCommand(target, 'shop.sql')).toBe(command);
});
