/** Random expressions and conditions over the columns of a table. */

import fc from 'fast-check';
import { anyOf, anyValue, values } from './columns.ts';
import { type Column, listCopyable, quote, type Table, type World } from './world.ts';

export interface Expression {
  readonly form: number;
  readonly column: number;
  readonly other: number;
  readonly value: number;
}

export const anyExpression: fc.Arbitrary<Expression> = fc.record({
  // More of those that change a value.
  form: anyOf(28, 2, 2, 5, 10, 11, 15, 15, 20),
  column: anyOf(6),
  other: anyOf(6),
  value: anyValue,
});

/** A value of which the rest of the file speaks as of its own. @param at what stands before a column's name */
export function writeExpression(
  world: World,
  table: Table,
  { form, column, other, value }: Expression,
  at = '',
): string {
  const columns = listCopyable(table);
  const a = at + quote(columns[column % columns.length]?.name ?? 'id');
  const b = at + quote(columns[other % columns.length]?.name ?? 'id');
  const literal = values[value] ?? 'NULL';
  const from = world.pick(other);
  const theirs = from ? quote(from.columns[column % from.columns.length]?.name ?? 'id') : '1';
  const forms = [
    literal,
    a,
    `lower(${a})`,
    `coalesce(${a}, ${literal === 'NULL' ? `'z'` : literal})`,
    `coalesce(${a}, ${b})`,
    `CAST(${a} AS INTEGER)`,
    `CAST(${a} AS TEXT)`,
    `${a} || ${b}`,
    `${a} || '-x'`,
    `${a} + 1`,
    `nullif(${a}, ${literal})`,
    `CASE WHEN ${b} IS NULL THEN ${literal} ELSE ${a} END`,
    'NULL',
    from ? `(SELECT max(${theirs}) FROM ${quote(from.name)})` : literal,
    from ? `(SELECT ${theirs} FROM ${quote(from.name)} ORDER BY 1 LIMIT 1)` : literal,
    `substr(${a}, 1, 1)`,
    'CURRENT_TIMESTAMP',
    'lower(hex(randomblob(8)))',
    `(${a})`,
    `ifnull(${a}, '')`,
    `typeof(${a})`,
    `replace(${a}, 'a', 'b')`,
    table.kind === 'without rowid' ? a : `${at}rowid`,
    `${a} COLLATE NOCASE`,
    `-${a}`,
    from
      ? `(SELECT count(*) FROM ${quote(from.name)} AS o WHERE o.${theirs} = ${at === '' ? `${quote(table.name)}.` : ''}${a})`
      : literal,
    `${a} ->> '$.a'`,
    `CASE WHEN json_valid(${a}) THEN json_set(${a}, '$.b', 2) ELSE ${a} END`,
  ];
  return forms[form % forms.length] ?? literal;
}

/** Whether a value of production's column stays in every row that has one. */
export function keepsValue({ form }: Expression): boolean {
  return [1, 3, 4, 18, 19, 23].includes(form);
}

/** The columns of the row itself that it reads, the first first. */
export function findRead(table: Table, { form, column, other }: Expression): readonly Column[] {
  if ([0, 12, 13, 14, 16, 17, 22].includes(form)) return [];
  const columns = listCopyable(table);
  const [first, second] = [columns[column % columns.length], columns[other % columns.length]];
  const read = [4, 7, 11].includes(form) ? [first, second] : [first];
  return read.filter((each) => each !== undefined);
}

export interface Condition {
  readonly form: number;
  readonly column: number;
  readonly other: number;
  readonly value: number;
}

export const anyCondition: fc.Arbitrary<Condition> = fc.record({
  // More of those that find a row or two.
  form: anyOf(22, 2, 12, 20, 20, 20, 20, 21, 21),
  column: anyOf(6),
  other: anyOf(6),
  value: anyValue,
});

export function writeCondition(world: World, table: Table, { form, column, other, value }: Condition, at = ''): string {
  const columns = listCopyable(table);
  const a = at + quote(columns[column % columns.length]?.name ?? 'id');
  const b = at + quote(columns[other % columns.length]?.name ?? 'id');
  const literal = values[value] ?? 'NULL';
  const from = world.pick(other) ?? table;
  const theirs = quote(from.columns[column % from.columns.length]?.name ?? 'id');
  const outer = at === '' ? `${quote(table.name)}.${a}` : a;
  const forms = [
    `${a} IS NULL`,
    `${a} IS NOT NULL`,
    `${a} = ${literal}`,
    `${a} <> ${literal}`,
    `${a} > ${literal}`,
    `${a} = ${b}`,
    `${a} IN (SELECT ${theirs} FROM ${quote(from.name)})`,
    `${a} NOT IN (SELECT ${theirs} FROM ${quote(from.name)} WHERE ${theirs} IS NOT NULL)`,
    `EXISTS (SELECT 1 FROM ${quote(from.name)} AS o WHERE o.${theirs} = ${outer})`,
    `NOT EXISTS (SELECT 1 FROM ${quote(from.name)} AS o WHERE o.${theirs} = ${outer})`,
    table.kind === 'without rowid'
      ? `${a} = 1`
      : `${at}rowid NOT IN (SELECT min(rowid) FROM ${quote(table.name)} GROUP BY ${a.slice(at.length)})`,
    `${a} LIKE 'A%'`,
    `${a} IN ('1', 'a', 2)`,
    `${a} < ${b}`,
    `"id" NOT IN (SELECT min("id") FROM ${quote(table.name)} GROUP BY ${a.slice(at.length)})`,
    `${a} IS NOT ${literal} AND ${b} IS NULL`,
    `${a} BETWEEN '0' AND 'b'`,
    '1 = 1',
    '0',
    `NOT ${a}`,
    `${at}"id" = ${(value % 5) + 1}`,
    `${at}"id" > 2`,
  ];
  return forms[form % forms.length] ?? '1';
}
