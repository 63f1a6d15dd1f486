/** What production's table has and a rebuild leaves out because nobody wrote it down: Prisma's schema has no words for it. */

import { find } from '../../findings/finding.ts';
import { type LeftOut, leavesOut } from '../../findings/leaves-out.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseKeyColumn } from '../../schema/parse/build-constraint.ts';
import { foldName } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import { placeAt, type Scene, type StatementPlace } from '../context.ts';

/** @param old as production calls it. */
export function noteLeftOut(scene: Scene, place: StatementPlace, old: TableStructure, made: TableStructure): void {
  if (!scene.production.has(foldName(old.name))) return;
  const left = [listChecks, listConflicts, listOfColumns, listOptions].flatMap((list) => list(old, made));
  if (left.length === 0) return;
  scene.findings.push(() => [
    find(leavesOut, 'note', placeAt(place, null), { table: old.name, made: made.name, left }),
  ]);
}

function listChecks(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  const gone = old.columns.filter(({ name }) => !findStructureColumn(made, name));
  return old.checks
    .filter(({ expression }) => !made.checks.some((check) => check.expression === expression))
    .filter(({ expression }) => !gone.some(({ name }) => listWords(expression).has(foldName(name))))
    .map(({ written, sql }) => ({ type: 'check', written, sql }));
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
