/** Rows of other tables that go along with a statement: how many, by the run on rows, else by production; one finding of a kind. */

import { dataLoss } from '../../findings/data-loss.ts';
import { find, type RowCount } from '../../findings/finding.ts';
import { buildLossKey } from '../../findings/loss.ts';
import { isOfRowAlone } from '../../sql/delete-conditions.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { sumCounts } from '../../text/count.ts';
import { groupBy } from '../../text/group.ts';
import type { Answers } from '../ask/asking.ts';
import { placeAt, type Scene, type StatementPlace } from '../ask/context.ts';
import type { BoundQuery } from '../ask/database-rows.ts';
import { writeAlongQuery } from './along-query.ts';
import type { Along, Find, Met, Told } from './along-told.ts';
import type { Walk } from './follow-keys.ts';
import { watchRows } from './watched.ts';

/** One finding for all of a migration that are told alike. */
export function tellAlong(scene: Scene, told: Told, group: string): void {
  const all = scene.along.add(told, group);
  if (all !== null) scene.findings.push((replies) => tell(scene, all, replies));
}

function tell(scene: Scene, all: readonly Told[], replies: Answers) {
  const met = all.map((each) => ({ ...each, met: each.find(replies) })).filter((each) => each.met.length > 0);
  const byLoss = [
    ...groupBy(
      met.flatMap((each) => each.met),
      ({ along }) => buildLossKey(along.loss),
    ).values(),
  ];
  const sums = byLoss.flatMap((each) => each.slice(0, 1).map((one) => ({ ...one, count: sumMet(each) })));
  const [first, one] = [met[0], sums[0]];
  if (first === undefined || one === undefined) return [];
  const losses = sums.map(({ along }) => along.loss);
  const evidence = { count: sumMet(sums), query: writeAlongQuery(scene, byLoss), examples: null };
  return [find(dataLoss, 'hazard', placeAt(first.place), one.along.tell(sums, met.length), { losses, evidence })];
}

export function sumMet(met: readonly Met[]): RowCount | null {
  return sumCounts(met.map(({ count }) => count));
}

/** @param walk what the statement sets off */
export function askAlong(scene: Scene, place: StatementPlace, walk: Walk, alongs: readonly Along[]): Find {
  const seen = watchRows(scene, walk);
  const mayAsk = scene.along.mayAsk(place, 'along');
  const asked = alongs.map((along) => {
    const { select, isExact, isLoose, mayChange } = along;
    const bound = select !== null && mayAsk ? scene.rows.bind(select) : null;
    const today = bound === null && mayAsk ? readToday(scene, walk, select) : null;
    const query = bound ?? today;
    const asks = today !== null && !isOfRowAlone(walk.steps[0]?.where ?? null) ? null : query;
    const here = select === null || (isExact && !mayChange) ? null : scene.asking.countHere(select);
    const production = scene.asking.countToday(asks);
    const count = (replies: Answers) => here?.(replies) ?? production(replies);
    return { along, count, isSure: today === null, query: isExact && !isLoose ? (query?.sql ?? null) : null };
  });
  return (replies) => {
    const rows = seen(replies);
    const met = asked.flatMap((each) => judge({ ...each, count: each.count(replies) }, rows));
    return met.some(({ isSure }) => isSure) ? met : [];
  };
}

/** As production has the rows, where the plan has done nothing to them but deleting some. */
function readToday({ rows, along }: Scene, { steps }: Walk, select: string | null): BoundQuery | null {
  const isThere = steps.every(({ table: name }) => {
    const table = rows.find(name);
    const isOwn = table !== null && table.origin !== null && sameName(table.origin, name) && table.madeIn === null;
    return isOwn && !table.isFilled && !along.updated.has(foldName(name));
  });
  return isThere && select !== null ? { sql: select, isSure: true, scan: null } : null;
}

interface Judged extends Met {
  readonly isSure: boolean;
}

/** @param asked what is found, and whether it is a number. @returns none where nothing goes */
function judge({ along, count, query, isSure }: Judged, rows: ReadonlyMap<string, number> | null): readonly Judged[] {
  const seen = along.tables.map((table) => rows?.get(foldName(table)) ?? null);
  const sum = seen.includes(null) ? null : seen.reduce<number>((all, each) => all + (each ?? 0), 0);
  const isNone = along.select === null || (count?.rows === 0 && !count.atLeast);
  const met = { along, count: null, query: null, isSure: true };
  if (sum !== null && sum > 0) return [{ ...met, query, count: { rows: sum, atLeast: false } }];
  // Its guard would fail where it finds a row, whether or not one goes.
  if (sum === 0) return isNone || (along.isExact && !along.mayChange) ? [] : [met];
  // Nothing goes along behind others, where none of these goes.
  if (isNone) return along.isLoose ? [{ ...met, isSure: false }] : [];
  return count !== null && query !== null && isSure ? [{ ...met, query, count }] : [met];
}
