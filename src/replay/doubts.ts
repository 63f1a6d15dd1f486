/** What of a replayed schema cannot be told, while a replay goes on. */

import type { Classified } from '../sql/classify.ts';
import { foldName } from '../sql/identifiers.ts';
import type { Unsure } from './unreplayed.ts';

interface Doubted {
  /** As it is written. */
  readonly name: string;
  /** The table of a single index or trigger, folded; null for a table or view. */
  readonly table: string | null;
  /** The statement that would have made it; null where it is none that makes one. */
  readonly sql: string | null;
}

/** Whether the index that a statement makes is not made again by itself where its table is rebuilt. */
export type IsDropped = (createIndexSql: string) => boolean;

export class Doubts {
  readonly #doubted = new Map<string, Doubted>();
  #everything = false;

  get isEmpty(): boolean {
    return !this.#everything && this.#doubted.size === 0;
  }

  has(name: string): boolean {
    return this.#everything || this.#doubted.has(foldName(name));
  }

  /** @param maker what would have made it. */
  add(unsure: Unsure, maker: { readonly kind: Classified; readonly sql: string } | null): void {
    if (unsure === 'everything') {
      this.#everything = true;
      return;
    }
    const kind = maker?.kind;
    const isOnTable = kind?.type === 'create-index' || kind?.type === 'create-trigger';
    const table = isOnTable ? foldName(kind.table) : null;
    const sql = kind?.type === 'create-index' ? (maker?.sql ?? null) : null;
    for (const name of unsure) this.#doubted.set(foldName(name), { name, table, sql });
  }

  /** What is dropped is gone, with all that is on it. */
  forgetDropped(name: string): void {
    const folded = foldName(name);
    this.#doubted.delete(folded);
    for (const [key, { table }] of this.#doubted) if (table === folded) this.#doubted.delete(key);
  }

  /** A rebuilt table is what its CREATE says; but triggers, and indexes that Prisma does not know, are kept across that. */
  forgetRebuilt(name: string, isDropped: IsDropped): void {
    const folded = foldName(name);
    this.#doubted.delete(folded);
    for (const [key, { table, sql }] of this.#doubted) {
      if (table === folded && sql !== null && isDropped(sql)) this.#doubted.delete(key);
    }
  }

  list(): Unsure {
    if (this.#everything) return 'everything';
    // With its table all that is on it is in doubt.
    const own = [...this.#doubted.values()].filter(({ table }) => table === null || !this.#doubted.has(table));
    return own.map(({ name }) => name);
  }
}
