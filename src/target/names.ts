/** Names of a project's targets: `staging` is the database of `.env.turso-staging`. */

import { MigrateError } from '../errors.ts';

/** The target of a command that names none. */
export const defaultTargetName = 'prod';

const fileStart = '.env.turso-';

/** A dot at the end is none on Windows, and a file of that name another target's. */
const form = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?$/i;

/** Files beside the real ones that people copy or keep: no targets. */
const copies = /\.(?:example|sample|template|dist|bak|old|orig|swp|save)$/i;

export function isTargetName(text: string): boolean {
  return form.test(text);
}

/** @throws MigrateError USAGE */
export function parseTargetName(text: string): string {
  if (isTargetName(text)) return text;
  throw new MigrateError(
    'USAGE',
    `--target takes the name of a target; it was given ${JSON.stringify(text)}.`,
    `A name begins with a letter or a digit, and has only letters, digits, "-", "_" and "." in it: --target staging reads ${envFileOf('staging')}`,
  );
}

/** The name of the file with a target's credentials. */
export function envFileOf(target: string): string {
  return `${fileStart}${target}`;
}

/**
 * The target whose credentials a file of this name has; null if it is no target's.
 * @param fileName without a folder
 */
export function findTargetOfFile(fileName: string): string | null {
  if (!fileName.startsWith(fileStart)) return null;
  const name = fileName.slice(fileStart.length);
  return isTargetName(name) && !copies.test(name) ? name : null;
}

/** Some file systems do not tell upper and lower case apart: such names are one target's. */
export function foldTargetName(name: string): string {
  return name.toLowerCase();
}
