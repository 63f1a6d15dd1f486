/** Which target comes after which: the setting `"after": { "prod": ["staging"] }`. */

import { suggest } from '../text/suggest.ts';
import { defaultTargetName, foldTargetName, isTargetName } from './names.ts';

/** By the folded name of a target: the names of those that have to have a migration before it. */
export type TargetOrder = ReadonlyMap<string, readonly string[]>;

export type ReadOrder =
  | { readonly type: 'order'; readonly order: TargetOrder }
  /** The end of a sentence. */
  | { readonly type: 'invalid'; readonly reason: string };

/** @param value as it stands in JSON. */
export function parseTargetOrder(value: unknown): ReadOrder {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('"after" is no object of targets');
  }
  const order = new Map<string, readonly string[]>();
  for (const [target, before] of Object.entries(value)) {
    if (!isTargetName(target)) return invalid(`"after" has ${JSON.stringify(target)}, which is no name of a target`);
    if (order.has(foldTargetName(target))) return invalid(`"after" has ${target} twice`);
    const names: readonly unknown[] | null = Array.isArray(before) ? before : null;
    if (names === null) return invalid(`"after" of ${target} is no list of targets`);
    const wrong = names.find((name) => typeof name !== 'string' || !isTargetName(name));
    if (wrong !== undefined || names.includes(undefined)) {
      return invalid(`"after" of ${target} has ${JSON.stringify(wrong)}, which is no name of a target`);
    }
    order.set(foldTargetName(target), uniqueNames(names.map(String)));
  }
  const cycle = findCycle(order);
  return cycle === null ? { type: 'order', order } : invalid(`"after" goes in a circle: ${cycle.join(' after ')}`);
}

function invalid(reason: string): ReadOrder {
  return { type: 'invalid', reason };
}

function uniqueNames(names: readonly string[]): readonly string[] {
  return [...new Map(names.map((name) => [foldTargetName(name), name])).values()];
}

/** The targets that come before this one. */
export function listBefore(order: TargetOrder, target: string): readonly string[] {
  return order.get(foldTargetName(target)) ?? [];
}

/** @returns the names from one target to itself; null if there is no circle. */
function findCycle(order: TargetOrder): readonly string[] | null {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | null => {
    const folded = foldTargetName(name);
    const start = path.findIndex((one) => foldTargetName(one) === folded);
    if (start >= 0) return [...path.slice(start), path[start] ?? name];
    if (done.has(folded)) return null;
    for (const before of listBefore(order, name)) {
      const found = visit(before, [...path, name]);
      if (found !== null) return found;
    }
    done.add(folded);
    return null;
  };
  for (const name of order.keys()) {
    const found = visit(name, []);
    if (found !== null) return found;
  }
  return null;
}

/**
 * A name of the setting that is no target of the project, but looks like one: with it a rule would never hold.
 * @param known targets that have a file.
 */
export function findMisspelt(
  order: TargetOrder,
  known: readonly string[],
): { readonly name: string; readonly meant: string } | null {
  const there = [...new Map([defaultTargetName, ...known].map((name) => [foldTargetName(name), name])).values()];
  for (const name of new Set([...order.keys(), ...[...order.values()].flat()])) {
    if (there.some((one) => foldTargetName(one) === foldTargetName(name))) continue;
    const meant = foldTargetName(name) === 'production' ? defaultTargetName : suggest(name, there);
    if (meant !== null && !differInNumber(name, meant)) return { name, meant };
  }
  return null;
}

/** `staging1` is no slip of `staging2`. */
function differInNumber(left: string, right: string): boolean {
  const [one, other] = [left, right].map((name) => foldTargetName(name).replace(/\d+/g, ''));
  return one === other;
}
