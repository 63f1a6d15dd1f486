/** Migrations that change rows, right behind those that were recorded without being run: whoever ran those may have run these. */

import { type HistoryEntry, isRecorded } from '../migrations/history.ts';
import type { Classified } from '../sql/classify.ts';
import { writeOperand } from '../text/shell.ts';
import { type AnalysedMigration, isRowStatement } from './analyse.ts';
import type { Finding } from './findings.ts';
import { changesRowsUnseen } from './rows-unseen.ts';

/**
 * No schema shows whether they ran. One that is newer than the record cannot have; nor one behind a migration that is
 * pending too and makes a table or a column that is not there yet.
 * @param entries the whole history. @param analysed what the plan would run, in order.
 * @param isThere whether production has already what the migration makes.
 */
export function findAfterBaseline(
  entries: readonly HistoryEntry[],
  analysed: readonly AnalysedMigration[],
  isThere: (migration: AnalysedMigration) => boolean,
): readonly Finding[] {
  const findings: Finding[] = [];
  let there: string | null = null;
  for (const one of analysed) {
    const { name } = one.migration;
    if (changesTables(one)) {
      if (!isThere(one)) break;
      there = name;
      continue;
    }
    const before =
      there === null ? findBaseline(entries, name) : `${there}, before it, is there already and not recorded`;
    if (before === null || !changesRowsUnseen(one)) continue;
    findings.push({
      kind: 'hazard',
      code: 'partly-applied',
      migration: name,
      line: null,
      message: `${before}. Whoever ran that one may have run this one too, and no schema shows it: its statements that change rows would run again. If it has run: migrate-prod backfill ${writeOperand(name)}.`,
      why: 'An UPDATE that runs twice changes the rows twice.',
      sql: null,
    });
  }
  return findings;
}

/** Indexes, views and triggers come and go by hand: that one is lacking tells little. */
function changesTables({ statements }: AnalysedMigration): boolean {
  return statements.some(({ kind }) => {
    if (kind.type === 'drop') return kind.object === 'table';
    return !isRowStatement(kind) && !attachments.has(kind.type);
  });
}

const attachments: ReadonlySet<Classified['type']> = new Set(['create-index', 'create-view', 'create-trigger']);

/** What was recorded without being run right before it; null where nothing was, or later than the migration was written. */
function findBaseline(entries: readonly HistoryEntry[], name: string): string | null {
  const at = entries.findIndex((entry) => entry.name === name);
  const before = entries.slice(0, at).findLast((entry) => entry.migration !== null && isRecorded(entry));
  if (before?.state !== 'backfilled') return null;
  const written = readTimestamp(name);
  if (written !== null && before.at !== null && written > before.at) return null;
  return `${before.name}, right before it, was recorded as applied without being run`;
}

/** When a folder that Prisma named was made: `20260214101500_name`, in UTC; null where it has another name. */
function readTimestamp(name: string): number | null {
  const digits = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?!\d)/.exec(name)?.slice(1).map(Number);
  if (digits === undefined) return null;
  const [year = 0, month = 0, ...rest] = digits;
  return Date.UTC(year, month - 1, ...rest);
}
