/** Reading the file in the migrations folder that declares functions of the server. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDeclaredFunctions } from '../../core/sandbox/declared.ts';
import { MigrateError } from '../../errors.ts';
import { describeFileError, readKind, readOwnKind, showPath } from './paths.ts';

export const functionsName = 'migrate-prod.functions';

/**
 * @param folder absolute path of the migrations folder.
 * @returns the names, folded; none where there is no such file.
 * @throws MigrateError FUNCTIONS_FILE_INVALID
 */
export function readDeclaredFunctions(folder: string, shownRelativeTo: string): ReadonlySet<string> {
  const file = join(folder, functionsName);
  if (readOwnKind(file) === 'absent') return new Set();
  const path = showPath(file, shownRelativeTo);
  const { names, problem } = parseDeclaredFunctions(readText(file, path));
  if (problem !== null) throw invalid(path, problem.line, problem.reason);
  return names;
}

function readText(file: string, path: string): string {
  if (readOwnKind(file) === 'link' || readKind(file) !== 'file') throw invalid(path, null, 'it is not a regular file');
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(path, null, describeFileError(cause));
  }
}

function invalid(path: string, line: number | null, reason: string): MigrateError {
  return new MigrateError(
    'FUNCTIONS_FILE_INVALID',
    `${path}${line === null ? '' : `:${line}`} cannot be used: ${reason}.`,
    'Write the name of one function on each line; # begins a comment.',
    { place: { path, line } },
  );
}
