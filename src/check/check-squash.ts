/** A branch that replaces several migrations of its base with one: compares what both folders make. */

import { compareNames, type Migration } from '../history/migration.ts';
import { compareFreed } from '../mirror/reserved-index.ts';
import type { Outside } from '../ports.ts';
import { replayAsFarAsPossible } from '../replay/replay.ts';
import { isUnsure } from '../replay/unreplayed.ts';
import { findOwnTables, selectSchema } from '../schema/model/selection.ts';
import { type BaseComparison, type BaseMigrations, composeName } from './base.ts';

export interface CheckSquashInput {
  readonly outside: Outside;
  readonly base: BaseMigrations;
  readonly comparison: BaseComparison;
  /** Functions that the project declares as its server's; folded. */
  readonly declaredFunctions: ReadonlySet<string>;
}

/**
 * The new migrations that sort before the base's and make exactly what the deleted ones made. Only schemas are
 * compared: deleted migrations may have changed rows, and databases that have run them have those changes.
 * @returns none if that is not known
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK
 */
export async function findSquashes({
  outside,
  base,
  comparison: { outOfOrder, deleted, settled, renamed },
  declaredFunctions,
}: CheckSquashInput): Promise<ReadonlySet<Migration>> {
  if (outOfOrder.length === 0 || deleted.length === 0) return new Set();
  const gone = new Set(deleted.map(composeName));
  const names = new Map(renamed.map(({ migration, from }) => [migration, from]));
  const kept = settled.map((migration) => ({ ...migration, name: names.get(migration) ?? migration.name }));
  const there = [...kept, ...base.goneFiles.filter(({ name }) => gone.has(composeName(name)))];
  const here = [...settled, ...outOfOrder];
  const selection = { externalTables: [], ownTables: findOwnTables([...there, ...here]) };
  const make = async (migrations: readonly Migration[]) => {
    const ordered = [...migrations].sort((left, right) => compareNames(left.name, right.name));
    const { schema, unsure } = await replayAsFarAsPossible(outside, ordered, { declaredFunctions });
    return isUnsure(unsure) ? null : selectSchema(schema, selection);
  };
  const [before, after] = [await make(there), await make(here)];
  return before && after && compareFreed(before, after).length === 0 ? new Set(outOfOrder) : new Set();
}
