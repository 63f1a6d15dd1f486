/** The plan that somebody named and the plan of now: what is said where they are not the same. */

import { isToApply } from '../core/migrations/history.ts';
import { classifyRow, type TrackerRow } from '../core/migrations/tracker.ts';
import { comparePlanIds, findShortName } from '../core/plan/plan.ts';
import { parseRunMarks } from '../core/plan/row-logs.ts';
import { listSome } from '../core/text/list.ts';
import { MigrateError } from '../errors.ts';
import type { Planned } from './plan.ts';

/**
 * Whoever names a plan wants that one and no other, also where there is nothing to do.
 * @returns PLAN_STALE, with what is known of the plan that was named; null where it is the plan of now.
 */
export function checkExpectedPlan(expected: string | undefined, planned: Planned): MigrateError | null {
  const { plan, history, production, moved } = planned;
  if (expected === undefined || expected === plan.id) return null;
  const pending = history.entries.filter(isToApply).length;
  const done = production.trackerRows.filter(
    (row) => classifyRow(row) === 'finished' && parseRunMarks(row.logs)?.plan === expected,
  );
  const [named, current] = distinguish(expected, plan.id);
  const state =
    pending === 0
      ? 'Production is up to date: every migration in the folder is recorded as applied.'
      : plan.migrations.length === 0
        ? `Nothing is to be applied up to that migration; ${pending} after it ${pending === 1 ? 'is' : 'are'} pending.`
        : `What is to be applied now (${listSome(plan.migrations.map(({ name }) => name))}) is plan ${current}.`;
  const reason =
    done.length > 0
      ? `${pending === 0 ? `Plan ${named} was applied already` : `Of plan ${named} these were applied already`}${formatTime(done)}: ${listSome(done.map((row) => row.migrationName))}.`
      : moved
        ? `This is not plan ${named} any more: production was changed while its rows were asked about.`
        : `This is not plan ${named}: since that was made, ${listMoved(expected, plan.id)} changed.`;
  return new MigrateError(
    'PLAN_STALE',
    `${reason} ${state} Nothing was written.`,
    pending === 0 ? 'migrate-prod status' : 'migrate-prod plan',
    { retryable: false },
  );
}

/** Short names, where these are not the same. */
function distinguish(expected: string, actual: string): readonly [string, string] {
  const [left, right] = [findShortName(expected), findShortName(actual)];
  return left === right ? [expected, actual] : [left, right];
}

function listMoved(expected: string, actual: string): string {
  const moved = comparePlanIds(expected, actual);
  if (moved.length === 0) return 'something that its id does not name';
  return moved.length === 1 ? moved.join('') : `${moved.slice(0, -1).join(', ')} and ${moved.at(-1)}`;
}

/** When the last of them was finished; nothing where the tracker has no time that can be one. */
function formatTime(rows: readonly TrackerRow[]): string {
  const last = new Date(Math.max(...rows.map(({ finishedAt }) => finishedAt ?? Number.NaN)));
  return Number.isNaN(last.getTime()) ? '' : ` (${last.toISOString().replace(/\.\d+Z$/, 'Z')})`;
}
