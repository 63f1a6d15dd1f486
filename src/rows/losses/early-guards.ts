/** What must hold before the plan puts values of its own where it saw nothing to lose: afterwards nobody could tell them apart. */

import { isSameLoss } from '../../findings/loss.ts';
import type { AnalysedMigration } from '../../plan/analyse.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import type { StatementPlace } from '../place.ts';
import type { TrackedTable } from '../state/database-rows.ts';

interface Beginning {
  readonly analysed: AnalysedMigration;
  /** As they are before its first statement, by the folded name that production knows them by. */
  readonly tables: ReadonlyMap<string, TrackedTable>;
  readonly guards: DataGuard[];
}

/** Mutable: a rehearsal goes through it once. */
export class EarlyGuards {
  readonly #beginnings: Beginning[] = [];

  /** @param tables as they are before the first statement. */
  begin(analysed: AnalysedMigration, tables: readonly TrackedTable[]): void {
    const known = tables.filter(({ origin }) => origin !== null);
    this.#beginnings.push({
      analysed,
      tables: new Map(known.map((table) => [foldName(table.origin ?? ''), table])),
      guards: [],
    });
  }

  /** What must hold before the first statement of a migration. */
  list(analysed: AnalysedMigration): readonly DataGuard[] {
    return this.#beginnings.find((beginning) => beginning.analysed === analysed)?.guards ?? [];
  }

  /**
   * The guard stands at the beginning of the last migration that finds the table as nobody but production filled it.
   *
   * @param build the guard of the table as it was; null where the plan has filled it by then.
   * @returns whether there can be one. Where what is lost is counted among the rows that earlier statements leave, nothing
   *   may have come between but INSERTs; where the rows cannot be followed, it is counted among all that are there today.
   */
  add(
    place: StatementPlace,
    { name, origin, rows }: TrackedTable,
    build: (before: TrackedTable) => DataGuard | null,
  ): boolean {
    const { analysed, statement } = place;
    let between = analysed.statements.slice(0, analysed.statements.indexOf(statement));
    for (const beginning of this.#beginnings.toReversed()) {
      if (beginning.analysed !== analysed) between = [...beginning.analysed.statements, ...between];
      const before = beginning.tables.get(foldName(origin ?? ''));
      if (before === undefined) return false;
      const isUntouched = between.every(
        ({ kind, sql }) => kind.type === 'insert' || ![name, before.name].some((each) => mentionsName(sql, each)),
      );
      if (rows.type !== 'unknown' && !isUntouched) return false;
      const guard = build(before);
      if (guard === null) continue;
      const { name: later } = analysed.migration;
      const placed = beginning.analysed === analysed ? guard : { ...guard, migration: later };
      if (!beginning.guards.some(({ holds, loss }) => holds === guard.holds && isSameLoss(loss, guard.loss))) {
        beginning.guards.push(placed);
      }
      return true;
    }
    return false;
  }
}
