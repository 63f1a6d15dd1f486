/** What `backfill` would do to which migration, before anything is proven. */

import { findOpenRows, findStaleRows, type History, type HistoryEntry, isDone } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import { classifyRow } from '../core/migrations/tracker.ts';
import { MigrateError } from '../errors.ts';
import { unknownMigration } from './plan.ts';
import { isRecorded } from './sides.ts';

/**
 * - `record`: as applied, without running it
 * - `accept`: the file that is here in place of the one that ran; its checksum is corrected
 * - `roll-back`: what was begun and never finished left nothing; it may run again
 * - `take-back`: the record of a backfilled one
 */
export type BackfillAction = 'record' | 'accept' | 'roll-back' | 'take-back';

export interface BackfillItem {
  readonly name: string;
  readonly action: BackfillAction;
  readonly entry: HistoryEntry;
}

export interface BackfillChoice {
  readonly items: readonly BackfillItem[];
  /** The migrations that production would be said to have, in the folder's order; they have to make its schema. */
  readonly claimed: readonly Migration[];
  /** Whether the checksum of a migration that really ran is proof by itself. */
  readonly ranAlready: boolean;
}

export interface ChoiceInput {
  readonly history: History;
  /** One migration; null for all that are not recorded. */
  readonly name: string | null;
  /** The last migration to record, of all. */
  readonly to: string | null;
  /** The names that another tool's tracker records; null where there is none. */
  readonly foreign: readonly string[] | null;
}

/** @throws MigrateError MIGRATION_UNKNOWN, MIGRATION_STATE */
export function chooseToRecord({ history, name, to, foreign }: ChoiceInput): BackfillChoice {
  if (name !== null) return chooseOne(history, findEntry(history, name));
  const last = to === null ? history.entries.length : history.entries.indexOf(findEntry(history, to)) + 1;
  const open = history.entries
    .slice(0, last)
    .filter((entry) => entry.migration !== null && (!isDone(entry.state) || entry.state === 'unverified'));
  const known = foreign === null || to !== null ? [] : open.filter((entry) => foreign.includes(entry.name));
  const chosen = known.length > 0 ? known : open;
  return claim(
    history,
    chosen.map((entry) => ({ name: entry.name, action: entry.state === 'unverified' ? 'accept' : 'record', entry })),
  );
}

function chooseOne(history: History, entry: HistoryEntry): BackfillChoice {
  const { name, state } = entry;
  if (entry.migration === null) {
    if (state === 'unfinished') return claim(history, [{ name, action: 'roll-back', entry }]);
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} has no folder, so there is nothing to record. Nothing was written.`,
      'migrate-prod status',
    );
  }
  if (state === 'edited' || state === 'unverified') return claim(history, [{ name, action: 'accept', entry }]);
  return claim(history, isDone(state) ? [] : [{ name, action: 'record', entry }]);
}

/** @throws MigrateError MIGRATION_UNKNOWN, MIGRATION_STATE */
export function chooseToUndo(history: History, name: string): BackfillChoice {
  const entry = findEntry(history, name);
  const finished = entry.rows.filter((row) => classifyRow(row) === 'finished');
  if (finished.length === 0 && findOpenRows(entry).length > 0) {
    return claim(history, [{ name, action: 'roll-back', entry }]);
  }
  if (finished.length === 0) {
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} is not recorded as applied; there is nothing to undo.`,
      'migrate-prod status',
    );
  }
  if (finished.some((row) => row.appliedStepsCount !== 0)) {
    throw new MigrateError(
      'MIGRATION_STATE',
      `${name} was really applied, not backfilled. Taking its record back would run it a second time, so this is refused.`,
      'To change what it did, write a new migration.',
    );
  }
  return claim(history, [{ name, action: 'take-back', entry }]);
}

/** The same migration, as one that is wholly there. */
export function insteadRecord(history: History, item: BackfillItem): BackfillChoice {
  return claim(history, [{ ...item, action: 'record' }]);
}

/** The same migration, as one that left nothing. */
export function insteadRollBack(history: History, item: BackfillItem): BackfillChoice {
  return claim(history, [{ ...item, action: 'roll-back' }]);
}

function claim(history: History, items: readonly BackfillItem[]): BackfillChoice {
  const without = new Set(
    items.filter(({ action }) => action === 'roll-back' || action === 'take-back').map(({ name }) => name),
  );
  const added = new Set(items.filter(({ action }) => action === 'record').map(({ name }) => name));
  const claimed = history.entries
    .filter((entry) => (isRecorded(entry) || added.has(entry.name)) && !without.has(entry.name))
    .flatMap(({ migration }) => migration ?? []);
  const ranAlready = items.every(({ entry, action }) => action === 'record' && entry.state === 'renamed');
  return { items, claimed, ranAlready };
}

function findEntry({ entries }: History, name: string): HistoryEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return entry;
  throw unknownMigration(
    name,
    entries.map((candidate) => candidate.name),
  );
}

/** Rows of an entry that say it was begun and never finished, and older ones with another checksum. */
export function findOldRows(entry: HistoryEntry): {
  readonly openRows: readonly string[];
  readonly staleRows: readonly string[];
} {
  return {
    openRows: findOpenRows(entry).map((row) => row.id),
    staleRows: findStaleRows(entry).map((row) => row.id),
  };
}
