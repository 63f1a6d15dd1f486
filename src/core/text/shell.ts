/** Words of a command to copy, as a shell takes them. */

/** One word for a POSIX shell, quoted where it would be split, expanded or taken for an option. */
export function quoteArgument(word: string): string {
  if (/^[\w@%+=:,./][\w@%+=:,./-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
