/** What every table holds while the pending migrations are gone through, statement by statement. */

import { hasKeyword } from '../../sql/contents.ts';
import { isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { listCorrelated } from '../../sql/nested-selects.ts';
import { type Token, tokenize } from '../../sql/tokenize.ts';
import { isNameToken, listNames, listWords, readName, rowidNames } from '../../sql/words.ts';
import { seesAsStored } from './stored-value.ts';
import {
  findAtMost,
  findWholeOf,
  isTooLong,
  type KnownRows,
  nameRows,
  type TableRows,
  unknownRows,
} from './table-rows.ts';

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

  list(): readonly TrackedTable[] {
    return [...this.#tables.values()];
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
    const mayDelete = hasKeyword(text, 'DELETE', 'REPLACE');
    const mayFill = hasKeyword(text, 'INSERT', 'REPLACE');
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
   * @param most how long it may be, where that is more than usual
   * @returns null where it reads something that cannot be told.
   */
  bind(select: string, compared = select, most = 0): string | null {
    return this.#bind(select, compared, most, ({ rows }) => rows);
  }

  /**
   * The same over rows of which some may be gone meanwhile.
   * @param select finds no more rows where there are fewer
   */
  bindAtMost(select: string, compared = select, most = 0): string | null {
    return this.#bind(select, compared, most, ({ rows }) =>
      rows.type === 'unknown' ? (findAtMost(rows) ?? rows) : rows,
    );
  }

  #bind(select: string, compared: string, most: number, rowsOf: (table: TrackedTable) => TableRows): string | null {
    if (select.length > most && isTooLong(select)) return null;
    const tokens = tokenize(select);
    const named = [...listNames(tokens)].flatMap((name) => this.#tables.get(name) ?? []);
    if ([...listNames(tokens)].some((name) => this.#unreadable.has(name))) return null;
    const columns = new Map(named.map((table) => [table, this.#columnsOf(table.name, rowsOf(table))]));
    if (readsOtherwise(tokens, [...columns.values()]) || this.#namesInStrings(tokens)) return null;
    const correlated = listCorrelated(tokens);
    const common = named.map((table) => {
      const { name } = table;
      const rows = rowsOf(table);
      const own = columns.get(table) ?? [];
      if (rows.type === 'unknown' || own.length === 0) return null;
      if (rows.type === 'none') return nameRows(name, rows, own);
      const isSlow = correlated.has(foldName(name)) && !isAsInProduction(rows);
      const isTold = rows.numbered === null && !isSlow && seesAsStored(rows, compared);
      return isTold ? nameRows(name, rows, own) : null;
    });
    if (common.includes(null)) return null;
    const body = isKeyword(tokens[0], 'WITH') ? `SELECT * FROM (${select})` : select;
    return common.length === 0 ? select : `WITH ${common.join(', ')} ${body}`;
  }

  #columnsOf(name: string, rows: TableRows): readonly string[] {
    return rows.type === 'known' ? rows.columns.map((column) => column.name) : this.#listColumns(name);
  }

  /** `FROM 'T'` is a table too, and a text nearly everywhere else. */
  #namesInStrings(tokens: readonly Token[]): boolean {
    return tokens.some((token, index) => {
      const isSource = ['FROM', 'JOIN'].some((word) => isKeyword(tokens[index - 1], word));
      return isSource && token.kind === 'string' && this.#tables.has(foldName(unquoteIdentifier(token.text)));
    });
  }
}

/** Then a query over them finds production's own indexes. */
function isAsInProduction({ form }: KnownRows): boolean {
  return form.type === 'picked' && form.from.startsWith('main.');
}

const schemas = ['main', 'temp'];
const dice = ['random', 'randomblob', 'changes', 'total_changes', 'last_insert_rowid'];

/** Qualified names and rowids mean the table itself; what functions like random() answer is something else the next time. */
function readsOtherwise(tokens: readonly Token[], tables: readonly (readonly string[])[]): boolean {
  return tokens.some((token, index) => {
    if (!isNameToken(token)) return false;
    const [name, next] = [readName(token), tokens[index + 1]];
    if (isOperator(next, '.')) return schemas.includes(name);
    if (isOperator(next, '(')) return dice.includes(name);
    return rowidNames.has(name) && !tables.every((columns) => columns.some((column) => foldName(column) === name));
  });
}
