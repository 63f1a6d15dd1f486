/** Migrations that come after younger ones were applied: does the order matter? */

import { type History, type HistoryEntry, isDone } from '../core/migrations/history.ts';
import { type AnalysedMigration, analyseMigration } from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import { isCompared, type SchemaObject } from '../core/schema/objects.ts';
import { normalizeStatement } from '../core/sql/normalize.ts';
import { EngineError, type Mirror, type Outside } from '../ports.ts';
import { readObjects } from './rehearse.ts';

/**
 * A note where the rehearsal ends in the schema that the folder replayed in order has, and neither the migration nor a
 * later one changes rows; a hazard otherwise.
 * @param rehearsed the schema at the rehearsal's end.
 */
export async function judgeOrder(
  outside: Outside,
  history: History,
  toApply: readonly HistoryEntry[],
  rehearsed: readonly SchemaObject[],
): Promise<readonly Finding[]> {
  const missing = history.entries.filter((entry) => entry.migration === null).length;
  const replayed = history.entries.filter(
    (entry) => entry.migration !== null && (isDone(entry.state) || toApply.includes(entry)),
  );
  const analysed = new Map(
    replayed.flatMap((entry) => (entry.migration ? [[entry, analyseMigration(entry.migration)] as const] : [])),
  );
  const end = await replayFolder(outside, [...analysed.values()], rehearsed);
  return toApply
    .filter((entry) => entry.outOfOrder)
    .map((entry) => {
      const later = replayed.slice(replayed.indexOf(entry));
      const changing = later.find((candidate) => analysed.get(candidate)?.changesRows);
      const reason =
        end !== 'same'
          ? describeEnd(end, missing)
          : changing
            ? `${changing === entry ? 'it' : changing.name} changes rows, so the order may matter`
            : null;
      const shared = { code: 'out-of-order', migration: entry.name, line: null, sql: null } as const;
      const before = 'It is older than a migration that production already has';
      return reason === null
        ? { ...shared, kind: 'note', message: `${before}; the schema ends up the same.` }
        : { ...shared, kind: 'hazard', message: `${before}, and ${reason}.` };
    });
}

function describeEnd(end: 'different' | 'not-replayed', missing: number): string {
  if (missing > 0)
    return `it cannot be checked whether the order matters, because ${missing} recorded migrations have no folder`;
  return end === 'different'
    ? 'in this order the schema ends up different from the folder replayed from its beginning'
    : 'it cannot be checked whether the order matters, because the folder cannot be replayed from its beginning';
}

async function replayFolder(
  outside: Outside,
  migrations: readonly AnalysedMigration[],
  expected: readonly SchemaObject[],
): Promise<'same' | 'different' | 'not-replayed'> {
  const mirror = await outside.openMirror();
  try {
    if (!migrations.every((migration) => replay(mirror, migration))) return 'not-replayed';
    return sortedText(readObjects(mirror)) === sortedText(expected) ? 'same' : 'different';
  } finally {
    mirror.close();
  }
}

function replay(mirror: Mirror, { statements, blockers }: AnalysedMigration): boolean {
  // What no server runs could reach out of the mirror: ATTACH and VACUUM INTO write files.
  if (blockers.length > 0) return false;
  for (const statement of statements) {
    try {
      mirror.run(statement.sql);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (error.phase === 'prepare') return false;
    }
  }
  return true;
}

function sortedText(objects: readonly SchemaObject[]): string {
  return objects
    .filter(isCompared)
    .map(({ type, name, table, sql }) => `${type} ${name} ${table} ${sql === null ? '' : normalizeStatement(sql)}`)
    .sort()
    .join('\n');
}
