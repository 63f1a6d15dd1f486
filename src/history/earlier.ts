/** Targets that have to have a migration before this one: what their trackers say of it. */

import type { Finding } from '../findings/catalogue.ts';
import { find, placeIn } from '../findings/finding.ts';
import { type NotOnStagingArgs, notOnStaging } from '../findings/not-on-staging.ts';
import type { TrackerRow } from '../tracker/tracker.ts';
import { compareHistory, type HistoryEntry, type MigrationState } from './history.ts';
import type { Migration } from './migration.ts';

export type EarlierTarget = {
  /** As the project calls it. */
  readonly name: string;
} & (
  | { readonly type: 'asked'; readonly rows: readonly TrackerRow[] }
  /** `why` continues a sentence, without a full stop. */
  | { readonly type: 'not-asked'; readonly why: string }
);

/**
 * @param migrations the whole folder
 * @param toApply names of the migrations that the plan would run
 * @returns one hazard for each of them and each target that does not have it with the same content
 */
export function findNotOnEarlier(
  earlier: readonly EarlierTarget[],
  migrations: readonly Migration[],
  toApply: readonly string[],
): readonly Finding[] {
  return earlier.flatMap((target) => {
    const { name } = target;
    const tell = (migration: string, args: Omit<NotOnStagingArgs, 'target'>) =>
      find(notOnStaging, 'hazard', placeIn(migration), { target: name, ...args });
    if (target.type === 'not-asked') {
      return toApply.map((migration) => tell(migration, { what: 'not-asked', said: target.why }));
    }
    const entries = new Map(compareHistory(migrations, target.rows).entries.map((entry) => [entry.name, entry]));
    return toApply.flatMap((migration) => {
      const what = judge(entries.get(migration));
      return what === null ? [] : [tell(migration, { what, said: null })];
    });
  });
}

/** The same file under an old name counts: it is the content that was tried. */
const there: ReadonlySet<MigrationState> = new Set(['applied', 'backfilled', 'renamed']);

/** @returns null if the target has it. */
function judge(entry: HistoryEntry | undefined): 'absent' | 'other-file' | 'failed' | null {
  if (entry === undefined) return 'absent';
  if (there.has(entry.state)) return null;
  if (entry.state === 'edited' || entry.state === 'unverified') return 'other-file';
  return entry.state === 'failed' || entry.state === 'unfinished' ? 'failed' : 'absent';
}
