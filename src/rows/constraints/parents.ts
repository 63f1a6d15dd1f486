/** Rows that are put into a table, and whose parents are not there. */

import type { TableStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { describeRows, type Place, type Scene } from '../context.ts';
import { buildOrphans, findReference, isKept, isSure, mendOrphans } from '../state/references.ts';
import type { KnownRows, TableRows } from '../state/table-rows.ts';
import { report } from './report.ts';

/** Rows put into a table with foreign keys on: the statement itself fails. */
export function askParents(scene: Scene, place: Place, table: TableStructure, rows: KnownRows, after: TableRows): void {
  for (const key of table.foreignKeys) {
    const reference = findReference(scene, table, key, rows, after);
    if (reference === null || key.deferred || isKept(scene, reference) || !isSure(reference)) continue;
    const asked = buildOrphans(scene, reference);
    report(scene, place, 'fails', 'foreign-keys', {
      count: scene.questions.countWhere(asked.select, asked.condition),
      query: asked.query,
      columns: asked.columns,
      message: (count) =>
        `${describeRows(count)} of ${quoteIdentifier(table.name)} would refer to a row of ${quoteIdentifier(key.references)} that is not there (${key.sql}).`,
      why: 'Foreign keys are on in this file, so the statement fails at the first of them, and the migration is rolled back.',
      way: mendOrphans(scene, table, key, asked.condition),
    });
  }
}
