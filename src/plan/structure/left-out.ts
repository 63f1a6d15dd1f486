/** What production's table has and a rebuild leaves out because nobody wrote it down: Prisma's schema, or AS SELECT, has no words for it. */

import { find } from '../../findings/finding.ts';
import { type LeftOut, leavesOut } from '../../findings/leaves-out.ts';
import { placeAt, type Scene, type StatementPlace } from '../../rows/ask/context.ts';
import { cutStatement, renameCreated } from '../../schema/fix/definition.ts';
import { findStructureColumn, isInPrimaryKey, listKeyColumns, listKeys } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseKeyColumn } from '../../schema/parse/build-constraint.ts';
import { parseIndexStructure } from '../../schema/parse/create-index.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';

/** @param old as production calls it. */
export function noteLeftOut(scene: Scene, place: StatementPlace, old: TableStructure, made: TableStructure): void {
  if (!isMadeAnew(place, made.name)) tellLeftOut(scene, place, old, made);
}

function tellLeftOut(scene: Scene, place: StatementPlace, old: TableStructure, made: TableStructure): void {
  const production = scene.production.get(foldName(old.name));
  if (production === undefined) return;
  const hasOnlyColumns = isBare(made) && (old.primaryKey !== null || isMadeOfQuery(place, made.name));
  const lists = [listChecks, listConflicts, listOfColumns, listOptions];
  const left = lists.flatMap((list) => list(old, made));
  if (!hasOnlyColumns) {
    if (left.length === 0) return;
    const replaced = left.filter((part) => isReplaced(part, old, made));
    const others = left.filter((part) => !replaced.includes(part));
    const args = { table: old.name, made: made.name, left: others, replaced, whole: null };
    scene.findings.push(() => [find(leavesOut, 'note', placeAt(place, null), args)]);
    return;
  }
  const others = left.filter(({ type }) => type !== 'key-conflict');
  const all = [...listKeysLeft(place, old, made), ...listPlain(old, made), ...others];
  const indexes = scene.structures.listMarkedIndexes(old.name);
  const whole = renameCreated(cutStatement(production.sql), made.name);
  scene.findings.push(() => {
    const lost = [...all, ...listGone(scene, old.name, indexes)];
    if (lost.length === 0) return [];
    const args = { table: old.name, made: made.name, left: lost, replaced: [], whole };
    return [find(leavesOut, 'note', placeAt(place, null), args)];
  });
}

/** After a table was made of a query: it may have been dropped before. */
export function noteMadeAnew(scene: Scene, place: StatementPlace, name: string): void {
  if (!isMadeAnew(place, name)) return;
  const [old, made] = [scene.structures.findMarked(name), scene.structures.find(name)];
  if (old !== null && made !== null) tellLeftOut(scene, place, old, made);
}

/** True if the table was dropped, and then made of a query. */
function isMadeAnew({ analysed: { statements }, index }: StatementPlace, name: string): boolean {
  const before = statements.slice(0, index + 1).map(({ kind }) => kind);
  const dropped = before.findIndex(
    (kind) => kind.type === 'drop' && kind.object === 'table' && sameName(kind.name, name),
  );
  const later = dropped < 0 ? [] : before.slice(dropped + 1);
  return later.some((kind) => kind.type === 'create-table' && kind.asSelect && sameName(kind.name, name));
}

function isMadeOfQuery({ analysed: { statements } }: StatementPlace, name: string): boolean {
  return statements.some(({ kind }) => kind.type === 'create-table' && kind.asSelect && sameName(kind.name, name));
}

/** True if a table has columns and nothing else. */
function isBare({ columns, primaryKey, uniques, checks, foreignKeys }: TableStructure): boolean {
  const isPlain = columns.every((column) => !column.notNull && column.default === null && column.generated === null);
  return isPlain && primaryKey === null && [uniques, checks, foreignKeys].every((parts) => parts.length === 0);
}

/** Keys over columns that the new table has, without those that an index of the file takes the place of. */
function listKeysLeft({ analysed }: StatementPlace, old: TableStructure, made: TableStructure): readonly LeftOut[] {
  const isIn = (columns: readonly string[]) => columns.every((column) => findStructureColumn(made, column));
  const unique = analysed.statements.flatMap(({ kind, sql }) => {
    const isOfTable = kind.type === 'create-index' && kind.unique;
    if (!isOfTable || ![old.name, made.name].some((name) => sameName(name, kind.table))) return [];
    const names = parseIndexStructure(sql)?.columns.map((column) => (column.type === 'column' ? column.name : ''));
    return names === undefined ? [] : [names.map(foldName).join()];
  });
  const keys = listKeys(old).filter((key) => {
    const columns = listKeyColumns(key);
    return isIn(columns) && !unique.includes(columns.join());
  });
  return [
    ...keys.map(({ sql }): LeftOut => ({ type: 'key', sql })),
    ...old.foreignKeys.filter(({ columns }) => isIn(columns)).map(({ sql }): LeftOut => ({ type: 'key', sql })),
  ];
}

