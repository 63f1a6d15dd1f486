/** Telling of the lines of `migrate-prod.allow` that a plan has no use for: they may be left from another draft. */

import { printable } from '../adapters/terminal/printable.ts';
import { listWritten } from '../core/plan/gate.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Run } from './context.ts';

export function tellUnusedLines(run: Run, plan: Plan): void {
  for (const { path, line, code, used } of listWritten(plan)) {
    if (used !== false) continue;
    run.notice(`${printable(path)}:${line} allows ${code}, and nothing of its migration asks for that now.`);
  }
}
