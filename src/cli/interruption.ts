/** A Ctrl-C before anything was sent that may write. */

import { MigrateError } from '../errors.ts';
import { command } from '../text/prose.ts';
import type { Run } from './context.ts';

export function interrupted(name: string): MigrateError {
  return new MigrateError('INTERRUPTED', 'Interrupted; nothing was written.', command(name));
}

/** A run that was interrupted must not go on to write. @throws MigrateError INTERRUPTED */
export function refuseInterrupted({ context, command }: Run): void {
  if (context.signal.aborted) throw interrupted(command);
}
