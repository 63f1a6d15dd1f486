/** The query that finds rows of several tables which go along: each table's name with the rows' keys. */

import { listKeyColumns } from '../../schema/model/columns.ts';
import { quoteIdentifier, quoteText } from '../../sql/identifiers.ts';
import type { Scene } from '../ask/context.ts';
import type { Met } from './along-told.ts';
import { writeColumns } from './key-links.ts';

/** @param met by table, those of each statement. @returns null where not all of a table's rows are found */
export function writeAlongQuery(scene: Scene, met: readonly (readonly Met[])[]): string | null {
  const known = met.flatMap((each): readonly { readonly table: string; readonly query: string }[] => {
    const of = each[0]?.along.of;
    const queries = each.flatMap(({ query }) => (query === null ? [] : [query]));
    if (of === undefined || 'tables' in of || queries.length < each.length) return [];
    const all = [...new Set(queries)];
    const query = all.length === 1 ? all.join() : all.map((one) => `SELECT * FROM (${one})`).join(' UNION ');
    return [{ table: of.table, query }];
  });
  if (known.length < 2) return known[0]?.query ?? null;
  const selects = known.map(({ table, query }, index) => {
    const structure = scene.structures.find(table);
    const key = writeColumns(structure, structure?.primaryKey ? listKeyColumns(structure.primaryKey) : []);
    const list = [quoteText(table), key.join(` || ', ' || `) || 'NULL'];
    const named = index === 0 ? `${list[0]} AS "table", ${list[1]} AS "key"` : list.join(', ');
    const all = `SELECT * FROM ${quoteIdentifier(table)} `;
    return query.startsWith(all) ? query.replace('*', () => named) : `SELECT ${named} FROM (${query})`;
  });
  return selects.join(' UNION ALL ');
}
