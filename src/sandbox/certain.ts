/** What a text would certainly do outside of its database: by its words alone, without knowing the schema. */

import { classify } from '../sql/classify.ts';
import { mentionsDenied } from './mentions.ts';
import { findReaches, type Reach } from './suspects.ts';

/**
 * What a statement would do outside of its database when it is run. What only stores such a call (a view, a trigger, a
 * default) does nothing by being made; the engine refuses to run it from there.
 * @returns null where it does nothing, and where it may be a table of the user's own that is called like that.
 */
export function findCertainReach(sql: string): Reach | null {
  if (!mentionsDenied(sql) || onlyStores(sql)) return null;
  return findReaches(sql).find(({ isCertain }) => isCertain) ?? null;
}

function onlyStores(sql: string): boolean {
  const kind = classify(sql);
  return kind.type.startsWith('create-') && !(kind.type === 'create-table' && kind.asSelect);
}
