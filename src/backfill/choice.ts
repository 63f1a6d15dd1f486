/** Which migration `backfill` would record, and how, before anything is proven. */

import { MigrateError } from '../errors.ts';
import {
  findOpenRows,
  findStaleRows,
  type History,
  type HistoryEntry,
  isDone,
  isRecorded,
} from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import { unknownMigration } from '../plan/make-plan.ts';
import { command } from '../text/prose.ts';
import { classifyRow } from '../tracker/tracker.ts';

export type BackfillRequest =
  /** All migrations that are not recorded; `to` is the last one, null for the folder's last. */
  | { readonly type: 'all'; readonly to: string | null }
  | { readonly type: 'one'; readonly name: string }
  /** Takes back the record of a backfilled or unfinished migration. */
  | { readonly type: 'undo'; readonly name: string };

/**
 * - `record`: as applied, without running it
 * - `rename`: the record of what ran gets the file's present name
 * - `accept`: the present file instead of the one that ran; its checksum is corrected
 * - `roll-back`: the migration was started, not finished, and left nothing; it may run again
 * - `take-back`: removes the record of a backfilled migration
 */
export type BackfillAction = 'record' | 'rename' | 'accept' | 'roll-back' | 'take-back';

export interface BackfillItem {
  readonly name: string;
  readonly action: BackfillAction;
  readonly entry: HistoryEntry;
}

export interface BackfillChoice {
  readonly items: readonly BackfillItem[];
  /** The migrations that production is then recorded to have, in the folder's order; they must make its schema. */
  readonly claimed: readonly Migration[];
}

/**
 * @param other the names in another tool's tracker; null if there is none
 * @throws MigrateError MIGRATION_UNKNOWN, MIGRATION_STATE
 */
export function chooseItems(
  history: History,
  request: BackfillRequest,
  other: readonly string[] | null,
): BackfillChoice {
  switch (request.type) {
    case 'undo':
      return chooseToUndo(history, findEntry(history, request.name));
    case 'one':
      return chooseOne(history, findEntry(history, request.name));
    case 'all':
      return chooseAll(history, request.to, other);
  }
}

function chooseAll(history: History, to: string | null, other: readonly string[] | null): BackfillChoice {
  const last = to === null ? history.entries.length : history.entries.indexOf(findEntry(history, to)) + 1;
  const open = history.entries
    .slice(0, last)
    .filter((entry) => entry.migration !== null && (!isDone(entry.state) || entry.state === 'unverified'));
  const known = other === null || to !== null ? [] : open.filter((entry) => other.includes(entry.name));
  const chosen = known.length > 0 ? known : open;
  return claim(
    history,
    chosen.map((entry) => ({ name: entry.name, action: chooseAction(history, entry), entry })),
  );
}

function chooseAction({ entries }: History, { state, recordedAs }: HistoryEntry): BackfillAction {
  if (state === 'unverified') return 'accept';
  if (state !== 'renamed') return 'record';
  // If two files have the same text, it is not known which was renamed; the old record keeps both from running.
  return entries.filter((entry) => entry.recordedAs === recordedAs).length === 1 ? 'rename' : 'record';
}

function chooseOne(history: History, entry: HistoryEntry): BackfillChoice {
  const { name, state } = entry;
  if (entry.migration === null) {
    if (state === 'unfinished') return claim(history, [{ name, action: 'roll-back', entry }]);
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} has no folder, so there is nothing to record. Nothing was written.`,
      command('status'),
    );
  }
  if (state === 'edited' || state === 'unverified') return claim(history, [{ name, action: 'accept', entry }]);
  return claim(history, isDone(state) ? [] : [{ name, action: chooseAction(history, entry), entry }]);
}

function chooseToUndo(history: History, entry: HistoryEntry): BackfillChoice {
  const { name } = entry;
  const finished = entry.rows.filter((row) => classifyRow(row) === 'finished');
  if (finished.length === 0 && findOpenRows(entry).length > 0) {
    return claim(history, [{ name, action: 'roll-back', entry }]);
  }
  if (finished.length === 0) {
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} is not recorded as applied; there is nothing to undo.`,
      command('status'),
    );
  }
  if (finished.some((row) => row.appliedStepsCount !== 0)) {
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} was really applied, not backfilled. Without its record it would run a second time, so this is refused.`,
      'To change what it did, write a new migration.',
    );
  }
  return claim(history, [{ name, action: 'take-back', entry }]);
}

export function chooseInstead(history: History, item: BackfillItem, action: BackfillAction): BackfillChoice {
  return claim(history, [{ ...item, action }]);
}

function claim(history: History, items: readonly BackfillItem[]): BackfillChoice {
  const actions = new Map(items.map(({ name, action }) => [name, action]));
  const claimed = history.entries.filter((entry) => {
    const action = actions.get(entry.name);
    if (action === 'record') return true;
    return isRecorded(entry) && action !== 'roll-back' && action !== 'take-back';
  });
  return { items, claimed: claimed.flatMap(({ migration }) => migration ?? []) };
}

function findEntry({ entries }: History, name: string): HistoryEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return entry;
  throw unknownMigration(
    name,
    entries.map((candidate) => candidate.name),
  );
}

/** The entry's rows that say it was started and not finished, and older rows with another checksum. */
export function findOldRows(entry: HistoryEntry): {
  readonly openRows: readonly string[];
  readonly staleRows: readonly string[];
} {
  return {
    openRows: findOpenRows(entry).map((row) => row.id),
    staleRows: findStaleRows(entry).map((row) => row.id),
  };
}
