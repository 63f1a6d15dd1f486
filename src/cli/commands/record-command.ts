/** The command that records one migration, or takes the record of one that left nothing back. */

import { quoteArgument } from '../../core/text/shell.ts';
import { listTargetFlags, renderCommand } from '../command-line.ts';
import type { Run } from '../context.ts';

export function renderRecordCommand({ options, context }: Run, migration: string): string {
  const name = { name: quoteArgument(migration), value: null };
  return renderCommand('backfill', [...listTargetFlags(options), name], context.program);
}
