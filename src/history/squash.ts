/** Migrations that are recorded and have no folder here: were they squashed into one that is here, or is this checkout behind? */

import { findPrefixes } from '../backfill/prefixes.ts';
import type { Finding } from '../findings/catalogue.ts';
import { find, placeIn } from '../findings/finding.ts';
import { squashAhead } from '../findings/squash-ahead.ts';
import { squashed } from '../findings/squashed.ts';
import type { Outside } from '../ports.ts';
import type { Production } from '../production/production.ts';
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
  return find(squashed, 'blocker', placeIn(name), { missing });
}

/** Pending ones that say they stand for migrations of which this database has run some, and not all: it would never get the rest. */
export function findAhead(history: History, toApply: readonly HistoryEntry[]): readonly Finding[] {
  const done = new Set(history.entries.filter(isRecorded).map(({ name }) => name));
  return toApply.flatMap(({ name, migration }): readonly Finding[] => {
    const names = migration === null ? [] : readSquashed(migration);
    const open = names.filter((one) => !done.has(one));
    if (open.length === 0 || open.length === names.length) return [];
    return [find(squashAhead, 'blocker', placeIn(name), { open })];
  });
}
