/** The command that shows the rows of a finding: the database's own shell and the question, to be pasted as it is. */

import { printable } from '../../../adapters/terminal/printable.ts';
import { joinLines } from '../../../sql/one-line.ts';
import { isTurso, type Target } from '../../../target/target.ts';
import { writeNumber } from '../../../text/count.ts';
import { quoteArgument } from '../../../text/shell.ts';

/**
 * For example `turso db shell libsql://shop-acme.turso.io 'SELECT …'`, or `sqlite3 shop.db 'SELECT …'` for a file.
 *
 * `turso db shell <name | url> [sql]` takes a database's name or its URL; for a URL below turso.io it fetches a token of
 * its own for whoever is logged in, any other URL it opens as it is (turso-cli, internal/cmd/db_shell.go; Turso's
 * documentation, "db shell", has http://127.0.0.1:8080). There is never a token in it.
 * @returns one line.
 */
export function renderQueryCommand(target: Target, sql: string): string {
  return [...findShell(target), printable(joinLines(sql))].map(quoteArgument).join(' ');
}

/** A longer question is no command to read, and seldom one to paste; its beginning tells what it is about. */
const [longestQuery, shownOfLonger] = [400, 240];

/** The beginning of a query that is too long for a command. */
interface ShortQuery {
  /** Its beginning, in one line; it ends with a mark, so that nobody takes it for the whole. */
  readonly text: string;
  /** Where the whole query is found. */
  readonly rest: string;
}

/** @returns null for a query that is shown whole. */
export function shortenForPeople(sql: string): ShortQuery | null {
  const line = printable(joinLines(sql));
  if (line.length <= longestQuery) return null;
  const shown = line.slice(0, shownOfLonger).replace(/\s+\S*$|[\ud800-\udbff]$/, '');
  const more = writeNumber(line.length - shown.length);
  return { text: `${shown} …`, rest: `${more} more characters; --json has all of it, as "query".` };
}

function findShell(target: Target): readonly string[] {
  if (target.type === 'file') return ['sqlite3', target.path];
  return ['turso', 'db', 'shell', isTurso(target) ? target.name : target.url];
}
