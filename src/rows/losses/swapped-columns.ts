/** Values that a rebuild puts into another column although both tables have both: what an INSERT by position does unseen. */

import { columnOrder, type SwappedColumns } from '../../findings/column-order.ts';
import { find } from '../../findings/finding.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import { askExamples, placeAt, type Scene, type StatementPlace, showQuery } from '../context.ts';
import type { CopiedPart } from '../state/copies.ts';
import { columnsOf, findSubject } from './loss.ts';

interface Crossed {
  readonly from: ColumnStructure;
  readonly into: ColumnStructure;
}

interface SwappedTables {
  readonly old: TableStructure;
  readonly made: TableStructure;
  /** The statements that copied rows of the old table. */
  readonly parts: readonly CopiedPart[];
}

/** Before the old table is dropped. */
export function askCrossed(scene: Scene, place: StatementPlace, { old, made, parts }: SwappedTables): void {
  const crossed = listCrossed(old, made, parts);
  const rows = scene.rows.rowsOf(old.name);
  const subject = findSubject(scene, rows);
  if (crossed.length === 0) return;
  const differs = crossed
    .map(({ from, into }) => `${quoteIdentifier(from.name)} IS NOT ${quoteIdentifier(into.name)}`)
    .join(' OR ');
  const answer = subject && scene.questions.countWhere(subject.select, differs);
  const query = subject && `SELECT * FROM ${subject.from} WHERE ${differs}`;
  const examples = query === null ? () => null : askExamples(scene, query, columnsOf(rows));
  const shared = old.columns.filter(({ name, generated }) => generated === null && findStructureColumn(made, name));
  const args: SwappedColumns = {
    what: 'swapped',
    table: old.name,
    replacement: made.name,
    swapped: crossed.map(({ from, into }) => ({ from: from.name, into: into.name })),
    shared: shared.map(({ name }) => name),
  };
  scene.findings.push((replies) => {
    const count = answer?.(replies) ?? null;
    if (count?.rows === 0 && !count.atLeast) return [];
    const shown = count === null || query === null ? null : showQuery(scene, query);
    const evidence = { count, query: shown, examples: examples(replies) };
    return [find(columnOrder, 'hazard', placeAt(place, null), args, { evidence })];
  });
}

function listCrossed(old: TableStructure, made: TableStructure, parts: readonly CopiedPart[]): readonly Crossed[] {
  return parts.flatMap(({ items }) =>
    (items ?? []).flatMap((item) => {
      const into = findStructureColumn(old, item.into);
      if (into === undefined || takesColumn(item.read, old.name, into.name)) return [];
      const keepsOwn = items?.some(({ kept }) => takesColumn(kept, old.name, into.name)) === true;
      const from = old.columns.find(
        ({ name }) =>
          !sameName(name, into.name) &&
          takesColumn(item.kept, old.name, name) &&
          findStructureColumn(made, name) !== undefined,
      );
      return keepsOwn && from !== undefined ? [{ from, into }] : [];
    }),
  );
}
