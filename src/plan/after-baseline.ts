/** Migrations that change rows, right behind those that were recorded without being run: whoever ran those may have run these. */

import { changesRowsUnseen } from '../backfill/rows-unseen.ts';
import type { Finding } from '../findings/catalogue.ts';
import { find, placeIn } from '../findings/finding.ts';
import { type PartlyAppliedArgs, partlyApplied } from '../findings/partly-applied.ts';
import { type HistoryEntry, isRecorded } from '../history/history.ts';
import type { Classified } from '../sql/classify.ts';
import { type AnalysedMigration, isInsideRebuild, isRebuildCopy, isRowChange } from './analyse.ts';

/** What the rehearsal of a migration told about production. */
export interface FoundThere {
  /** True if production has everything that the migration makes. */
  readonly isThere: boolean;
  /** True if production does not have what the statement at that index makes. */
  readonly runs: (index: number) => boolean;
}

/**
 * No schema shows whether they ran. One that is newer than the record cannot have; nor what stands, in its file or in a later
 * one, behind a statement that has not run, to judge by what it makes.
 * @param entries the whole history. @param analysed what the plan would run, in order. @param findThere by place in that list.
 */
export function findAfterBaseline(
  entries: readonly HistoryEntry[],
  analysed: readonly AnalysedMigration[],
  findThere: (index: number) => FoundThere,
): readonly Finding[] {
  const findings: Finding[] = [];
  let there: string | null = null;
  for (const [place, one] of analysed.entries()) {
    const { name } = one.migration;
    const { isThere, runs } = findThere(place);
    const notRun = one.statements.findIndex((_, index) => isTelling(one, index) && runs(index));
    const changed = one.statements.findIndex(
      (statement) => isRowChange(statement.kind) && !isRebuildCopy(statement, one.rebuilds),
    );
    const mayHaveRun = notRun === -1 || (changed !== -1 && changed < notRun);
    const before: PartlyAppliedArgs | null =
      there === null ? findBaseline(entries, name) : { what: 'after-unrecorded', before: there };
    if (before !== null && mayHaveRun && changesRowsUnseen(one)) {
      findings.push(find(partlyApplied, 'hazard', placeIn(name), before));
    }
    if (notRun !== -1) break;
    if (isThere) there = name;
  }
  return findings;
}

/**
 * True if production would show that the statement has run. Indexes, views and triggers come and go by hand, and DROP … IF EXISTS
 * and rebuilds run on anything.
 */
function isTelling({ statements, rebuilds }: AnalysedMigration, index: number): boolean {
  const kind = statements[index]?.kind;
  if (kind === undefined || isInsideRebuild(rebuilds, index)) return false;
  return telling.has(kind.type) || (kind.type === 'drop' && kind.object === 'table' && !kind.ifExists);
}

const telling: ReadonlySet<Classified['type']> = new Set([
  ...(['create-table', 'create-virtual-table', 'add-column', 'drop-column'] as const),
  ...(['rename-table', 'rename-column'] as const),
]);

/** The migration right before it, if that was recorded without being run; null if not, or if this migration is newer than the record. */
function findBaseline(entries: readonly HistoryEntry[], name: string): PartlyAppliedArgs | null {
  const at = entries.findIndex((entry) => entry.name === name);
  const before = entries.slice(0, at).findLast((entry) => entry.migration !== null && isRecorded(entry));
  if (before?.state !== 'backfilled') return null;
  const written = readTimestamp(name);
  if (written !== null && before.at !== null && written > before.at) return null;
  return { what: 'after-record', before: before.name };
}

/** When a folder that Prisma named was made: `20260214101500_name`, in UTC; null where it has another name. */
function readTimestamp(name: string): number | null {
  const digits = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?!\d)/.exec(name)?.slice(1).map(Number);
  if (digits === undefined) return null;
  const [year = 0, month = 0, ...rest] = digits;
  return Date.UTC(year, month - 1, ...rest);
}
