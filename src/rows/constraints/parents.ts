/** Rows that are put into a table, and whose parents are not there. */

import type { TableStructure } from '../../schema/model/structure.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { buildOrphans, findReference, isKept, isSure, mendOrphans } from '../state/references.ts';
import type { KnownRows, TableRows } from '../state/table-rows.ts';
import { report } from './report.ts';

/** Rows put into a table with foreign keys on: the statement itself fails. */
export function askParents(
  scene: Scene,
  place: StatementPlace,
  table: TableStructure,
  rows: KnownRows,
  after: TableRows,
): void {
  for (const key of table.foreignKeys) {
    const reference = findReference(scene, table, key, rows, after);
    if (reference === null || key.deferred || isKept(scene, reference) || !isSure(reference)) continue;
    const asked = buildOrphans(scene, reference);
    const mend = mendOrphans(scene, table, key, asked.condition, rows.wholeOf);
    report(scene, place, 'fails', {
      count: scene.questions.countWhere(asked.select, asked.condition),
      query: asked.query,
      columns: asked.columns,
      broken: () => ({
        code: 'foreign-keys',
        args: { what: 'put', child: table.name, parent: key.references, key: key.sql, mend },
      }),
    });
  }
}
