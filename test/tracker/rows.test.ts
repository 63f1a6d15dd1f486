/** A row of the tracker, as it is read. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRunMarks } from '../../src/tracker/row-logs.ts';
import {
  classifyRow,
  parseTime,
  parseTrackerRow,
  prismaTracker,
  selectTrackerRows,
} from '../../src/tracker/tracker.ts';
import { createdTracker, openProduction } from '../apply/production.ts';

describe('a row', () => {
  it('is read as it is written', async () => {
    const production = await openProduction(
      createdTracker,
      `INSERT INTO "_prisma_migrations" VALUES ('b', 'c', 5, '1_a', 'it said', 6, 7, 2)`,
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, logs) VALUES ('a', 'c', '2_b', '2026-01-02 03:04:05', '${'x'.repeat(5_000)}')`,
    );
    const rows = (await production.rows(selectTrackerRows(prismaTracker).sql)).map(parseTrackerRow);
    expect(rows).toEqual([
      {
        id: 'b',
        checksum: 'c',
        migrationName: '1_a',
        finishedAt: 5,
        rolledBackAt: 6,
        startedAt: 7,
        logs: 'it said',
        appliedStepsCount: 2,
      },
      {
        id: 'a',
        checksum: 'c',
        migrationName: '2_b',
        finishedAt: null,
        rolledBackAt: null,
        startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
        logs: 'x'.repeat(4_000),
        appliedStepsCount: 0,
      },
    ]);
  });

  it('may lack everything', () => {
    const empty = { id: '', checksum: '', migrationName: '', finishedAt: null, rolledBackAt: null };
    expect(parseTrackerRow([])).toEqual({ ...empty, startedAt: 0, logs: null, appliedStepsCount: 0 });
    expect(parseTrackerRow([null, null, null, null, null, null, null, null])).toEqual(parseTrackerRow([]));
  });

  it('is rolled back, finished or open', () => {
    const of = (finishedAt: number | null, rolledBackAt: number | null) =>
      classifyRow({ ...parseTrackerRow([]), finishedAt, rolledBackAt });
    expect([of(null, null), of(0, null), of(null, 0), of(5, 5)]).toEqual([
      'open',
      'finished',
      'rolled-back',
      'rolled-back',
    ]);
  });
});

describe('a time without a zone is UTC, wherever this machine stands', () => {
  let zone: string | undefined;
  beforeEach(() => {
    zone = process.env.TZ;
    process.env.TZ = 'America/New_York';
  });
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);

  it.each<[string, number]>([
    ['2026-01-02 03:04:05', at],
    [' 2026-01-02 03:04:05 ', at],
    ['2026-01-02 03:04:05.5', at + 500],
    ['2026-01-02 03:04:05.250', at + 250],
    ['2026-01-02T03:04:05Z', at],
    ['2026-01-02T04:04:05+01:00', at],
    ['2026-01-02 03:04:05+00:00', at],
    [' 1767323045000 ', 1_767_323_045_000],
  ])('%j', (text, expected) => {
    expect(parseTime(text)).toBe(expected);
  });
});

it('keeps a number as it is, and takes a fraction for one', () => {
  expect([parseTime(0), parseTime(-5), parseTime(1.5), parseTime(7n), parseTime(-7n)]).toEqual([0, -5, 1.5, 7, -7]);
});

it('has marks only where both are there', () => {
  expect(parseRunMarks('{"plan":"0a-1","last":"x"}')).toEqual({ plan: '0a-1', last: 'x' });
  for (const logs of [
    '{"plan":"0a-1"}',
    '{"last":"x","plan":"0a-1"}',
    '{"plan":"Z","last":"x"}',
    '{"plan":"","last":"x"}',
  ]) {
    expect(parseRunMarks(logs), logs).toBeNull();
  }
});
