/** Rows of other tables that go along with a statement: how many, by the run on rows, else by production; one finding of a kind. */

import { type DataLossArgs, dataLoss } from '../../findings/data-loss.ts';
import type { Referring } from '../../findings/data-loss-rows.ts';
import { find, type RowCount } from '../../findings/finding.ts';
import { buildLossKey, type Loss } from '../../findings/loss.ts';
import type { AnalysedStatement } from '../../plan/analyse.ts';
import { foldName } from '../../sql/identifiers.ts';
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

interface AskedAlong {
  readonly along: Along;
  readonly query: string | null;
  /** Whether it may find rows that are gone by then. */
  readonly isAhead: boolean;
  readonly count: RowAnswer<RowCount> | null;
}

interface Told {
  readonly place: StatementPlace;
  readonly asked: readonly AskedAlong[];
  readonly seen: RowAnswer<ReadonlyMap<string, number>>;
}

/** So many statements of a migration and table are asked of production: each may read a table. */
const mostAsked = 8;

/** Mutable: a rehearsal goes through it once. */
export class AlongTold {
  readonly #told = new Map<string, Told[]>();
  readonly #asked = new Map<string, number>();
  readonly #ahead = new Map<AnalysedStatement, ReadonlyMap<string, string | null>>();

  /** Whether production is asked one more question of the kind about the statement's table. */
  mayAsk({ analysed, statement: { kind } }: StatementPlace, about: string): boolean {
    const table = 'table' in kind ? foldName(kind.table) : '';
    const key = JSON.stringify([analysed.migration.name, kind.type, table, about]);
    const asked = (this.#asked.get(key) ?? 0) + 1;
    this.#asked.set(key, asked);
    return asked <= mostAsked;
  }

  /** @param seen how many rows of each table the run saw go. @param ahead what a DELETE asks, where nothing else comes in between */
  ask(
    scene: Scene,
    place: StatementPlace,
    alongs: readonly Along[],
    seen: Told['seen'],
    ahead: (later: AnalysedStatement) => readonly Along[] | null,
  ): void {
    const mayAsk = this.mayAsk(place, 'along');
    const known = this.#ahead.get(place.statement);
    if (mayAsk && known === undefined) this.#lookAhead(scene, place, ahead);
    const asked = alongs.map((along): AskedAlong => {
      const { select, isExact } = along;
      const query = select === null || !mayAsk ? null : (known?.get(select) ?? scene.rows.bind(select));
      const count =
        select !== null && !isExact
          ? scene.asking.count({ select, bound: query })
          : query === null
            ? null
            : scene.questions.countRows(query);
      return { along, query, count, isAhead: known !== undefined };
    });
    for (const [group, each] of groupBy(asked, ({ along }) => along.group))
      this.#tell(scene, group, { place, asked: each, seen });
  }

  /** Of DELETEs that follow each other, production is asked as it is before the first: what they find is at least as much. */
  #lookAhead(scene: Scene, { analysed, statement }: StatementPlace, ahead: Parameters<AlongTold['ask']>[4]): void {
    const index = analysed.statements.indexOf(statement);
    for (const later of analysed.statements.slice(index, index + mostAsked)) {
      const selects = ahead(later)?.flatMap(({ select }) => select ?? []);
      if (selects === undefined) break;
      if (later !== statement)
        this.#ahead.set(later, new Map(selects.map((select) => [select, scene.rows.bind(select)])));
    }
  }

  #tell(scene: Scene, group: string, told: Told): void {
    const key = JSON.stringify([told.place.analysed.migration.name, group]);
    const all = this.#told.get(key) ?? [];
    all.push(told);
    this.#told.set(key, all);
    if (all.length > 1) return;
    scene.findings.push((replies) => {
      const met = all
        .map(({ place, ...each }) => ({ place, met: listMet(each, replies) }))
        .filter((each) => each.met.length > 0);
      const byLoss = [
        ...groupBy(
          met.flatMap((each) => each.met),
          ({ along }) => buildLossKey(along.loss),
        ).values(),
      ];
      const sums = byLoss.flatMap((each) =>
        each.slice(0, 1).map((one) => ({ ...one, count: sumCounts(each.map(({ count }) => count)) })),
      );
      const [first, one] = [met[0], sums[0]];
      if (first === undefined || one === undefined) return [];
      const losses = sums.map(({ along }) => along.loss);
      const evidence = {
        count: sumCounts(sums.map(({ count }) => count)),
        query: writeAlongQuery(scene, byLoss),
        examples: null,
      };
      return [find(dataLoss, 'hazard', placeAt(first.place), one.along.tell(sums, met.length), { losses, evidence })];
    });
  }
}

function listMet({ asked, seen }: Omit<Told, 'place'>, replies: Answers): readonly Met[] {
  const rows = seen(replies);
  const all = asked.flatMap((each) => judge(each, rows, replies));
  return all.some(({ isSure }) => isSure) ? all : [];
}

/** @param rows as the run saw them go; null where it did not. @returns none where nothing goes */
function judge(
  { along, query, isAhead, ...asked }: AskedAlong,
  rows: ReadonlyMap<string, number> | null,
  replies: Answers,
): readonly (Met & { readonly isSure: boolean })[] {
  const seen = along.tables.map((table) => rows?.get(foldName(table)) ?? null);
  const sum = seen.includes(null) ? null : seen.reduce<number>((all, each) => all + (each ?? 0), 0);
  const count = asked.count?.(replies) ?? null;
  const isNone = along.select === null || (count?.rows === 0 && !count.atLeast);
  const met = { along, count: null, query: along.isExact ? query : null, isSure: true };
  if (sum !== null && sum > 0) return [{ ...met, count: { rows: sum, atLeast: false } }];
  // Its guard would fail where it finds a row, whether or not one goes.
  if (sum === 0) return isNone || along.isExact ? [] : [met];
  // Nothing goes along behind others, where none of these goes.
  if (isNone) return along.isLoose ? [{ ...met, isSure: false }] : [];
  return [{ ...met, count: along.isExact && !along.isLoose && !isAhead ? count : null }];
}
