/** Rows that hold, by their foreign keys, the ones that are to be deleted. */

import type { RowCount } from '../../findings/finding.ts';
import { findWrittenName } from '../../schema/model/columns.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../context.ts';
import type { Answers } from '../questions.ts';
import { type FollowedReach, followDeleted, refersTo } from '../state/follow-keys.ts';
import { isAction, type KeyCondition, type Link, listLinks } from '../state/key-links.ts';
import { findKeys } from '../state/keys.ts';
import { countOrphans } from '../state/references.ts';
import { report } from './report.ts';

/** A blocker that is not found costs a rolled back migration; a hundred questions cost more. */
const mostAsked = 8;

/** With foreign keys on the statement fails. @param where of the rows that are deleted, over today's tables */
export function askHeld(
  scene: Scene,
  place: StatementPlace,
  parent: string,
  where: string,
  { reach, most }: { readonly reach: FollowedReach; readonly most: number } = {
    reach: followDeleted(scene, parent, where),
    most: 0,
  },
): void {
  if (findKeys(place.analysed) !== 'on') return;
  // A trigger may take the rows away that hold it.
  if (reach.gone.some(({ table }) => scene.structures.listTriggers(table).length > 0)) return;
  const holding = listHolding(scene, reach).slice(0, mostAsked);
  const standing = holding.length === 0 ? null : countStanding(scene, reach);
  if (standing === null) return;
  const isRebuilt = place.analysed.rebuilds.some(({ table }) => sameName(table, parent));
  for (const { child, key, where } of holding) {
    const query = scene.rows.bind(
      `SELECT * FROM ${quoteIdentifier(child.name)} WHERE ${where.text}`,
      where.compared,
      most,
    );
    if (query === null) continue;
    const columns = key.columns.map((column) => findWrittenName(child, column));
    const described = { child: child.name, parent: key.references, key: key.sql, columns };
    report(scene, place, 'fails', {
      count: lessStanding(scene.questions.countRows(query), standing),
      query,
      columns: child.columns.map(({ name }) => name),
      broken: () => ({ code: 'foreign-keys', args: { what: 'held', ...described, isRebuilt } }),
    });
  }
}

/** Keys that nothing is done for, and the rows that refer by them to what is deleted. */
function listHolding(
  scene: Scene,
  { gone, reached }: FollowedReach,
): readonly (Link & { readonly where: KeyCondition })[] {
  // Another key may take away what holds it.
  const taken = new Set([...gone, ...reached].map(({ table }) => foldName(table)));
  const known = new Map(gone.filter(({ isLoose }) => !isLoose).map((each) => [foldName(each.table), each]));
  return [...known.values()].flatMap(({ table }) =>
    listLinks(scene, table).flatMap((link) => {
      const { child, key } = link;
      const where = refersTo(scene, link, known);
      const holds = !isAction(key.onDelete) && !key.deferred && !taken.has(foldName(child.name));
      return holds && where !== null ? [{ ...link, where }] : [];
    }),
  );
}

/** Rows to be deleted that are without a parent themselves: deleting them counts the other way. null where that cannot be told. */
function countStanding(scene: Scene, { gone }: FollowedReach): ((replies: Answers) => number | null) | null {
  const referring = gone.filter(({ table }) => scene.structures.find(table)?.foreignKeys.length !== 0);
  const tables = referring.flatMap(({ table }) => {
    const known = scene.production.get(foldName(scene.rows.find(table)?.origin ?? ''));
    return known === undefined ? [] : [known];
  });
  return tables.length < referring.length || tables.length > mostAsked ? null : countOrphans(scene, tables);
}

/** Nothing where what is deleted may outweigh it. */
function lessStanding(
  count: (replies: Answers) => RowCount | null,
  standing: (replies: Answers) => number | null,
): (replies: Answers) => RowCount | null {
  return (replies) => {
    const [found, other] = [count(replies), standing(replies)];
    return found !== null && other !== null && found.rows > other ? found : null;
  };
}
