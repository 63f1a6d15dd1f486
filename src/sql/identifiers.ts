/** Names and texts in SQL: how they are quoted, unquoted and compared. */

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteColumn(table: string, column: string): string {
  return `${quoteIdentifier(table)}.${quoteIdentifier(column)}`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The name that a token means: without its "…", `…`, […] or '…' (SQLite accepts a string where only a name can be), and
 * with one quote for two. A bare word is its own name; so is a token that is not closed.
 */
export function unquoteIdentifier(text: string): string {
  const open = text[0];
  if (text.length < 2 || open === undefined) return text;
  if (open === '[') return text.endsWith(']') ? text.slice(1, -1) : text;
  if (open !== '"' && open !== '`' && open !== "'") return text;
  return text.endsWith(open) ? text.slice(1, -1).replaceAll(open + open, open) : text;
}

/** True if SQLite takes both for the same name: case does not count, but only within ASCII. */
export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && foldName(a) === foldName(b));
}

/** The name in ASCII lower case, to be used as a key: equal exactly if `sameName` is true. */
export function foldName(name: string): string {
  if (!/[A-Z]/.test(name)) return name;
  // toLowerCase() changes letters beyond ASCII too, so it may only see printable ASCII.
  return /[^ -~]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name.toLowerCase();
}
