/** Changing the text of a package.json: what is added stands in the file's own form, and nothing else moves. */

/** What init has to know of one. */
export interface PackageFacts {
  /** How this program is a dependency of it already; null where it is none. */
  readonly dependency: string | null;
  readonly scripts: readonly string[];
}

type Entry = readonly [name: string, value: string];

/** The text without a byte order mark, which JSON does not know and editors leave. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** @returns null where it is no JSON object, or a field of it that is changed is none */
export function parsePackage(text: string, name: string): PackageFacts | null {
  const content = parse(withoutMark(text));
  if (!isRecord(content)) return null;
  if ([content.scripts, content.devDependencies].some((field) => field !== undefined && !isRecord(field))) return null;
  const specs = dependencyFields.flatMap((field) => {
    const listed = content[field];
    const spec = isRecord(listed) ? listed[name] : undefined;
    return typeof spec === 'string' ? [spec] : [];
  });
  return { dependency: specs[0] ?? null, scripts: isRecord(content.scripts) ? Object.keys(content.scripts) : [] };
}

const dependencyFields = ['devDependencies', 'dependencies', 'optionalDependencies', 'peerDependencies'];

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param text of a package.json that is a JSON object
 * @param field `scripts`, `devDependencies`
 * @param entries whose names the field does not have yet
 * @returns the text with them: behind the last one, or where they belong in a list that is sorted
 */
export function addEntries(text: string, field: string, entries: readonly Entry[]): string {
  return entries.reduce((changed, entry) => addEntry(changed, field, entry), text);
}

function addEntry(text: string, field: string, [name, value]: Entry): string {
  const style = findStyle(text);
  const whole = readObject(text, text.indexOf('{'));
  // Of several with one name, the last one counts.
  const found = whole.members.findLast((member) => member.name === field);
  if (found === undefined || text[found.value] !== '{') {
    const inner = writeBlock([`${quote(name)}: ${quote(value)}`], style, 1);
    return insert(text, whole, whole.members.length, `${quote(field)}: ${inner}`, style, 0);
  }
  const list = readObject(text, found.value);
  const names = list.members.map((member) => member.name);
  const isSorted = names.every((own, index) => index === 0 || (names[index - 1] ?? '') < own);
  const place = field === 'scripts' || !isSorted ? names.length : names.filter((own) => own < name).length;
  return insert(text, list, place, `${quote(name)}: ${quote(value)}`, style, 1);
}

interface Style {
  /** Of one level; empty where the file is on one line. */
  readonly indent: string;
  readonly newline: string;
}

function findStyle(text: string): Style {
  const indent = /\{\s*?\r?\n([ \t]+)"/.exec(text)?.[1] ?? '';
  return { indent, newline: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** @param depth of the object itself. */
function writeBlock(lines: readonly string[], { indent, newline }: Style, depth: number): string {
  if (indent === '') return `{ ${lines.join(', ')} }`;
  const inner = lines.map((line) => `${indent.repeat(depth + 1)}${line}`).join(`,${newline}`);
  return `{${newline}${inner}${newline}${indent.repeat(depth)}}`;
}

interface JsonObject {
  /** Where its braces are. */
  readonly open: number;
  readonly close: number;
  readonly members: readonly JsonMember[];
}

interface JsonMember {
  readonly name: string;
  readonly start: number;
  /** Where its value begins, and where it has ended. */
  readonly value: number;
  readonly end: number;
}

/** @param place how many members stand before it. @param depth of the object. */
function insert(
  text: string,
  { open, close, members }: JsonObject,
  place: number,
  line: string,
  style: Style,
  depth: number,
): string {
  const before = members[place - 1];
  const after = members[place];
  if (before === undefined && after === undefined) {
    return `${text.slice(0, open)}${writeBlock([line], style, depth)}${text.slice(close + 1)}`;
  }
  // As the members of this object are set apart, on one line or on several.
  const [first = { start: close }] = members;
  const gap = text.slice(open + 1, first.start) || ' ';
  if (after !== undefined) return `${text.slice(0, after.start)}${line},${gap}${text.slice(after.start)}`;
  const end = before?.end ?? close;
  return `${text.slice(0, end)},${gap}${line}${text.slice(end)}`;
}

/** @param open where its brace is, in text that is JSON. */
function readObject(text: string, open: number): JsonObject {
  const members: JsonMember[] = [];
  let at = skipSpace(text, open + 1);
  while (text[at] !== '}') {
    const nameEnd = skipString(text, at);
    const value = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = skipValue(text, value);
    members.push({ name: String(JSON.parse(text.slice(at, nameEnd))), start: at, value, end });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return { open, close: at, members };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
  return at;
}

function skipString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipValue(text: string, from: number): number {
  let at = from;
  for (let depth = 0; ; ) {
    const unit = text[at] ?? '';
    if (unit === '"') at = skipString(text, at) - 1;
    else if (unit === '{' || unit === '[') depth += 1;
    else if (unit === '}' || unit === ']') depth -= 1;
    // A number, or true: up to what follows it.
    else if (depth === 0) while (/[^,\s\]}]/.test(text[at + 1] ?? ',')) at += 1;
    at += 1;
    if (depth === 0) return at;
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
