/** New constraints that nothing could be asked about: said, so that no silence is taken for an answer. */

import type { Finding } from '../../findings/catalogue.ts';
import { worded } from '../../findings/worded.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { listSome } from '../../text/list.ts';
import type { Place, Scene } from '../context.ts';
import { findStructureColumn, isRowidColumn, takesNoNull } from '../state/production-table.ts';
import { describeUnique, listUniques } from '../state/uniques.ts';

const mostNamed = 4;

export const wordTypes = 'the types of a STRICT table';

/** One note for a statement, however many constraints it has to satisfy. */
export function noteUnasked(
  scene: Scene,
  { migration, statement }: Place,
  table: string,
  asked: readonly string[],
): void {
  const known = scene.unasked.get(statement);
  const constraints = known ?? new Set<string>();
  for (const constraint of asked) constraints.add(constraint);
  if (known !== undefined || constraints.size === 0) return;
  scene.unasked.set(statement, constraints);
  scene.findings.push((): readonly Finding[] => [
    worded({
      kind: 'note',
      code: 'unasked',
      migration: migration.migration.name,
      line: statement.line,
      message: `Production was not asked whether the rows of ${quoteIdentifier(table)} satisfy ${listSome([...constraints], mostNamed)}: what they will hold by then cannot be followed.`,
      why: 'Where one does not, the statement fails while the migration is applied, and all of it is rolled back.',
      way: '-- try it on a copy of production first, or change rows by statements that can be followed:\nUPDATE … SET … = (SELECT …) WHERE …;',
      sql: statement.sql,
    }),
  ]);
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
export function listNewConstraints(scene: Scene, { made, old, given, filled }: NewRows): readonly string[] {
  const columns = made.columns.filter((column) => {
    const before = old === null ? undefined : findStructureColumn(old, column.name);
    const isAsked = takesNoNull(made, column) && !isRowidColumn(made, column.name) && column.generated === null;
    const isKept =
      old !== null && before !== undefined && (takesNoNull(old, before) || isRowidColumn(old, before.name));
    return (
      isAsked &&
      !isKept &&
      !filled.has(foldName(column.name)) &&
      (column.default === null || given.has(foldName(column.name)))
    );
  });
  const known = new Set((old === null ? [] : listUniques(scene, old)).map((unique) => describeUnique(unique, made)));
  const uniques = listUniques(scene, made).filter(({ columns: [first, ...more] }) => {
    // Numbers that are handed out are never the same.
    return first === undefined || more.length > 0 || !isRowidColumn(made, first.name) || given.has(first.name);
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
    ...columns.map(({ name }) => `NOT NULL of ${quoteIdentifier(name)}`),
    ...[...new Set(uniques.map((unique) => describeUnique(unique, made)))].filter((unique) => !known.has(unique)),
    ...checks.map(({ written }) => `CHECK (${written})`),
    ...keys.map(({ name }) => `whole numbers alone in ${quoteIdentifier(name)}`),
    ...(isStrict ? [wordTypes] : []),
  ];
}