function listPlain(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  return old.columns.flatMap(({ name: column, notNull, default: value, written, sql }): readonly LeftOut[] => {
    if (findStructureColumn(made, column) === undefined) return [];
    return [
      ...(notNull && !isInPrimaryKey(old, column) ? [{ type: 'not-null', column, sql } as const] : []),
      ...(value === null ? [] : [{ type: 'default', column, written: written.default ?? value, sql } as const]),
    ];
  });
}

/** Indexes of the table that nothing makes again. */
function listGone({ structures }: Scene, table: string, indexes: readonly string[]): readonly LeftOut[] {
  structures.refresh();
  const made = structures.find(table);
  if (made === null) return [];
  const parse = (sql: string) => parseIndexStructure(sql);
  const now = structures.listIndexes(table).map((sql) => foldName(parse(sql)?.name ?? ''));
  return indexes.flatMap((sql): readonly LeftOut[] => {
    const index = parse(sql);
    if (index === null || now.includes(foldName(index.name))) return [];
    const isIn = index.columns.every((column) => column.type !== 'column' || findStructureColumn(made, column.name));
    return isIn ? [{ type: 'index', sql: cutStatement(sql) }] : [];
  });
}

function listChecks(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  const gone = old.columns.filter(({ name }) => !findStructureColumn(made, name));
  return old.checks
    .filter(({ expression }) => !made.checks.some((check) => check.expression === expression))
    .filter(({ expression }) => !gone.some(({ name }) => listWords(expression).has(foldName(name))))
    .map(({ written, sql }) => ({ type: 'check', written, sql }));
}

/** Whether the new table says something else of the same columns: then the file was written with it in mind. */
function isReplaced(part: LeftOut, old: TableStructure, made: TableStructure): boolean {
  switch (part.type) {
    case 'check': {
      const own = made.checks.filter(({ expression }) => !old.checks.some((check) => check.expression === expression));
      const words = listWords(part.written);
      const read = old.columns.filter(({ name }) => words.has(foldName(name)));
      return own.some(({ written }) => read.some(({ name }) => listWords(written).has(foldName(name))));
    }
    case 'collation':
      return (findStructureColumn(made, part.column)?.collation ?? null) !== null;
    case 'not-null-conflict':
      return (findStructureColumn(made, part.column)?.notNullConflict ?? null) !== null;
    default:
      return false;
  }
}

/** What a key says that happens to a row that breaks it. */
function listConflicts(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  const keysOf = ({ primaryKey, uniques }: TableStructure) => [...(primaryKey ? [primaryKey] : []), ...uniques];
  const join = (columns: readonly string[]) => columns.map((column) => parseKeyColumn(column).name).join();
  return keysOf(old)
    .filter(({ conflict }) => conflict !== null)
    .filter(({ columns }) => columns.every((column) => findStructureColumn(made, parseKeyColumn(column).name)))
    .filter(
      (key) => !keysOf(made).some((now) => now.conflict === key.conflict && join(now.columns) === join(key.columns)),
    )
    .map(({ sql }) => ({ type: 'key-conflict', sql }));
}

function listOfColumns(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  return old.columns.flatMap((column) => listOfColumn(column, findStructureColumn(made, column.name)));
}

function listOfColumn(
  { name: column, sql, generated, collation, notNullConflict }: ColumnStructure,
  now: ColumnStructure | undefined,
): readonly LeftOut[] {
  if (now === undefined) return generated === null ? [] : [{ type: 'generated-column', column, sql }];
  const left: LeftOut[] = [];
  if (collation !== null && now.collation !== collation) left.push({ type: 'collation', collation, column, sql });
  if (generated !== null && now.generated === null) left.push({ type: 'generation', column, sql });
  if (notNullConflict !== null && now.notNullConflict !== notNullConflict)
    left.push({ type: 'not-null-conflict', action: notNullConflict, column, sql });
  return left;
}

function listOptions(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  return old.options.filter((option) => !made.options.includes(option)).map((option) => ({ type: 'option', option }));
}
