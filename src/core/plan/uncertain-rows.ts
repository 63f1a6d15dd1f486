/** Which tables have other rows in a rehearsal than in production: there production's own are missing, and what was made of them. */

import type { Classified } from '../sql/classify.ts';
import { foldName } from '../sql/identifiers.ts';
import { listWords } from '../sql/words.ts';
import type { AnalysedStatement } from './analyse.ts';

/**
 * Whether the statement meets rows that may be others in production, so that its failure on them proves nothing. True in doubt.
 * @param production names of its tables and views; folded.
 * @param ran what was run before it on the mirror, of all migrations.
 */
export function meetsUncertainRows(
  production: ReadonlySet<string>,
  ran: readonly AnalysedStatement[],
  { sql }: Pick<AnalysedStatement, 'sql'>,
): boolean {
  const uncertain = new Set(production);
  const all = ran.map((statement) => ({ words: listWords(statement.sql), kind: statement.kind }));
  const mentions = (words: ReadonlySet<string>) => [...words].some((word) => uncertain.has(word));
  // A trigger or a key may have been made before the table that it speaks of was filled.
  for (let before = -1; before < uncertain.size; ) {
    before = uncertain.size;
    for (const { kind, words } of all) {
      if (!mentions(words)) continue;
      for (const name of listChanged(kind, words)) uncertain.add(name);
    }
  }
  return mentions(listWords(sql));
}

/** What gets other rows where the statement meets others. */
function listChanged(kind: Classified, words: ReadonlySet<string>): readonly string[] {
  switch (kind.type) {
    case 'create-table':
    case 'create-view':
    case 'create-virtual-table':
      return [foldName(kind.name)];
    case 'rename-table':
      return [foldName(kind.to)];
    case 'insert':
    case 'update':
    case 'delete':
      return [foldName(kind.table)];
    case 'create-trigger':
      return [...words];
    default:
      return [];
  }
}
