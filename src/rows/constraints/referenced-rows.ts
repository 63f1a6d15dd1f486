/** Rows that hold, by their foreign keys, the ones that are to be deleted. */

import { findWrittenName } from '../../schema/model/columns.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { rowsNow, type Scene, type StatementPlace } from '../context.ts';
import { type Followed, followDeleted } from '../state/follow-keys.ts';
import { isAction, listLinks, refers } from '../state/key-links.ts';
import { findKeys } from '../state/keys.ts';
import { report } from './report.ts';

/** With foreign keys on the statement fails. @param followed what it deletes; all of the table unless given */
export function askHeld(
  scene: Scene,
  place: StatementPlace,
  table: string,
  followed: Followed = followDeleted(scene, table, '1'),
): void {
  const holding = findKeys(place.analysed) === 'on' ? listHolding(scene, followed) : [];
  if (holding.length === 0 || !scene.along.mayAsk(place, 'held')) return;
  const isRebuilt = place.analysed.rebuilds.some((rebuild) => sameName(rebuild.table, table));
  const passes = askAfter(scene, place);
  for (const { child, key, select } of holding) {
    const asked = rowsNow(scene, select);
    const here = scene.asking.count({ select, bound: null });
    const today =
      asked.bound !== null && isSure(scene, followed, key.onDelete) ? scene.questions.countRows(asked.bound) : null;
    const columns = key.columns.map((column) => findWrittenName(child, column));
    const args = { what: 'held', child: child.name, parent: key.references, key: key.sql, columns, isRebuilt } as const;
    report(scene, place, 'fails', {
      count: (replies) => {
        const found = here(replies);
        if (found === null) return today?.(replies) ?? null;
        return passes(replies) === null ? found : null;
      },
      query: asked.bound,
      columns: child.columns.map(({ name }) => name),
      broken: () => ({ code: 'foreign-keys', args }),
    });
  }
}

/** Each is a question. */
const mostAsked = 8;

/** Keys that nothing is done for, and the rows that refer by them to what is deleted. */
function listHolding(scene: Scene, { gone, reached }: Followed) {
  // Another key may take away what holds it.
  const taken = new Set([...gone.keys(), ...reached.map(({ table }) => foldName(table.name))]);
  const holding = [...gone].flatMap(([table, { where }]) =>
    listLinks(scene, table).flatMap((link) => {
      const { child, key } = link;
      const holds = where !== null && !isAction(key.onDelete) && !key.deferred && !taken.has(foldName(child.name));
      return holds
        ? [{ child, key, select: `SELECT * FROM ${quoteIdentifier(child.name)} WHERE ${refers(scene, link, where)}` }]
        : [];
    }),
  );
  return holding.slice(0, mostAsked);
}

/** Answered where the run on rows has passed the statement. */
function askAfter({ asking }: Scene, { analysed, statement }: StatementPlace) {
  const moment = { migration: analysed.migration.name, statement: analysed.statements.indexOf(statement) };
  asking.at({ ...moment, when: 'after' });
  const answer = asking.count({ select: 'SELECT 1', bound: null });
  asking.at({ ...moment, when: 'before' });
  return answer;
}

/** A trigger may take away what holds it; and SQLite counts a row that had no parent itself the other way, but for RESTRICT. */
function isSure({ structures }: Scene, { gone }: Followed, action: string): boolean {
  return [...gone.keys()].every(
    (table) =>
      structures.listTriggers(table).length === 0 &&
      (action === 'restrict' || structures.find(table)?.foreignKeys.length === 0),
  );
}
