/** Tokens: kept so that they cannot be printed, and found where they were put by mistake. */

const placeholder = '[secret]';

/** A token that cannot be printed: every way of showing it gives a placeholder. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return placeholder;
  }

  toJSON(): string {
    return placeholder;
  }

  /** Used by `console.log` and `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return placeholder;
  }
}

/**
 * The form of libSQL's and Turso's tokens, which are JWTs: three parts, the first of which begins with `{"` in base64url
 * (RFC 7519). Markdown may have put a backslash before a `_`. The bounds keep a search in a hostile text short.
 */
const tokenForm = /\beyJ(?:[\w-]|\\_){8,1000}\.(?:[\w-]|\\_){4,8000}\.(?:[\w-]|\\_)*/g;

/** The same, encoded in base64 again, as in `Authorization: Basic`. */
const encodedTokenForm = /\bZXlK[A-Za-z0-9+/_-]{40,}={0,2}/g;

/** After this word everything is a token, whatever its form; JSON may have written a character of it as an escape. */
const inHeader = findValue(String.raw`\bBearer\s+`, 16);
const inQuery = findValue(String.raw`\bauthToken(?:=|%3D)`, 6);

function findValue(place: string, least: number): RegExp {
  return new RegExp(String.raw`(${place})(?:[^\s"'\`\\<>,;&)]|\\u[0-9a-f]{4}|\\[/_]){${least},}`, 'gi');
}

export function holdsToken(text: string): boolean {
  return text.search(tokenForm) !== -1;
}

/** A shorter secret is not hidden, because it could be an ordinary word. */
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

/** The secret itself, and its forms inside of base64, where it can begin at three places of a group. */
function listForms(secret: string): readonly string[] {
  if (!/^[\x21-\x7e]+$/.test(secret)) return [secret];
  const encoded = ['', ' ', '  '].map((before) => {
    // The first and last characters depend on the text beside it.
    const characters = btoa(`${before}${secret}`).replace(/=+$/, '');
    return characters.slice(before === '' ? 0 : before.length + 1, -1);
  });
  const urlSafe = encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([secret, ...encoded, ...urlSafe])].filter((form) => form.length >= shortestSecret);
}

/** A secret is recognised by this many of its first characters: messages and lines are cut. */
const tellingPart = 16;

/** Hides a secret, or a long part of its beginning, however its characters are written. */
function hideKnown(text: string, secret: string): string {
  // A quick look first: most texts do not contain it, and the search takes milliseconds.
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

/** The end of the secret's other characters; the text may be cut before. */
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

/** The character itself, or with a few backslashes before it, as JSON writes it (`\u002e`), or as in a URL (`%2E`). */
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
