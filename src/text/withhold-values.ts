/** Values of rows in messages of the engine: these are customers' data, and go nowhere. */

const withheld = '…';

/**
 * Parts of a message that may hold a row's value, by the engine's sources: a JSON path and a vector in single quotes (json.c, vector.c),
 * a full-text query, or a word of it, in double quotes,
 * in brackets or bare (fts3.c, fts5_main.c, fts5_expr.c), a file's name, SQL that a function runs (shathree.c). Values are not always quoted
 * safely, so it goes from the first quote to the last.
 */
const mayHoldValues = [
  /(?<=')[\s\S]*(?=')/,
  /(?<=")[\s\S]*(?=")/,
  /(?<=\bno such column: )[\s\S]+/,
  /(?<=\bunable to open database: )[\s\S]+/,
  /(?<=\bcannot stat file: )[\s\S]+/,
  /(?<=\berror SQL statement \[)[\s\S]*(?=\])/,
  /(?<=\bmalformed MATCH expression: \[)[\s\S]*(?=\])/,
  /(?<=\bunknown special query: )[\s\S]+/,
  /(?<=\bno such function: )[\s\S]+/,
  /(?<=\bparse error in rank function: )[\s\S]+/,
  /(?<=\bunknown tokenizer: )[\s\S]+/,
];

/** @param known the SQL that ran, and the schema's: what stands there is no row's. */
export function withholdValues(message: string, known: string): string {
  if (isPart(message, known)) return message;
  return mayHoldValues.reduce(
    (text, pattern) => text.replace(pattern, (piece) => (isPart(piece, known) ? piece : withheld)),
    message,
  );
}

/** True if it stands there as a whole, not as a part of a word; as it is, or as SQL quotes it. */
function isPart(piece: string, known: string): boolean {
  const bare = piece.replace(/^["']|["']$/g, '');
  return [piece, bare, piece.replaceAll("'", "''"), piece.replaceAll('"', '""')].some((text) => {
    for (let at = known.indexOf(text); at >= 0 && text !== ''; at = known.indexOf(text, at + 1)) {
      if (!/\w/.test(known[at - 1] ?? '') && !/\w/.test(known[at + text.length] ?? '')) return true;
    }
    return false;
  });
}
