/** Canonical texts of statements: two ways of writing the same statement are equal. */

import { parseCreateHead } from './create.ts';
import { isKeyword, withoutFinalSemicolon } from './cursor.ts';
import { foldName, quoteIdentifier, sameName, unquoteIdentifier } from './identifiers.ts';
import { isReserved } from './reserved.ts';
import { type Token, tokenize } from './tokenize.ts';

/**
 * The canonical text of a statement, for comparing, not for running: no comments, one space between tokens, no final
 * `;`. Reserved words are bare and in lower case; every other name is in lower case and double quotes; strings and
 * numbers are unchanged. After CREATE …, IF NOT EXISTS and the schema `main` are left out. Two statements with the same
 * canonical text create the same object.
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

export function normalizeTokens(tokens: readonly Token[]): string {
  return tokens.map((token, index) => normalizeToken(token, tokens, index)).join(' ');
}

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
 * In `DEFAULT Abc` and `DEFAULT "Abc"` the name is a string, whose case counts (SQLite, parse.y, `ccons ::= DEFAULT
 * id`). Backticks mark it: no other part of a canonical text has them.
 */
function normalizeWordValue(value: string): string {
  return `\`${value.replaceAll('`', '``')}\``;
}

/** `USING module(…)`: only the module knows what its arguments mean, so they are unchanged. */
function normalizeModule(tokens: readonly Token[]): string {
  return [normalizeTokens(tokens.slice(0, 2)), ...tokens.slice(2).map((token) => token.text)].join(' ');
}
