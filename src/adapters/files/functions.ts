/** Reading the file in the migrations folder that declares functions of the server. */

import { join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { deniedFunctions } from '../../sandbox/lists.ts';
import { foldName } from '../../sql/identifiers.ts';
import { findUnseen, nameCharacter } from '../../text/unseen.ts';
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

export interface DeclaredFunctions {
  /** Folded. */
  readonly names: ReadonlySet<string>;
  /** The first line that is wrong, and why; null where the file is good. */
  readonly problem: { readonly line: number; readonly reason: string } | null;
}

/** @param text of the file; `#` begins a comment on a line of its own, and empty lines say nothing. */
function parseDeclaredFunctions(text: string): DeclaredFunctions {
  const names = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const reason = findFault(line);
    if (reason !== null) return { names: new Set(), problem: { line: index + 1, reason } };
    const name = line.trim();
    if (name !== '' && !name.startsWith('#')) names.add(foldName(name));
  }
  return { names, problem: null };
}

function findFault(line: string): string | null {
  const unseen = findUnseen(line);
  if (unseen !== null) return `it has ${nameCharacter(unseen)}, which is invisible`;
  const name = line.trim();
  if (name === '' || name.startsWith('#')) return null;
  if (!/^[A-Za-z_]\w*$/.test(name)) return 'it is not the name of one function';
  return deniedFunctions.has(foldName(name)) ? `${name} reaches outside of the database, and is never run` : null;
}
