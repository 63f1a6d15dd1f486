/** What every table holds while the pending migrations are gone through, statement by statement. */

import { isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier, sameName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { type Token, tokenize } from '../../sql/tokenize.ts';
import { isNameToken, listNames, listWords, readName, rowidNames } from '../../sql/words.ts';
import { comparesAsStored, type KnownRows, type TableRows, unknownRows } from './table-rows.ts';

export interface TrackedTable {
  /** As it is called now. */
  readonly name: string;
  /** The table of production that it is, whatever it is called now; null for one that the plan makes. */
  readonly origin: string | null;
  /** The migration that makes it; null for one that production has. */
  readonly madeIn: string | null;
  readonly rows: TableRows;
  /** True if the plan puts rows into it, or may. */
  readonly isFilled: boolean;
}

/** A question over the plan's tables, as one over production's. */
export interface BoundQuery {
  readonly sql: string;
  /** False if it may compare values in another way than the table would: then nothing is counted by it. */
  readonly isSure: boolean;
  /** The same over the first rows of the one table that it goes through row by row; null where it does more. */
  readonly scan: RowScan | null;
}

export interface RowScan {
  readonly table: string;
  /** False if it has a condition. */
  readonly isWhole: boolean;
  readonly limit: (most: number) => string;
}

/** Mutable: a rehearsal goes through it once, from its beginning to its end. */
export class DatabaseRows {
  readonly #tables: Map<string, TrackedTable>;
  /** Production's tables as they are there. */
  readonly #there: ReadonlySet<string>;
  readonly #unreadable: Set<string>;
  readonly #listColumns: (table: string) => readonly string[];

  /**
   * @param unreadable folded names that a query over them cannot be told for, such as views that the plan may change.
   * @param listColumns a table's columns as they are at that moment.
   */
  constructor(
    tables: readonly TrackedTable[],
    unreadable: ReadonlySet<string>,
    listColumns: (table: string) => readonly string[],
  ) {
    this.#tables = new Map(tables.map((table) => [foldName(table.name), table]));
    this.#there = new Set(tables.flatMap(({ name, rows }) => (rows.type === 'known' ? [nameThere(name, rows)] : [])));
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
    const isIt = (table: TrackedTable) => table.origin !== null && sameName(table.origin, origin);
    return this.list().find(isIt) ?? null;
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
    if (table !== null) this.set({ ...table, name: to, rows: withoutName(table.rows) });
  }

  /** From here on nothing is told of a query that reads this name. */
  hide(name: string): void {
    this.#unreadable.add(foldName(name));
  }

  /** Every table that a text names may have been changed by it. */
  forget(text: string): void {
    for (const name of listWords(text)) {
      const table = this.find(name);
      if (table !== null) this.set({ ...table, isFilled: true, rows: unknownRows });
    }
  }

  forgetAll(): void {
    for (const table of this.list()) this.set({ ...table, isFilled: true, rows: unknownRows });
  }

  /**
   * @param select over today's tables, or a text that reads a SELECT in parentheses or after FROM.
   * @param compared the part of the text that may compare what it reads.
   * @param within `another` where a table of the same name is to be defined by it, which would mean itself.
   * @returns null where it reads something that cannot be told.
   */
  bind(select: string, compared = select, within: 'nothing' | 'another' = 'nothing'): BoundQuery | null {
    const tokens = tokenize(select);
    const names = listNames(tokens);
    const read = [...names].flatMap((name) => this.#tables.get(name) ?? []);
    if ([...names].some((name) => this.#unreadable.has(name)) || this.#namesInStrings(tokens)) return null;
    if (read.some(({ rows }) => rows.type === 'unknown')) return null;
    if (readsOtherwise(tokens, read)) return null;
    const changed = read.flatMap((table) => this.#define(table, within) ?? []);
    const isSure = read.every(
      ({ rows }) => rows.type !== 'known' || (rows.isSure && (rows.asIs !== null || comparesAsStored(rows, compared))),
    );
    const body = isKeyword(tokens[0], 'WITH') ? `SELECT * FROM (${select})` : select;
    const define = (definitions: readonly string[]) =>
      definitions.length === 0 ? select : `WITH ${definitions.join(', ')} ${body}`;
    const scan = goesRowByRow(tokens) ? this.#scan(read, tokens, define) : null;
    return { sql: define(changed), isSure, scan };
  }

  #scan(
    [only, ...others]: readonly TrackedTable[],
    tokens: readonly Token[],
    define: (definitions: readonly string[]) => string,
  ): RowScan | null {
    if (only === undefined || others.length > 0 || only.origin === null || only.rows.type !== 'known') return null;
    const { name, origin, rows } = only;
    const select = this.#there.has(nameThere(name, rows)) ? selectAll(origin) : rows.select;
    // One pass answers all that is asked of a whole table.
    const isPlain = tokens.length === 4 && isOperator(tokens[1], '*');
    const limit = (most: number) =>
      isPlain ? `${select} LIMIT ${most}` : define([`${quoteIdentifier(name)} AS (${select} LIMIT ${most})`]);
    return { table: origin, isWhole: !tokens.some((token) => isKeyword(token, 'WHERE')), limit };
  }

  /** @returns null for a table of production as it is. */
  #define({ name, rows }: TrackedTable, within: 'nothing' | 'another'): string | null {
    const define = (select: string) => `${quoteIdentifier(name)} AS (${select})`;
    if (rows.type === 'known')
      return this.#there.has(nameThere(name, rows)) && within === 'nothing' ? null : define(rows.select);
    const list = this.#listColumns(name).map((column) => `NULL AS ${quoteIdentifier(column)}`);
    return rows.type === 'none' && list.length > 0 ? define(`SELECT ${list.join(', ')} WHERE 0`) : null;
  }

  /** `FROM 'T'` is a table too, and a text nearly everywhere else. */
  #namesInStrings(tokens: readonly Token[]): boolean {
    return tokens.some((token, index) => {
      const isSource = ['FROM', 'JOIN'].some((word) => isKeyword(tokens[index - 1], word));
      return isSource && token.kind === 'string' && this.#tables.has(foldName(unquoteIdentifier(token.text)));
    });
  }
}

/** Every row of a table of production. */
export function selectAll(table: string): string {
  return `SELECT * FROM main.${quoteIdentifier(table)}`;
}

/** A table that a rebuild put together again of the same columns is there, too. */
function nameThere(name: string, { select }: KnownRows): string {
  return JSON.stringify([name, select]);
}

/** Under another name it is not found as it was any more. */
function withoutName(rows: TableRows): TableRows {
  return rows.type === 'known' ? { ...rows, asIs: null } : rows;
}

const schemas = ['main', 'temp'];
const byChance = ['random', 'randomblob', 'changes', 'total_changes', 'last_insert_rowid'];

const several = ['SELECT', 'GROUP', 'EXCEPT', 'INTERSECT', 'UNION', 'DISTINCT', 'OVER', 'JOIN', 'LIMIT', 'WITH'];
const aggregates = /^(?:count|sum|total|avg|min|max|\w*group\w*)$/;

/** False for what is said of several rows together: of fewer of them it would be something else. */
function goesRowByRow(tokens: readonly Token[]): boolean {
  return !tokens.some((token, index) => {
    if (index > 0 && several.some((word) => isKeyword(token, word))) return true;
    if (!isNameToken(token)) return false;
    return rowidNames.has(readName(token)) || (isOperator(tokens[index + 1], '(') && aggregates.test(readName(token)));
  });
}

/** Qualified names and rowids mean the table itself; what functions like random() answer is something else the next time. */
function readsOtherwise(tokens: readonly Token[], read: readonly TrackedTable[]): boolean {
  // A column may be called so.
  const isColumn = (name: string) =>
    read.every(
      ({ rows }) =>
        rows.type === 'known' && (rows.asIs !== null || rows.columns.some((column) => sameName(column.name, name))),
    );
  return tokens.some((token, index) => {
    if (!isNameToken(token)) return false;
    const [name, next] = [readName(token), tokens[index + 1]];
    if (isOperator(next, '.')) return schemas.includes(name);
    if (isOperator(next, '(')) return byChance.includes(name);
    return rowidNames.has(name) && !isColumn(name);
  });
}
