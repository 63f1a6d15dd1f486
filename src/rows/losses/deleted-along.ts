/** Rows of other tables that go along with a table that is dropped: proof for the finding that the text of the file gives rise to already. */

import { sameName } from '../../sql/identifiers.ts';
import { groupBy } from '../../text/group.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { findKeys } from '../ask/keys.ts';
import { askAlong, sumMet } from './along.ts';
import { writeAlongQuery } from './along-query.ts';
import { listReferring } from './cascades.ts';
import { follow, type Walk } from './follow-keys.ts';

/** With foreign keys on, the rows of the table are deleted first. @param walk what that sets off */
export function askTakenAlong(scene: Scene, place: StatementPlace, name: string, walk: Walk): void {
  if (findKeys(place.analysed) === 'off') return;
  for (const { table, by } of walk.steps) {
    const origin = by === null ? null : (scene.rows.find(table)?.origin ?? null);
    if (origin !== null) scene.own.take(origin, place, table);
  }
  const alongs = listReferring(scene, walk, 'deletes', true).filter(
    ({ tables }) => !tables.every((table) => sameName(table, name)),
  );
  if (alongs.length === 0) return;
  const find = askAlong(scene, place, walk, alongs);
  scene.proofs.push((replies) => {
    const met = find(replies);
    const query = writeAlongQuery(scene, [...groupBy(met, ({ along }) => along).values()]);
    return {
      code: 'drops-referenced',
      place: { migration: place.analysed.migration.name, line: place.statement.line },
      evidence: { count: sumMet(met), query, examples: null },
    };
  });
}

/** SQLite deletes the rows first, and fires no trigger of the table itself. */
export function followDrop(scene: Scene, table: string): Walk {
  const first = {
    table,
    verb: 'delete',
    deletes: true,
    columns: null,
    where: '1',
    by: null,
    fired: null,
    depth: 0,
  } as const;
  const walk = follow(scene, first, true);
  return { ...walk, steps: walk.steps.filter(({ fired }) => fired === null) };
}
