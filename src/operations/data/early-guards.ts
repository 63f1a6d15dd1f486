/** What must hold before a migration puts rows of its own where the plan saw nothing to lose: afterwards nobody could tell them apart. */

import type { TrackedTable } from '../../core/data/database-rows.ts';
import { mentionsName } from '../../core/plan/keep.ts';
import type { DataGuard } from '../../core/plan/plan.ts';
import { foldName } from '../../core/sql/identifiers.ts';
import type { Place } from './scene.ts';

/** Mutable: begins anew with every migration. */
export class EarlyGuards {
  #tables: ReadonlyMap<string, TrackedTable> = new Map();
  #guards: DataGuard[] = [];

  /** @param tables as they are before the first statement. */
  begin(tables: readonly TrackedTable[]): void {
    this.#tables = new Map(tables.map((table) => [foldName(table.origin ?? ''), table]));
    this.#guards = [];
  }

  /** What must hold before the first statement. */
  end(): readonly DataGuard[] {
    return this.#guards;
  }

  /**
   * @param build the guard of the table as it was; null where an earlier migration has filled it.
   * @returns whether there can be one: whether nothing has come between but INSERTs.
   */
  add(
    { migration, statement }: Place,
    { name, origin }: TrackedTable,
    build: (before: TrackedTable) => DataGuard | null,
  ): boolean {
    const before = this.#tables.get(foldName(origin ?? ''));
    const earlier = migration.statements.slice(0, migration.statements.indexOf(statement));
    const isUntouched = earlier.every(({ kind, sql }) => kind.type === 'insert' || !mentionsName(sql, name));
    const guard = before !== undefined && origin !== null && isUntouched ? build(before) : null;
    if (guard !== null) this.#guards.push(guard);
    return guard !== null;
  }
}
