/** What the one request tells of production, and which engines are refused. */

import { describe, expect, it } from 'vitest';
import { checkEngine, type Production, parseProduction, productionQueries } from '../../src/core/production.ts';
import type { Reply, Value } from '../../src/ports.ts';

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
  rows(['hash of nothing', 'hash of nothing']),
  error('no such table: _prisma_migrations'),
];

const withReply = (index: number, reply: Reply) => empty.map((own, at) => (at === index ? reply : own));

describe('gathering', () => {
  it('has an answer for every question', () => {
    expect(empty).toHaveLength(productionQueries.length);
  });

  it('takes a tracker that is not in the schema for absent', () => {
    expect(parseProduction(empty)).toMatchObject({
      trackerExists: false,
      trackerRows: [],
      trackerFingerprint: 'hash of nothing',
    });
  });

  it('never takes a failed read for an absent table', () => {
    for (const index of [0, 1, 2, 3]) {
      expect(() => parseProduction(withReply(index, error('disk I/O error')))).toThrow(
        /could not be read.*disk I\/O error/,
      );
    }
    const table = rows(['table', '_prisma_migrations', '_prisma_migrations', 'CREATE TABLE …']);
    const columns = rows(
      ...[
        'id',
        'checksum',
        'finished_at',
        'migration_name',
        'logs',
        'rolled_back_at',
        'started_at',
        'applied_steps_count',
      ].map((name) => [name]),
    );
    const there = empty.map((own, at) => (at === 2 ? table : at === 4 ? columns : own));
    expect(() => parseProduction(there)).toThrow(/the tracker: no such table/);
  });

  it('tells a fingerprint that failed from an engine that has none', () => {
    expect(() => parseProduction(withReply(6, error('disk I/O error')))).toThrow(/could not be read/);
    expect(parseProduction(withReply(6, error('no such function: sha3'))).schemaFingerprint).toBe('');
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
