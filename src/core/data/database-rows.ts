/** What every table holds while the pending migrations are gone through, statement by statement. */

import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import { seesAsStored } from './stored-value.ts';
import { findWholeOf, listNames, nameRows, type TableRows, unknownRows } from './table-rows.ts';

export interface TrackedTable {
  /** As it is called now. */
  readonly name: string;
  /** The table of production that it is, whatever it is called now; null for one that the plan makes. */
  readonly origin: string | null;
  /** The migration that makes it; null for one that production has. */
  readonly madeIn: string | null;
  readonly rows: TableRows;
  /** Whether the plan puts rows into it, or may. */
  readonly isFilled: boolean;
  /** Whether rows may have been left out of it of which no question tells. */
  readonly mayLack: boolean;
}

/** Mutable: a rehearsal goes through it once, from its beginning to its end. */
export class DatabaseRows {
  readonly #tables: Map<string, TrackedTable>;
  readonly #unreadable: Set<string>;
  readonly #listColumns: (table: string) => readonly string[];

  /**
   * @param unreadable folded names that a query over them cannot be told for, such as views that the plan may change.
   * @param listColumns a table's columns as they are at that moment; none where they cannot be told.
   */
  constructor(
    tables: readonly TrackedTable[],
    unreadable: ReadonlySet<string>,
    listColumns: (table: string) => readonly string[],
  ) {
    this.#tables = new Map(tables.map((table) => [foldName(table.name), table]));
    this.#unreadable = new Set(unreadable);
    this.#listColumns = listColumns;
  }

  find(name: string): TrackedTable | null {
    return this.#tables.get(foldName(name)) ?? null;
  }

  /** `FROM 'T'` is a table too, and a text everywhere else. */
  #namesInStrings(text: string): boolean {
    const strings = tokenize(text).filter(({ kind }) => kind === 'string');
    return strings.some((token) => this.#tables.has(foldName(unquoteIdentifier(token.text))));
  }

  /** The table that production calls so, by whatever name it goes now. */
  findByOrigin(origin: string): TrackedTable | null {
    const folded = foldName(origin);
    return (
      [...this.#tables.values()].find((table) => table.origin !== null && foldName(table.origin) === folded) ?? null
    );
  }

  rowsOf(name: string): TableRows {
    return this.find(name)?.rows ?? unknownRows;
  }

  set(table: TrackedTable): void {
    this.#tables.set(foldName(table.name), table);
  }

  setRows(name: string, rows: TableRows): void {
    const table = this.find(name);
    if (table !== null) this.set({ ...table, rows });
  }

  remove(name: string): void {
    this.#tables.delete(foldName(name));
  }

  rename(name: string, to: string): void {
    const table = this.find(name);
    this.remove(name);
    if (table !== null) this.set({ ...table, name: to });
  }

  /** From here on nothing is told of a query that reads this name. */
  hide(name: string): void {
    this.#unreadable.add(foldName(name));
  }

  /** Every table that a text names may have been changed by it. */
  forget(text: string): void {
    const mayDelete = /\b(?:DELETE|REPLACE)\b/i.test(text);
    const mayFill = /\b(?:INSERT|REPLACE)\b/i.test(text);
    for (const name of listWords(text)) {
      const table = this.find(name);
      if (table === null) continue;
      const wholeOf = mayDelete ? null : findWholeOf(table.rows);
      this.set({ ...table, isFilled: table.isFilled || mayFill, rows: { type: 'unknown', wholeOf } });
    }
  }

  forgetAll(): void {
    for (const table of [...this.#tables.values()]) this.set({ ...table, isFilled: true, rows: unknownRows });
  }

  /**
   * What a query over today's tables is over production's: a text that reads a SELECT, in parentheses or after FROM.
   * @param compared the part of the text that may compare what it reads; all of it unless given
   * @returns null where it reads something that cannot be told.
   */
  bind(select: string, compared = select): string | null {
    const words = listWords(select);
    if (this.#namesInStrings(select) || notToldBy.some((word) => words.has(word))) return null;
    const named: string[] = [];
    for (const word of words) {
      if (this.#unreadable.has(word)) return null;
      const table = this.#tables.get(word);
      if (table === undefined) continue;
      if (table.rows.type === 'unknown') return null;
      if (table.rows.type === 'known' && (table.rows.numbered !== null || !seesAsStored(table.rows, compared)))
        return null;
      const columns = table.rows.type === 'known' ? listNames(table.rows) : this.#listColumns(table.name);
      if (columns.length === 0) return null;
      named.push(nameRows(table.name, table.rows, columns));
    }
    return named.length === 0 ? select : `WITH ${named.join(', ')} SELECT * FROM (${select})`;
  }
}

/** Qualified names and rowids mean the table itself; the others answer something else the next time. */
const notToldBy = [
  ...['main', 'temp', 'rowid', '_rowid_', 'oid'],
  ...['random', 'randomblob', 'changes', 'total_changes', 'last_insert_rowid'],
];

/** The folded names and words of a text. */
export function listWords(text: string): ReadonlySet<string> {
  const words = tokenize(text).filter(({ kind }) => kind === 'word' || kind === 'quoted');
  return new Set(words.map((token) => foldName(unquoteIdentifier(token.text))));
}
