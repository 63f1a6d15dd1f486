import { expect, test } from 'vitest';
import { MigrateError } from '../../src/errors.ts';
import { envFileOf, findTargetOfFile, parseTargetName } from '../../src/target/names.ts';
import { findMisspelt, listBefore, parseTargetOrder, type TargetOrder } from '../../src/target/order.ts';

test.each(['prod', 'staging', 'eu-west_1.blue', '2', 'A', 'a'.repeat(64)])(
  '%s is a name, and its file is its own',
  (name) => {
    expect(parseTargetName(name)).toBe(name);
    expect(findTargetOfFile(envFileOf(name))).toBe(name);
  },
);

test.each([
  '',
  ' ',
  '.',
  '..',
  '../prod',
  'a/b',
  'a\\b',
  '-x',
  '.hidden',
  'prod.',
  'a b',
  'a\n',
  'a\0b',
  'prød',
  'a:b',
  '*',
  'a'.repeat(65),
])('%j is no name', (name) => {
  expect(() => parseTargetName(name)).toThrow(MigrateError);
  expect(findTargetOfFile(envFileOf(name))).toBe(null);
});

test.each([
  '.env',
  '.env.turso',
  '.env.turso-prod.example',
  '.env.turso-prod~',
  '.env.turso-staging.sample',
  'x.env.turso-prod',
])('%s is the file of no target', (name) => expect(findTargetOfFile(name)).toBe(null));

function read(value: unknown): TargetOrder {
  const result = parseTargetOrder(value);
  if (result.type === 'invalid') throw new Error(result.reason);
  return result.order;
}

test('the order says what comes before a target, however it is written', () => {
  const order = read({ prod: ['staging', 'QA', 'Staging'], staging: ['dev'], dev: [] });
  expect(listBefore(order, 'prod')).toEqual(['Staging', 'QA']);
  expect(listBefore(order, 'PROD')).toEqual(['Staging', 'QA']);
  expect(listBefore(order, 'dev')).toEqual([]);
  expect(listBefore(order, 'constructor')).toEqual([]);
});

test.each([
  [['staging'], '"after" is no object of targets'],
  ['staging', '"after" is no object of targets'],
  [null, '"after" is no object of targets'],
  [{ prod: 'staging' }, '"after" of prod is no list of targets'],
  [{ prod: { staging: true } }, '"after" of prod is no list of targets'],
  [{ prod: [true] }, '"after" of prod has true, which is no name of a target'],
  [{ prod: [undefined] }, 'which is no name of a target'],
  [{ prod: ['../x'] }, '"after" of prod has "../x", which is no name of a target'],
  [{ 'a/b': [] }, '"after" has "a/b", which is no name of a target'],
  [{ prod: [], PROD: [] }, '"after" has PROD twice'],
  [{ prod: ['prod'] }, '"after" goes in a circle: prod after prod'],
  [{ prod: ['Prod'] }, '"after" goes in a circle: prod after prod'],
  [{ prod: ['staging'], staging: ['dev'], dev: ['prod'] }, 'circle: prod after staging after dev after prod'],
  [{ prod: ['a', 'b'], a: ['c'], b: ['c'], c: ['b'] }, 'circle: c after b after c'],
])('an order of %j is refused', (value, reason) => {
  expect(() => read(value)).toThrow(reason);
});

test('two ways to one target are no circle', () => {
  expect(read({ prod: ['a', 'b'], a: ['c'], b: ['c'] }).size).toBe(3);
});

test.each([
  [{ prod: ['stagin'] }, ['prod', 'staging'], { name: 'stagin', meant: 'staging' }],
  [{ production: ['staging'] }, ['prod', 'staging'], { name: 'production', meant: 'prod' }],
  [{ production: ['staging'] }, [], { name: 'production', meant: 'prod' }],
  [{ prod: ['staging'] }, [], null],
  [{ prod: ['Staging'] }, ['staging'], null],
  [{ prod: ['dev'], eu: ['prod'] }, ['staging'], null],
  [{ prod: ['staging1', 'staging2'], prod2: ['prod'] }, ['staging1'], null],
])('of the names in %j and the files of %j, the misspelt one is %j', (value, files, expected) => {
  expect(findMisspelt(read(value), files)).toEqual(expected);
});
