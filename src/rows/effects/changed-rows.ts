/** UPDATE: what a table holds afterwards. */

import { findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { listCorrelated, readsWithin } from '../../sql/nested-selects.ts';
import { parseUpdate, type UpdateParts } from '../../sql/row-statements.ts';
import { tokenize } from '../../sql/tokenize.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { forgetReached } from '../state/reached.ts';
import { findComparable, storeValue } from '../state/stored-value.ts';
import { findWholeOf, type KnownRows, limitSelect } from '../state/table-rows.ts';

export function updateRows(scene: Scene, place: StatementPlace, table: string): void {
  const { kind, sql } = place.statement;
  const parts = parseUpdate(sql);
  const current = scene.rows.rowsOf(table);
  const changed = current.type === 'known' && parts !== null ? updateKnown(scene, parts, table, current) : null;
  setChanged(scene, table, changed, kind.type === 'update' && kind.replaces ? null : findWholeOf(current));
  const columns = parts && new Set(parts.assignments.map(({ column }) => foldName(column)));
  forgetReached(scene, place, table, columns);
}

interface Changed {
  readonly select: string;
  readonly columns: KnownRows['columns'];
}

function setChanged({ rows }: Scene, table: string, changed: Changed | null, wholeOf: string | null): void {
  if (rows.rowsOf(table).type === 'none') return;
  if (changed === null) {
    rows.setRows(table, { type: 'unknown', wholeOf });
    return;
  }
  const { select, columns } = changed;
  const form = { type: 'other' } as const;
  const known = { type: 'known', select, form, columns, wholeOf, numbered: null, vague: false, before: null } as const;
  rows.setRows(table, limitSelect(known));
}

function updateKnown(
  { rows, structures }: Scene,
  { assignments, where }: UpdateParts,
  table: string,
  { columns }: KnownRows,
): Changed | null {
  const structure = structures.find(table);
  const isPlain = assignments.every(({ column }) => columns.some(({ name }) => sameName(name, column)));
  // What is generated from the columns changes with them.
  if (!isPlain || structure === null || structure.columns.some(({ generated }) => generated !== null)) return null;
  // The later rows would see what became of the earlier ones.
  if (assignments.some(({ expression }) => readsChanged(expression, foldName(table)))) return null;
  const given = new Map(assignments.map(({ column, expression }) => [foldName(column), expression]));
  const list = columns.map(({ name }) => {
    const quoted = quoteIdentifier(name);
    const expression = given.get(foldName(name));
    if (expression === undefined) return quoted;
    return where === null
      ? `(${expression}) AS ${quoted}`
      : `CASE WHEN (${where}) THEN (${expression}) ELSE ${quoted} END AS ${quoted}`;
  });
  const compared = [where ?? '', ...given.values()].join(' ');
  const bound = rows.bind(`SELECT ${list.join(', ')} FROM ${quoteIdentifier(table)}`, compared);
  const stored = columns.map((column) => {
    const [quoted, own] = [quoteIdentifier(column.name), findStructureColumn(structure, column.name)];
    if (!given.has(foldName(column.name))) return { column, sql: quoted };
    const affinity = own ? findAffinity(own, structure) : 'none';
    const compares = own ? findComparable(own, affinity) : 'nothing';
    return {
      column: { ...column, source: { type: 'computed' }, compares } as const,
      sql: `${storeValue(quoted, affinity)} AS ${quoted}`,
    };
  });
  return bound === null
    ? null
    : {
        select: `SELECT ${stored.map(({ sql }) => sql).join(', ')} FROM (${bound})`,
        columns: stored.map(({ column }) => column),
      };
}

/** SQLite answers a SELECT that is the same for every row before it changes the first. */
function readsChanged(expression: string, table: string): boolean {
  const tokens = tokenize(expression);
  return readsWithin(tokens, table) && listCorrelated(tokens).size > 0;
}
