/** Whether a text has a denied name in it at all: asked of every statement, so it is quick, and loads nothing else. */

import { deniedFunctions, deniedTables } from './lists.ts';

const names = [...new Set([...deniedFunctions.keys(), ...deniedTables.keys()])].sort((a, b) => b.length - a.length);

/**
 * Only what surely goes on as the same name keeps it from being one: a character beyond ASCII may be a byte order mark, which
 * SQLite takes for white space (tokenize.c). The tokens decide.
 */
const mention = new RegExp(`(?<![\\w$])(?:${names.join('|')})(?![\\w$])`, 'i');

export const everyMention = new RegExp(mention, 'gi');

/** Whether the text has one of the names anywhere, be it in a comment. Quick: asked of every statement. */
export function mentionsDenied(sql: string): boolean {
  return mention.test(sql);
}
