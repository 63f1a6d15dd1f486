/** What the comparison of folder and tracker has to tell before anything is planned. */

import type { Finding } from '../findings/catalogue.ts';
import { edited } from '../findings/edited.ts';
import { find, placeIn } from '../findings/finding.ts';
import { renamed } from '../findings/renamed.ts';
import { worded } from '../findings/worded.ts';
import type { Production } from '../production/production.ts';
import { listSome } from '../text/list.ts';
import { writeOperand, writeOption } from '../text/shell.ts';
import type { ForeignRecords } from '../tracker/other-trackers.ts';
import type { History, HistoryEntry } from './history.ts';
import { isToApply } from './history.ts';
import { compareNames } from './migration.ts';

/**
 * @param toApply what the plan would run.
 * @returns findings of the plan as a whole and of single migrations.
 */
export function findHistoryFindings(history: History, toApply: readonly HistoryEntry[]): readonly Finding[] {
  const { entries } = history;
  const findings: Finding[] = [];
  for (const entry of entries) {
    if (entry.state === 'renamed') {
      findings.push(find(renamed, 'blocker', placeIn(entry.name), { recordedAs: entry.recordedAs ?? '' }));
    }
    if (entry.state === 'unfinished' && entry.migration === null && toApply.length > 0) {
      findings.push(
        worded({
          ...whole,
          kind: 'blocker',
          code: 'unfinished',
          migration: entry.name,
          message: `The tracker says it was begun and never finished, and it has no folder to compare with. Look at what it left; ${writeOption('--allow', `unfinished:${entry.name}`)} marks it rolled back and goes on.`,
          why: 'A part of it may be in production, and no file says what the rest would have been.',
        }),
      );
    }
    if (entry.state === 'edited') findings.push(find(edited, 'note', placeIn(entry.name), {}));
    if (entry.state === 'unverified') {
      findings.push(
        worded({
          ...whole,
          kind: 'note',
          code: 'unverified',
          migration: entry.name,
          message:
            'The tracker holds no checksum for it, so it cannot be told whether its file is what ran. migrate-prod backfill verifies that production has what it makes, and corrects the checksum.',
          why: 'A file that was changed after it was applied would go unnoticed.',
        }),
      );
    }
  }
  return findings;
}

/**
 * A tracker that is not Prisma's, as far as it matters: nothing is recorded in Prisma's, or it records what is yet to be
 * applied.
 */
export function findForeignTracker(history: History, foreign: ForeignRecords | null): readonly Finding[] {
  if (foreign === null) return [];
  const folder = history.entries.filter((entry) => entry.migration !== null);
  const recorded = folder.filter((entry) => foreign.names?.includes(entry.name));
  if (history.begun && !recorded.some(isToApply)) return [];
  const found =
    foreign.names === null
      ? 'is the record of another tool, and what it says of these migrations is not known'
      : `records ${recorded.length} of these ${folder.length} migrations as applied, and is not Prisma's tracker`;
  const next =
    foreign.names === null
      ? 'migrate-prod backfill records those that production is proven to have.'
      : 'migrate-prod backfill takes over what it records, after proving it.';
  return [
    worded({
      ...whole,
      kind: 'note',
      code: 'foreign-tracker',
      message: `The table "${foreign.table}" ${found}. ${next}`,
      why: "Only Prisma's tracker decides what is run: what nothing but another table records would run a second time.",
    }),
  ];
}

/** What would be run a second time, if the other tracker is right. */
export function findRecordedElsewhere(
  toApply: readonly HistoryEntry[],
  foreign: ForeignRecords | null,
): readonly Finding[] {
  return toApply
    .filter(({ name }) => foreign?.names?.includes(name))
    .map(({ name }) =>
      worded({
        ...whole,
        kind: 'hazard',
        code: 'recorded-elsewhere',
        migration: name,
        message: `The table "${foreign?.table}" records it as applied, so it would run a second time. If production has it: migrate-prod backfill ${writeOperand(name)}.`,
        why: 'A second time it fails on what is there or, where it changes rows, changes them once more.',
      }),
    );
}

/** Whether `backfill` comes first: nothing is recorded in Prisma's tracker, and another one has records or is in its place. */
export function needsTakeover(history: History, { tracker }: Production, foreign: ForeignRecords | null): boolean {
  return !history.begun && (tracker === 'other-shape' || (foreign?.names ?? []).length > 0);
}

const whole = { migration: null, line: null, sql: null } as const;

/** @param squashed names of those whose work is in the folder. @returns the names of the others that are newer than all that is recorded here. */
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

/** @param squashed as above. */
export function findMissing(history: History, squashed: ReadonlySet<string>): readonly Finding[] {
  const newer = findNewerMissing(history, squashed);
  const older = listMissing(history).filter((name) => !newer.includes(name));
  const findings: Finding[] = [];
  if (older.length > 0) {
    findings.push(
      worded({
        ...whole,
        kind: 'note',
        code: 'missing',
        message: `${count(older.length)} recorded without a folder here (${listSome(older)}), as after squashing old migrations.`,
        why: 'If nobody squashed them, somebody took away folders that production was made from.',
      }),
    );
  }
  if (newer.length > 0) {
    const message = `${count(newer.length)} recorded that this folder does not have (${listSome(newer)}): this checkout is behind production, or they were squashed.`;
    findings.push(
      history.entries.some(isToApply)
        ? worded({
            ...whole,
            kind: 'hazard',
            code: 'behind',
            message: `${message} Pull first, if others have newer migrations. If they were squashed, name them in a comment of the file that took their place: -- squashes <name> <name> …`,
            why: 'What is pending here was written without knowing them: both may change the same tables.',
          })
        : worded({
            ...whole,
            kind: 'note',
            code: 'missing',
            message,
            why: 'The application of this checkout may not know what production has.',
          }),
    );
  }
  return findings;
}

function count(number: number): string {
  return number === 1 ? '1 migration is' : `${number} migrations are`;
}
