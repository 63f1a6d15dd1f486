/** Declared types and defaults as Prisma's engine reads them on SQLite. */

import { isComputed } from '../model/default-value.ts';

const families: ReadonlyMap<string, string> = new Map([
  ['int', 'Int'],
  ['integer', 'Int'],
  ['serial', 'Int'],
  ['bigint', 'BigInt'],
  ['real', 'Float'],
  ['float', 'Float'],
  ['double', 'Float'],
  ['boolean', 'Boolean'],
  ['text', 'String'],
  ['date', 'DateTime'],
  ['datetime', 'DateTime'],
  ['timestamp', 'DateTime'],
  ['binary', 'Bytes'],
  ['blob', 'Bytes'],
  ['jsonb', 'Json'],
]);

/**
 * The family of a declared type: the type of a field in schema.prisma, or the type itself if Prisma has none for it.
 * Types of different families are different to Prisma (prisma-engines, sql-schema-describer, sqlite.rs,
 * `get_column_type`).
 * @param type canonical
 */
export function findFamily(type: string): string {
  const family = families.get(type);
  if (family !== undefined) return family;
  if (type.includes('char')) return 'String';
  return type.includes('numeric') || type.includes('decimal') ? 'Decimal' : type;
}

/**
 * A default, reduced to what Prisma compares within one family (sqlite.rs, `push_columns`; sql_schema_differ/column.rs,
 * `defaults_match`). Quotes around a literal do not count; literals of DateTime and Json are not compared. All
 * expressions are equal: schema.prisma has them as `now()`, or as a text that Prisma cannot compare.
 */
export function reduceDefault(canonical: string | null, family: string): string | null {
  if (canonical === null) return null;
  if (isComputed(canonical)) return 'expression';
  const text = canonical.startsWith("'") ? canonical.slice(1, -1).replaceAll("''", "'") : canonical;
  switch (family) {
    case 'DateTime':
    case 'Json':
      return 'literal';
    case 'Int':
    case 'BigInt':
    case 'Boolean':
      return /^-?\d+$/.test(text) ? String(BigInt(text)) : canonical;
    case 'Float':
    case 'Decimal':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : canonical;
    case 'String':
      return `'${text}'`;
    default:
      return canonical;
  }
}
