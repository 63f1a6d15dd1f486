/** Rows that triggers delete when a statement, or what foreign keys do because of it, fires them. */

import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import type { Scene } from '../ask/context.ts';
import type { Along } from './along-told.ts';
import type { Walk } from './follow-keys.ts';

/** One for each table of production and trigger: the one that the statement fires, whatever that one fires in its turn. */
export function listTriggered(scene: Scene, { steps }: Walk): readonly Along[] {
  const known = new Map<string, Along>();
  for (const { table, deletes, fired } of steps) {
    const own = scene.production.get(foldName(scene.rows.find(table)?.origin ?? ''));
    // What a virtual table holds is made from others.
    if (!deletes || fired === null || own === undefined || own.isVirtual) continue;
    const { trigger, event } = fired;
    const isFired =
      event.where === null ? '' : ` AND EXISTS (SELECT 1 FROM ${quoteIdentifier(event.table)} WHERE ${event.where})`;
    const select = `SELECT 1 WHERE EXISTS (SELECT 1 FROM ${quoteIdentifier(table)})${isFired}`;
    known.set(JSON.stringify([select, trigger]), {
      tables: [table],
      of: { table, actions: [] },
      loss: { kind: 'rows-of-trigger', table, trigger },
      select,
      // Its body says of each row what it deletes: how many, only the run knows.
      isExact: false,
      mayChange: false,
      isLoose: false,
      group: JSON.stringify([trigger, table]),
      tell: () => ({ what: 'triggered-deletes', table, trigger }),
    });
  }
  return [...known.values()];
}
