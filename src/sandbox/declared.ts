/** The file in which a project says which functions its server has beyond libSQL's own: one name on each line. */

import { foldName } from '../sql/identifiers.ts';
import { findUnseen, nameCharacter } from '../text/unseen.ts';
import { deniedFunctions } from './lists.ts';

export interface DeclaredFunctions {
  /** Folded. */
  readonly names: ReadonlySet<string>;
  /** The first line that is wrong, and why; null where the file is good. */
  readonly problem: { readonly line: number; readonly reason: string } | null;
}

/** @param text of the file; `#` begins a comment on a line of its own, and empty lines say nothing. */
export function parseDeclaredFunctions(text: string): DeclaredFunctions {
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
  if (unseen !== null) return `it has ${nameCharacter(unseen)}, which nobody sees`;
  const name = line.trim();
  if (name === '' || name.startsWith('#')) return null;
  if (!/^[A-Za-z_]\w*$/.test(name)) return 'it is not the name of one function';
  return deniedFunctions.has(foldName(name)) ? `${name} reaches outside of the database, and is never run` : null;
}
