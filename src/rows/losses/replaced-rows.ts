/**
 * Rows that UPDATE OR REPLACE deletes from its own table, or an UPDATE where the table says so (ON CONFLICT REPLACE), since they stand
 * in the way of those that it changes.
 */

import type { DataGuard } from '../../plan/plan.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { findOutside } from '../../sql/commas.ts';
import { isKeyword } from '../../sql/cursor.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { listNames, listWords } from '../../sql/words.ts';
import { rowsNow, type Scene, type StatementPlace } from '../ask/context.ts';
import { listUniques } from '../constraints/duplicates.ts';
import { guardLoss, reportLoss } from './loss.ts';

/** How many is not told: each row may meet one that an earlier one left. @returns what must hold before it. */
export function askReplaced(scene: Scene, place: StatementPlace): readonly DataGuard[] {
  const { kind, sql } = place.statement;
  if (kind.type !== 'update') return [];
  const [tracked, structure] = [scene.rows.find(kind.table), scene.structures.find(kind.table)];
  if (tracked === null || tracked.origin === null) return [];
  if (structure === null ? !kind.replaces : !mayMeet(scene, sql, structure, kind.replaces)) return [];
  const table = quoteIdentifier(kind.table);
  const loss = { kind: 'rows-replaced', table: kind.table } as const;
  const some = `SELECT 1 FROM ${table} LIMIT 2`;
  const count = scene.asking.count(rowsNow(scene, some));
  reportLoss(scene, place, {
    loss,
    args: { what: 'replaced-by-update', table: kind.table },
    count: (replies) => {
      const all = count(replies);
      // Of one row, none stands in the way of another.
      return all !== null && all.rows < 2 ? { rows: 0, atLeast: false } : null;
    },
    query: null,
    columns: [],
    nothing: null,
  });
  return [guardLoss(`(SELECT count(*) FROM (${some})) < 2`, loss)];
}

/** Whether what it sets names a column of a key that it, or the table itself, replaces by. */
function mayMeet(scene: Scene, sql: string, table: TableStructure, replaces: boolean): boolean {
  const keys = listUniques(scene, table).filter(({ conflict }) => replaces || conflict === 'replace');
  if (keys.length === 0) return false;
  const tokens = tokenize(sql);
  const start = findOutside(tokens, 0, (token) => isKeyword(token, 'SET'));
  const end = findOutside(tokens, start, (token) => isKeyword(token, 'WHERE') || isKeyword(token, 'FROM'));
  const words = listNames(tokens.slice(start, end < 0 ? tokens.length : end));
  const isComputed = (key: string) =>
    table.columns.some(({ name, generated }) => generated !== null && sameName(name, key));
  const isNamed = (text: string) => [...listWords(text)].some((word) => words.has(word));
  return keys.some(
    ({ columns, where }) =>
      columns.some(
        ({ name, expression }) => expression !== undefined || isComputed(name) || words.has(foldName(name)),
      ) ||
      (where !== null && isNamed(where)),
  );
}
