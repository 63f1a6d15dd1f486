/** Tells whether a text contains a denied name: called for every statement, so it is fast, and loads nothing else. */

import { deniedFunctions, deniedTables } from './lists.ts';

const names = [...new Set([...deniedFunctions.keys(), ...deniedTables.keys()])].sort((a, b) => b.length - a.length);

/**
 * A name ends where the next character certainly does not continue it. A character beyond ASCII may be a byte order
 * mark, which is white space to SQLite (tokenize.c). The tokens decide.
 */
const mention = new RegExp(`(?<![\\w$])(?:${names.join('|')})(?![\\w$])`, 'i');

export const everyMention = new RegExp(mention, 'gi');

/** True if the text contains one of the names, even in a comment. */
export function mentionsDenied(sql: string): boolean {
  return mention.test(sql);
}
