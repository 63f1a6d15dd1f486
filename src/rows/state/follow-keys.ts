/** Which rows of other tables foreign keys change along with those of one: each table once, however many keys lead to it. */

import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { UpdateParts } from '../../sql/row-statements.ts';
import { groupBy } from '../../text/group.ts';
import type { Scene } from '../context.ts';
import {
  isAction,
  joinConditions,
  type KeyCondition,
  type Link,
  listLinks,
  refers,
  writeColumns,
} from './key-links.ts';

export interface Reached {
  readonly table: string;
  /** What becomes of its rows, as the keys say it. */
  readonly actions: readonly string[];
  /** The rows that change; null where they cannot be told. */
  readonly where: KeyCondition | null;
  /** Whether there may be others. */
  readonly isLoose: boolean;
}

/** A table of which rows are deleted. */
export interface Gone {
  readonly table: string;
  /** null where they cannot be told. */
  readonly where: KeyCondition | null;
  readonly isLoose: boolean;
}

export interface FollowedReach {
  /** The first is the one that the statement speaks of. */
  readonly gone: readonly Gone[];
  /** Only tables of production. */
  readonly reached: readonly Reached[];
}

/** Tables that refer to each other in many ways make a text that doubles with every table. */
const longestCondition = 5_000;

/** A series of statements has a long one. */
const longestStatement = 200_000;

const everyRow: KeyCondition = { text: '1', compared: '' };

/**
 * @param where of the rows that are deleted; null where that cannot be told, and they may be any
 * @param own whether rows that it names itself count among those that go along
 */
export function followDeleted(
  scene: Scene,
  table: string,
  where: string | null,
  own: 'left out' | 'counted' = 'left out',
): FollowedReach {
  const isKnown = where !== null && where.length <= longestStatement;
  // What many keys lead to may say the statement's own condition as often.
  const longest = longestCondition + 3 * (isKnown ? where.length : 0);
  const links = collectLinks(scene, table);
  const cascades = groupBy(
    links.filter(({ key }) => key.onDelete === 'cascade'),
    childOf,
  );
  const gone = new Map<string, Gone>();
  const used = new Set<Link>();
  for (const name of orderTables(table, links)) {
    const into = cascades.get(foldName(name)) ?? [];
    const isFirst = gone.size === 0;
    const known = into.filter(({ parent }) => !sameName(parent, name) && gone.has(foldName(parent)));
    const self = into.filter(({ parent }) => sameName(parent, name));
    for (const link of [...known, ...self]) used.add(link);
    const first = isKnown ? { text: `(${where})`, compared: where } : everyRow;
    const base = isFirst ? first : joinConditions(known.flatMap((link) => refersTo(scene, link, gone) ?? []));
    const isLoose =
      known.length + self.length < into.length ||
      known.some(({ parent }) => gone.get(foldName(parent))?.isLoose) ||
      !canFollow(self);
    const rows = base === null || base === everyRow ? base : followOwn(base, self, name);
    const isShort = rows !== null && rows.text.length <= longest;
    gone.set(foldName(name), { table: name, where: isShort ? rows : null, isLoose: isLoose || !isShort });
  }
  const reached = collectReached(scene, table, { links, gone, used, first: isKnown ? where : null, own });
  return { gone: [...gone.values()], reached };
}

/** The keys that act, from the table and from all whose rows go along. */
function collectLinks(scene: Scene, table: string): readonly Link[] {
  const seen = new Set([foldName(table)]);
  const waiting = [table];
  const links: Link[] = [];
  for (let parent = waiting.shift(); parent !== undefined; parent = waiting.shift()) {
    for (const link of listLinks(scene, parent)) {
      const { child, key } = link;
      if (isAction(key.onDelete)) links.push(link);
      if (key.onDelete !== 'cascade' || seen.has(foldName(child.name))) continue;
      seen.add(foldName(child.name));
      waiting.push(child.name);
    }
  }
  return links;
}

/** Parents before their children; where they go in a circle, the one that was found first. */
function orderTables(table: string, links: readonly Link[]): readonly string[] {
  const cascades = links.filter(
    ({ parent, child, key }) => key.onDelete === 'cascade' && !sameName(parent, child.name),
  );
  const into = groupBy(cascades, childOf);
  const waiting = new Map(cascades.map(({ child }) => [foldName(child.name), child.name]));
  waiting.delete(foldName(table));
  const order = [table];
  const done = new Set([foldName(table)]);
  const isDone = ({ parent }: Link) => done.has(foldName(parent));
  const takeOne = (folded: string, name: string) => {
    waiting.delete(folded);
    done.add(folded);
    order.push(name);
  };
  while (waiting.size > 0) {
    const before = waiting.size;
    for (const [folded, name] of waiting) if (into.get(folded)?.every(isDone)) takeOne(folded, name);
    if (waiting.size < before) continue;
    const next = [...waiting].find(([folded]) => into.get(folded)?.some(isDone));
    if (next === undefined) break;
    takeOne(...next);
  }
  return order;
}

