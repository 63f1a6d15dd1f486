/** What a target that comes first has: only the same file, applied to its end. */

import { expect, test } from 'vitest';
import { type EarlierTarget, findNotOnEarlier } from '../../src/history/earlier.ts';
import type { Migration } from '../../src/history/migration.ts';
import type { TrackerRow } from '../../src/tracker/tracker.ts';

const [own, other] = ['a'.repeat(64), 'b'.repeat(64)];

const migration: Migration = {
  name: '2_next',
  checksum: own,
  alternativeChecksums: ['c'.repeat(64)],
  sql: 'SELECT 1',
  consents: [],
  path: '2_next',
};

const row = (changes: Partial<TrackerRow> = {}): TrackerRow => ({
  id: '1',
  checksum: own,
  migrationName: '2_next',
  finishedAt: 2,
  rolledBackAt: null,
  startedAt: 1,
  logs: null,
  appliedStepsCount: 1,
  ...changes,
});

const judge = (...targets: readonly EarlierTarget[]) =>
  findNotOnEarlier(targets, [migration], ['2_next']).map(({ kind, code, place, args }) => [
    kind,
    code,
    place.migration,
    args,
  ]);
const asked = (...rows: readonly TrackerRow[]): EarlierTarget => ({ name: 'staging', type: 'asked', rows });

test.each([
  ['applied', [row()]],
  ['applied with other line ends', [row({ checksum: 'c'.repeat(64) })]],
  ['recorded without running', [row({ appliedStepsCount: 0 })]],
  ['applied under an old name', [row({ migrationName: '1_old' })]],
  ['applied after a failure', [row({ id: '0', finishedAt: null, rolledBackAt: 2 }), row()]],
  ['applied after another draft of it', [row({ id: '0', checksum: other }), row()]],
])('%s is there', (_what, rows) => expect(judge(asked(...rows))).toEqual([]));

test.each([
  ['nothing', [], 'absent'],
  ['another migration', [row({ migrationName: '1_old', checksum: other })], 'absent'],
  ['another file', [row({ checksum: other })], 'other-file'],
  ['a checksum that is none', [row({ checksum: 'x' })], 'other-file'],
  ['one that was rolled back', [row({ finishedAt: null, rolledBackAt: 2 })], 'failed'],
  ['one whose record was undone', [row({ rolledBackAt: 2 })], 'failed'],
  ['one that never ended', [row({ finishedAt: null })], 'failed'],
])('%s does not count', (_what, rows, what) => {
  expect(judge(asked(...rows))).toEqual([
    ['hazard', 'not-on-staging', '2_next', { target: 'staging', what, said: null }],
  ]);
});

test('each target is judged for itself, and one that cannot be asked has nothing', () => {
  const silent: EarlierTarget = { name: 'qa', type: 'not-asked', why: 'no answer' };
  expect(judge(asked(row()), silent, { ...asked(), name: 'eu' })).toEqual([
    ['hazard', 'not-on-staging', '2_next', { target: 'qa', what: 'not-asked', said: 'no answer' }],
    ['hazard', 'not-on-staging', '2_next', { target: 'eu', what: 'absent', said: null }],
  ]);
});
