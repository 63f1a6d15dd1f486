/** Rows of other tables that go along with a statement: how many, by the run on rows, else by production; one finding of a kind. */

import { type DataLossArgs, dataLoss } from '../../findings/data-loss.ts';
import type { Referring } from '../../findings/data-loss-rows.ts';
import { find, type RowCount } from '../../findings/finding.ts';
import { buildLossKey, type Loss } from '../../findings/loss.ts';
import { isOfRowAlone } from '../../sql/delete-conditions.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { sumCounts } from '../../text/count.ts';
import { groupBy } from '../../text/group.ts';
import { placeAt, type Scene, type StatementPlace } from '../context.ts';
import type { Answers, RowAnswer } from '../questions.ts';
import { writeAlongQuery } from './along-query.ts';

/** Rows of one table, or of several together. */
export interface Along {
  readonly tables: readonly string[];
  readonly of: Referring['of'];
  readonly loss: Loss;
  /** Must find nothing, if nothing is to go along; null where that cannot be told. */
  readonly select: string | null;
  /** The tables that it reads. */
  readonly reads: readonly string[];
  /** Whether it finds the very rows that go. */
  readonly isExact: boolean;
  /** Whether there may be others. */
  readonly isLoose: boolean;
  /** Of all in a migration that are told in one finding. */
  readonly group: string;
  /** @param met one for each loss of the group. @param statements in how many */
  readonly tell: (met: readonly Met[], statements: number) => DataLossArgs;
}

export interface Met {
  readonly along: Along;
  readonly count: RowCount | null;
  /** null where it does not find the rows. */
  readonly query: string | null;
}

type Find = (replies: Answers) => readonly Met[];

/** So many statements of a migration and table are asked of production: each may read a table. */
const mostAsked = 8;

/** Mutable: a rehearsal goes through it once. */
export class AlongTold {
  readonly #told = new Map<string, { readonly place: StatementPlace; readonly find: Find }[]>();
  readonly #asked = new Map<string, number>();
  readonly #updated = new Set<string>();

  /** Whether production is asked one more question of the kind about the statement's table. */
  mayAsk({ analysed, statement: { kind } }: StatementPlace, about: string): boolean {
    const table = 'table' in kind ? foldName(kind.table) : '';
    const key = JSON.stringify([analysed.migration.name, table, about]);
    const asked = (this.#asked.get(key) ?? 0) + 1;
    this.#asked.set(key, asked);
    return asked <= mostAsked;
  }

  updates(table: string): void {
    this.#updated.add(foldName(table));
  }

  /** As production has the rows, where the plan has done nothing to them but deleting some. */
  readToday({ rows }: Scene, { select, reads }: Along): string | null {
    const isThere = (name: string) => {
      const table = rows.find(name);
      const isOwn = table?.origin != null && sameName(table.origin, name) && table.madeIn === null;
      return isOwn && !table.isFilled && !this.#updated.has(foldName(name));
    };
    return reads.every(isThere) ? select : null;
  }

  /** One finding for all of a migration that are told alike. */
  add(scene: Scene, place: StatementPlace, group: string, find: Find): void {
    const key = JSON.stringify([place.analysed.migration.name, group]);
    const all = this.#told.get(key) ?? [];
    all.push({ place, find });
    this.#told.set(key, all);
    if (all.length === 1)
      scene.findings.push((replies) =>
        tell(
          scene,
          all.map((each) => ({ ...each, met: each.find(replies) })),
        ),
      );
  }
}

function tell(scene: Scene, all: readonly { readonly place: StatementPlace; readonly met: readonly Met[] }[]) {
  const met = all.filter((each) => each.met.length > 0);
  const byLoss = groupBy(
    met.flatMap((each) => each.met),
    ({ along }) => buildLossKey(along.loss),
  );
  const sums = [...byLoss.values()].flatMap((each) =>
    each.slice(0, 1).map(({ along }) => ({ along, query: null, count: sumMet(each) })),
  );
  const [first, one] = [met[0], sums[0]];
  if (first === undefined || one === undefined) return [];
  const losses = sums.map(({ along }) => along.loss);
  const evidence = { count: sumMet(sums), query: writeAlongQuery(scene, [...byLoss.values()]), examples: null };
  return [find(dataLoss, 'hazard', placeAt(first.place), one.along.tell(sums, met.length), { losses, evidence })];
}

export function sumMet(met: readonly Met[]): RowCount | null {
  return sumCounts(met.map(({ count }) => count));
}

/** @param seen how many rows of each table the run saw go; null where it did not see that. @param named the rows of the statement itself */
export function askAlong(
  scene: Scene,
  place: StatementPlace,
  alongs: readonly Along[],
  seen: RowAnswer<ReadonlyMap<string, number>>,
  named: string | null,
): Find {
  const mayAsk = scene.along.mayAsk(place, 'along');
  const asked = alongs.map((along) => {
    const { select, isExact, isLoose } = along;
    const bound = select !== null && mayAsk ? scene.rows.bind(select) : null;
    const today = bound === null && mayAsk ? scene.along.readToday(scene, along) : null;
    const query = bound ?? today;
    const asks = today !== null && !isOfRowAlone(named) ? null : query;
    const here = select === null || isExact ? null : scene.asking.count({ select, bound: null });
    const production = asks === null ? null : scene.questions.countRows(asks);
    const count = (replies: Answers) => here?.(replies) ?? production?.(replies) ?? null;
    return { along, count, isSure: today === null, query: isExact && !isLoose ? query : null };
  });
  return (replies) => {
    const rows = seen(replies);
    const met = asked.flatMap((each) => judge({ ...each, count: each.count(replies) }, rows));
    return met.some(({ isSure }) => isSure) ? met : [];
  };
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
  if (sum === 0) return isNone || along.isExact ? [] : [met];
  // Nothing goes along behind others, where none of these goes.
  if (isNone) return along.isLoose ? [{ ...met, isSure: false }] : [];
  return query !== null && isSure ? [{ ...met, query, count }] : [met];
}
