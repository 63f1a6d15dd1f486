/**
 * Lines of `migrate-prod.allow` that are told of beside the findings. An open line is one that no finding shows: what it lifts
 * speaks up only while applying, so a reviewer has to see it beside its migration. An unused one may be left from another draft.
 */

import { printable } from '../adapters/terminal/printable.ts';
import { type ListedConsent, listWritten } from '../consents/gate.ts';
import { findLateGuard } from '../findings/tell.ts';
import type { Plan } from '../plan/plan.ts';
import type { Run } from './context.ts';

export function listOpenLines(plan: Plan): readonly ListedConsent[] {
  return listWritten(plan).filter(({ used }) => used === null);
}

/** Continues a sentence that begins with the line's place. */
export function describeOpenLine({ code }: ListedConsent): string {
  const guard = findLateGuard(code);
  return guard === null ? 'allows' : `lifts the guard against ${guard.against},`;
}

export function listUnusedLines(plan: Plan): readonly ListedConsent[] {
  return listWritten(plan).filter(({ used }) => used === false);
}

export const unusedWords = 'but its migration does not need that now.';

export function tellUnusedLines(run: Run, plan: Plan): void {
  for (const { path, line, code } of listUnusedLines(plan)) {
    run.notice(`${printable(path)}:${line} allows ${code}, ${unusedWords}`);
  }
}
