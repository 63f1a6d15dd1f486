/** Tells whether a statement reaches outside of its database, before it runs on the mirror or is sent anywhere. */

import { EngineError, type Mirror } from '../ports.ts';
import { deniedFunctions, deniedTables } from './lists.ts';
import { mentionsDenied } from './mentions.ts';
import { findReaches, type Reach, replaceMentions } from './suspects.ts';
import { findUnknownName, replaceUnknown, type UnknownName } from './unknown-names.ts';

/**
 * Looks at the text, and if that has one of the names, asks the engine: with an unknown name instead, its error tells
 * whether it was a function or a table. Calls in a view, a trigger or a default are no problem: the engine runs these
 * functions only if the statement itself names them (SQLITE_DIRECTONLY). It would run them in a CHECK, but
 * `buildMirrorStatements` replaces them there.
 * @param mirror as it is before the statement
 */
export function findReach(mirror: Mirror, sql: string): Pick<Reach, 'name' | 'type' | 'does'> | null {
  if (!mentionsDenied(sql)) return null;
  const isForeign = (reach: Reach) => reach.isCertain || !hasTable(mirror, reach.name);
  return findReaches(sql).find(isForeign) ?? askEngine(mirror, sql);
}

function hasTable(mirror: Mirror, name: string): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE";
  return mirror.query(sql, [name]).length > 0;
}

const nothing = 'migrate_prod_nothing_is_called_this';

function askEngine(mirror: Mirror, sql: string): Pick<Reach, 'name' | 'type' | 'does'> | null {
  for (const { name, text } of replaceMentions(sql, nothing)) {
    const message = compile(mirror, text);
    if (message === null || !message.includes(nothing)) continue;
    const calls = deniedFunctions.get(name);
    if (calls !== undefined && /no such function/.test(message)) return { name, type: 'function', does: calls };
    const reads = deniedTables.get(name);
    if (reads !== undefined && /no such (?:table|module)/.test(message) && !hasTable(mirror, name)) {
      return { name, type: 'table', does: reads };
    }
  }
  return null;
}

/** Everything that the statement needs and the mirror does not have; the engine names only one at a time. */
export function listUnknownNames(mirror: Mirror, sql: string, first: UnknownName): readonly UnknownName[] {
  const names = [first];
  let text = replaceUnknown(sql, first);
  while (text !== null) {
    const message = compile(mirror, text);
    const next = message === null ? null : findUnknownName(message, text);
    if (next === null) break;
    names.push(next);
    text = replaceUnknown(text, next);
  }
  return names;
}

/** @returns why it does not compile; null if it does. What compiling creates (a vector index's tables) is undone. */
function compile(mirror: Mirror, sql: string): string | null {
  mirror.run('SAVEPOINT compiled');
  try {
    mirror.compile(sql);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  } finally {
    mirror.run('ROLLBACK TO compiled');
    mirror.run('RELEASE compiled');
  }
}
