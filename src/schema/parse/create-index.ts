/** Parses a CREATE INDEX. */

import { splitAtCommas } from '../../sql/commas.ts';
import { parseCreateHead } from '../../sql/create.ts';
import { Cursor, isKeyword, withoutFinalSemicolon } from '../../sql/cursor.ts';
import { foldName } from '../../sql/identifiers.ts';
import { type Token, tokenize } from '../../sql/tokenize.ts';
import { describeExpression, type KeyColumn, takeKeyColumn, takeOrder, takeParentheses } from './clauses.ts';

export type IndexColumn =
  | ({ readonly type: 'column' } & KeyColumn)
  /** Canonical text, and the text as it is written. */
  | {
      readonly type: 'expression';
      readonly expression: string;
      readonly written: string;
      readonly order: KeyColumn['order'];
    };

export interface IndexStructure {
  /** As it is written. */
  readonly name: string;
  readonly table: string;
  readonly unique: boolean;
  readonly columns: readonly IndexColumn[];
  /** Canonical text of the condition; null if every row is in the index. */
  readonly where: string | null;
  /** The same as it is written. */
  readonly whereWritten: string | null;
}

/** @returns null if the text is not a whole CREATE INDEX */
export function parseIndexStructure(createIndexSql: string): IndexStructure | null {
  const tokens = withoutFinalSemicolon(tokenize(createIndexSql));
  const head = parseCreateHead(tokens);
  if (head === null || head.object !== 'index' || tokens.some(({ kind }) => kind === 'illegal')) return null;
  const cursor = new Cursor(tokens);
  cursor.index = head.restIndex;
  const table = cursor.skipWords('ON') ? cursor.takeName() : null;
  const columns = takeParentheses(cursor);
  if (table === null || columns === null) return null;
  const isPartial = cursor.skipWords('WHERE');
  const rest = tokens.slice(cursor.index);
  if (isPartial !== rest.length > 0) return null;
  const condition = isPartial ? describeExpression(rest) : null;
  return {
    name: head.name,
    table,
    unique: head.unique,
    columns: splitAtCommas(columns).map(parseColumn),
    where: condition?.canonical ?? null,
    whereWritten: condition?.written ?? null,
  };
}

function parseColumn(tokens: readonly Token[]): IndexColumn {
  const cursor = new Cursor(tokens);
  const column = takeKeyColumn(cursor);
  if (column !== null && cursor.peek() === undefined) return { type: 'column', ...column };
  const last = tokens.at(-1);
  const isOrdered = isKeyword(last, 'ASC') || isKeyword(last, 'DESC');
  cursor.index = tokens.length - 1;
  const { canonical, written } = describeExpression(isOrdered ? tokens.slice(0, -1) : tokens);
  return {
    type: 'expression',
    expression: canonical,
    written,
    order: takeOrder(cursor),
  };
}

/** The folded names of its columns with their order; null if one of them is an expression. */
export function findIndexedColumns({ columns }: IndexStructure): readonly Pick<KeyColumn, 'name' | 'order'>[] | null {
  const plain = columns.flatMap((column) =>
    column.type === 'column' ? [{ name: foldName(column.name), order: column.order }] : [],
  );
  return plain.length === columns.length ? plain : null;
}
