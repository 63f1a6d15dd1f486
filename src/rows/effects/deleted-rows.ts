/** DELETE: what a table holds afterwards, and those whose rows go along. */

import { findAffinity } from '../../schema/model/affinity.ts';
import { findStructureColumn } from '../../schema/model/columns.ts';
import { isKeyword } from '../../sql/cursor.ts';
import { isOfRowAlone } from '../../sql/delete-conditions.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { type DeleteParts, parseDelete } from '../../sql/row-statements.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { isNameToken, readName } from '../../sql/words.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { listBelow, onlyAdds } from '../losses/delete-series.ts';
import type { TrackedTable } from '../state/database-rows.ts';
import { type FollowedReach, followDeleted, type Reached } from '../state/follow-keys.ts';
import { listLinks } from '../state/key-links.ts';
import { findKeys } from '../state/keys.ts';
import { forgetReached, forgetTriggered } from '../state/reached.ts';
import { findComparable } from '../state/stored-value.ts';
import {
  findAtMost,
  isLeftOf,
  type KnownRows,
  leaveOut,
  limitSelect,
  type TableRows,
  unknownRows,
} from '../state/table-rows.ts';

export function deleteRows(scene: Scene, place: StatementPlace, table: string): void {
  const series = scene.deletes.find(scene, place);
  const everything = series?.everything ?? null;
  // The first of a series stands for all of it.
  if (everything !== null && series?.first !== place.statement) return;
  const parts = everything === null ? parseDelete(place.statement.sql) : { table, where: everything };
  const involved = [table, ...listBelow(scene, table)];
  const isFollowed = parts !== null && findKeys(place.analysed) !== 'off' && onlyAdds(scene, involved);
  const reach = isFollowed ? followDeleted(scene, table, parts.where ?? '1') : null;
  const changed = [
    [table, findLeft(scene, table, parts)] as const,
    ...(reach === null || parts === null ? [] : listChanged(scene, parts, reach)),
  ];
  for (const [name, rows] of changed) if (scene.rows.rowsOf(name).type !== 'none') scene.rows.setRows(name, rows);
  if (reach === null) forgetReached(scene, place, table);
  else for (const name of involved) forgetTriggered(scene, name);
}

/** Some of the rows, and nobody can tell which. */
function someOf(rows: TableRows): TableRows {
  return { type: 'unknown', wholeOf: null, atMost: findAtMost(rows) };
}

function findLeft(scene: Scene, table: string, parts: DeleteParts | null): TableRows {
  const tracked = scene.rows.find(table);
  const current = scene.rows.rowsOf(table);
  if (tracked === null || current.type !== 'known' || parts === null) return someOf(current);
  const condition = parts.where === null ? '1' : `(${parts.where})`;
  return leaveOutOf(scene, tracked, current, { condition, compared: parts.where ?? '', read: [] });
}

interface LeftOutRows {
  /** Over today's tables. */
  readonly condition: string;
  readonly compared: string;
  /** The tables that it reads. */
  readonly read: readonly string[];
}

function leaveOutOf(
  scene: Scene,
  { name, origin }: TrackedTable,
  rows: KnownRows,
  { condition, compared, read }: LeftOutRows,
): TableRows {
  const list = rows.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const select = scene.rows.bind(
    `SELECT ${list} FROM ${quoteIdentifier(name)} WHERE (${condition}) IS NOT TRUE`,
    compared,
  );
  if (select === null) return someOf(rows);
  const isPlain = origin !== null && sameName(name, origin) && read.every((each) => isAsInProduction(scene, each));
  const left =
    isPlain && (read.length > 0 || isOfRowAlone(condition))
      ? leaveOut(rows, origin, readProduction(condition, read))
      : null;
  if (left !== null) return left;
  const known = limitSelect({
    ...rows,
    select,
    form: { type: 'other' },
    wholeOf: null,
    before: null,
    numbered: null,
    vague: false,
  });
  return known.type === 'known' ? known : someOf(rows);
}

