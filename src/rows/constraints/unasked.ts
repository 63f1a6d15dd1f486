/** New constraints that nothing could be asked about: said, so that no silence is taken for an answer. */

import { find } from '../../findings/finding.ts';
import { type NewConstraint, unasked } from '../../findings/unasked.ts';
import { findStructureColumn, isNeverNull, isRowidColumn, takesNoNull } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { foldName } from '../../sql/identifiers.ts';
import { placeAt, type Scene, type StatementPlace } from '../context.ts';
import { describeUnique, listUniques, type UniqueKey } from '../state/uniques.ts';

/** One note for a statement, however many constraints it has to satisfy. */
export function noteUnasked(scene: Scene, place: StatementPlace, table: string, asked: readonly NewConstraint[]): void {
  const known = scene.unasked.get(place.statement);
  const constraints = known ?? new Map<string, NewConstraint>();
  for (const constraint of asked) constraints.set(JSON.stringify(constraint), constraint);
  if (known !== undefined || constraints.size === 0) return;
  scene.unasked.set(place.statement, constraints);
  scene.findings.push(() => [find(unasked, 'note', placeAt(place), { table, constraints: [...constraints.values()] })]);
}

interface NewRows {
  readonly made: TableStructure;
  /** The table that asked it of them before; null for none. */
  readonly old: TableStructure | null;
  /** Folded names of the columns that get a value. */
  readonly given: ReadonlySet<string>;
  /** Of those that get one that is never NULL. */
  readonly filled: ReadonlySet<string>;
}

/** What a table asks of rows that are put into it, and another has not asked of them already. */
export function listNewConstraints(scene: Scene, { made, old, given, filled }: NewRows): readonly NewConstraint[] {
  const columns = made.columns.filter((column) => {
    const before = old === null ? undefined : findStructureColumn(old, column.name);
    const isAsked = takesNoNull(made, column) && column.generated === null;
    const isKept = old !== null && before !== undefined && isNeverNull(old, before);
    return (
      isAsked &&
      !isKept &&
      !filled.has(foldName(column.name)) &&
      (column.default === null || given.has(foldName(column.name)))
    );
  });
  const keyOf = (unique: UniqueKey) => JSON.stringify(describeUnique(unique, made));
  const known = new Set((old === null ? [] : listUniques(scene, old)).map(keyOf));
  const uniques = listUniques(scene, made).filter((unique) => {
    const [first, ...more] = unique.columns;
    // Numbers that are handed out are never the same.
    const isGiven = first === undefined || more.length > 0 || !isRowidColumn(made, first.name) || given.has(first.name);
    return isGiven && !known.has(keyOf(unique));
  });
  const checks = made.checks.filter(({ expression }) => !old?.checks.some((check) => check.expression === expression));
  const keys = made.columns.filter(
    ({ name }) =>
      isRowidColumn(made, name) &&
      given.has(foldName(name)) &&
      !filled.has(foldName(name)) &&
      !(old !== null && isRowidColumn(old, name)),
  );
  const isStrict = made.options.includes('strict') && old?.options.includes('strict') !== true;
  return [
    ...columns.map(({ name }) => ({ type: 'not-null', column: name }) as const),
    ...uniques.map((unique) => describeUnique(unique, made)),
    ...checks.map(({ written }) => ({ type: 'check', written }) as const),
    ...keys.map(({ name }) => ({ type: 'whole-numbers', column: name }) as const),
    ...(isStrict ? [{ type: 'types' } as const] : []),
  ];
}
