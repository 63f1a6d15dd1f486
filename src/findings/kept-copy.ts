/** The safe way before rows or values go: a copy of them, where one keeps anything. */

import { quoteIdentifier } from '../sql/identifiers.ts';

/** Whether a copy of the table keeps what is in it: some full-text indexes do not give back what they were filled with. */
export type CopyKeeps = 'everything' | 'nothing';

const words =
  '-- keep a copy: in the same file before it (consent is asked all the same; schema.prisma does not know the copy, so drop it later):';

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
  return `-- no copy keeps anything: it does not give back what it was filled with. See first that this is kept elsewhere:\nDROP TABLE ${quoteIdentifier(table)};`;
}
