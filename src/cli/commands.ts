/** The commands, in the order in which help lists them. */

import { applyRecord } from './commands/apply.record.ts';
import { backfillRecord } from './commands/backfill.record.ts';
import { checkRecord } from './commands/check.record.ts';
import { completeRecord } from './commands/complete.record.ts';
import { doctorRecord } from './commands/doctor.record.ts';
import { driftRecord } from './commands/drift.record.ts';
import { historyRecord } from './commands/history.record.ts';
import { initRecord } from './commands/init.record.ts';
import { inspectRecord } from './commands/inspect.record.ts';
import { planRecord } from './commands/plan.record.ts';
import { statusRecord } from './commands/status.record.ts';
import { tablesRecord } from './commands/tables.record.ts';
import type { CommandRecord } from './record.ts';

export const commands: readonly CommandRecord[] = [
  statusRecord,
  historyRecord,
  planRecord,
  checkRecord,
  driftRecord,
  tablesRecord,
  inspectRecord,
  applyRecord,
  backfillRecord,
  initRecord,
  doctorRecord,
  completeRecord,
];

export function findCommand(name: string): CommandRecord | null {
  return commands.find((record) => record.name === name) ?? null;
}
