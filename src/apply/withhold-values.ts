/** What a database says of a statement that failed, without the values of rows that it may quote: they are customers' data. */

const withheld = '…';

/**
 * What may hold a value, as far as the engine's sources tell: a JSON path and a vector in single quotes (json.c, vector.c),
 * a word of a full-text query in double quotes or as a column (fts5_expr.c), a file's name. Values are not always quoted
 * safely, so it goes from the first quote to the last.
 */
const mayHoldValues = [
  /(?<=')[\s\S]*(?=')/,
  /(?<=")[\s\S]*(?=")/,
  /(?<=\bno such column: )[\s\S]+/,
  /(?<=\bunable to open database: )[\s\S]+/,
];

/** @param known the SQL that ran, and the schema's: what stands there is no row's. */
export function withholdValues(message: string, known: string): string {
  if (isPart(message, known)) return message;
  return mayHoldValues.reduce(
    (text, pattern) => text.replace(pattern, (piece) => (isPart(piece, known) ? piece : withheld)),
    message,
  );
}

/** Whether it stands there as a whole, and not as a part of some word; as it is, or as SQL quotes it. */
function isPart(piece: string, known: string): boolean {
  const bare = piece.replace(/^["']|["']$/g, '');
  return [piece, bare, piece.replaceAll("'", "''"), piece.replaceAll('"', '""')].some((text) => {
    for (let at = known.indexOf(text); at >= 0 && text !== ''; at = known.indexOf(text, at + 1)) {
      if (!/\w/.test(known[at - 1] ?? '') && !/\w/.test(known[at + text.length] ?? '')) return true;
    }
    return false;
  });
}
