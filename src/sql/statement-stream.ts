/** Statements of a text that arrives in pieces, and is never wholly in memory. */

import { findStatements } from './split.ts';

export class StatementStream {
  #rest = '';
  /** A statement that is longer than a piece is looked at again only when twice as much of it is there. */
  #enough = 0;

  /** @returns the statements that end in this piece, each up to its `;`, in order; they may also come with a later one. */
  take(piece: string): readonly string[] {
    this.#rest += piece;
    return this.#rest.length < this.#enough ? [] : this.#cut();
  }

  /** @returns the statements that are left, and the one that the text ends in the middle of; null where there is none. */
  finish(): { readonly statements: readonly string[]; readonly unfinished: string | null } {
    const statements = this.#cut();
    const [last] = findStatements(this.#rest);
    return { statements, unfinished: last ? this.#rest.slice(last.from, last.to) : null };
  }

  #cut(): readonly string[] {
    const text = this.#rest;
    // A token that goes on in the next piece cannot be followed by the `;` that ends a statement.
    const whole = findStatements(text).flatMap(({ from, end }) => (end === null ? [] : [{ from, end }]));
    this.#rest = text.slice(whole.at(-1)?.end ?? 0);
    this.#enough = whole.length > 0 ? 0 : this.#rest.length * 2;
    return whole.map(({ from, end }) => text.slice(from, end));
  }
}
