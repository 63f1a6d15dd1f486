/** Whether a statement may take long, told from its tokens: most cannot, and cost less when nobody stands ready to end them. */

import { isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';
import { isCall, readContext } from './calls.ts';

/** What loops, and what compares by a pattern. */
const loops = new Set(['select', 'with', 'like', 'glob', 'regexp', 'match']);

/** Words that stand before a parenthesis and call nothing. */
const keywords = new Set(
  'values check default key unique always in and or not conflict set on when then else case between is as where'.split(
    ' ',
  ),
);

/** Functions that take no time whatever they are given, as seeds have them. */
const brief = new Set(
  `date time datetime julianday unixepoch strftime lower upper abs round coalesce ifnull nullif iif length
  substr typeof random hex json json_array json_object current_timestamp`.split(/\s+/),
);

/**
 * Whether the statement may loop, or call what takes long. True in doubt.
 * @param sql one statement, on a schema of which no statement `mayRunPrograms`: there it does one pass over a table at most,
 * unless it `followsKeys`.
 */
export function mayTakeLong(sql: string): boolean {
  const tokens = tokenize(sql);
  if (tokens.some((token) => token.kind === 'word' && loops.has(foldName(token.text)))) return true;
  // UPDATE … FROM joins; DELETE FROM does not.
  if (tokens.some((token, index) => isKeyword(token, 'FROM') && !isKeyword(tokens[index - 1], 'DELETE'))) return true;
  const context = readContext(tokens);
  return tokens.some((token, index) => isCall(tokens, index, context) && !isBrief(tokens, index, token));
}

function isBrief(tokens: readonly Token[], index: number, token: Token): boolean {
  // A parenthesis within another, or behind an operator, stands behind no name.
  if (token.kind !== 'word' && token.kind !== 'quoted') return true;
  const name = foldName(unquoteIdentifier(token.text));
  if (token.kind === 'word' && keywords.has(name)) return true;
  if (name !== 'randomblob') return brief.has(name);
  const size = tokens[index + 2];
  return size?.kind === 'number' && size.text.length <= 4 && isOperator(tokens[index + 3], ')');
}

/** Words of a schema that runs something by itself when rows come and go. */
const programs = new Set(['trigger', 'view', 'check', 'generated', 'as', 'virtual']);

/** Whether a schema with this statement may run something of its own when other statements run. True in doubt. */
export function mayRunPrograms(sql: string): boolean {
  const tokens = tokenize(sql);
  if (!isKeyword(tokens[0], 'CREATE') && !isKeyword(tokens[0], 'ALTER')) return false;
  return tokens.some(
    (token, index) =>
      token.kind === 'word' &&
      (programs.has(foldName(token.text)) || (isKeyword(token, 'DEFAULT') && isOperator(tokens[index + 1], '('))),
  );
}

const changes = ['DELETE', 'UPDATE', 'REPLACE', 'DROP', 'ALTER'] as const;

/** Whether the statement may make the engine look through every child of each row that it changes. */
export function followsKeys(sql: string): boolean {
  const tokens = tokenize(sql);
  if (changes.some((word) => isKeyword(tokens[0], word))) return true;
  return tokens.some((token) => isKeyword(token, 'REPLACE') || isKeyword(token, 'UPDATE'));
}

/** Whether a schema with this statement has foreign keys. */
export function hasKeys(sql: string): boolean {
  return /\breferences\b/i.test(sql);
}
