/** Migrations that come after younger ones were applied: does the order matter? */

import { type History, type HistoryEntry, isDone } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import { analyseMigration } from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import { compareSchemas } from '../core/schema/compare.ts';
import type { Schema } from '../core/schema/objects.ts';
import type { Outside } from '../ports.ts';
import { readMirrorSchema, replay } from './replay.ts';
import { selectSchema } from './sides.ts';

/**
 * A note where the rehearsal ends in the schema that the folder replayed in order has, and neither the migration nor a
 * later one changes rows; a hazard otherwise.
 * @param rehearsed the schema at the rehearsal's end.
 */
export async function judgeOrder(
  outside: Outside,
  history: History,
  toApply: readonly HistoryEntry[],
  rehearsed: Schema,
): Promise<readonly Finding[]> {
  const missing = history.entries.filter((entry) => entry.migration === null).length;
  const replayed = history.entries.filter(
    (entry) => entry.migration !== null && (isDone(entry.state) || toApply.includes(entry)),
  );
  const migrations = replayed.flatMap(({ migration }) => migration ?? []);
  const end = await replayFolder(outside, migrations, rehearsed);
  return toApply
    .filter((entry) => entry.outOfOrder)
    .map((entry) => {
      const later = replayed.slice(replayed.indexOf(entry));
      const changing = later.find(({ migration }) => migration !== null && analyseMigration(migration).changesRows);
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
  migrations: readonly Migration[],
  expected: Schema,
): Promise<'same' | 'different' | 'not-replayed'> {
  const mirror = await outside.openMirror();
  try {
    if (replay(mirror, migrations) !== null) return 'not-replayed';
    const [end, wanted] = [readMirrorSchema(mirror), expected].map((schema) => selectSchema(schema, []).objects);
    return compareSchemas(end ?? [], wanted ?? [], 'everything').length === 0 ? 'same' : 'different';
  } finally {
    mirror.close();
  }
}
