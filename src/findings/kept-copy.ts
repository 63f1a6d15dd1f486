/** The safe way before rows or values are lost: copy them first, if a copy keeps them. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { inWords, tryable, type Way, wayOf } from './way.ts';

/** Whether a copy of the table keeps its content: some full-text indexes do not return the text that they were filled with. */
export type CopyKeeps = 'everything' | 'nothing';

const words =
  '-- keep a copy, in the same file before it (consent is still asked; drop the copy later, as schema.prisma does not know it):';

export function keepTable(table: string, keeps: CopyKeeps): Way {
  return keeps === 'nothing' ? writeWithout(table) : keepRows(`${table}_kept`, `FROM ${quoteIdentifier(table)}`);
}

export function keepColumn(table: string, column: string, keeps: CopyKeeps): Way {
  const rows = `FROM ${quoteIdentifier(table)} WHERE ${quoteIdentifier(column)} IS NOT NULL`;
  return keeps === 'nothing' ? writeWithout(table) : keepRows(`${table}_${column}_kept`, rows);
}

function keepRows(copy: string, rows: string): Way {
  const sql = `CREATE TABLE ${quoteIdentifier(copy)} AS SELECT * ${rows};`;
  const place = ['before', 'first'] as const;
  return wayOf(
    place.map((at) => tryable(words, [{ at, sql }])),
    '-- keep a copy of it first',
  );
}

function writeWithout(table: string): Way {
  return inWords(
    `-- a copy would keep nothing: the table does not give back what it was filled with. First make sure that this is kept elsewhere:\nDROP TABLE ${quoteIdentifier(table)};`,
  );
}
