/** The value of --timeout: checked before anything is opened. */

import { MigrateError } from '../errors.ts';

/** A day: more would overflow a timer sooner or later, and helps nobody. */
const longestTimeout = 86_400;

/** @throws MigrateError USAGE */
export function parseTimeout(value: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (seconds > 0 && seconds <= longestTimeout) return seconds;
  throw new MigrateError(
    'USAGE',
    `--timeout takes a number of seconds above 0, up to ${longestTimeout}; it was given ${value}.`,
    'For example --timeout 60',
  );
}
