/** Which columns a SELECT hands on: by what it selects, not by its conditions, nor by the names that it gives. */

import { findOutside, splitAtCommas } from '../sql/commas.ts';
import { Cursor, isKeyword, isName, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import { isReserved } from '../sql/reserved.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';

/** Folded: `column`, `table.column` where that is said, and `*` in the place of a column for all of them. */
export type TakenColumns = ReadonlySet<string>;

export function takesColumn(taken: TakenColumns, table: string, column: string): boolean {
  const [first, second] = [foldName(table), foldName(column)];
  return [second, `${first}.${second}`, '*', `${first}.*`].some((name) => taken.has(name));
}

interface Item {
  /** What it is called outside; null where that does not show. */
  readonly name: string | null;
  readonly taken: readonly string[];
}

interface Select {
  readonly items: readonly Item[];
  /** Whether it reads a table itself. */
  readonly readsTable: boolean;
  /** SELECTs that it reads from. */
  readonly inner: readonly Select[];
}

/** @param sql begins where an INSERT's rows come from; nothing is taken from VALUES. */
export function listTakenColumns(sql: string): TakenColumns {
  const everything = new Set(['*']);
  return new Set(readSelects(tokenize(sql)).flatMap((select) => listTaken(select, everything)));
}

/** The same item by item; null for several SELECTs, and where an item stands for many columns. */
export function listTakenItems(sql: string): readonly TakenColumns[] | null {
  const [select, ...more] = readSelects(tokenize(sql));
  if (select === undefined || more.length > 0 || select.inner.length > 0) return null;
  const items = select.items.map(({ taken }) => new Set(taken));
  return items.some((taken) => [...taken].some((name) => name.endsWith('*'))) ? null : items;
}

/** @param wanted the names under which it hands something on to somebody who takes it. */
function listTaken({ items, readsTable, inner }: Select, wanted: ReadonlySet<string>): readonly string[] {
  const takesAll = wanted.has('*');
  const taken = items
    .filter(({ name }) => takesAll || name === null || wanted.has(name))
    .flatMap((item) => item.taken)
    // All of which only some are taken are those.
    .flatMap((name) => (name.endsWith('*') && !takesAll ? [...wanted] : [name]));
  const further = new Set(taken.map((name) => name.slice(name.lastIndexOf('.') + 1)));
  return [
    ...taken.filter((name) => readsTable || !name.endsWith('*')),
    ...inner.flatMap((select) => listTaken(select, further)),
  ];
}

const clauses = ['FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'UNION', 'INTERSECT', 'EXCEPT'];

/** Those of one level, with what stands in parentheses before and behind their FROM. */
function readSelects(tokens: readonly Token[]): readonly Select[] {
  const selects: Select[] = [];
  let start = findOutside(tokens, 0, (token) => isKeyword(token, 'SELECT'));
  const common = tokens.slice(0, Math.max(0, start));
  const isRenamed = common.some((token, index) => isOperator(token, '(') && !isSelect(common[index + 1]));
  const commonSelects = readInner(common).map((select) => (isRenamed ? forgetNames(select) : select));
  while (start >= 0) {
    const cursor = new Cursor(tokens);
    cursor.index = start + 1;
    if (!cursor.skipWords('DISTINCT')) cursor.skipWords('ALL');
    const end = findEnd(tokens, cursor.index);
    const next = findOutside(tokens, end, (token) => isKeyword(token, 'SELECT'));
    const behind = tokens.slice(end, next < 0 ? tokens.length : next);
    const { aliases, names } = readTables(behind);
    const items = splitAtCommas(tokens.slice(cursor.index, end)).map((item) => readItem(item, aliases));
    const readsTable = names.some((name) => !nameOutside(common, name));
    selects.push({ items, readsTable, inner: [...commonSelects, ...readInner(behind)] });
    start = next;
  }
  return selects;
}

function isSelect(token: Token | undefined): boolean {
  return ['SELECT', 'WITH', 'VALUES'].some((word) => isKeyword(token, word));
}

/** `w (a, b) AS (SELECT …)` gives them others. */
function forgetNames(select: Select): Select {
  return { ...select, items: select.items.map((item) => ({ ...item, name: null })) };
}

/** Whether the name is that of a common table expression. */
function nameOutside(common: readonly Token[], name: string): boolean {
  return findOutside(common, 0, (token) => isName(token) && foldName(unquoteIdentifier(token.text)) === name) >= 0;
}

/** `IS DISTINCT FROM` ends no list. */
function findEnd(tokens: readonly Token[], start: number): number {
  for (let index = start; ; index += 1) {
    index = findOutside(tokens, index, (token) => clauses.some((clause) => isKeyword(token, clause)));
    if (index < 0) return tokens.length;
    if (!isKeyword(tokens[index - 1], 'DISTINCT')) return index;
  }
}

/** The SELECTs in parentheses, up to a WHERE. */
function readInner(tokens: readonly Token[]): readonly Select[] {
  const end = findOutside(tokens, 0, (token) => isKeyword(token, 'WHERE'));
  const cursor = new Cursor(end < 0 ? tokens : tokens.slice(0, end));
  const found: Select[] = [];
  while (cursor.peek() !== undefined) {
    const start = cursor.index;
    if (!cursor.skipParentheses()) cursor.index += 1;
    else found.push(...readSelects(cursor.tokens.slice(start + 1, cursor.index - 1)));
  }
  return found;
}

interface Tables {
  /** What stands for which table; an empty text for a SELECT. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly names: readonly string[];
}

function readTables(tokens: readonly Token[]): Tables {
  const aliases = new Map<string, string>();
  const names: string[] = [];
  const cursor = new Cursor(tokens);
  while (cursor.peek() !== undefined) {
    const begins = cursor.skipOneOf(['FROM', 'JOIN']) !== null || cursor.skipOperator(',');
    if (!begins) {
      if (!cursor.skipParentheses()) cursor.index += 1;
      continue;
    }
    const name = cursor.skipParentheses() ? '' : foldName(cursor.takeQualifiedName()?.name ?? '');
    if (name !== '') names.push(name);
    cursor.skipWords('AS');
    const token = cursor.peek();
    const isAlias = isName(token) && !(token?.kind === 'word' && (isReserved(token.text) || isJoin(token)));
    if (isAlias) aliases.set(foldName(cursor.takeName() ?? ''), name);
  }
  return { aliases, names };
}

function isJoin(token: Token): boolean {
  return ['LEFT', 'RIGHT', 'FULL', 'INNER', 'OUTER', 'CROSS', 'NATURAL', 'INDEXED', 'WINDOW'].some((word) =>
    isKeyword(token, word),
  );
}

function readItem(tokens: readonly Token[], aliases: Tables['aliases']): Item {
  const alias = findAlias(tokens);
  const value = alias === null ? tokens : tokens.slice(0, alias.start);
  const taken = readNames(value, aliases);
  const [only] = taken.length === 1 ? taken : [];
  const isPlain = only !== undefined && (value.length === 1 || value.length === 3);
  return { name: alias?.name ?? (isPlain ? only.slice(only.lastIndexOf('.') + 1) : null), taken };
}

function findAlias(tokens: readonly Token[]): { readonly name: string; readonly start: number } | null {
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  if (last === undefined || before === undefined || !isName(last)) return null;
  const name = foldName(unquoteIdentifier(last.text));
  if (isKeyword(before, 'AS')) return { name, start: tokens.length - 2 };
  const isOperand =
    isOperator(before, ')') ||
    ['quoted', 'string', 'number', 'blob'].includes(before.kind) ||
    (before.kind === 'word' && (!isReserved(before.text) || isKeyword(before, 'NULL'))) ||
    isKeyword(before, 'END');
  const isWord = last.kind === 'word' && isKeyword(last, 'END');
  return isOperand && !isWord ? { name, start: tokens.length - 1 } : null;
}

/** What a SELECT within the item reads belongs to another table. */
function readNames(tokens: readonly Token[], aliases: Tables['aliases']): readonly string[] {
  const names: string[] = [];
  const cursor = new Cursor(tokens);
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    const next = tokens[cursor.index + 1];
    if (isOperator(token, '(') && isSelect(next)) {
      cursor.skipParentheses();
      continue;
    }
    cursor.index += 1;
    // Elsewhere it is a product.
    if (isOperator(token, '*') && tokens.length === 1) names.push('*');
    if ((token.kind !== 'word' && token.kind !== 'quoted') || isOperator(next, '(')) continue;
    const name = foldName(unquoteIdentifier(token.text));
    if (!isOperator(next, '.')) {
      names.push(name);
      continue;
    }
    const column = tokens[cursor.index + 1];
    cursor.index += 2;
    const table = aliases.get(name) ?? name;
    const last = isOperator(column, '*') ? '*' : foldName(unquoteIdentifier(column?.text ?? ''));
    names.push(table === '' ? last : `${table}.${last}`);
  }
  return names;
}
