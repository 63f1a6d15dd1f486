/** Migrations that come after younger ones were applied: does the order matter? */

import type { Finding } from '../findings/catalogue.ts';
import { worded } from '../findings/worded.ts';
import { type History, type HistoryEntry, isDone } from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import { compareFreed } from '../mirror/reserved-index.ts';
import { analyseMigration } from '../plan/analyse.ts';
import type { Outside } from '../ports.ts';
import { findReorderedTables } from '../schema/compare/column-order.ts';
import type { Schema } from '../schema/model/objects.ts';
import { findOwnTables, selectSchema } from '../schema/model/selection.ts';
import { listSome } from '../text/list.ts';
import { type ReplayFailure, replayFromNothing } from './replay.ts';
import { describeUnreplayed } from './unreplayed.ts';

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
  const folder = history.entries.flatMap(({ migration }) => migration ?? []);
  const end = await compareFolder(outside, migrations, rehearsed, folder);
  const changing = new Set(migrations.filter((migration) => analyseMigration(migration).changesRows));
  return toApply
    .filter((entry) => entry.outOfOrder)
    .map((entry) => {
      const later = replayed.slice(replayed.indexOf(entry));
      const changer = later.find(({ migration }) => migration !== null && changing.has(migration));
      const reason =
        end.type !== 'same'
          ? describeEnd(end, missing)
          : changer
            ? `${changer === entry ? 'it' : changer.name} changes rows, so the order may matter`
            : null;
      const shared = { code: 'out-of-order', migration: entry.name, line: null, sql: null } as const;
      const before = 'It is older than a migration that production already has';
      return reason === null
        ? worded({ ...shared, kind: 'note', message: `${before}; the schema ends up the same.`, why })
        : worded({
            ...shared,
            kind: 'hazard',
            message: `${before}, and ${reason}.`,
            why: end.type === 'not-replayed' ? `${why} ${tryFolder}` : why,
          });
    });
}

const why = 'A new database, made from the folder, runs it before the younger ones; production runs it after them.';

const tryFolder = 'migrate-prod check tries the folder without any database.';

/** How the folder, replayed from its beginning, ends compared with the rehearsal. */
type End =
  | { readonly type: 'same' | 'different' }
  | { readonly type: 'not-replayed'; readonly failure: ReplayFailure }
  /** Only the columns of these tables stand in another order. */
  | { readonly type: 'reordered'; readonly tables: readonly string[] };

function describeEnd(end: End, missing: number): string {
  if (missing > 0) {
    const recorded = missing === 1 ? '1 recorded migration has' : `${missing} recorded migrations have`;
    return `it cannot be checked whether the order matters, because ${recorded} no folder`;
  }
  switch (end.type) {
    case 'not-replayed':
      return `it cannot be checked whether the order matters, because the folder cannot be replayed from its beginning (${describeUnreplayed(end.failure)})`;
    case 'reordered':
      return `in this order the columns of ${listSome(end.tables)} end up in another order than in the folder replayed from its beginning, which an INSERT that does not name them goes by`;
    default:
      return 'in this order the schema ends up different from the folder replayed from its beginning';
  }
}

async function compareFolder(
  outside: Outside,
  migrations: readonly Migration[],
  expected: Schema,
  folder: readonly Migration[],
): Promise<End> {
  const made = await replayFromNothing(outside, migrations, { folder });
  if ('message' in made) return { type: 'not-replayed', failure: made };
  const ownTables = findOwnTables(folder);
  const select = (schema: Schema) => selectSchema(schema, { externalTables: [], ownTables });
  const [left, right] = [select(made), select(expected)];
  if (compareFreed(left, right).length > 0) return { type: 'different' };
  const tables = findReorderedTables(left.objects, right.objects);
  return tables.length === 0 ? { type: 'same' } : { type: 'reordered', tables };
}
