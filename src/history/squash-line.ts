/** Reads which migrations a squashed migration replaces, from its comments. */

import { listComments } from '../sql/contents.ts';
import type { Migration } from './migration.ts';

const squashes = /^\s*squashes\b:?(.*)$/i;

/** The names in its comments `-- squashes <name> <name> …`; several comments, and commas between names, are allowed. */
export function readSquashed({ sql }: Migration): readonly string[] {
  return listComments(sql, 'squashes').flatMap((comment) => {
    const line = comment.trim();
    const list = line.startsWith('--') ? squashes.exec(line.slice(2))?.[1] : undefined;
    return (list ?? '').split(/[\s,]+/).filter((name) => name !== '');
  });
}
