/** The query that finds rows of several tables which go along: each table's name with the rows' keys. */

import type { Referring } from '../../findings/data-loss-rows.ts';
import { listKeyColumns } from '../../schema/model/columns.ts';
import { quoteIdentifier, quoteText } from '../../sql/identifiers.ts';
import { type Scene, showQuery } from '../context.ts';
import { writeColumns } from '../state/key-links.ts';

/** What a query finds of the rows that a statement takes along. */
interface Found {
  readonly along: { readonly of: Referring['of'] };
  /** null where it does not find them. */
  readonly query: string | null;
}

/** @param met by table, those of each statement. @returns null where it would not find all of them */
export function writeAlongQuery(scene: Scene, met: readonly (readonly Found[])[]): string | null {
  const known = met.flatMap((each): readonly { table: string; query: string }[] => {
    const queries = each.flatMap(({ query }) => (query === null ? [] : [showQuery(scene, query)]));
    const of = each[0]?.along.of;
    if (of === undefined || 'tables' in of || queries.length < each.length) return [];
    const [query = '', ...others] = new Set(queries);
    return [
      {
        table: of.table,
        query: [query, ...others].map((one) => (others.length === 0 ? one : `SELECT * FROM (${one})`)).join(' UNION '),
      },
    ];
  });
  const [first, ...more] = known;
  if (first === undefined || more.length === 0) return first?.query ?? null;
  const selects = known.map(({ table, query }, index) => {
    const structure = scene.structures.find(table);
    const keys = writeColumns(structure, structure?.primaryKey ? listKeyColumns(structure.primaryKey) : []);
    const key = keys.length === 0 ? 'NULL' : keys.join(` || ', ' || `);
    const list = index === 0 ? `${quoteText(table)} AS "table", ${key} AS "key"` : `${quoteText(table)}, ${key}`;
    const all = `SELECT * FROM ${quoteIdentifier(table)} `;
    return query.startsWith(all) ? query.replace('*', () => list) : `SELECT ${list} FROM (${query})`;
  });
  return selects.join(' UNION ALL ');
}
