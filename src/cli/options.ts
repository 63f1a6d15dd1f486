/** The values of options: checked before anything is opened. */

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

/**
 * One of the consents that a command knows by name.
 * @param command as it is typed. @throws MigrateError USAGE
 */
export function parseAllowed<Code extends string>(word: string, codes: readonly Code[], command: string): Code {
  const code = codes.find((candidate) => candidate === word);
  if (code) return code;
  throw new MigrateError(
    'USAGE',
    `There is nothing called "${word}" for ${command} to allow.`,
    `${command} allows by name: ${codes.join(', ')}.`,
  );
}
