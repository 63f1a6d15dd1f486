/** Whether a statement may take long, told from its text: most cannot, and cost less when nobody stands ready to end them. */

/** What loops, and what compares by a pattern. */
const loops = /\b(?:select|with|like|glob|regexp|match)\b/i;

/** A name right before a parenthesis: a call, also where the name is quoted. */
const call = /(?<=[\w$"`\]\u0080-\uffff]\s*)(?<!\bvalues\s*)\(/i;

/** Calls that take no time whatever they are given, as seeds have them. */
const briefCalls =
  /\b(?:date|time|datetime|julianday|unixepoch|strftime|lower|upper|trim|ltrim|rtrim|abs|round|coalesce|ifnull|nullif|iif|length|substr|typeof|random|hex|randomblob(?=\(\d{1,4}\))|json|json_array|json_object)\(/gi;

/** Behind these the first parenthesis is that of a list of columns, or of values. */
const opensList = /^\s*(?:insert|replace|create)\b/i;

/** A table that is created runs nothing; its types look like calls. */
const createsTable = /^\s*create\s+table\b/i;

/** What a schema runs by itself when rows come and go: triggers, views, and columns that are computed or checked. */
const program = /\b(?:trigger|view|check|generated|as|virtual)\b|\bdefault\s*\(/i;

/**
 * Whether the statement may loop, or call what takes long. True in doubt.
 * @param sql one statement, on a schema of which no statement `mayRunPrograms`: there it does one pass over a table at most.
 */
export function mayTakeLong(sql: string): boolean {
  if (loops.test(sql)) return true;
  if (createsTable.test(sql)) return false;
  const first = opensList.test(sql) ? sql.indexOf('(') : -1;
  const rest = first < 0 ? sql : sql.slice(first + 1);
  return call.test(rest) && call.test(rest.replaceAll(briefCalls, ''));
}

/** Whether a schema with this statement may run something of its own when other statements run. True in doubt. */
export function mayRunPrograms(sql: string): boolean {
  return /^\s*(?:create|alter)\b/i.test(sql) && program.test(sql);
}
