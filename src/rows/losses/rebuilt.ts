/** What a rebuild leaves behind when its old table is dropped. */

import type { DataGuard } from '../../plan/plan.ts';
import { findRenamedInRebuild } from '../../plan/structure/drop-and-add.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { Copied, CopiedPart } from '../state/copies.ts';
import { unknownRows } from '../state/table-rows.ts';
import { askChangedColumn, askShortenedColumn, isConverted } from './changed-values.ts';
import { askDroppedColumn } from './dropped-column.ts';
import { columnsOf, findSubject, guardLoss, reportLoss } from './loss.ts';
import { askPartlyKept } from './partly-kept.ts';
import { askRowsLeft } from './rows-left.ts';
import { askCrossed } from './swapped-columns.ts';

export interface Rebuilt {
  readonly table: string;
  readonly replacement: string;
  readonly copied: Copied | null;
}

/** The old table of a rebuild, about to be dropped. @returns what must hold before it. */
export function askRebuilt(scene: Scene, place: StatementPlace, rebuilt: Rebuilt): readonly DataGuard[] {
  const { table, replacement, copied } = rebuilt;
  const old = scene.structures.find(table);
  const made = scene.structures.find(replacement);
  if (old === null || made === null || (scene.rows.find(table)?.origin ?? null) === null) return [];
  const parts = listParts(rebuilt);
  if (copied === null || parts.length === 0) return askNothingCopied(scene, place, table);
  askCrossed(scene, place, { old, made, parts });
  const twinOf = findRenamedInRebuild(place.analysed, old, made);
  const columns = old.columns.flatMap((column) => {
    const fate = findFate(old, made, column, parts);
    if (fate === 'kept') return askShortenedColumn(scene, place, { old, column, made, parts });
    const partly = askPartlyKept(scene, place, { old, column, made, parts });
    if (partly !== null) return partly;
    return fate === 'changed'
      ? askChangedColumn(scene, place, { old, column, made, parts })
      : askDroppedColumn(scene, place, { table, column, twin: twinOf(column) });
  });
  return [...columns, ...askRowsLeft(scene, place, { table, replacement, copied, parts })];
}

/** Whether a table of another name has all that this one has, so that nothing is lost with it. */
export function hasEverything(scene: Scene, rebuilt: Rebuilt): boolean {
  const [old, made] = [rebuilt.table, rebuilt.replacement].map((name) => scene.structures.find(name));
  const tracked = scene.rows.find(rebuilt.replacement);
  if (!old || !made || rebuilt.copied?.ignoring !== null || tracked?.origin !== null || tracked.mayLack) return false;
  const parts = listParts(rebuilt);
  return old.columns.every((column) => column.generated !== null || findFate(old, made, column, parts) === 'kept');
}

/** The statements that copied rows of the old table. */
function listParts({ table, copied }: Rebuilt): readonly CopiedPart[] {
  return copied?.parts.filter(({ tables }) => tables.has(foldName(table))) ?? [];
}

function findFate(
  old: TableStructure,
  made: TableStructure,
  column: ColumnStructure,
  parts: readonly CopiedPart[],
): 'kept' | 'changed' | 'left' {
  const isIn = (kind: 'kept' | 'read') => {
    const taking = parts.filter((part) => takesColumn(part[kind], old.name, column.name));
    return taking.length === parts.length || taking.some(({ isWhole }) => isWhole) ? taking : null;
  };
  const keeping = isIn('kept');
  if (keeping === null) return isIn('read') === null ? 'left' : 'changed';
  return keeping.every((part) => isConverted({ old, column, made }, part)) ? 'changed' : 'kept';
}

function askNothingCopied(scene: Scene, place: StatementPlace, table: string): readonly DataGuard[] {
  const { rows } = scene.rows.find(table) ?? { rows: unknownRows };
  const subject = findSubject(scene, rows);
  const quoted = quoteIdentifier(table);
  const loss = { kind: 'rows', table } as const;
  reportLoss(scene, place, {
    loss,
    args: { what: 'nothing-copied', table },
    count: subject && scene.questions.countRows(subject.select),
    query: subject && `SELECT * FROM ${subject.from}`,
    columns: columnsOf(rows),
    nothing: null,
  });
  return [guardLoss(`NOT EXISTS (SELECT 1 FROM ${quoted})`, loss)];
}
