/** The safe way before rows or values go: a copy of them, where one keeps anything. */

import type { ColumnStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene } from '../context.ts';
import { givesTexts } from '../state/full-text.ts';

const words =
  '-- keep a copy: in the same file before it (consent is asked all the same; schema.prisma does not know the copy, so drop it later):';

export function keepTable(scene: Scene, table: string): string {
  return givesNothing(scene, table)
    ? wayWithout(table)
    : `${words}\nCREATE TABLE ${quoteIdentifier(`${table}_kept`)} AS SELECT * FROM ${quoteIdentifier(table)};`;
}

export function keepColumn(scene: Scene, table: string, { name }: ColumnStructure): string {
  return givesNothing(scene, table)
    ? wayWithout(table)
    : `${words}\nCREATE TABLE ${quoteIdentifier(`${table}_${name}_kept`)} AS SELECT * FROM ${quoteIdentifier(table)} WHERE ${quoteIdentifier(name)} IS NOT NULL;`;
}

/** Of a full-text index without content only NULLs can be copied; of one over a table that is gone nothing at all. */
function givesNothing({ structures }: Scene, table: string): boolean {
  const virtual = structures.listVirtual().find(({ name }) => sameName(name, table));
  return virtual !== undefined && !givesTexts(virtual.sql);
}

function wayWithout(table: string): string {
  return `-- no copy keeps anything: it does not give back what it was filled with. See first that this is kept elsewhere:\nDROP TABLE ${quoteIdentifier(table)};`;
}
