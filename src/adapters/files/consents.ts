/** Reading the file beside a migration that holds its consents. */

import { parseWrittenConsents } from '../../consents/written-consents.ts';
import type { ConsentProblem, Migration } from '../../history/migration.ts';
import { quoteArgument } from '../../text/shell.ts';
import { readOwnKind, showPath } from './paths.ts';
import { largest, readRegularFile, UnreadableFile } from './regular-file.ts';
import { explainNotUtf8 } from './utf8.ts';

interface ConsentsPlace {
  /** The migration's name. */
  readonly migration: string;
  readonly shownRelativeTo: string;
}

/**
 * Reads a file that is there.
 * @param file absolute path
 * @returns the migration's consents, or what is wrong with the file, which is never thrown.
 */
export function readConsents(
  file: string,
  { migration, shownRelativeTo }: ConsentsPlace,
): Pick<Migration, 'consents' | 'consentProblems'> {
  const path = showPath(file, shownRelativeTo);
  if (readOwnKind(file) === 'link') {
    const next = 'Replace the link with a real file: its text is reviewed together with this migration.';
    return refuse({ path, message: 'is a symbolic link', next });
  }
  const bytes = readBytes(file);
  if (typeof bytes === 'string') {
    return refuse({ path, message: bytes, next: `Make ${quoteArgument(path)} a readable file, or remove it.` });
  }
  const reason = explainNotUtf8(bytes);
  if (reason === null) return parseWrittenConsents(bytes.toString('utf8'), { path, migration });
  return refuse({ path, message: `is not UTF-8 text: ${reason}`, next: `Save ${quoteArgument(path)} as UTF-8.` });
}

/** @returns why it cannot be read, where it cannot. */
function readBytes(file: string): Buffer | string {
  try {
    return readRegularFile(file, largest.consents);
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    throw error;
  }
}

function refuse(
  problem: Pick<ConsentProblem, 'path' | 'message' | 'next'>,
): Pick<Migration, 'consents' | 'consentProblems'> {
  return { consents: [], consentProblems: [{ line: null, text: null, ...problem }] };
}
