/** SQL in one line, to be shown or to be pasted into a shell. */

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
