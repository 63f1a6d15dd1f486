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

/** The form of libSQL's tokens, which are JWTs: three parts, the first of which begins with `{"` in base64url (RFC 7519). */
const tokenForm = /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g;

/** Whether there is something in the text that looks like a token. */
export function holdsToken(text: string): boolean {
  return text.search(tokenForm) !== -1;
}

/** What is shorter could be a word. */
const shortestSecret = 6;

/** The text with a placeholder for each of the known secrets and for everything that looks like a token. */
export function hideSecrets(text: string, known: Iterable<string>): string {
  let safe = text.replace(tokenForm, placeholder);
  for (const secret of known) {
    if (secret.length >= shortestSecret) safe = safe.replaceAll(secret, placeholder);
  }
  return safe;
}
