/** Names that an engine reports as missing, and another engine may have: functions, modules of virtual tables, collations. */

import { isKeyword } from '../sql/cursor.ts';
import { quoteIdentifier, sameName, unquoteIdentifier } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import type { Query, Reply } from '../target/request.ts';
import { isCall, readContext } from './calls.ts';

export interface UnknownName {
  /** A `table` is a table function: `FROM name(…)`, which is made by a module of that name. */
  readonly type: 'function' | 'table' | 'module' | 'collation';
  readonly name: string;
}

/** SQLite's words. The error of an object that a statement meets comes after that object's name. */
const words = [
  ['function', /(?:^|: )(?:no such function: |unknown function: )([^(]+)/],
  ['module', /(?:^|: )no such module: (.+)/],
  ['collation', /(?:^|: )no such collation sequence: (.+)/],
  ['table', /(?:^|: )no such table: (?:main\.)?(.+)/],
] as const;

/** @param message the engine's error of the statement */
export function findUnknownName(message: string, sql: string): UnknownName | null {
  for (const [type, pattern] of words) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined && (type !== 'table' || isCalled(sql, name))) return { type, name };
  }
  return null;
}

function isCalled(sql: string, name: string): boolean {
  return findCalls(sql, name).length > 0;
}

function findCalls(sql: string, name: string): readonly number[] {
  const tokens = tokenize(sql);
  const context = readContext(tokens);
  return [...tokens.keys()].filter(
    (index) => sameName(unquoteIdentifier(tokens[index]?.text ?? ''), name) && isCall(tokens, index, context),
  );
}

/** Names that every engine has, and that can replace any other. */
const everywhere = { function: 'char', collation: 'BINARY' } as const;

/** The statement with a name that every engine has instead; null if there is none of that type. */
export function replaceUnknown(sql: string, { type, name }: UnknownName): string | null {
  if (type !== 'function' && type !== 'collation') return null;
  const tokens = tokenize(sql);
  const places =
    type === 'function'
      ? findCalls(sql, name)
      : [...tokens.keys()].filter(
          (index) =>
            isKeyword(tokens[index - 1], 'COLLATE') && sameName(unquoteIdentifier(tokens[index]?.text ?? ''), name),
        );
  if (places.length === 0) return null;
  return places.reduceRight((text, index) => {
    const token = tokens[index];
    return token === undefined ? text : text.slice(0, token.start) + everywhere[type] + text.slice(token.end);
  }, sql);
}

/** A query that returns one row with 1 if the engine has the name. For a collation that it does not have, the query fails. */
export function askWhetherThere({ type, name }: UnknownName): Query {
  // The list of collations contains every name that a schema mentions.
  if (type === 'collation') return { sql: `SELECT 'a' = 'a' COLLATE ${quoteIdentifier(name)}` };
  const list = type === 'function' ? 'function' : 'module';
  return { sql: `SELECT EXISTS (SELECT 1 FROM pragma_${list}_list WHERE name = ? COLLATE NOCASE)`, args: [name] };
}

/**
 * @param reply to that query
 * @returns null if the engine does not tell
 */
export function readWhetherThere(reply: Reply | undefined): boolean | null {
  if (reply?.type === 'rows') return reply.rows[0]?.[0] === 1;
  return reply?.type === 'error' && reply.message.includes('no such collation sequence') ? false : null;
}
