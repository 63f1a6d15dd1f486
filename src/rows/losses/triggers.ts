/** Rows that triggers delete when a statement, or what foreign keys do because of it, fires them. */

import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parseTriggerEvent, parseTriggerSteps, type TriggerEvent, type TriggerStep } from '../../sql/trigger.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { isAction, listLinks } from '../state/key-links.ts';
import { findKeys } from '../state/keys.ts';
import type { Along } from './along.ts';

export interface Event {
  readonly table: string;
  readonly verb: TriggerEvent['verb'];
  /** The columns that are changed; null where they may be any. */
  readonly columns: readonly string[] | null;
  /** The rows that it happens to, as far as they are there before; null where they cannot be told. */
  readonly where: string | null;
}

/** One for each table and trigger. What its body deletes, it says of each row: the run alone knows how many. */
export function listTriggered(scene: Scene, place: StatementPlace, events: readonly Event[]): readonly Along[] {
  return events.flatMap((event) =>
    [...listEmptied(scene, place, event).values()].map(({ table, trigger }): Along => {
      const fired =
        event.where === null ? '' : ` AND EXISTS (SELECT 1 FROM ${quoteIdentifier(event.table)} WHERE ${event.where})`;
      return {
        tables: [table],
        of: { table, actions: [] },
        loss: { kind: 'rows-of-trigger', table, trigger },
        select: `SELECT 1 WHERE EXISTS (SELECT 1 FROM ${quoteIdentifier(table)})${fired}`,
        isExact: false,
        isLoose: false,
        group: `trigger ${JSON.stringify([table, trigger])}`,
        tell: () => ({ what: 'triggered-deletes', table, trigger }),
      };
    }),
  );
}

interface Emptied {
  readonly table: string;
  /** The one that the event fires, whatever that one fires in its turn. */
  readonly trigger: string;
}

/** Tables of production whose rows go, by folded name. */
function listEmptied(scene: Scene, place: StatementPlace, first: Event): ReadonlyMap<string, Emptied> {
  const emptied = new Map<string, Emptied>();
  for (const { name, sql } of scene.structures.listNamedTriggers(first.table)) {
    if (!fires(sql, first)) continue;
    for (const table of listDeleted(scene, place, parseTriggerSteps(sql))) {
      const origin = scene.rows.find(table)?.origin ?? null;
      // What a virtual table holds is made from others.
      const known = origin === null ? undefined : scene.production.get(foldName(origin));
      if (known === undefined || known.isVirtual || emptied.has(foldName(table))) continue;
      emptied.set(foldName(table), { table, trigger: name });
    }
  }
  return emptied;
}

function fires(sql: string, { verb, columns }: Pick<Event, 'verb' | 'columns'>): boolean {
  const event = parseTriggerEvent(sql);
  if (event?.verb !== verb) return false;
  if (columns === null || event.columns.length === 0) return true;
  return event.columns.some((name) => columns.some((column) => sameName(column, name)));
}

/** What these steps delete, and the keys and triggers that follow. */
function listDeleted(scene: Scene, { analysed }: StatementPlace, steps: readonly TriggerStep[]): readonly string[] {
  const deleted: string[] = [];
  const seen = new Set<string>();
  const waiting = [...steps];
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const { table, verb } = step;
    const known = `${verb} ${step.deletes} ${foldName(table)}`;
    if (seen.has(known)) continue;
    seen.add(known);
    if (step.deletes) deleted.push(table);
    const keys = step.deletes && findKeys(analysed) !== 'off' ? listLinks(scene, table) : [];
    for (const { child, key } of keys.filter(({ key }) => isAction(key.onDelete))) {
      const deletes = key.onDelete === 'cascade';
      waiting.push({ table: child.name, verb: deletes ? 'delete' : 'update', columns: [], deletes, fills: null });
    }
    for (const { sql } of scene.structures.listNamedTriggers(table)) {
      if (fires(sql, { verb, columns: null })) waiting.push(...parseTriggerSteps(sql));
    }
  }
  return deleted;
}
