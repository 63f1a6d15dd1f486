import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readOrigin } from '../../src/adapters/init/origin.ts';
import { chooseSpec } from '../../src/init/spec.ts';
import { createFolder } from '../adapters/files/folder.ts';

const version = '0.1.0';
const choose = (recorded: string | null, folder = '/home/dev/migrate-prod') =>
  chooseSpec({ recorded, folder, version }, '/home/dev/shop');

describe('where the dependency comes from', () => {
  test.each([
    ['^0.1.0', '0.1.0'],
    ['latest', '0.1.0'],
    ['0.1.0', '0.1.0'],
    ['github:somebody/migrate-prod#v1', 'github:somebody/migrate-prod#v1'],
    ['git+ssh://git@example.com/migrate-prod.git#abc', 'git+ssh://git@example.com/migrate-prod.git#abc'],
    ['https://example.com/migrate-prod-0.1.0.tgz', 'https://example.com/migrate-prod-0.1.0.tgz'],
  ])('is what is recorded: %s, pinned where it is a version', (recorded, spec) => {
    expect(choose(recorded)).toEqual({ spec, isLocal: false });
  });

  test.each([
    ['file:/home/dev/migrate-prod-0.1.0.tgz', 'file:../migrate-prod-0.1.0.tgz'],
    ['link:/home/dev/migrate-prod', 'file:../migrate-prod'],
    ['file:/home/dev/shop/vendor/migrate-prod.tgz', 'file:./vendor/migrate-prod.tgz'],
    ['file:/elsewhere/migrate-prod.tgz', 'file:/elsewhere/migrate-prod.tgz'],
    // A checkout, or one that is installed for the whole machine.
    [null, 'file:../migrate-prod'],
  ])('is a path on this machine: %s', (recorded, spec) => {
    expect(choose(recorded)).toEqual({ spec, isLocal: true });
  });

  test('is read from the package.json that a package manager wrote where it put the program', () => {
    const root = createFolder({ 'cache/package.json': '{"dependencies":{"migrate-prod":"file:../m.tgz"}}' });
    const folder = join(root, 'cache', 'node_modules', 'migrate-prod');
    const script = join(root, 'cache', 'node_modules', '.bin', 'migrate-prod');
    mkdirSync(folder, { recursive: true });
    const recorded = `file:${join(root, 'm.tgz')}`.replaceAll('\\', '/');
    expect(readOrigin({ folder, version, script }).recorded).toBe(recorded);
    // The link of another package manager leads elsewhere, and the folder still tells.
    expect(readOrigin({ folder, version, script: '/usr/bin/migrate-prod' }).recorded).toBe(recorded);
    writeFileSync(join(root, 'cache', 'package.json'), 'no JSON');
    expect(readOrigin({ folder, version, script }).recorded).toBeNull();
    expect(readOrigin({ folder: root, version, script: join(root, 'dist', 'bin.cjs') }).recorded).toBeNull();
  });
});
