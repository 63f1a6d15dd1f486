/** What `apply --json` says of its result. */

import { renderConsent } from '../../core/plan/findings.ts';
import { listWritten } from '../../core/plan/gate.ts';
import { renderInstant } from '../../core/restore-point.ts';
import { type ApplyResult, listFindings } from '../../operations/apply-result.ts';
import { describeFinding } from '../render/json.ts';

export function describeApplied(result: ApplyResult, requests: number): Readonly<Record<string, unknown>> {
  const {
    outcome,
    plan,
    applied,
    failed,
    notStarted,
    stillPending,
    missing,
    leftOpen,
    byAnotherRun,
    unrecorded,
    gate,
  } = result;
  const { backup, restorePoint } = result;
  return {
    outcome,
    plan: plan.id,
    applied,
    failed: failed && {
      name: failed.name,
      path: failed.path,
      line: failed.line,
      statement: failed.statement,
      message: failed.message,
      query: failed.query,
    },
    notStarted,
    stillPending,
    missing,
    leftOpen,
    byAnotherRun,
    unrecorded,
    backup: backup && { ...backup, at: backup.at === null ? null : renderInstant(backup.at) },
    restorePoint,
    unusedConsents: gate.unused.map(renderConsent),
    consents: listWritten(plan),
    findings: listFindings(result).map(describeFinding),
    requests,
  };
}
