/** Random columns and indexes, and the values that rows hold. */

import fc from 'fast-check';
import { type Column, quote, type Table, type TableKind } from './world.ts';

const types = ['TEXT', 'INTEGER', '', 'REAL', 'DATETIME', 'BLOB'] as const;
export const actions = [
  '',
  ' ON DELETE CASCADE',
  ' ON DELETE CASCADE',
  ' ON DELETE CASCADE',
  ' ON DELETE SET NULL',
  ' ON DELETE RESTRICT',
  ' ON DELETE SET DEFAULT',
  ' ON DELETE CASCADE ON UPDATE CASCADE',
  ' ON DELETE SET NULL ON UPDATE SET NULL',
  ' ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED',
  ' DEFERRABLE INITIALLY DEFERRED',
] as const;
const checks = [
  `$ <> 'b'`,
  '$ > 0',
  'length($) < 3',
  '$ IS NOT NULL',
  `$ IN ('a', 'A', 1, '1')`,
  `typeof($) = 'integer'`,
  `$ = lower($)`,
  'json_valid($)',
] as const;
const fallbacks = [`'a'`, '1', 'NULL', `'1'`, '-1', '1.0', 'CURRENT_TIMESTAMP', '(1 + 1)', `''`, 'true'] as const;
/** What rows hold: equal, almost equal, and nothing at all. */
export const values = [
  'NULL',
  '1',
  `'a'`,
  '2',
  `'A'`,
  `'1'`,
  `'007'`,
  '1.0',
  `'b'`,
  `''`,
  '0',
  '3',
  `'1.0'`,
  '1.5',
  `x'61'`,
  '-1',
  `'a '`,
  '9007199254740993',
  `'{"a": 1}'`,
  `x'00ff'`,
  '-9223372036854775808',
] as const;

export interface ColumnSeed {
  readonly type: number;
  readonly notNull: boolean;
  readonly fallback: number | null;
  readonly rule:
    | 'plain'
    | 'unique'
    | 'nocase'
    | 'check'
    | 'reference'
    | 'generated'
    | 'unique nocase'
    | 'unique reference';
  readonly detail: number;
  readonly parent: number;
}

const rules = [
  'plain',
  'plain',
  'plain',
  'reference',
  'reference',
  'unique',
  'nocase',
  'check',
  'generated',
  'unique nocase',
  'unique reference',
] as const;

export const anyColumn: fc.Arbitrary<ColumnSeed> = fc.record({
  type: fc.nat(types.length - 1),
  notNull: fc.boolean(),
  fallback: rarely(fc.nat(fallbacks.length - 1), 2),
  rule: fc.constantFrom(...rules),
  detail: fc.nat(30),
  parent: fc.nat(3),
});

/** null but for one time in so many. */
export function rarely<Value>(arbitrary: fc.Arbitrary<Value>, times: number): fc.Arbitrary<Value | null> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** Each as often as another: `fc.nat` prefers the first few. @param more those that come more often */
export function anyOf(count: number, ...more: readonly number[]): fc.Arbitrary<number> {
  return fc.constantFrom(...Array.from({ length: count }, (_, place) => place), ...more);
}

/** Mostly the first few, so that rows meet. */
export const anyValue = fc.oneof(
  { weight: 4, arbitrary: fc.nat(6) },
  { weight: 1, arbitrary: fc.nat(values.length - 1) },
);

/** What a column is that asks nothing of its values, and makes none, as after CREATE TABLE … AS. */
export const bare = {
  isKey: false,
  notNull: false,
  fallback: null,
  unique: false,
  nocase: false,
  check: null,
  generated: null,
  stored: false,
  reference: null,
} as const;

export function plain(name: string): Column {
  return { name, type: 'TEXT', ...bare, origin: name };
}

export function buildColumn(
  seed: ColumnSeed,
  name: string,
  tables: readonly { readonly name: string; readonly kind?: TableKind }[],
): Column {
  const fitting = tables.filter(({ kind }) => kind === undefined || !['pair', 'keyless'].includes(kind));
  const parents = fitting.length > 0 ? fitting : tables;
  const parent = parents[seed.parent % Math.max(1, parents.length)];
  const is = (rule: string) => seed.rule.split(' ').includes(rule);
  const generated = is('generated') ? (['"id"', `"id" || 'x'`, 'lower("id")'][seed.detail % 3] ?? null) : null;
  const stored = generated !== null && seed.parent % 2 === 1;
  return {
    ...plain(name),
    type: is('reference') && seed.type < 2 ? 'INTEGER' : (types[seed.type] ?? ''),
    notNull: seed.notNull && generated === null,
    fallback: seed.fallback === null || generated !== null ? null : (fallbacks[seed.fallback] ?? null),
    unique: is('unique'),
    nocase: is('nocase'),
    check: is('check') ? (checks[seed.detail % checks.length] ?? null) : null,
    generated,
    stored,
    reference:
      is('reference') && parent !== undefined
        ? { parent: parent.name, column: 'id', actions: actions[seed.detail % actions.length] ?? '' }
        : null,
  };
}

export function writeIndex(name: string, table: Table, unique: boolean, form: number, place: number): string {
  const columns = table.columns;
  const first = columns[(place + 1) % columns.length] ?? columns[0];
  const second = columns[place % columns.length] ?? columns[0];
  const [a, b] = [quote(first?.name ?? 'id'), quote(second?.name ?? 'id')];
  const forms = [
    a,
    `${a}, ${b}`,
    `${a} COLLATE NOCASE`,
    `lower(${a})`,
    `${a}) WHERE (${b} IS NOT NULL`,
    `${a}) WHERE (${b} = 1`,
    `coalesce(${a}, '')`,
    `${a} DESC`,
    `${a} || ${b}`,
    `${a} COLLATE BINARY`,
    `${a}) WHERE (${b} > 'A'`,
  ];
  const body = `(${forms[form % forms.length]})`;
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quote(name)} ON ${quote(table.name)} ${body}`;
}
