/** Recorded migrations without a folder here: tells whether they were squashed into one of the folder's, or this checkout is behind. */

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
  /** Recorded names without a folder whose work is in the folder nevertheless. */
  readonly from: ReadonlySet<string>;
  /** Pending names whose work production already has. */
  readonly into: ReadonlySet<string>;
}

/**
 * Uses the comments of the files, and production's schema: if the folder up to some migration makes exactly that
 * schema, and everything recorded comes before that migration, then the missing migrations are part of it.
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

/** Replaces the rehearsal's findings of a migration whose work was done under other names. */
export function describeSquash({ name }: Migration, { entries }: History): Finding {
  const missing = entries.filter(({ state }) => state === 'missing').map((entry) => entry.name);
  return find(squashed, 'blocker', placeIn(name), { missing });
}

/** Pending migrations that replace others of which this database has run only some: it would never get the rest. */
export function findAhead(history: History, toApply: readonly HistoryEntry[]): readonly Finding[] {
  const done = new Set(history.entries.filter(isRecorded).map(({ name }) => name));
  return toApply.flatMap(({ name, migration }): readonly Finding[] => {
    const names = migration === null ? [] : readSquashed(migration);
    const open = names.filter((one) => !done.has(one));
    if (open.length === 0 || open.length === names.length) return [];
    return [find(squashAhead, 'blocker', placeIn(name), { open })];
  });
}
