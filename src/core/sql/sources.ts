/** The tables that a statement reads from, by name. */

import { Cursor, isKeyword, isOperator } from './cursor.ts';
import { foldName } from './identifiers.ts';
import type { Token } from './tokenize.ts';

/** The words that end a FROM clause. ON and USING do not: a comma after them names another table. */
const clauseWords: ReadonlySet<string> = new Set([
  'with',
  'where',
  'group',
  'having',
  'window',
  'order',
  'limit',
  'union',
  'intersect',
  'except',
  'select',
  'values',
  'set',
  'returning',
]);

/** Where a FROM clause stands at one depth of parentheses. */
type Place = 'outside' | 'before-source' | 'after-source';

/**
 * The names directly after FROM, JOIN or a comma within FROM, at any depth, unquoted and each once. Table-valued functions
 * and subqueries are not names; the tables inside a subquery are.
 */
export function findSources(tokens: readonly Token[]): readonly string[] {
  const sources = new Map<string, string>();
  const places: Place[] = ['outside'];
  const cursor = new Cursor(tokens);
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    const place = places.at(-1) ?? 'outside';
    const set = (next: Place) => {
      places[places.length - 1] = next;
    };
    if (isOperator(token, '(')) {
      // `FROM (a JOIN b)` groups tables; `FROM (SELECT …)` is a query of its own, where the first word ends this.
      if (place === 'before-source') set('after-source');
      places.push(place === 'before-source' ? 'before-source' : 'outside');
    } else if (isOperator(token, ')')) {
      if (places.length > 1) places.pop();
    } else if (isOperator(token, ',')) {
      if (place !== 'outside') set('before-source');
    } else if (isKeyword(token, 'FROM')) {
      // `a IS DISTINCT FROM b` compares two values.
      if (!isKeyword(tokens[cursor.index - 1], 'DISTINCT')) set('before-source');
    } else if (isKeyword(token, 'JOIN')) {
      set('before-source');
    } else if (token.kind === 'word' && clauseWords.has(foldName(token.text))) {
      set('outside');
    } else if (place === 'before-source') {
      const source = cursor.takeQualifiedName();
      if (source !== null) {
        set('after-source');
        if (!isOperator(cursor.peek(), '('))
          sources.set(foldName(source.name), sources.get(foldName(source.name)) ?? source.name);
        continue;
      }
    }
    cursor.index += 1;
  }
  return [...sources.values()];
}
