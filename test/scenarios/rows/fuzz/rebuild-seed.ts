/** The choices behind a random table rebuild: Prisma's own, and what hands make of them. */

import fc from 'fast-check';
import { anyColumn, anyOf, rarely } from './columns.ts';
import { anyCondition, anyExpression } from './expressions.ts';

const place = anyOf(6);
const changes = [
  'drop',
  'not null',
  'rename',
  'type',
  'type',
  'type',
  'nullable',
  'default',
  'unique',
  'check',
  'nocase',
  'reference',
  'forget reference',
  'add',
  'not unique',
  'binary',
] as const;

const styles = [
  ...['prisma', 'prisma', 'prisma', 'prisma', 'prisma', 'prisma', 'prisma', 'prisma'],
  ...['rename first', 'rename first', 'no copy', 'copy twice', 'swap', 'as select', 'halves', 'wrong source'],
  ...['move', 'move later', 'helper', 'helper'],
] as const;

const clauses = [
  'WHERE',
  'ORDER BY',
  'LIMIT',
  'DISTINCT',
  'JOIN',
  'LEFT JOIN',
  'GROUP BY',
  'UNION',
  'HAVING',
  'OFFSET',
] as const;

const anySeed = fc.record({
  type: fc.constant('rebuild' as const),
  /** Changes nothing but what is copied. */
  isCalm: fc.boolean(),
  table: place,
  changes: fc.array(fc.record({ change: fc.constantFrom(...changes), column: place, seed: anyColumn }), {
    maxLength: 3,
  }),
  constraint: rarely(fc.constantFrom('UNIQUE', 'CHECK', 'FOREIGN KEY'), 5),
  kind: rarely(fc.constantFrom('rowid', 'autoincrement', 'text', 'without rowid', 'int'), 6),
  strict: rarely(fc.boolean(), 8),
  style: fc.constantFrom(...styles),
  /** Columns that the copy leaves out, a bit each. */
  omits: rarely(fc.nat(63), 5).map((bits) => bits ?? 0),
  /** What is copied in the place of a column. */
  items: rarely(
    fc.array(fc.record({ column: place, value: anyExpression, named: fc.boolean() }), { minLength: 1, maxLength: 2 }),
    2,
  ).map((items) => items ?? []),
  form: fc.constantFrom('list', 'list', 'list', 'star', 'positional', 'alias', 'with'),
  clause: rarely(fc.constantFrom(...clauses), 3),
  condition: anyCondition,
  conflict: rarely(fc.constantFrom('OR IGNORE ', 'OR REPLACE ', 'OR FAIL '), 4).map((words) => words ?? ''),
  end: rarely(fc.constant(' ON CONFLICT DO NOTHING'), 8).map((words) => words ?? ''),
  between: rarely(
    fc.record({
      verb: fc.constantFrom('update new', 'update old', 'delete new', 'delete old'),
      column: place,
      value: anyExpression,
      where: fc.option(anyCondition),
    }),
    8,
  ),
  other: place,
  /** Made on the copy before rows are in it. */
  index: rarely(fc.record({ column: place, unique: fc.boolean(), form: anyOf(11) }), 8),
});

const calm = {
  constraint: null,
  kind: null,
  omits: 0,
  clause: null,
  conflict: '',
  end: '',
  between: null,
  index: null,
} as const;

export const anyRebuild: fc.Arbitrary<RebuildSeed> = anySeed.map((seed) =>
  seed.isCalm ? { ...seed, ...calm, changes: [] } : seed,
);

export type RebuildSeed = typeof anySeed extends fc.Arbitrary<infer Seed> ? Seed : never;

export type ChangeKind = (typeof changes)[number];
