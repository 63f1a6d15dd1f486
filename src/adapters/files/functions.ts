/** Reading the file in the migrations folder that declares functions of the server. */

import { join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { parseDeclaredFunctions } from '../../sandbox/declared.ts';
import { readOwnKind, showPath } from './paths.ts';
import { largest, readRegularFile, UnreadableFile } from './regular-file.ts';

const functionsName = 'migrate-prod.functions';

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
  if (readOwnKind(file) === 'link') throw invalid(path, null, 'it is a symbolic link');
  try {
    return readRegularFile(file, largest.functions).toString('utf8');
  } catch (error) {
    if (error instanceof UnreadableFile) throw invalid(path, null, `it ${error.message}`);
    throw error;
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
