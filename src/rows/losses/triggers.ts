/** Rows that triggers delete when a statement, or what foreign keys do because of it, fires them. */

import type { Finding } from '../../findings/catalogue.ts';
import { dataLoss } from '../../findings/data-loss.ts';
import { find } from '../../findings/finding.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parseTriggerEvent, parseTriggerSteps, type TriggerEvent, type TriggerStep } from '../../sql/trigger.ts';
import { placeAt, type Scene, type StatementPlace } from '../context.ts';
import { followDeleted } from '../state/follow-keys.ts';
import type { KeyCondition } from '../state/key-links.ts';
import { findKeys } from '../state/keys.ts';
import { guardLoss } from './loss.ts';

export interface Event {
  readonly table: string;
  readonly verb: TriggerEvent['verb'];
  /** The columns that are changed; null where they may be any. */
  readonly columns: readonly string[] | null;
  /** The rows that it happens to, as far as they are there before; null where they cannot be told. */
  readonly where: KeyCondition | null;
}

/** How many rows a trigger deletes is not told: its body speaks of each row, and may ask for more. @returns what must hold before it. */
export function askTriggered(scene: Scene, place: StatementPlace, events: readonly Event[]): readonly DataGuard[] {
  const cases = events.flatMap((event) =>
    [...listEmptied(scene, place, event).values()].map((emptied) => ({ event, ...emptied })),
  );
  return cases.flatMap(({ event, table, trigger }) => {
    const rows = `SELECT * FROM ${quoteIdentifier(table)}`;
    const fired = event.where && `SELECT * FROM ${quoteIdentifier(event.table)} WHERE ${event.where.text}`;
    const counts = [
      countRows(scene, rows, ''),
      ...(event.where && fired ? [countRows(scene, fired, event.where.compared)] : []),
    ];
    const loss = { kind: 'rows-of-trigger', table, trigger } as const;
    scene.findings.push((replies): readonly Finding[] => {
      if (counts.some((count) => count?.(replies)?.rows === 0)) return [];
      const proven = { losses: [loss], evidence: { count: null, query: null, examples: null } };
      return [find(dataLoss, 'hazard', placeAt(place), { what: 'triggered-deletes', table, trigger }, proven)];
    });
    const nothing = [rows, ...(fired ? [fired] : [])].map((select) => `NOT EXISTS (${select})`);
    return [guardLoss(`(${nothing.join(' OR ')})`, loss)];
  });
}

function countRows(scene: Scene, select: string, compared: string) {
  const query = scene.rows.bind(select, compared);
  return query === null ? null : scene.questions.countRows(query);
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
    const keys = step.deletes && findKeys(analysed) !== 'off' ? followDeleted(scene, table, null) : null;
    for (const child of keys?.reached ?? []) {
      const deletes = child.actions.includes('cascade');
      waiting.push({ table: child.table, verb: deletes ? 'delete' : 'update', columns: [], deletes, fills: null });
    }
    for (const { sql } of scene.structures.listNamedTriggers(table)) {
      if (fires(sql, { verb, columns: null })) waiting.push(...parseTriggerSteps(sql));
    }
  }
  return deleted;
}
