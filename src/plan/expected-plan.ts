/** The plan that somebody named and the plan of now: what is said where they are not the same. */

import { renderInstant } from '../backup/restore-point.ts';
import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import { isDone, isToApply } from '../history/history.ts';
import { listSome } from '../text/list.ts';
import { command } from '../text/prose.ts';
import { toDate } from '../text/time.ts';
import { parseRunMarks } from '../tracker/row-logs.ts';
import { classifyRow, type TrackerRow } from '../tracker/tracker.ts';
import { allFindings } from './plan.ts';
import type { Planned } from './plan-database.ts';
import { comparePlanIds, findNotShown, findShortName, type NotShown, runsSame } from './plan-id.ts';

/**
 * A named plan is applied as it was shown or not at all, also if there is nothing to do. What it showed and is gone by now
 * does not matter; whatever it did not show does.
 * @returns PLAN_STALE, with what is known of the plan that was named; null where it may be applied.
 */
export function checkExpectedPlan(
  expected: string | undefined,
  planned: Planned,
  sha256: (text: string) => string,
): MigrateError | null {
  const { plan, history, production } = planned;
  if (expected === undefined || expected === plan.id) return null;
  const isSame = runsSame(expected, plan.id);
  const more = isSame ? findNotShown(expected, plan.id, allFindings(plan), sha256) : null;
  if (more?.findings.length === 0 && !planned.moved) return null;
  const pending = history.entries.filter(isToApply).length;
  const [named, current] = distinguish(expected, plan.id);
  const done = production.trackerRows.filter(
    (row) => classifyRow(row) === 'finished' && runsSame(parseRunMarks(row.logs)?.plan ?? '', expected),
  );
  const reason =
    done.length > 0
      ? describeDone(pending === 0 ? `Plan ${named} was applied` : `Of plan ${named} these were applied`, done)
      : describeOther(planned, expected, named, more);
  const state = isSame ? '' : ` ${describeState(planned, pending, current)}`;
  return new MigrateError(
    'PLAN_STALE',
    `${reason}${state} Nothing was written.`,
    pending === 0 ? command('status') : command('plan'),
    { retryable: false },
  );
}

function describeDone(said: string, done: readonly TrackerRow[]): string {
  return `${said} already${formatTime(done)}: ${listSome(done.map((row) => row.migrationName))}.`;
}

function describeOther({ plan, moved }: Planned, expected: string, named: string, more: NotShown | null): string {
  const stale = `Plan ${named} is out of date:`;
  if (moved) return `${stale} production changed while its data was checked.`;
  if (more === null) return `${stale} ${listMoved(expected, plan.id)} changed since it was made.`;
  if (!more.areToldApart)
    return `${stale} it showed more blockers and hazards than its id tells apart, and now they are others.`;
  return `${stale} it did not show ${listSome(more.findings.map(nameFinding))}.`;
}

function nameFinding({ kind, code, place: { migration, line } }: Finding): string {
  const place = [...(migration === null ? [] : [` in ${migration}`]), ...(line === null ? [] : [` (line ${line})`])];
  return `the ${kind} ${code}${place.join('')}`;
}

function describeState({ plan: { migrations }, history }: Planned, pending: number, current: string): string {
  if (migrations.length > 0) {
    return `What can be applied now (${listSome(migrations.map(({ name }) => name))}) is plan ${current}.`;
  }
  if (pending > 0) {
    return `Nothing is pending up to that migration; ${pending} ${pending === 1 ? 'is' : 'are'} pending after it.`;
  }
  const isWhole = history.entries.every(({ state, migration }) => migration !== null && isDone(state));
  return isWhole
    ? 'Production is up to date: every migration in the folder is recorded as applied.'
    : 'Nothing is pending, but production does not match the folder.';
}

/** Short names, unless two plans that run something else have the same. */
function distinguish(expected: string, actual: string): readonly [string, string] {
  const [left, right] = [findShortName(expected), findShortName(actual)];
  return left === right && !runsSame(expected, actual) ? [expected, actual] : [left, right];
}

function listMoved(expected: string, actual: string): string {
  const moved = comparePlanIds(expected, actual);
  if (moved.length === 0) return 'something that its id does not show';
  return moved.length === 1 ? moved.join('') : `${moved.slice(0, -1).join(', ')} and ${moved.at(-1)}`;
}

/** When the last of them was finished; nothing where the tracker has no valid time. */
function formatTime(rows: readonly TrackerRow[]): string {
  const last = Math.max(...rows.map(({ finishedAt }) => finishedAt ?? Number.NaN));
  return toDate(last) === null ? '' : ` (${renderInstant(last)})`;
}
