/** A Ctrl-C before anything was sent that may write. */

import { MigrateError } from '../errors.ts';
import type { CommandName, Run } from './context.ts';

export function interrupted(command: CommandName): MigrateError {
  return new MigrateError('INTERRUPTED', 'Interrupted; nothing was written.', `migrate-prod ${command}`);
}

/** A run that was interrupted must not go on to write. @throws MigrateError INTERRUPTED */
export function refuseInterrupted({ context, command }: Run): void {
  if (context.signal.aborted) throw interrupted(command);
}
