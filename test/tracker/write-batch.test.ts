/** What is written to the tracker without running a migration. */

import { expect, it } from 'vitest';
import type { Reply, Value } from '../../src/ports.ts';
import { parseProduction } from '../../src/production/production.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';
import { buildTrackerBatch, type TrackerWrite } from '../../src/tracker/write-batch.ts';

const token = `eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.${'x'.repeat(40)}`;

const rows = (...values: readonly (readonly Value[])[]): Reply => ({ type: 'rows', rows: values });
const absent: Reply = { type: 'error', message: 'no such table: _prisma_migrations', code: 'SQLITE_UNKNOWN' };
const nothing = parseProduction(
  [
    rows(['3.45.1']),
    rows([1]),
    rows(),
    rows(),
    rows(),
    absent,
    absent,
    rows(['hash', 'hash']),
    absent,
    rows([1_795_461_453_600]),
  ],
  prismaTracker,
);

it.each<TrackerWrite>([
  { type: 'record', id: '1', name: '1_a', checksum: 'c', logs: `by ${token}`, openRows: [], staleRows: [] },
  { type: 'accept', rows: ['1'], checksum: 'c', by: `by ${token}` },
  { type: 'rename', rows: ['1'], name: '1_b', by: `by ${token}` },
])('keeps no token of who did it ($type)', (write) => {
  const written = JSON.stringify(buildTrackerBatch(nothing, [write]).map(({ args }) => args));
  expect(written).toContain('by [secret]');
  expect(written).not.toContain(token);
});
