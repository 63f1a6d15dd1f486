/** Names and texts in SQL: how they are quoted, unquoted and compared. */

/** The name in double quotes, safe to put into SQL text. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The column with its table, both in double quotes. */
export function quoteColumn(table: string, column: string): string {
  return `${quoteIdentifier(table)}.${quoteIdentifier(column)}`;
}

/** The text as a string of SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The name that a token stands for: without its "…", `…`, […] or '…' (SQLite accepts a string where only a name can be)
 * and with doubled quotes undone. A bare word is its own name; so is a token that is not closed.
 */
export function unquoteIdentifier(text: string): string {
  const open = text[0];
  if (text.length < 2 || open === undefined) return text;
  if (open === '[') return text.endsWith(']') ? text.slice(1, -1) : text;
  if (open !== '"' && open !== '`' && open !== "'") return text;
  return text.endsWith(open) ? text.slice(1, -1).replaceAll(open + open, open) : text;
}

/** Whether SQLite takes both for the same name: case does not count, but only within ASCII. */
export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && foldName(a) === foldName(b));
}

/** The name in ASCII lower case, to be used as a key: equal exactly when `sameName` holds. */
export function foldName(name: string): string {
  if (!/[A-Z]/.test(name)) return name;
  // toLowerCase() changes letters beyond ASCII too, so it may only see printable ASCII.
  return /[^ -~]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name.toLowerCase();
}
