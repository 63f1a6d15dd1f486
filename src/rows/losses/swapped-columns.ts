/** Values that a rebuild puts into another column although both tables have both: what an INSERT by position does unseen. */

import { columnOrder, type SwappedColumns } from '../../findings/column-order.ts';
import { find } from '../../findings/finding.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import { askExamples, placeAt, type Scene, type StatementPlace, showQuery } from '../context.ts';
import type { CopiedPart } from '../state/copies.ts';
import type { Pair } from './copied-pair.ts';
import { countRows, listColumns } from './loss.ts';

interface Crossed {
  readonly from: ColumnStructure;
  readonly into: ColumnStructure;
}

/** Before the old table is dropped. */
export function askCrossed(scene: Scene, place: StatementPlace, { old, made, parts }: Pair): void {
  const crossed = listCrossed(old, made, parts);
  if (crossed.length === 0) return;
  const differs = crossed
    .map(({ from, into }) => `${quoteIdentifier(from.name)} IS NOT ${quoteIdentifier(into.name)}`)
    .join(' OR ');
  const { count: answer, query } = countRows(scene, old.name, differs);
  const examples = query === null ? () => null : askExamples(scene, query, listColumns(scene, old.name));
  const shared = old.columns.filter(({ name, generated }) => generated === null && findStructureColumn(made, name));
  const args: SwappedColumns = {
    what: 'swapped',
    table: old.name,
    replacement: made.name,
    swapped: crossed.map(({ from, into }) => ({ from: from.name, into: into.name })),
    shared: shared.map(({ name }) => name),
  };
  scene.findings.push((replies) => {
    const count = answer(replies);
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