function childOf({ child }: Link): string {
  return foldName(child.name);
}

/** Rows of one table that refer to each other are followed down to the last by one key of one column. */
function canFollow(own: readonly Link[]): boolean {
  return own.length === 0 || (own.length === 1 && own[0]?.key.columns.length === 1);
}

function followOwn(base: KeyCondition, own: readonly Link[], table: string): KeyCondition {
  const [link] = own;
  if (link === undefined) return base;
  const [[column = '']] = [writeColumns(link.child, link.key.columns)];
  const [[referenced = '']] = [writeColumns(link.child, link.referenced)];
  const name = quoteIdentifier(table);
  const all = `WITH RECURSIVE migrate_prod_gone(k) AS (SELECT ${referenced} FROM ${name} WHERE ${base.text} UNION SELECT c.${referenced} FROM migrate_prod_gone AS g JOIN ${name} AS c ON g.k = c.${column}) SELECT k FROM migrate_prod_gone`;
  return {
    text: `(${base.text} OR ${referenced} IN (${all}))`,
    compared: `${base.compared} ${referenced} IN (${column})`,
  };
}

interface Followed {
  readonly links: readonly Link[];
  readonly gone: ReadonlyMap<string, Gone>;
  /** Those that say already which rows are deleted. */
  readonly used: ReadonlySet<Link>;
  /** The statement's own condition; null where it cannot be told. */
  readonly first: string | null;
  readonly own: 'left out' | 'counted';
}

function collectReached(scene: Scene, table: string, followed: Followed): readonly Reached[] {
  const { links, gone, used, first } = followed;
  const names = new Map(links.map(({ child }) => [foldName(child.name), child.name]));
  const byChild = groupBy(links, childOf);
  return [...names].flatMap(([folded, name]): readonly Reached[] => {
    if ((scene.rows.find(name)?.origin ?? null) === null) return [];
    const into = byChild.get(folded) ?? [];
    const own = gone.get(folded);
    const others = into.filter((link) => !used.has(link));
    const parts = [
      ...(own?.where && own.where !== everyRow ? [own.where] : []),
      ...others.flatMap((link) => refersTo(scene, link, gone) ?? []),
      ...(own?.where === everyRow ? into.flatMap((link) => refersTo(scene, link, gone) ?? []) : []),
    ];
    const isOwn = sameName(name, table);
    const referring = isOwn && followed.own === 'counted';
    const rows = joinConditions(referring ? into.flatMap((link) => refersTo(scene, link, gone) ?? []) : parts);
    // What the statement itself deletes does not go along.
    const isFirst = isOwn && !referring && first !== null && rows !== null;
    const isLoose =
      own?.isLoose === true || others.some(({ parent }) => gone.get(foldName(parent))?.isLoose) || rows === null;
    return [
      {
        table: name,
        actions: [...new Set(into.map(({ key }) => key.onDelete))],
        where: isFirst ? { text: `(${rows.text} AND (${first}) IS NOT TRUE)`, compared: rows.compared } : rows,
        isLoose,
      },
    ];
  });
}

/** Children whose key is taken away when the one that it refers to changes. @param parts null where that cannot be told */
export function followChanged(scene: Scene, table: string, parts: UpdateParts | null): readonly Reached[] {
  const links = listLinks(scene, table).filter(
    ({ child, key }) =>
      ['set null', 'set default'].includes(key.onUpdate) && (scene.rows.find(child.name)?.origin ?? null) !== null,
  );
  const conditions = links.flatMap((link) => {
    const changed = link.referenced.flatMap((name) => {
      const assigned = parts?.assignments.find(({ column }) => sameName(column, name));
      return assigned ? [`${quoteIdentifier(name)} IS NOT (${assigned.expression})`] : [];
    });
    if (parts !== null && changed.length === 0) return [];
    const where = [...(parts?.where ? [`(${parts.where})`] : []), ...(parts ? [`(${changed.join(' OR ')})`] : [])];
    const text = where.length === 0 ? '1' : where.join(' AND ');
    return [{ link, where: refers(scene, link, { text, compared: text }) }];
  });
  const names = new Map(conditions.map(({ link: { child } }) => [foldName(child.name), child.name]));
  return [...names.values()].map((name) => {
    const into = conditions.filter(({ link: { child } }) => sameName(child.name, name));
    return {
      table: name,
      actions: [...new Set(into.map(({ link: { key } }) => key.onUpdate))],
      where: joinConditions(into.map(({ where }) => where)),
      isLoose: false,
    };
  });
}

/** The child's rows that refer to those of the parent that are gone; null where these cannot be told. */
export function refersTo(scene: Scene, link: Link, gone: ReadonlyMap<string, Gone>): KeyCondition | null {
  const parent = gone.get(foldName(link.parent))?.where ?? null;
  return parent && refers(scene, link, parent);
}
