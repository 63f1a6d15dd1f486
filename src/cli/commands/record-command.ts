/** The command that records one migration, or takes the record of one that left nothing back. */

import { writeOperand } from '../../text/shell.ts';
import { listTargetFlags, renderCommand } from '../command-line.ts';
import type { Run } from '../context.ts';

export function renderRecordCommand({ options, context }: Run, migration: string): string {
  return `${renderCommand('backfill', listTargetFlags(options), context.program)} ${writeOperand(migration)}`;
}
