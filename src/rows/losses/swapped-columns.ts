/** Values that a rebuild puts into another column although both tables have both: what an INSERT by position does unseen. */

import { columnOrder, type SwappedColumns } from '../../findings/column-order.ts';
import { find } from '../../findings/finding.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { takesColumn } from '../../sql/taken-columns.ts';
import { askExamples, placeAt, type Scene, type StatementPlace } from '../ask/context.ts';
import type { Pair } from './copied-pair.ts';
import { countRows, guardRows, listColumns } from './loss.ts';

/** Before the old table is dropped. @returns what must hold then. */
export function askCrossed(scene: Scene, place: StatementPlace, pair: Pair): readonly DataGuard[] {
  const { old, made } = pair;
  const swapped = listCrossed(pair);
  const [first] = swapped;
  if (first === undefined) return [];
  const differs = swapped
    .map(({ from, into }) => `${quoteIdentifier(from)} IS NOT ${quoteIdentifier(into)}`)
    .join(' OR ');
  const { count: answer, query } = countRows(scene, old.name, differs);
  const examples = query === null ? () => null : askExamples(scene, query, listColumns(scene, old.name));
  const shared = old.columns.filter(({ name, generated }) => generated === null && findStructureColumn(made, name));
  const args: SwappedColumns = {
    ...{ what: 'swapped', table: old.name, replacement: made.name, swapped },
    shared: shared.map(({ name }) => name),
  };
  const loss = { kind: 'values-not-kept', table: old.name, column: first.from } as const;
  scene.findings.push((replies) => {
    const count = answer(replies);
    if (count?.rows === 0 && !count.atLeast) return [];
    const shown = count === null || query === null ? null : query;
    const evidence = { count, query: shown, examples: examples(replies) };
    return [find(columnOrder, 'hazard', placeAt(place, null), args, { evidence, losses: [loss] })];
  });
  return [{ ...guardRows(old.name, differs, loss), toldAs: 'column-order' }];
}

function listCrossed({ old, made, parts }: Pair): SwappedColumns['swapped'] {
  return parts.flatMap(({ items }) =>
    items.flatMap((item) => {
      const into = findStructureColumn(old, item.into)?.name;
      if (into === undefined || takesColumn(item.read, old.name, into)) return [];
      const keepsOwn = items.some(({ kept }) => takesColumn(kept, old.name, into));
      const isFrom = (name: string) => !sameName(name, into) && takesColumn(item.kept, old.name, name);
      const from = old.columns.find(({ name }) => isFrom(name) && findStructureColumn(made, name))?.name;
      return keepsOwn && from !== undefined ? [{ from, into }] : [];
    }),
  );
}
