/** The objects in doubt during a replay. */

import type { Classified } from '../sql/classify.ts';
import { foldName } from '../sql/identifiers.ts';
import type { Unsure } from './unreplayed.ts';

interface Doubted {
  /** As it is written. */
  readonly name: string;
  /** The folded table of an index or trigger; null for a table or view. */
  readonly table: string | null;
  /** The statement that would have created it; null for any other statement. */
  readonly sql: string | null;
}

/** False if the index of this statement is created again when its table is rebuilt. */
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

  /** @param maker the statement that would have created it */
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

  /** A dropped object is gone, with everything on it, so nothing of it is in doubt. */
  forgetDropped(name: string): void {
    const folded = foldName(name);
    this.#doubted.delete(folded);
    for (const [key, { table }] of this.#doubted) if (table === folded) this.#doubted.delete(key);
  }

  /** A rebuilt table is as its CREATE says; but triggers, and indexes that Prisma does not know, are preserved. */
  forgetRebuilt(name: string, isDropped: IsDropped): void {
    const folded = foldName(name);
    this.#doubted.delete(folded);
    for (const [key, { table, sql }] of this.#doubted) {
      if (table === folded && sql !== null && isDropped(sql)) this.#doubted.delete(key);
    }
  }

  list(): Unsure {
    if (this.#everything) return 'everything';
    // If a table is in doubt, everything on it is too.
    const own = [...this.#doubted.values()].filter(({ table }) => table === null || !this.#doubted.has(table));
    return own.map(({ name }) => name);
  }
}
