/** What a text would certainly do outside of its database: told by its words, without the schema. */

import { classify } from '../sql/classify.ts';
import { mentionsDenied } from './mentions.ts';
import { findReaches, type Reach } from './suspects.ts';

/**
 * What a statement would do outside of its database when it is run. A statement that only stores such a call (in a
 * view, a trigger, a default) does nothing when it runs; the engine refuses to run the call from there.
 * @returns null if it does nothing, or if the name may be a table of the user
 */
export function findCertainReach(sql: string): Reach | null {
  if (!mentionsDenied(sql) || onlyStores(sql)) return null;
  return findReaches(sql).find(({ isCertain }) => isCertain) ?? null;
}

function onlyStores(sql: string): boolean {
  const kind = classify(sql);
  return kind.type.startsWith('create-') && !(kind.type === 'create-table' && kind.asSelect);
}