/** Whether its rows are production's, under the same name, but for those that are gone with all that referred to them. */
function isAsInProduction(scene: Scene, table: string): boolean {
  const tracked = scene.rows.find(table);
  const origin = tracked?.origin ?? null;
  return tracked?.rows.type === 'known' && origin !== null && sameName(table, origin) && isLeftOf(tracked.rows, origin);
}

/** Among other rows that are called so, the condition still means production's. */
function readProduction(condition: string, tables: readonly string[]): string {
  const tokens = tokenize(condition);
  const read = new Set(tables.map(foldName));
  return tokens
    .filter((token, index) => {
      const isSource = ['FROM', 'JOIN'].some((word) => isKeyword(tokens[index - 1], word));
      return isSource && isNameToken(token) && read.has(readName(token));
    })
    .reduceRight((text, { start }) => `${text.slice(0, start)}main.${text.slice(start)}`, condition);
}

function listChanged(
  scene: Scene,
  { table, where }: DeleteParts,
  reach: FollowedReach,
): readonly (readonly [string, TableRows])[] {
  const others = reach.gone
    .slice(1)
    .filter(({ table: name }) => !reach.reached.some((each) => sameName(each.table, name)));
  return [
    // Tables that the plan makes.
    ...others.map(({ table: name }) => [name, unknownRows] as const),
    ...reach.reached.map((each) => [each.table, findChanged(scene, reach, each, table, where)] as const),
  ];
}

function findChanged(
  scene: Scene,
  { gone }: FollowedReach,
  reached: Reached,
  table: string,
  where: string | null,
): TableRows {
  const { table: name, actions, isLoose } = reached;
  const tracked = scene.rows.find(name);
  const current = scene.rows.rowsOf(name);
  if (tracked === null || !actions.every((action) => action === 'cascade' || action === 'set null')) return unknownRows;
  // Over rows that are followed already the text would grow with every statement, and what it costs even more.
  if (isLoose || actions.length > 1 || current.type !== 'known' || !isAsInProduction(scene, name))
    return someOf(current);
  if (actions[0] === 'set null') {
    const isOther = reached.where !== null && !sameName(name, table);
    return (isOther && clearKey(scene, gone, name, current, reached.where)) || someOf(current);
  }
  const own = gone.find((each) => sameName(each.table, name));
  if (own === undefined || own.where === null || own.isLoose) return someOf(current);
  const { text, compared } = own.where;
  // Of a table that refers to itself it says all that goes, and is no condition of a row alone.
  const isPlain = isOfRowAlone(where) && !sameName(name, table);
  const read = isPlain ? gone.map((each) => each.table) : [];
  return leaveOutOf(scene, tracked, current, { condition: text, compared, read });
}

/** The rows that refer to what is gone, with NULL for their key. */
function clearKey(
  scene: Scene,
  gone: FollowedReach['gone'],
  name: string,
  rows: KnownRows,
  where: NonNullable<Reached['where']>,
): TableRows | null {
  const links = gone.flatMap((each) => listLinks(scene, each.table)).filter(({ child }) => sameName(child.name, name));
  const [link, ...more] = links;
  if (link === undefined || more.length > 0) return null;
  const isCleared = (column: string) => link.key.columns.some((each) => sameName(each, column));
  const list = rows.columns.map((column) => {
    const quoted = quoteIdentifier(column.name);
    return isCleared(column.name) ? `CASE WHEN (${where.text}) THEN NULL ELSE ${quoted} END AS ${quoted}` : quoted;
  });
  const select = scene.rows.bind(`SELECT ${list.join(', ')} FROM ${quoteIdentifier(name)}`, where.compared);
  if (select === null) return null;
  const columns = rows.columns.map((column) => {
    const own = findStructureColumn(link.child, column.name);
    if (!isCleared(column.name) || own === undefined) return column;
    return {
      ...column,
      source: { type: 'computed' },
      compares: findComparable(own, findAffinity(own, link.child)),
    } as const;
  });
  return limitSelect({
    ...rows,
    select,
    columns,
    form: { type: 'other' },
    wholeOf: rows.wholeOf,
    before: null,
    numbered: null,
    vague: false,
  });
}
