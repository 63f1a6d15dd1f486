/** What a migration drops and makes anew although it may be meant as a rename. Whose values go somewhere is no rename, nor is what is filled. */

import type { Structures } from '../../mirror/structures.ts';
import { pairColumns, pairTables } from '../../schema/compare/guess-renames.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseAlone, parseTableStructure } from '../../schema/parse/create-table.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { sameName } from '../../sql/identifiers.ts';
import { type InsertParts, parseCreateAs, parseInsert, parseUpdate } from '../../sql/row-statements.ts';
import { readTaken, takesColumn } from '../../sql/taken-columns.ts';
import { mentionsName } from '../../sql/words.ts';
import { type AnalysedMigration, type AnalysedStatement, isInsideRebuild } from '../analyse.ts';

/** What a column that goes may be called from then on. */
export type RenamedColumns = (column: ColumnStructure) => ColumnStructure | undefined;

/** @param made what takes the old table's place, and is filled from it. */
export function findRenamedInRebuild(
  { statements }: AnalysedMigration,
  old: TableStructure,
  made: TableStructure,
): RenamedColumns {
  const names = [...listNames(statements, old.name), ...listNames(statements, made.name)];
  return pairOpen(statements, old, made, names);
}

/** Of the columns that ALTER TABLE drops and adds. @param before the schema before the first statement. */
export function findRenamedByAlter(
  { statements }: AnalysedMigration,
  table: string,
  before: Structures,
): RenamedColumns {
  const names = listNames(statements, table);
  const isOf = (name: string) => names.some((each) => sameName(each, name));
  const old = names.map((name) => before.findMarked(name)).find((structure) => structure !== null);
  if (!old) return () => undefined;
  const gone = statements.flatMap(({ kind }) =>
    kind.type === 'drop-column' && isOf(kind.table) ? (findStructureColumn(old, kind.column) ?? []) : [],
  );
  const added = statements.flatMap(({ kind }) =>
    kind.type === 'add-column' && isOf(kind.table) ? (parseAlone(kind.definition) ?? []) : [],
  );
  const made: TableStructure = {
    ...old,
    columns: [...old.columns.filter((column) => !gone.includes(column)), ...added.flatMap(({ columns }) => columns)],
    foreignKeys: [...old.foreignKeys, ...added.flatMap(({ foreignKeys }) => foreignKeys)],
  };
  return pairOpen(statements, old, made, names);
}

/** The table that one which is dropped may be called from then on. @param before the schema before the first statement. */
export function findRenamedTable(analysed: AnalysedMigration, table: string, before: Structures): string | undefined {
  const { statements, rebuilds } = analysed;
  const made = statements.flatMap(({ kind, sql }, index) => {
    if (kind.type !== 'create-table' || isInsideRebuild(rebuilds, index) || before.findMarked(kind.name)) return [];
    const structure = parseTableStructure(sql);
    return structure === null ? [] : [{ ...structure, name: listNames(statements, kind.name).at(-1) ?? kind.name }];
  });
  if (made.length === 0) return undefined;
  const gone = statements.flatMap(({ kind }, index) => {
    if (kind.type !== 'drop' || kind.object !== 'table' || isInsideRebuild(rebuilds, index)) return [];
    const [name] = listNames(statements, kind.name);
    return before.findMarked(name ?? kind.name) ?? [];
  });
  const names = listNames(statements, table);
  const pair = pairTables(gone, made).find(({ from }) => names.some((name) => sameName(name, from.name)));
  if (pair === undefined || isCopied(statements, names)) return undefined;
  return isFilled(statements, listNames(statements, pair.to.name), null) ? undefined : pair.to.name;
}

/** What a table is called while the migration runs, from its first statement to its last. */
function listNames(statements: readonly AnalysedStatement[], table: string): readonly string[] {
  const names = [table];
  const renames = statements.flatMap(({ kind }) => (kind.type === 'rename-table' ? [kind] : []));
  for (const { table: from, to } of renames.toReversed()) if (sameName(to, names[0] ?? '')) names.unshift(from);
  for (const { table: from, to } of renames) if (sameName(from, names.at(-1) ?? '')) names.push(to);
  return names;
}

/** @param names that the table has meanwhile. */
function pairOpen(
  statements: readonly AnalysedStatement[],
  old: TableStructure,
  made: TableStructure,
  names: readonly string[],
): RenamedColumns {
  const [gone, come] = [listWithout(old, made), listWithout(made, old)];
  if (gone.length === 0 || come.length === 0) return () => undefined;
  const pairs = pairColumns(
    { table: old, open: gone.filter(({ name }) => !isMoved(statements, names, name)) },
    { table: made, open: come.filter(({ name }) => !isFilled(statements, names, name)) },
  );
  return ({ name }) => pairs.find(({ from }) => sameName(from.name, name))?.to;
}

function listWithout({ columns }: TableStructure, other: TableStructure): readonly ColumnStructure[] {
  return columns.filter(({ name }) => findStructureColumn(other, name) === undefined);
}

/** The SELECTs from which the statements fill tables. */
function listSources({ kind, sql }: AnalysedStatement): readonly string[] {
  if (kind.type === 'create-table' && kind.asSelect) return [parseCreateAs(sql) ?? sql];
  if (kind.type !== 'insert' || !hasKeyword(sql, 'SELECT')) return [];
  return [parseInsert(sql)?.source ?? sql];
}

/** Whether rows of the table are put somewhere else. */
function isCopied(statements: readonly AnalysedStatement[], names: readonly string[]): boolean {
  return statements.some((statement) => {
    const { kind, sql } = statement;
    const texts =
      kind.type === 'update' && !names.some((name) => sameName(name, kind.table)) ? [sql] : listSources(statement);
    return texts.some((text) => names.some((name) => mentionsName(text, name)));
  });
}

/** Whether values of the column are put somewhere else. */
function isMoved(statements: readonly AnalysedStatement[], names: readonly string[], column: string): boolean {
  return statements.some((statement) => {
    const { kind, sql } = statement;
    if (!mentionsName(sql, column) && !sql.includes('*')) return false;
    if (kind.type !== 'update') {
      return listSources(statement).some((source) => {
        const { read } = readTaken(source);
        return names.some((name) => takesColumn(read, name, column));
      });
    }
    if (!names.some((name) => mentionsName(sql, name))) return false;
    const assignments = parseUpdate(sql)?.assignments.filter((each) => !sameName(each.column, column));
    return assignments === undefined || assignments.some(({ expression }) => mentionsName(expression, column));
  });
}

/** Whether the migration itself puts something there. @param column null for the table as a whole. */
function isFilled(statements: readonly AnalysedStatement[], names: readonly string[], column: string | null): boolean {
  return statements.some(({ kind, sql }) => {
    if ((kind.type !== 'update' && kind.type !== 'insert') || !names.some((name) => sameName(name, kind.table)))
      return false;
    if (column === null) return true;
    if (kind.type === 'insert') return fillsColumn(parseInsert(sql), column);
    const parts = parseUpdate(sql);
    return parts === null ? mentionsName(sql, column) : parts.assignments.some((each) => sameName(each.column, column));
  });
}

function fillsColumn(parts: InsertParts | null, column: string): boolean {
  return parts?.columns?.some((name) => sameName(name, column)) ?? true;
}
