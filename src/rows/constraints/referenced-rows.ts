/** Rows that hold, by their foreign keys, the ones that are to be deleted. */

import { findWrittenName, isAction } from '../../schema/model/columns.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { momentOf, rowsNow, type Scene, type StatementPlace } from '../ask/context.ts';
import { findKeys } from '../ask/keys.ts';
import type { Step, Walk } from '../losses/follow-keys.ts';
import { listLinks, refers } from '../losses/key-links.ts';
import { report } from './report.ts';

/** Each is a question. */
const mostAsked = 8;

/** With foreign keys on the statement fails. @param walk of a DELETE or DROP TABLE */
export function askHeld(scene: Scene, place: StatementPlace, walk: Walk): void {
  const holding = findKeys(place.analysed) === 'on' ? listHolding(scene, walk).slice(0, mostAsked) : [];
  if (holding.length === 0 || !scene.along.mayAsk(place, 'held')) return;
  const [{ table }] = walk.steps as readonly [Step];
  const isRebuilt = place.analysed.rebuilds.some((rebuild) => sameName(rebuild.table, table));
  const passes = askAfter(scene, place);
  for (const { child, key, select } of holding) {
    const { bound } = rowsNow(scene, select);
    const here = scene.asking.countHere(select);
    const isSure = walk.steps.every((step) => isStraight(scene, step, key.onDelete));
    const today = scene.asking.countToday(isSure ? bound : null);
    if (!isSure || bound === null) scene.asking.needsRun(select);
    const columns = key.columns.map((column) => findWrittenName(child, column));
    const args = { what: 'held', child: child.name, parent: key.references, key: key.sql, columns, isRebuilt } as const;
    report(scene, place, 'fails', {
      count: (replies) => {
        const found = here(replies);
        if (found === null) return today(replies);
        return passes(replies) === null ? found : null;
      },
      query: bound?.sql ?? null,
      columns: child.columns.map(({ name }) => name),
      broken: () => ({ code: 'foreign-keys', args }),
    });
  }
}

/** Keys that nothing is done for, and the rows that refer by them to what is deleted. */
function listHolding(scene: Scene, { steps }: Walk) {
  // Another key may take away what holds it.
  const taken = new Set(steps.map(({ table }) => foldName(table)));
  return steps.flatMap(({ table, deletes, where, fired }) =>
    listLinks(scene, table).flatMap(({ child, key, ...link }) => {
      const holds =
        deletes && fired === null && !isAction(key.onDelete) && !key.deferred && !taken.has(foldName(child.name));
      if (!holds || where === null) return [];
      const referring = refers(scene, { child, key, ...link }, where);
      return [{ child, key, select: `SELECT * FROM ${quoteIdentifier(child.name)} WHERE ${referring}` }];
    }),
  );
}

/** Answered where the run on rows has passed the statement. */
function askAfter({ asking }: Scene, place: StatementPlace) {
  return asking.asOf(momentOf(place, 'after'), () => asking.countHere('SELECT 1'));
}

/** A trigger may take away what holds a row; and SQLite counts a row that had no parent itself the other way, but for RESTRICT. */
function isStraight({ structures }: Scene, { table }: Step, action: string): boolean {
  const counts = action === 'restrict' || structures.find(table)?.foreignKeys.length === 0;
  return counts && structures.listTriggers(table).length === 0;
}
