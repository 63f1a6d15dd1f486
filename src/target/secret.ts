/** Tokens: kept so that they cannot be printed, and found where somebody put one. */

const placeholder = '[secret]';

/** A token that cannot be printed: every way of showing it gives a placeholder. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The token itself, for the request's header and nothing else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return placeholder;
  }

  toJSON(): string {
    return placeholder;
  }

  /** What `console.log` and `util.inspect` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return placeholder;
  }
}

/**
 * The form of libSQL's and Turso's tokens, which are JWTs: three parts, the first of which begins with `{"` in base64url
 * (RFC 7519). Markdown may have put a backslash before a `_`. The bounds keep a search in a hostile text short.
 */
const tokenForm = /\beyJ(?:[\w-]|\\_){8,1000}\.(?:[\w-]|\\_){4,8000}\.(?:[\w-]|\\_)*/g;

/** The same, in base64 once more, as an `Authorization: Basic` has it. */
const encodedTokenForm = /\bZXlK[A-Za-z0-9+/_-]{40,}={0,2}/g;

/** Whatever form it has, it is a token where it stands; JSON may have written a character of it as an escape. */
const inHeader = findValue(String.raw`\bBearer\s+`, 16);
const inQuery = findValue(String.raw`\bauthToken(?:=|%3D)`, 6);

function findValue(place: string, least: number): RegExp {
  return new RegExp(String.raw`(${place})(?:[^\s"'\`\\<>,;&)]|\\u[0-9a-f]{4}|\\[/_]){${least},}`, 'gi');
}

/** Whether there is something in the text that looks like a token. */
export function holdsToken(text: string): boolean {
  return text.search(tokenForm) !== -1;
}

/** What is shorter could be a word. */
const shortestSecret = 6;

/** The text with a placeholder for each of the known secrets and for everything that looks like a token. */
export function hideSecrets(text: string, known: Iterable<string>): string {
  let safe = text;
  for (const secret of known) {
    if (secret.length < shortestSecret) continue;
    for (const form of listForms(secret)) safe = hideKnown(safe, form);
  }
  return safe
    .replace(tokenForm, placeholder)
    .replace(encodedTokenForm, placeholder)
    .replace(inHeader, `$1${placeholder}`)
    .replace(inQuery, `$1${placeholder}`);
}

/** As it is, and inside of base64, where it begins at one of three places of a group. */
function listForms(secret: string): readonly string[] {
  if (!/^[\x21-\x7e]+$/.test(secret)) return [secret];
  const encoded = ['', ' ', '  '].map((before) => {
    // The characters at both ends depend on what stands beside it.
    const characters = btoa(`${before}${secret}`).replace(/=+$/, '');
    return characters.slice(before === '' ? 0 : before.length + 1, -1);
  });
  const urlSafe = encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([secret, ...encoded, ...urlSafe])].filter((form) => form.length >= shortestSecret);
}

/** So much of its beginning tells a secret: messages and lines are cut. */
const tellingPart = 16;

/** Hides a secret, or a long part of its beginning, however its characters are written. */
function hideKnown(text: string, secret: string): string {
  // Nearly always; the rest costs milliseconds.
  if (!/[\\%]/.test(text) && !text.includes(secret.slice(0, tellingPart))) return text;
  const characters = [...secret];
  const beginning = new RegExp(characters.slice(0, tellingPart).map(describeCharacter).join(''), 'g');
  let safe = '';
  let kept = 0;
  for (let match = beginning.exec(text); match !== null; match = beginning.exec(text)) {
    const end = findEnd(text, beginning.lastIndex, characters.slice(tellingPart));
    safe += text.slice(kept, match.index) + placeholder;
    kept = end;
    beginning.lastIndex = end;
  }
  return safe + text.slice(kept);
}

/** Where the secret's other characters end, as far as they are there. */
function findEnd(text: string, start: number, characters: readonly string[]): number {
  let end = start;
  for (const character of characters) {
    const next = new RegExp(describeCharacter(character), 'y');
    next.lastIndex = end;
    if (!next.test(text)) break;
    end = next.lastIndex;
  }
  return end;
}

/** As it is, with a few backslashes before it, as JSON writes it (`\u002e`), or in a URL (`%2E`). */
function describeCharacter(character: string): string {
  const own = character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  const code = character.charCodeAt(0);
  if (code > 0xff || character.length > 1) return own;
  const hex = code
    .toString(16)
    .padStart(2, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  return String.raw`(?:\\{0,4}${own}|\\{1,3}u00${hex}|%${hex})`;
}
