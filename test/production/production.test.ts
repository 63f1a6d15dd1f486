/** What the one request tells of production, and which engines are refused. */

import { describe, expect, it } from 'vitest';
import type { Reply, Value } from '../../src/ports.ts';
import {
  checkEngine,
  checkTracker,
  listProductionQueries,
  type Production,
  parseProduction as parseReplies,
} from '../../src/production/production.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

const parseProduction = (replies: readonly Reply[]) => parseReplies(replies, prismaTracker);

const rows = (...values: readonly (readonly Value[])[]): Reply => ({ type: 'rows', rows: values });
const error = (message: string): Reply => ({ type: 'error', message, code: 'SQLITE_UNKNOWN' });

/** The answers of an empty database, in the order of the questions. */
const empty: readonly Reply[] = [
  rows(['3.45.1']),
  rows([1]),
  rows(),
  rows(),
  rows(),
  error('no such table: _prisma_migrations'),
  error('no such table: _prisma_migrations'),
  rows(['hash of nothing', 'hash of nothing']),
  error('no such table: _prisma_migrations'),
  rows([1_795_461_453_600]),
];

const withReply = (index: number, reply: Reply) => empty.map((own, at) => (at === index ? reply : own));

const prismaColumns = [
  'id',
  'checksum',
  'finished_at',
  'migration_name',
  'logs',
  'rolled_back_at',
  'started_at',
  'applied_steps_count',
].map((name) => [name, 'TEXT', name === 'id' ? 1 : 0] as const);

/** A table in the tracker's place; what is not given fails to be read. */
function withTracker({
  columns = prismaColumns,
  count = error('no such table: _prisma_migrations'),
  tracker = error('no such table: _prisma_migrations'),
}: {
  readonly columns?: readonly (readonly Value[])[];
  readonly count?: Reply;
  readonly tracker?: Reply;
}): readonly Reply[] {
  const list = columns.map(([name, type, key]) => `"${name}" ${type}${key === 1 ? ' PRIMARY KEY' : ''}`);
  const sql = `CREATE TABLE _prisma_migrations (${list.join(', ')})`;
  const table = rows(['table', '_prisma_migrations', '_prisma_migrations', sql]);
  const changed = new Map([
    [2, table],
    [4, rows(...columns)],
    [5, count],
    [6, tracker],
    [8, rows(['hash of the tracker'])],
  ]);
  return empty.map((own, at) => changed.get(at) ?? own);
}

describe('gathering', () => {
  it('has an answer for every question', () => {
    expect(empty).toHaveLength(listProductionQueries(prismaTracker).length);
  });

  it('takes a tracker that is not in the schema for absent', () => {
    expect(parseProduction(empty)).toMatchObject({
      trackerExists: false,
      trackerRows: [],
      trackerFingerprint: 'hash of nothing',
    });
  });

  it("knows the server's time, where it says it", () => {
    const read = (reply: Reply) => parseProduction(withReply(9, reply)).serverTime;
    expect(parseProduction(empty).serverTime).toBe(1_795_461_453_600);
    expect([read(error('no such function: unixepoch')), read(rows([null])), read(rows())]).toEqual([null, null, null]);
  });

  it('goes by no clock that says what is no time', () => {
    const read = (value: Value) => parseProduction(withReply(9, rows([value]))).serverTime;
    const wrong = [1e300, -1e300, Number.NaN, 253_402_300_800_000, -62_167_219_200_001, 10n ** 18n, 'now', '', 0];
    expect(wrong.map(read)).toEqual(wrong.map(() => null));
    expect([read(253_402_300_799_999), read(-62_167_219_200_000)]).toEqual([253_402_300_799_999, -62_167_219_200_000]);
  });

  it('never takes a failed read for an absent table', () => {
    for (const index of [0, 1, 2, 3]) {
      expect(() => parseProduction(withReply(index, error('disk I/O error')))).toThrow(
        /could not be read.*disk I\/O error/,
      );
    }
    expect(() => parseProduction(withTracker({}))).toThrow(/the tracker: no such table/);
  });

  it("takes a table that lacks a column of Prisma's, or has numbers for ids, for one of another shape", () => {
    const count = rows([2]);
    const shape = (columns: readonly (readonly Value[])[]) => {
      const production = parseProduction(withTracker({ columns, count, tracker: rows() }));
      const { tracker, trackerExists, trackerRows, trackerRowCount, trackerFingerprint } = production;
      return { tracker, trackerExists, trackerRows, trackerRowCount, trackerFingerprint };
    };
    const other = {
      tracker: 'other-shape',
      trackerExists: false,
      trackerRows: [],
      trackerRowCount: 2,
      trackerFingerprint: 'hash of nothing',
    };
    for (const [name] of prismaColumns) {
      expect(shape(prismaColumns.filter((column) => column[0] !== name))).toEqual(other);
    }
    expect(shape(prismaColumns.map(([name, type, key]) => [name, key === 1 ? 'integer' : type, key]))).toEqual(other);
    const own = { ...other, tracker: 'prisma', trackerExists: true, trackerFingerprint: 'hash of the tracker' };
    expect(shape(prismaColumns)).toEqual(own);
    expect(shape([...prismaColumns, ['extra', 'INTEGER', 0]])).toEqual(own);
  });

  it('refuses only the other shape before anything is planned, and says what is wrong with it', () => {
    const parse = (columns: readonly (readonly Value[])[]) =>
      parseProduction(withTracker({ columns, count: rows([0]), tracker: rows() }));
    expect(() => checkTracker(parseProduction(empty))).not.toThrow();
    expect(() => checkTracker(parse(prismaColumns))).not.toThrow();
    expect(() => checkTracker(parse([['name', 'TEXT', 0]]))).toThrow(/no column id, checksum.* Its columns are name\./);
    const numbered = prismaColumns.map(([name, type, key]) => [name, key === 1 ? 'INTEGER' : type, key]);
    expect(() => checkTracker(parse(numbered))).toThrow('takes only numbers');
  });

  it('tells a fingerprint that failed from an engine that has none', () => {
    expect(() => parseProduction(withReply(7, error('disk I/O error')))).toThrow(/could not be read/);
    expect(parseProduction(withReply(7, error('no such function: sha3'))).schemaFingerprint).toBe('');
  });
});

describe('the engine', () => {
  const production: Production = parseProduction(empty);

  it('is taken when it is the one that was verified', () => {
    expect(() => checkEngine(production)).not.toThrow();
  });

  it.each([
    ['of another SQLite', { engineVersion: '3.50.4' }, 'SQLite 3.50.4'],
    ['of an older SQLite', { engineVersion: '3.44.0' }, 'SQLite 3.44.0'],
    ['that does not enforce foreign keys', { foreignKeys: false }, 'foreign keys'],
    ['without its hash function', { schemaFingerprint: '' }, 'sha3'],
  ])('%s is refused', (_, change, reason) => {
    expect(() => checkEngine({ ...production, ...change })).toThrow(reason);
    try {
      checkEngine({ ...production, ...change });
    } catch (caught) {
      expect(caught).toMatchObject({ code: 'ENGINE_UNVERIFIED', exitCode: 1 });
    }
  });
});
