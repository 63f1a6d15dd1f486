/** `status`: the state of every migration. */

import { countBesides, findOpenEntries, isToApply } from '../../history/history.ts';
import { readStatus, type Status } from '../../history/status.ts';
import { describeTarget } from '../../target/target.ts';
import { type CommandPart, command, joinSpans } from '../../text/prose.ts';
import { createReadingOutside } from '../../wiring.ts';
import { writeStep } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { describeFindings, describeTime } from '../report/json/json.ts';
import { describeFailure, renderStatus } from '../report/text/status.ts';
import { withProject } from '../session.ts';
import { watchOutside } from '../watched.ts';

export function runStatus(run: Run): Promise<Report> {
  return withProject(run, 'must-exist', async ({ database, migrations }) => {
    const status = await readStatus({
      database,
      migrations,
      outside: watchOutside(run, createReadingOutside(run.context.signal)),
      signal: run.context.signal,
    });
    const isOpen = findOpenEntries(status.history).length > 0;
    const besides = countBesides(status.history);
    const { missing } = besides;
    const upToDate = !isOpen && missing === 0;
    const next = isOpen ? writeStep(run, findNext(status)) : null;
    return {
      exitCode: !upToDate && run.options.exitCode === true ? 3 : 0,
      text: (screen) => renderStatus({ target: describeTarget(database.target), status, besides, next }, screen),
      json: () => ({
        upToDate,
        toApply: status.toApply,
        missing,
        migrations: status.history.entries.map((entry) => ({
          name: entry.name,
          state: entry.state,
          at: describeTime(entry.at),
          toApply: isToApply(entry),
          ...(entry.state === 'failed' ? { message: describeFailure(entry) } : {}),
          ...(entry.recordedAs === null ? {} : { recordedAs: entry.recordedAs }),
        })),
        findings: describeFindings(status.findings, migrations),
        next: next && joinSpans(next),
        requests: database.requests(),
      }),
      outputs: { pending: status.toApply },
      error: null,
    };
  });
}

/** The next command while something is open. */
function findNext({ history, toApply, takeover, needsRecord }: Status): CommandPart {
  const renamed = history.entries.find(({ state }) => state === 'renamed');
  if (renamed) return command('backfill', [renamed.name]);
  if (takeover || needsRecord) return command('backfill');
  const left = history.entries.find(({ state, migration }) => state === 'unfinished' && migration === null);
  return toApply === 0 && left ? command('backfill', [left.name]) : command('plan');
}
