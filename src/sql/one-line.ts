/** SQL on one line, to be shown or pasted into a shell. */

import { quoteIdentifier } from './identifiers.ts';
import { tokenize } from './tokenize.ts';

/** The statement without comments, line ends and its final semicolon; line ends inside a string stay. */
export function joinLines(sql: string): string {
  let joined = '';
  let end = 0;
  for (const token of tokenize(sql)) {
    // A comment or a line end between two tokens becomes one space.
    joined += joined !== '' && token.start > end ? ` ${token.text}` : token.text;
    end = token.end;
  }
  return joined.replace(/\s*;$/, '');
}

/** The name in double quotes for a `--` comment, which ends with its line: line ends become `\n` and `\r`. */
export function quoteInComment(name: string): string {
  return quoteIdentifier(name).replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}
