/** Findings that follow from comparing the folder and the tracker, before anything is planned. */

import { behind } from '../findings/behind.ts';
import type { Finding } from '../findings/catalogue.ts';
import { edited } from '../findings/edited.ts';
import { find, placeIn, wholePlan } from '../findings/finding.ts';
import { foreignTracker } from '../findings/foreign-tracker.ts';
import { missing } from '../findings/missing.ts';
import { recordedElsewhere } from '../findings/recorded-elsewhere.ts';
import { renamed } from '../findings/renamed.ts';
import { unfinished } from '../findings/unfinished.ts';
import { unverified } from '../findings/unverified.ts';
import type { Production } from '../production/production.ts';
import type { OtherRecords } from '../tracker/other-trackers.ts';
import type { History, HistoryEntry } from './history.ts';
import { isToApply } from './history.ts';
import { compareNames } from './migration.ts';

/**
 * @param toApply the migrations that the plan would run
 * @returns findings of the plan as a whole and of single migrations
 */
export function findHistoryFindings(history: History, toApply: readonly HistoryEntry[]): readonly Finding[] {
  const { entries } = history;
  const findings: Finding[] = [];
  for (const entry of entries) {
    if (entry.state === 'renamed') {
      findings.push(find(renamed, 'blocker', placeIn(entry.name), { recordedAs: entry.recordedAs ?? '' }));
    }
    if (entry.state === 'unfinished' && entry.migration === null && toApply.length > 0) {
      findings.push(find(unfinished, 'blocker', placeIn(entry.name), { what: 'without-folder' }));
    }
    if (entry.state === 'edited') findings.push(find(edited, 'note', placeIn(entry.name), {}));
    if (entry.state === 'unverified') findings.push(find(unverified, 'note', placeIn(entry.name), {}));
  }
  return findings;
}

/** Finds another tracker if it matters: Prisma's records nothing, or the other one records what is to be applied. */
export function findOtherTracker(history: History, other: OtherRecords | null): readonly Finding[] {
  if (other === null) return [];
  const folder = history.entries.filter((entry) => entry.migration !== null);
  const recorded = folder.filter((entry) => other.names?.includes(entry.name));
  if (history.begun && !recorded.some(isToApply)) return [];
  return [
    find(foreignTracker, 'note', wholePlan, {
      table: other.table,
      recorded: other.names === null ? null : recorded.length,
      migrations: folder.length,
    }),
  ];
}

/** Migrations that would run a second time if the other tracker is right. */
export function findRecordedElsewhere(
  toApply: readonly HistoryEntry[],
  other: OtherRecords | null,
): readonly Finding[] {
  if (other === null) return [];
  return toApply
    .filter(({ name }) => other.names?.includes(name))
    .map(({ name }) => find(recordedElsewhere, 'hazard', placeIn(name), { table: other.table }));
}

/** True if `backfill` comes first: Prisma's tracker records nothing, and another tracker has records or is in its place. */
export function needsTakeover(history: History, { tracker }: Production, other: OtherRecords | null): boolean {
  return !history.begun && (tracker === 'other-shape' || (other?.names ?? []).length > 0);
}

/**
 * @param squashed names of migrations whose work is in the folder
 * @returns the names of the others that are newer than everything recorded that has a folder here
 */
export function findNewerMissing({ entries }: History, squashed: ReadonlySet<string>): readonly string[] {
  const newest = entries.findLast(
    (entry) => entry.migration !== null && !isToApply(entry) && entry.state !== 'renamed',
  )?.name;
  return listMissing({ entries }).filter(
    (name) => !squashed.has(name) && (newest === undefined || compareNames(name, newest) > 0),
  );
}

function listMissing({ entries }: Pick<History, 'entries'>): readonly string[] {
  return entries.filter(({ state }) => state === 'missing').map(({ name }) => name);
}

/** @param squashed as above */
export function findMissing(history: History, squashed: ReadonlySet<string>): readonly Finding[] {
  const newer = findNewerMissing(history, squashed);
  const older = listMissing(history).filter((name) => !newer.includes(name));
  const findings: Finding[] = [];
  if (older.length > 0) findings.push(find(missing, 'note', wholePlan, { age: 'older', names: older }));
  if (newer.length > 0) {
    findings.push(
      history.entries.some(isToApply)
        ? find(behind, 'hazard', wholePlan, { names: newer })
        : find(missing, 'note', wholePlan, { age: 'newer', names: newer }),
    );
  }
  return findings;
}
