import { expect, test } from 'vitest';
import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import { type BaseMigrations, compareWithBase } from '../../src/check/base.ts';

interface Case {
  readonly here: readonly string[];
  readonly names: readonly string[];
  /** As `names` unless given. */
  readonly before?: readonly string[];
  readonly edited?: readonly string[];
  readonly renamed?: BaseMigrations['renamed'];
}

function compare({ here, names, before = names, edited = [], renamed = [] }: Case) {
  const base: BaseMigrations = { ref: 'main', commit: 'c0ffee', names, before, edited, renamed, goneFiles: [] };
  const found = compareWithBase(
    here.map((name) => migrationFromText(name, '')),
    base,
  );
  const list = (migrations: typeof found.edited) => migrations.map(({ name }) => name);
  return {
    last: found.last,
    outOfOrder: list(found.outOfOrder),
    edited: list(found.edited),
    renamed: found.renamed.map(({ migration, from }) => `${from} → ${migration.name}`),
    settled: list(found.settled),
    deleted: found.deleted,
  };
}

const nothing = { outOfOrder: [], edited: [], renamed: [], deleted: [] };

test.each<[string, Case, Partial<ReturnType<typeof compare>>]>([
  [
    'a new one after all others is in order',
    { here: ['1_a', '3_c', '4_d'], names: ['1_a', '3_c'] },
    { ...nothing, last: '3_c', settled: ['1_a', '3_c'] },
  ],
  [
    'a new one among the others is not',
    { here: ['1_a', '2_b', '3_c'], names: ['1_a', '3_c'] },
    { outOfOrder: ['2_b'], settled: ['1_a', '3_c'] },
  ],
  [
    'one is not, that comes before what the base got since',
    { here: ['1_a', '2_b'], names: ['1_a', '3_c'], before: ['1_a'] },
    { outOfOrder: ['2_b'], deleted: [] },
  ],
  [
    "the order is Prisma's, not that of the bytes",
    { here: ['20250221_x', '20250221232355_y'], names: ['20250221_x'] },
    { ...nothing, last: '20250221_x' },
  ],
  ['everything is new to a base that has none', { here: ['2_b'], names: [] }, { ...nothing, last: null, settled: [] }],
  ['what the base got since is not deleted here', { here: ['1_a'], names: ['1_a', '2_b'], before: ['1_a'] }, nothing],
  ['what is gone here is', { here: ['2_b'], names: ['1_a', '2_b'] }, { ...nothing, deleted: ['1_a'] }],
  [
    'what the base squashed since is neither new here nor deleted',
    { here: ['1_a', '2_b', '4_d'], names: ['3_squashed'], before: ['1_a', '2_b'] },
    { ...nothing, settled: ['1_a', '2_b'] },
  ],
  [
    'one accent is one accent, however it is written',
    { here: ['1_gro\u0308ße'], names: ['1_größe'] },
    { ...nothing, settled: ['1_gro\u0308ße'] },
  ],
  [
    'an edited one is not as it was',
    { here: ['1_a', '2_b'], names: ['1_a', '2_b'], edited: ['2_b'] },
    { edited: ['2_b'], settled: ['1_a'] },
  ],
  [
    'a renamed one is nothing else, wherever it comes now, and is as it was',
    { here: ['2_a', '3_c'], names: ['1_a', '3_c'], renamed: [{ from: '1_a', to: '2_a' }] },
    { ...nothing, renamed: ['1_a → 2_a'], settled: ['2_a', '3_c'] },
  ],
  [
    'beside a renamed one, others are what they are',
    { here: ['2_a', '3_d', '5_e'], names: ['1_a', '4_b'], renamed: [{ from: '1_a', to: '2_a' }] },
    { outOfOrder: ['3_d'], renamed: ['1_a → 2_a'], settled: ['2_a'], deleted: ['4_b'] },
  ],
])('%s', (_, input, expected) => {
  expect(compare(input)).toMatchObject(expected);
});
