/** The lines of `migrate-prod.allow` that a plan has no use for: they may be left from another draft. */

import { printable } from '../adapters/terminal/printable.ts';
import { type ListedConsent, listWritten } from '../consents/gate.ts';
import type { Plan } from '../plan/plan.ts';
import type { Run } from './context.ts';

export function listUnusedLines(plan: Plan): readonly ListedConsent[] {
  return listWritten(plan).filter(({ used }) => used === false);
}

export const unusedWords = 'but its migration does not need that now.';

export function tellUnusedLines(run: Run, plan: Plan): void {
  for (const { path, line, code } of listUnusedLines(plan)) {
    run.notice(`${printable(path)}:${line} allows ${code}, ${unusedWords}`);
  }
}
