/** SQL in one line, to be shown or to be pasted into a shell. */

import { quoteIdentifier } from './identifiers.ts';
import { tokenize } from './tokenize.ts';

/** The same statement without comments, line ends and the semicolon at its end; line ends inside a text stay. */
export function joinLines(sql: string): string {
  let joined = '';
  let end = 0;
  for (const token of tokenize(sql)) {
    // Where there was anything between two tokens, a comment or a line end, there is one space.
    joined += joined !== '' && token.start > end ? ` ${token.text}` : token.text;
    end = token.end;
  }
  return joined.replace(/\s*;$/, '');
}

/** The name in double quotes for a `--` comment, which ends with its line: line ends become `\n` and `\r`. */
export function quoteInComment(name: string): string {
  return quoteIdentifier(name).replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
