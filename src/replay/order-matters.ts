/** Migrations that run after younger ones were applied: tells whether the order matters. */

import type { Finding } from '../findings/catalogue.ts';
import { find, placeIn } from '../findings/finding.ts';
import { type OutOfOrderArgs, outOfOrder } from '../findings/out-of-order.ts';
import { type History, type HistoryEntry, isDone } from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import { compareFreed } from '../mirror/reserved-index.ts';
import { analyseMigration } from '../plan/analyse.ts';
import type { Outside } from '../ports.ts';
import { findReorderedTables } from '../schema/compare/column-order.ts';
import type { Schema } from '../schema/model/objects.ts';
import { findOwnTables, selectSchema } from '../schema/model/selection.ts';
import { type ReplayFailure, replayFromNothing } from './replay.ts';

export interface OrderInput {
  readonly history: History;
  readonly toApply: readonly HistoryEntry[];
  /** Those among them that run after younger ones. */
  readonly late: readonly HistoryEntry[];
  /** The schema at the end of the rehearsal. */
  readonly rehearsed: Schema;
}

/**
 * A note if the rehearsal ends in the same schema as the folder replayed in order, and neither the migration nor a
 * later one changes rows; otherwise a hazard.
 */
export async function judgeOrder(
  outside: Outside,
  { history, toApply, late, rehearsed }: OrderInput,
): Promise<readonly Finding[]> {
  const missing = history.entries.filter((entry) => entry.migration === null).length;
  const replayed = history.entries.filter(
    (entry) => entry.migration !== null && (isDone(entry.state) || toApply.includes(entry)),
  );
  const migrations = replayed.flatMap(({ migration }) => migration ?? []);
  const folder = history.entries.flatMap(({ migration }) => migration ?? []);
  const end = await compareFolder(outside, migrations, rehearsed, folder);
  const changing = new Set(migrations.filter((migration) => analyseMigration(migration).changesRows));
  return late.map((entry) => {
    const later = replayed.slice(replayed.indexOf(entry));
    const changer = later.find(({ migration }) => migration !== null && changing.has(migration));
    const args = end.type !== 'same' ? describeEnd(end, missing) : describeChanger(changer, entry);
    const place = placeIn(entry.name);
    return args.what === 'same' ? find(outOfOrder, 'note', place, args) : find(outOfOrder, 'hazard', place, args);
  });
}

/** How the replayed folder's schema compares with the rehearsal's. */
type End =
  | { readonly type: 'same' | 'different' }
  | { readonly type: 'not-replayed'; readonly failure: ReplayFailure }
  /** Only the order of columns differs in these tables. */
  | { readonly type: 'reordered'; readonly tables: readonly string[] };

function describeEnd(end: End, missing: number): OutOfOrderArgs {
  if (missing > 0) {
    return { what: 'without-folders', missing, replay: end.type === 'not-replayed' ? 'failed' : 'done' };
  }
  switch (end.type) {
    case 'not-replayed': {
      const { path, line, message } = end.failure;
      return { what: 'not-replayed', failure: { path, line, message } };
    }
    case 'reordered':
      return { what: 'columns-reordered', tables: end.tables };
    default:
      return { what: end.type };
  }
}

/** @param changer the first entry from `entry` on that changes rows */
function describeChanger(changer: HistoryEntry | undefined, entry: HistoryEntry): OutOfOrderArgs {
  if (changer === undefined) return { what: 'same' };
  return { what: 'rows-change', changer: changer === entry ? 'itself' : { migration: changer.name } };
}

async function compareFolder(
  outside: Outside,
  migrations: readonly Migration[],
  expected: Schema,
  folder: readonly Migration[],
): Promise<End> {
  const replayed = await replayFromNothing(outside, migrations, { folder });
  if ('message' in replayed) return { type: 'not-replayed', failure: replayed };
  const ownTables = findOwnTables(folder);
  const select = (schema: Schema) => selectSchema(schema, { externalTables: [], ownTables });
  const [left, right] = [select(replayed), select(expected)];
  if (compareFreed(left, right).length > 0) return { type: 'different' };
  const tables = findReorderedTables(left.objects, right.objects);
  return tables.length === 0 ? { type: 'same' } : { type: 'reordered', tables };
}
