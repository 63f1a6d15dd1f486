/** Texts in double quotes, which SQLite takes for texts where no column has the name, and libSQL does not. */

import { quoteText, unquoteIdentifier } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';

/** The text with each `"name"` as the string `'name'`; null where it has none. */
export function writeAsString(sql: string, name: string): string | null {
  const quoted = tokenize(sql).filter(
    ({ kind, text }) => kind === 'quoted' && text.startsWith('"') && unquoteIdentifier(text) === name,
  );
  if (quoted.length === 0) return null;
  return quoted.reduceRight((text, { start, end }) => text.slice(0, start) + quoteText(name) + text.slice(end), sql);
}
