/** Looks at a table around ALTER COLUMN: libSQL may change more of it than the column. */

import type { Finding } from '../../findings/catalogue.ts';
import { type Damage, damagesTable } from '../../findings/damages-table.ts';
import { find } from '../../findings/finding.ts';
import { type MirrorColumn, readColumns } from '../../mirror/columns.ts';
import { findObject } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { parseTableStructure } from '../../schema/parse/create-table.ts';
import { readAlteration } from '../../sql/alter-column.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { AnalysedStatement } from '../analyse.ts';

/** What a statement is to be compared with once it has run. */
export interface BeforeAlter {
  readonly table: string;
  readonly column: string;
  readonly seen: Seen;
}

interface Seen {
  readonly sql: string;
  readonly columns: readonly MirrorColumn[];
}

/** @returns null for every statement but an ALTER COLUMN. */
export function lookBeforeAlter(mirror: Mirror, { kind, sql }: AnalysedStatement): BeforeAlter | null {
  const column = kind.type === 'alter-other' ? (readAlteration(sql)?.column ?? null) : null;
  if (kind.type !== 'alter-other' || column === null) return null;
  const seen = look(mirror, kind.table);
  return seen === null ? null : { table: kind.table, column, seen };
}

function look(mirror: Mirror, table: string): Seen | null {
  const sql = findObject(mirror, { type: 'table', name: table })?.sql ?? null;
  return sql === null ? null : { sql, columns: readColumns(mirror, table) };
}

export function findDamages(
  mirror: Mirror,
  migration: string,
  { line, sql }: AnalysedStatement,
  { table, column, seen }: BeforeAlter,
): readonly Finding[] {
  const now = look(mirror, table);
  if (now === null) return [];
  const damages = [...compareColumns(column, seen.columns, now.columns), ...compareParts(column, seen.sql, now.sql)];
  if (damages.length === 0) return [];
  const args = { table, column, damages, before: seen.sql, after: now.sql };
  return [find(damagesTable, 'blocker', { migration, line, sql }, args)];
}

function compareColumns(
  altered: string,
  before: readonly MirrorColumn[],
  after: readonly MirrorColumn[],
): readonly Damage[] {
  const tell = (column: MirrorColumn, fate: 'appears' | 'goes' | 'changes'): Damage => {
    return { what: 'column', name: column.name, fate };
  };
  const findIn = (columns: readonly MirrorColumn[], { name }: MirrorColumn) =>
    columns.find((column) => sameName(column.name, name));
  const changed = before.filter((column) => {
    const now = findIn(after, column);
    return now !== undefined && describe(altered, column) !== describe(altered, now);
  });
  const found = [
    ...after.filter((column) => !findIn(before, column)).map((column) => tell(column, 'appears')),
    ...before.filter((column) => !findIn(after, column)).map((column) => tell(column, 'goes')),
    ...changed.map((column) => tell(column, 'changes')),
  ];
  const isMoved = before.some(({ name }, index) => !sameName(name, after[index]?.name ?? ''));
  return found.length === 0 && isMoved ? [{ what: 'order' }] : found;
}

/** Of the column that is altered only what no ALTER COLUMN may change. */
function describe(altered: string, { name, type, notNull, default: value, place, kind }: MirrorColumn): string {
  return JSON.stringify(sameName(name, altered) ? [place, kind] : [type, notNull, value, place, kind]);
}

/** Constraints and options, without what is written with the column. */
function compareParts(column: string, before: string, after: string): readonly Damage[] {
  const [old, now] = [parseTableStructure(before), parseTableStructure(after)];
  if (old === null || now === null) return [];
  const [had, has] = [listParts(column, old), listParts(column, now)];
  return [
    ...[...has].filter(([key]) => !had.has(key)).map(([, sql]): Damage => ({ what: 'part', sql, fate: 'appears' })),
    ...[...had].filter(([key]) => !has.has(key)).map(([, sql]): Damage => ({ what: 'part', sql, fate: 'goes' })),
  ];
}

/** As they are written, by what makes two of them equal. */
function listParts(column: string, table: TableStructure): ReadonlyMap<string, string> {
  const definition = findStructureColumn(table, column)?.sql ?? '';
  const own = parseTableStructure(`CREATE TABLE t (${definition}\n)`);
  const parts = new Map(listAll(table));
  for (const [key] of own === null ? [] : listAll(own)) parts.delete(key);
  return parts;
}

function listAll({ primaryKey, autoincrement, uniques, checks, foreignKeys, options }: TableStructure) {
  const key = (...values: readonly unknown[]) => JSON.stringify(values);
  return [
    ...(primaryKey ? [[key('primary', primaryKey.columns, autoincrement), primaryKey.sql] as const] : []),
    ...uniques.map(({ columns, conflict, sql }) => [key('unique', columns, conflict), sql] as const),
    ...checks.map(({ expression, sql }) => [key('check', expression), sql] as const),
    ...foreignKeys.map(
      ({ columns, references, referencedColumns, onDelete, onUpdate, deferred, sql }) =>
        [key(columns, foldName(references), referencedColumns, onDelete, onUpdate, deferred), sql] as const,
    ),
    ...options.map((option) => [key('option', option), option.toUpperCase()] as const),
  ];
}
