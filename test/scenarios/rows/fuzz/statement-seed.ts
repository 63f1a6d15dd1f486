/** The choices behind random statements of the kinds that real histories hold besides table rebuilds. */

import fc from 'fast-check';
import { anyColumn, anyOf, anyValue, rarely } from './columns.ts';
import { anyCondition, anyExpression } from './expressions.ts';

const place = anyOf(6);
const alterations = ['type', 'not null', 'nullable', 'default', 'check', 'reference', 'forget reference'] as const;

const anyView = fc.record({ type: fc.constant('create-view' as const), table: place, takes: fc.boolean() });
const anyIndex = fc.record({
  type: fc.constant('create-index' as const),
  table: place,
  column: place,
  unique: fc.constantFrom(true, true, true, false),
  form: anyOf(11),
});

const anyDelete = fc.record({
  type: fc.constant('delete' as const),
  table: place,
  where: rarely(anyCondition, 2),
  /** Rather of a table that others refer to. */
  reaches: fc.boolean(),
  end: fc.constantFrom('', '', '', '', ' RETURNING "id"'),
});

export const anyStatement = fc.oneof(
  { weight: 8, arbitrary: anyDelete },
  { weight: 1, arbitrary: anyView },
  { weight: 4, arbitrary: anyIndex },
  {
    weight: 20,
    arbitrary: fc.oneof(
      fc.record({ type: fc.constant('add-column' as const), table: place, column: anyColumn }),
      fc.record({ type: fc.constant('drop-column' as const), table: place, column: place }),
      fc.record({ type: fc.constant('rename-column' as const), table: place, column: place }),
      fc.record({
        type: fc.constant('alter-column' as const),
        table: place,
        column: place,
        to: anyColumn,
        change: fc.constantFrom(...alterations),
      }),
      fc.record({ type: fc.constant('rename-table' as const), table: place }),
      fc.record({ type: fc.constant('drop-index' as const), index: place }),
      fc.record({
        type: fc.constant('update' as const),
        table: place,
        column: place,
        value: anyExpression,
        where: fc.option(anyCondition),
        more: rarely(fc.record({ column: place, value: anyExpression }), 4),
        conflict: fc.constantFrom('', '', '', '', 'OR IGNORE ', 'OR REPLACE '),
        from: rarely(place, 6),
        alias: fc.boolean(),
        /** Rather of a column that is unique. */
        aims: fc.boolean(),
      }),
      fc.record({
        type: fc.constant('insert-select' as const),
        table: place,
        from: place,
        items: fc.array(anyExpression, { minLength: 6, maxLength: 6 }),
        skip: fc.nat(63),
        where: fc.option(anyCondition),
        conflict: fc.constantFrom('', '', '', '', 'OR IGNORE ', 'OR REPLACE '),
        end: fc.constantFrom(
          '',
          '',
          '',
          '',
          ' ON CONFLICT DO NOTHING',
          ' RETURNING "id"',
          ' LIMIT 2',
          'UPSERT',
          'UPSERT',
        ),
        form: anyOf(8),
      }),
      fc.record({
        type: fc.constant('insert-values' as const),
        table: place,
        rows: fc.array(fc.array(anyValue, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 2 }),
        skip: fc.nat(63),
        conflict: fc.constantFrom('', '', '', '', 'OR IGNORE ', 'OR REPLACE '),
        end: fc.constantFrom('', '', 'UPSERT'),
        defaults: rarely(fc.constant(true), 8),
      }),
      fc.record({ type: fc.constant('drop-table' as const), table: place }),
      fc.record({ type: fc.constant('create-as' as const), from: place, where: fc.option(anyCondition) }),
      fc.record({
        type: fc.constant('create-table' as const),
        like: place,
        columns: fc.array(anyColumn, { minLength: 1, maxLength: 3 }),
        fills: fc.boolean(),
      }),
    ),
  },
);

export type StatementSeed = typeof anyStatement extends fc.Arbitrary<infer Seed> ? Seed : never;

export type Of<Type> = Extract<StatementSeed, { type: Type }>;
