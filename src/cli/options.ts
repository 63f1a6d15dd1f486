/** The value of --timeout: checked before anything is opened. */

import { MigrateError } from '../errors.ts';
import { longestTimeoutSeconds } from '../wiring.ts';

/** @throws MigrateError USAGE */
export function parseTimeout(value: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (seconds > 0 && seconds <= longestTimeoutSeconds) return seconds;
  throw new MigrateError(
    'USAGE',
    `--timeout takes a number of seconds above 0, up to ${longestTimeoutSeconds}; it was given ${value}.`,
    'For example --timeout 60',
  );
}
