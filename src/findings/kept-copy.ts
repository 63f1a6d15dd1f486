/** The safe way before rows or values are lost: copy them first, if a copy keeps them. */

import { quoteIdentifier } from '../sql/identifiers.ts';

/** Whether a copy of the table keeps its content: some full-text indexes do not return the text that they were filled with. */
export type CopyKeeps = 'everything' | 'nothing';

const words =
  '-- keep a copy, in the same file before it (consent is still asked; drop the copy later, as schema.prisma does not know it):';

export function keepTable(table: string, keeps: CopyKeeps): string {
  const copy = quoteIdentifier(`${table}_kept`);
  return keeps === 'nothing'
    ? writeWithout(table)
    : `${words}\nCREATE TABLE ${copy} AS SELECT * FROM ${quoteIdentifier(table)};`;
}

export function keepColumn(table: string, column: string, keeps: CopyKeeps): string {
  const copy = quoteIdentifier(`${table}_${column}_kept`);
  return keeps === 'nothing'
    ? writeWithout(table)
    : `${words}\nCREATE TABLE ${copy} AS SELECT * FROM ${quoteIdentifier(table)} WHERE ${quoteIdentifier(column)} IS NOT NULL;`;
}

function writeWithout(table: string): string {
  return `-- a copy would keep nothing: the table does not give back what it was filled with. First make sure that this is kept elsewhere:\nDROP TABLE ${quoteIdentifier(table)};`;
}
