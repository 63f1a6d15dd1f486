/** ALTER COLUMN looks at no row: those that break what the column asks for then are asked about before it. */

import { breaksConstraints, type RowFault } from '../../findings/breaks-constraints.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { type FindingEvidence, find } from '../../findings/finding.ts';
import { foreignKeys } from '../../findings/foreign-keys.ts';
import { findStructureColumn, listKeyColumns } from '../../schema/model/columns.ts';
import type { ForeignKeyStructure } from '../../schema/model/structure.ts';
import { parseTableStructure } from '../../schema/parse/create-table.ts';
import { readAlteration } from '../../sql/alter-column.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import { placeAt, rowsNow, type Scene, type StatementPlace } from '../ask/context.ts';
import { describeKey } from '../run/violations.ts';

type Tell = (evidence: FindingEvidence) => Finding;

/** Where the rows are here, the run on them sees also what becomes of types and indexes. */
export function askAlteredColumn(scene: Scene, place: StatementPlace, table: string): void {
  const altered = readAlteration(place.statement.sql);
  const old = scene.structures.find(table);
  const made = altered && parseTableStructure(`CREATE TABLE t (${altered.definition}\n)`);
  const column = old && findStructureColumn(old, altered?.column ?? '');
  const wanted = made?.columns[0];
  // Under another name, what it asks for cannot be asked before.
  const isSame = column && wanted && sameName(column.name, wanted.name);
  // How the rows that are there fit another type, and their indexes another collation, only the run knows.
  if (!isSame || column.type !== wanted.type || column.collation !== wanted.collation)
    scene.asking.needsRun(place.statement.sql);
  if (!old || !made || !isSame) return;
  const tell = (fault: RowFault) => (evidence: FindingEvidence) =>
    find(breaksConstraints, 'blocker', placeAt(place), { table: old.name, fault }, { evidence });
  if (made.columns[0]?.notNull && !column.notNull)
    ask(
      scene,
      place,
      [old.name],
      `${quoteIdentifier(column.name)} IS NULL`,
      tell({ what: 'null', column: column.name }),
    );
  for (const { expression, written } of made.checks)
    if (!old.checks.some((known) => known.expression === expression))
      ask(scene, place, [old.name], `NOT (${written})`, tell({ what: 'check' }));
  for (const key of made.foreignKeys)
    if (!old.foreignKeys.some(({ columns, references }) => isSameKey(columns, references, key)))
      askParents(scene, place, old.name, column.name, key);
}

function isSameKey(columns: readonly string[], references: string, key: ForeignKeyStructure): boolean {
  return columns.join() === key.columns.join() && sameName(references, key.references);
}

function askParents(
  scene: Scene,
  place: StatementPlace,
  child: string,
  column: string,
  key: ForeignKeyStructure,
): void {
  const { references: parent, referencedColumns } = key;
  const primary = scene.structures.find(parent)?.primaryKey ?? null;
  const wanted = referencedColumns[0] ?? (primary && listKeyColumns(primary)[0]);
  if (!wanted) return;
  const own = `${quoteIdentifier(child)}.${quoteIdentifier(column)}`;
  const found = `SELECT 1 FROM ${quoteIdentifier(parent)} AS parent WHERE parent.${quoteIdentifier(wanted)} = ${own}`;
  const mend = { table: child, columns: [column], where: null };
  const violations = { child, parent, columns: [column], rows: 0 };
  const args = { what: 'left', child, parent, key: describeKey(violations), because: 'not-checked', mend } as const;
  ask(scene, place, [child, parent], `${own} IS NOT NULL AND NOT EXISTS (${found})`, (evidence) =>
    find(foreignKeys, 'hazard', placeAt(place), args, { evidence }),
  );
}

/** @param tables of which the first has the rows. A later statement that names one may mend them: only the run knows. */
function ask(scene: Scene, place: StatementPlace, tables: readonly string[], condition: string, tell: Tell): void {
  const later = place.analysed.statements.slice(place.index + 1);
  if (later.some(({ sql }) => tables.some((table) => mentionsName(sql, table)))) {
    scene.asking.needsRun(place.statement.sql);
    return;
  }
  const asked = rowsNow(scene, `SELECT * FROM ${quoteIdentifier(tables[0] ?? '')} WHERE ${condition}`);
  const answer = scene.asking.count(asked);
  scene.findings.push((answers) => {
    const count = answer(answers);
    if (count === null || count.rows === 0) return [];
    return [tell({ count, query: asked.bound?.sql ?? null, examples: null })];
  });
}
