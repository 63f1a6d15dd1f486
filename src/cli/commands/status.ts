/** `status`: the state of every migration. */

import { findOpenEntries, isToApply } from '../../core/migrations/history.ts';
import { writeOperand } from '../../core/text/shell.ts';
import { readStatus, type Status } from '../../operations/status.ts';
import { listTargetFlags, renderCommand } from '../command-line.ts';
import type { Report, Run } from '../context.ts';
import { describeFinding, describeTime } from '../render/json.ts';
import { describeFailure, renderStatus } from '../render/status.ts';
import { withProject } from '../session.ts';

export function runStatus(run: Run): Promise<Report> {
  return withProject(run, 'reading', async ({ database, migrations }) => {
    const status = await readStatus(database, migrations, { signal: run.context.signal });
    const upToDate = findOpenEntries(status.history).length === 0;
    const next = upToDate ? null : findNext(status, run);
    return {
      exitCode: !upToDate && run.options.exitCode === true ? 3 : 0,
      text: (screen) => renderStatus({ target: database.target.name, status, next }, screen),
      json: () => ({
        upToDate,
        toApply: status.toApply,
        migrations: status.history.entries.map((entry) => ({
          name: entry.name,
          state: entry.state,
          at: describeTime(entry.at),
          toApply: isToApply(entry),
          ...(entry.state === 'failed' ? { message: describeFailure(entry) } : {}),
          ...(entry.recordedAs === null ? {} : { recordedAs: entry.recordedAs }),
        })),
        findings: status.findings.map(describeFinding),
        next,
        requests: database.requests(),
      }),
      error: null,
    };
  });
}

/** What to run now, while something is open. */
function findNext({ findings, takeover }: Status, run: Run): string {
  const flags = listTargetFlags(run.options);
  const { program } = run.context;
  const renamed = findings.find((finding) => finding.code === 'renamed');
  if (renamed?.migration) return `${renderCommand('backfill', flags, program)} ${writeOperand(renamed.migration)}`;
  const recordsFirst = takeover || findings.some((finding) => finding.code === 'no-history');
  if (recordsFirst) return renderCommand('backfill', flags, program);
  return renderCommand('plan', flags, program);
}
