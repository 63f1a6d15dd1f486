/** The places in a statement where only a name can be, whatever its quotes. */

import { parseCreateHead } from './create.ts';
import { Cursor, isKeyword } from './cursor.ts';
import type { Token } from './tokenize.ts';

const beforeTables = ['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE'] as const;
const beforeLists = ['USING', 'CONFLICT'] as const;

/**
 * @returns for each token, true if it is the name of an object that is created, read or written, or in a list of
 * columns: of an INSERT, a view, a USING, an ON CONFLICT or an UPDATE OF
 */
export function findNamePlaces(tokens: readonly Token[]): readonly boolean[] {
  const places = tokens.map(() => false);
  const mark = (from: number, to: number) => places.fill(true, from, to);
  const cursor = new Cursor(tokens);
  const markList = () => {
    const from = cursor.index;
    if (cursor.skipParentheses()) mark(from, cursor.index);
  };
  const head = parseCreateHead(tokens);
  if (head !== null) {
    mark(0, head.restIndex);
    cursor.index = head.restIndex;
    if (head.object === 'view') markList();
  }
  while (cursor.index < tokens.length) {
    const word = cursor.peek();
    const from = cursor.index;
    cursor.index += 1;
    if (isKeyword(word, 'UPDATE') && cursor.skipWords('OF')) {
      while (cursor.peek() !== undefined && !isKeyword(cursor.peek(), 'ON')) cursor.index += 1;
      mark(from, cursor.index);
    } else if (beforeTables.some((before) => isKeyword(word, before)) && cursor.takeQualifiedName() !== null) {
      if (isKeyword(word, 'INTO')) {
        if (cursor.skipWords('AS')) cursor.takeName();
        markList();
      }
      mark(from, Math.max(from + 1, cursor.index));
    } else if (beforeLists.some((before) => isKeyword(word, before))) markList();
  }
  return places;
}
