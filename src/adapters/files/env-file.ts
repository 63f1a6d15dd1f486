/** Reading the text of a .env file, by the rules that the dotenv package made common. */

// Not util.parseEnv: up to Node 20 at least, it takes a line without "=" into the next line's name, a byte order mark
// into the first name, and a tab after `export` into the name. Each of them loses a credential without a word.
const assignment = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*/;
const quotes = ['"', "'", '`'] as const;

/**
 * The variables of a .env file: `NAME=value`, `export NAME=value`, comments, values in double, single or back quotes
 * (over several lines too; `\n` and `\r` stand for line ends between double quotes). Lines of another form are
 * skipped; the last of several values of a name counts.
 */
export function parseEnvFile(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  let rest = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  while (rest !== '') {
    const match = assignment.exec(rest);
    if (match === null) {
      rest = dropLine(rest);
      continue;
    }
    const value = rest.slice(match[0].length);
    const quoted = parseQuoted(value);
    variables.set(match[1] ?? '', quoted?.value ?? parsePlain(value));
    rest = dropLine(quoted?.rest ?? value);
  }
  return variables;
}

function parseQuoted(text: string): { readonly value: string; readonly rest: string } | null {
  const quote = quotes.find((candidate) => text.startsWith(candidate));
  if (quote === undefined) return null;
  const end = text.indexOf(quote, 1);
  // A quote without its partner is a part of the value; so is a pair that something other than a comment follows.
  if (end === -1 || !/^[ \t]*(?:#.*)?(?:\n|$)/.test(text.slice(end + 1))) return null;
  const inside = text.slice(1, end);
  return {
    value: quote === '"' ? inside.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : inside,
    rest: text.slice(end + 1),
  };
}

function parsePlain(text: string): string {
  return (/^[^#\n]*/.exec(text)?.[0] ?? '').trim();
}

function dropLine(text: string): string {
  const end = text.indexOf('\n');
  return end === -1 ? '' : text.slice(end + 1);
}
