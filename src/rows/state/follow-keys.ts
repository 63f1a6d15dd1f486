/** Which rows of other tables foreign keys change along with those of one, as conditions: each table once, however many keys lead to it. */

import type { TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { UpdateParts } from '../../sql/row-statements.ts';
import { groupBy } from '../../text/group.ts';
import type { Scene } from '../context.ts';
import { isAction, type Link, listLinks, refers, writeColumns } from './key-links.ts';

/** The rows of a table, as far as a condition says which. */
interface Found {
  /** null for none that could be told. */
  readonly where: string | null;
  /** Whether there are no others. */
  readonly isWhole: boolean;
}

export interface Reached extends Found {
  readonly table: TableStructure;
  /** What becomes of its rows, as the keys say it. */
  readonly actions: readonly string[];
  /** Of the keys, folded. */
  readonly columns: readonly string[];
}

export interface Followed {
  /** The tables whose rows are deleted, the statement's own first, by folded name. */
  readonly gone: ReadonlyMap<string, Found>;
  readonly reached: readonly Reached[];
}

/** Tables that refer to each other in many ways make a text that doubles with every table. */
const longestCondition = 5_000;

/** @param named the rows that the statement deletes; null where they may be any */
export function followDeleted(scene: Scene, table: string, named: string | null): Followed {
  const where = named ?? '1';
  const order = orderTables(scene, table);
  const links = order.flatMap((name) => listLinks(scene, name)).filter(({ key }) => isAction(key.onDelete));
  const byChild = groupBy(links, ({ child }) => foldName(child.name));
  const longest = longestCondition + 3 * where.length;
  const gone = new Map<string, Found>();
  for (const name of order) {
    const into = (byChild.get(foldName(name)) ?? []).filter(({ key }) => key.onDelete === 'cascade');
    const found = findGone(scene, name, into, gone.size === 0 ? where : null, gone);
    const isShort = (found.where?.length ?? 0) <= longest;
    gone.set(foldName(name), isShort ? found : { where: null, isWhole: false });
  }
  const reached = [...byChild.values()].map((into): Reached => {
    const [{ child }] = into as [Link];
    const isOwn = sameName(child.name, table);
    // What the statement itself deletes does not go along.
    const without = isOwn && named !== null ? ` AND (${named}) IS NOT TRUE` : '';
    const all = joinReferring(scene, into, gone);
    const direct = into.filter(({ parent }) => sameName(parent, table));
    const isShort = (all?.length ?? 0) <= longest;
    const some = isShort ? all : joinReferring(scene, direct, gone);
    return {
      table: child,
      actions: [...new Set(into.map(({ key }) => key.onDelete))],
      columns: [...new Set(into.flatMap(({ key }) => key.columns))],
      where: some === null || without === '' ? some : `${some}${without}`,
      isWhole: isShort && into.every(({ parent }) => gone.get(foldName(parent))?.isWhole),
    };
  });
  return { gone, reached };
}

/** Parents before their children, but where they go in a circle. */
function orderTables(scene: Scene, table: string): readonly string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(foldName(name))) return;
    seen.add(foldName(name));
    for (const { child, key } of listLinks(scene, name).toReversed()) if (key.onDelete === 'cascade') visit(child.name);
    order.unshift(name);
  };
  visit(table);
  return order;
}

/** @param into the keys by which its rows go along. @param first the rows that the statement names, in its own table */
function findGone(
  scene: Scene,
  name: string,
  into: readonly Link[],
  first: string | null,
  gone: ReadonlyMap<string, Found>,
): Found {
  const own = into.filter(({ parent }) => sameName(parent, name));
  const others = into.filter((link) => !own.includes(link));
  const base = first ?? joinReferring(scene, others, gone);
  const isFollowed = own.length === 0 || (own.length === 1 && own[0]?.key.columns.length === 1);
  const isWhole = isFollowed && others.every(({ parent }) => gone.get(foldName(parent))?.isWhole);
  const where = base === null || base === '1' || !isFollowed ? base : followOwn(base, own[0], name);
  return { where, isWhole };
}

/** Rows of one table that refer to each other are followed down to the last by one key of one column. */
function followOwn(base: string, link: Link | undefined, table: string): string {
  if (link === undefined) return base;
  const [[column = ''], [referenced = '']] = [link.key.columns, link.referenced].map((names) =>
    writeColumns(link.child, names),
  ) as [readonly string[], readonly string[]];
  const name = quoteIdentifier(table);
  return `(${base}) OR ${referenced} IN (WITH RECURSIVE migrate_prod_gone(k) AS (SELECT ${referenced} FROM ${name} WHERE ${base} UNION SELECT c.${referenced} FROM migrate_prod_gone AS g JOIN ${name} AS c ON g.k = c.${column}) SELECT k FROM migrate_prod_gone)`;
}

/** Rows that refer by one of the keys to what is gone; null where that is not known of any. */
function joinReferring(scene: Scene, links: readonly Link[], gone: ReadonlyMap<string, Found>): string | null {
  const parts = links.flatMap((link) => {
    const where = gone.get(foldName(link.parent))?.where ?? null;
    return where === null ? [] : [refers(scene, link, where)];
  });
  if (parts.length < 2) return parts[0] ?? null;
  return `(${parts.join(' OR ')})`;
}

/** Children whose key is taken away when the one that it refers to changes. @param parts null where that cannot be told */
export function followChanged(scene: Scene, table: string, parts: UpdateParts | null): readonly Reached[] {
  const links = listLinks(scene, table).filter(({ key }) => ['set null', 'set default'].includes(key.onUpdate));
  const found = links.flatMap((link) => {
    const changed = link.referenced.flatMap((name) => {
      const assigned = parts?.assignments.find(({ column }) => sameName(column, name));
      return assigned ? [`${quoteIdentifier(name)} IS NOT (${assigned.expression})`] : [];
    });
    if (parts !== null && changed.length === 0) return [];
    const where = [...(parts?.where ? [`(${parts.where})`] : []), ...(parts ? [`(${changed.join(' OR ')})`] : [])];
    return [{ link, where: refers(scene, link, where.join(' AND ') || '1') }];
  });
  return [...groupBy(found, ({ link }) => link.child).entries()].map(([child, into]) => ({
    table: child,
    actions: [...new Set(into.map(({ link }) => link.key.onUpdate))],
    columns: [...new Set(into.flatMap(({ link }) => link.key.columns))],
    where: `(${into.map(({ where }) => where).join(' OR ')})`,
    isWhole: parts !== null,
  }));
}
