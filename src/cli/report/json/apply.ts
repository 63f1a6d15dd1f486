/** What `apply --json` says of its result. */

import { type ApplyResult, listFindings } from '../../../apply/result.ts';
import { renderInstant } from '../../../backup/restore-point.ts';
import { renderConsent } from '../../../consents/consent.ts';
import { listWritten } from '../../../consents/gate.ts';
import { describeFinding } from './json.ts';

export function describeApplied(result: ApplyResult, requests: number): Readonly<Record<string, unknown>> {
  const { plan, failed, gate, backup } = result;
  return {
    outcome: result.outcome,
    plan: plan.id,
    applied: result.applied,
    failed: failed && {
      name: failed.name,
      path: failed.path,
      line: failed.line,
      statement: failed.statement,
      message: failed.message,
      query: failed.query,
    },
    notStarted: result.notStarted,
    stillPending: result.stillPending,
    missing: result.besides.missing,
    leftOpen: result.leftOpen,
    byAnotherRun: result.byAnotherRun,
    unrecorded: result.unrecorded,
    backup: backup && { ...backup, at: backup.at === null ? null : renderInstant(backup.at) },
    restorePoint: result.restorePoint,
    unusedConsents: gate.unused.map(renderConsent),
    consents: listWritten(plan),
    findings: listFindings(result).map(describeFinding),
    requests,
  };
}
