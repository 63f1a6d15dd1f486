/** One canonical text per statement, so that two ways of writing the same thing compare equal. */

import { parseCreateHead } from './create.ts';
import { isKeyword, isName, isOperator, withoutFinalSemicolon } from './cursor.ts';
import { foldName, quoteIdentifier, sameName, unquoteIdentifier } from './identifiers.ts';
import { isReserved } from './reserved.ts';
import { type Token, tokenize } from './tokenize.ts';

const constraintWords = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'] as const;

/**
 * The canonical text of a statement, for comparing, not for running: no comments, one space between tokens, no final
 * `;`. Reserved words are in lower case and bare; every other name, quoted or not, is in lower case and double quotes;
 * strings and numbers stay as they are. After CREATE …, IF NOT EXISTS and the schema `main` are left out. Two statements
 * with the same canonical text make the same object.
 */
export function normalizeStatement(sql: string): string {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const head = parseCreateHead(tokens);
  if (head === null) return normalizeTokens(tokens);
  const schema = head.schema === null || sameName(head.schema, 'main') ? [] : [normalizeName(head.schema), '.'];
  const rest = tokens.slice(head.restIndex);
  return [
    ...tokens.slice(0, head.objectIndex + 1).map((token) => foldName(token.text)),
    ...schema,
    normalizeName(head.name),
    head.object === 'virtual-table' ? normalizeModule(rest) : normalizeTokens(rest),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** The parts of a CREATE TABLE, each in canonical text. */
export interface TableDefinition {
  /** In order; the name is unquoted and as it is written, the definition begins with the name. */
  readonly columns: readonly { readonly name: string; readonly definition: string }[];
  readonly constraints: readonly string[];
  /** What follows the parentheses (STRICT, WITHOUT ROWID), sorted. */
  readonly options: string;
}

/**
 * The columns, constraints and options of a CREATE TABLE; null for CREATE TABLE … AS SELECT and for anything that is not
 * a whole CREATE TABLE. Columns may follow constraints: ALTER TABLE ADD COLUMN appends them to the stored text.
 */
export function parseTableDefinition(createTableSql: string): TableDefinition | null {
  const tokens = withoutFinalSemicolon(tokenize(createTableSql));
  const head = parseCreateHead(tokens);
  if (head === null || head.object !== 'table' || tokens.some((token) => token.kind === 'illegal')) return null;
  const close = findClosing(tokens, head.restIndex);
  if (close < 0) return null;
  const columns: { readonly name: string; readonly definition: string }[] = [];
  const constraints: string[] = [];
  for (const part of splitAtCommas(tokens.slice(head.restIndex + 1, close))) {
    const first = part[0];
    if (constraintWords.some((word) => isKeyword(first, word))) {
      constraints.push(normalizeTokens(part));
    } else if (first !== undefined && isName(first)) {
      const name = unquoteIdentifier(first.text);
      const rest = part.length > 1 ? ` ${normalizeTokens(part.slice(1))}` : '';
      columns.push({ name, definition: normalizeName(name) + rest });
    } else {
      return null;
    }
  }
  const options = splitAtCommas(tokens.slice(close + 1)).map(normalizeTokens);
  return { columns, constraints, options: options.sort().join(' , ') };
}

/** The index of the parenthesis that closes the one at `open`; -1 where there is no such pair. */
function findClosing(tokens: readonly Token[], open: number): number {
  if (!isOperator(tokens[open], '(')) return -1;
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    if (isOperator(tokens[index], '(')) depth += 1;
    else if (isOperator(tokens[index], ')')) depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

/** The parts between the commas that are not within parentheses; one empty part where there are no tokens. */
function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: (readonly Token[])[] = [];
  let depth = 0;
  let from = 0;
  for (const [index, token] of tokens.entries()) {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    else if (depth === 0 && isOperator(token, ',')) {
      parts.push(tokens.slice(from, index));
      from = index + 1;
    }
  }
  parts.push(tokens.slice(from));
  return parts;
}

/** The canonical text of a list of tokens. */
export function normalizeTokens(tokens: readonly Token[]): string {
  return tokens.map((token, index) => normalizeToken(token, tokens, index)).join(' ');
}

/** A name as it stands in a canonical text. */
export function normalizeName(name: string): string {
  return quoteIdentifier(foldName(name));
}

function normalizeToken(token: Token, tokens: readonly Token[], index: number): string {
  const isValue = isKeyword(tokens[index - 1], 'DEFAULT') && !isKeyword(tokens[index - 2], 'SET');
  switch (token.kind) {
    case 'word':
      if (isReserved(token.text)) return foldName(token.text);
      return isValue ? normalizeWordValue(token.text) : normalizeName(token.text);
    case 'quoted':
      return isValue ? normalizeWordValue(unquoteIdentifier(token.text)) : normalizeName(unquoteIdentifier(token.text));
    case 'blob':
      return foldName(token.text);
    default:
      return token.text;
  }
}

/**
 * In `DEFAULT Abc` and `DEFAULT "Abc"` the name is a string, whose case counts (SQLite, parse.y, `ccons ::= DEFAULT id`).
 * Backticks mark it: nothing else is put into them here.
 */
function normalizeWordValue(value: string): string {
  return `\`${value.replaceAll('`', '``')}\``;
}

/** `USING module(…)`: what a module makes of its arguments is its own affair, so they stay as they are written. */
function normalizeModule(tokens: readonly Token[]): string {
  return [normalizeTokens(tokens.slice(0, 2)), ...tokens.slice(2).map((token) => token.text)].join(' ');
}
