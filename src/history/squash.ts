/** Migrations that are recorded and have no folder here: were they squashed into one that is here, or is this checkout behind? */

import { findPrefixes } from '../backfill/prefixes.ts';
import type { Finding } from '../findings/catalogue.ts';
import { worded } from '../findings/worded.ts';
import type { Outside } from '../ports.ts';
import type { Production } from '../production/production.ts';
import { listSome } from '../text/list.ts';
import { writeOperand } from '../text/shell.ts';
import { findNewerMissing } from './find.ts';
import { type History, type HistoryEntry, isRecorded, isToApply } from './history.ts';
import type { Migration } from './migration.ts';
import { readSquashed } from './squash-line.ts';

export interface SquashInput {
  readonly outside: Outside;
  readonly production: Production;
  readonly history: History;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
}

export interface Squash {
  /** Names that are recorded and have no folder, and whose work is in the folder all the same. */
  readonly from: ReadonlySet<string>;
  /** Names that are pending, and whose work production has. */
  readonly into: ReadonlySet<string>;
}

/**
 * Goes by what the files say of themselves, and by production's schema: where that is exactly what the folder makes, up to
 * a migration before which all that is recorded stands, nothing is in it that the folder does not know.
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK
 */
export async function findSquash({ outside, production, history, migrations }: SquashInput): Promise<Squash> {
  const named = new Set(migrations.flatMap(readSquashed));
  const { exact } = await findPrefixes({ outside, production, migrations, externalTables: [] }, migrations);
  const covered = new Set(migrations.slice(0, exact).map(({ name }) => name));
  const isCovered = ({ name }: HistoryEntry) => covered.has(name);
  const recorded = history.entries.filter((entry) => entry.migration !== null && isRecorded(entry));
  if (exact === 0 || !recorded.every(isCovered)) return { from: named, into: new Set() };
  const pending = history.entries.filter((entry) => isToApply(entry) && isCovered(entry));
  return {
    from: new Set([...named, ...findNewerMissing(history, named)]),
    into: new Set(pending.map(({ name }) => name)),
  };
}

/** In place of what its rehearsal says of a migration whose work is there under other names. */
export function describeSquash({ name }: Migration, { entries }: History): Finding {
  const missing = entries.filter(({ state }) => state === 'missing').map((entry) => entry.name);
  const recorded = missing.length === 1 ? '1 migration is' : `${missing.length} migrations are`;
  return worded({
    kind: 'blocker',
    code: 'squashed',
    migration: name,
    line: null,
    sql: null,
    message: `Production has exactly what the folder makes, this migration included, and ${recorded} recorded that ${missing.length === 1 ? 'has' : 'have'} no folder here (${listSome(missing)}): they were squashed into it, it seems. Record it without running it: migrate-prod backfill ${writeOperand(name)}.`,
    why: 'Run, it would fail on what is there, or change rows a second time.',
  });
}

/** Pending ones that say they stand for migrations of which this database has run some, and not all: it would never get the rest. */
export function findAhead(history: History, toApply: readonly HistoryEntry[]): readonly Finding[] {
  const done = new Set(history.entries.filter(isRecorded).map(({ name }) => name));
  return toApply.flatMap(({ name, migration }): readonly Finding[] => {
    const names = migration === null ? [] : readSquashed(migration);
    const open = names.filter((one) => !done.has(one));
    if (open.length === 0 || open.length === names.length) return [];
    const many = open.length > 1;
    return [
      worded({
        kind: 'blocker',
        code: 'squash-ahead',
        migration: name,
        line: null,
        sql: null,
        message: `It stands for ${listSome(open)}, which this database has not run, and for others that it has. Apply ${many ? 'them' : 'it'} first, from the last commit that has the ${many ? 'folders' : 'folder'}.`,
        why: `Recorded or skipped, it would count as applied, and what ${listSome(open)} ${many ? 'do' : 'does'} would never be done here.`,
      }),
    ];
  });
}
