/** `history`: what was applied when, by whom, and with which consents. */

import { type RecordedHistory, readRecorded, selectRecorded } from '../../history/read-recorded.ts';
import type { RecordedMigration } from '../../history/recorded.ts';
import { describeTarget } from '../../target/target.ts';
import { type CommandPart, command, joinSpans } from '../../text/prose.ts';
import { writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { describeTime } from '../report/json/json.ts';
import { renderHistory, renderRecorded } from '../report/text/history.ts';
import { withTarget } from '../session.ts';

/** @param name of one migration; undefined for all. @throws MigrateError MIGRATION_UNKNOWN, and those of the connection */
export function runHistory(run: Run, name: string | undefined): Promise<Report> {
  return withTarget(run, async (database) => {
    const history = await readRecorded(database, { signal: run.context.signal });
    const target = describeTarget(database.target);
    const one = name === undefined ? null : selectRecorded(history, name);
    const step = findNext(history);
    const next = step && writeStep(run, step);
    return {
      exitCode: 0,
      text: (screen) =>
        one === null ? renderHistory({ target, history, next }, screen) : renderRecorded(one, target, screen),
      json: () => ({
        tracker: history.tracker,
        otherTrackers: history.otherTrackers,
        migrations: (one === null ? history.migrations : [one]).map(describeMigration),
        next: next && joinSpans(next),
        requests: database.requests(),
      }),
      error: null,
    };
  });
}

/** Where nothing is recorded: a table of another tool can be taken over. */
function findNext({ tracker, otherTrackers, migrations }: RecordedHistory): CommandPart | null {
  if (migrations.length > 0) return null;
  return tracker === 'other-shape' || otherTrackers.length > 0 ? command('backfill') : command('status');
}

function describeMigration({ name, state, at, runs }: RecordedMigration) {
  return { name, state, at: describeTime(at), runs: runs.map((one) => ({ ...one, at: describeTime(one.at) })) };
}
