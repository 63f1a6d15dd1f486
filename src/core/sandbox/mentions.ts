/** Whether a text has a denied name in it at all: asked of every statement, so it is quick, and loads nothing else. */

import { deniedFunctions, deniedTables } from './lists.ts';

const names = [...new Set([...deniedFunctions.keys(), ...deniedTables.keys()])].sort((a, b) => b.length - a.length);

/** A name of SQLite goes on through letters, digits, `_`, `$` and all beyond ASCII (SQLite, tokenize.c, IdChar). */
const mention = new RegExp(`(?<![\\w$\\u0080-\\uffff])(?:${names.join('|')})(?![\\w$\\u0080-\\uffff])`, 'i');

export const everyMention = new RegExp(mention, 'gi');

/** Whether the text has one of the names anywhere, be it in a comment. Quick: asked of every statement. */
export function mentionsDenied(sql: string): boolean {
  return mention.test(sql);
}
