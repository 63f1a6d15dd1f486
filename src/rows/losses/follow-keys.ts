/** What a statement sets off in other tables: by foreign keys, by triggers, and by those of what these change. */

import { isAction } from '../../schema/model/columns.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { UpdateParts } from '../../sql/row-statements.ts';
import { parseTriggerEvent, parseTriggerSteps, type TriggerStep } from '../../sql/trigger.ts';
import type { Scene } from '../ask/context.ts';
import { listUniques } from '../constraints/duplicates.ts';
import { isFollowed, type Link, listLinks, refers, refersBelow } from './key-links.ts';

/** What happens to rows of one table. */
export interface Step {
  readonly table: string;
  readonly verb: 'insert' | 'update' | 'delete';
  /** True for REPLACE, too. */
  readonly deletes: boolean;
  /** Of an UPDATE; null where they may be any. */
  readonly columns: readonly string[] | null;
  /** The rows as they are before the statement; null where they cannot be told. */
  readonly where: string | null;
  /** Why it happens: a key with what it does, or a trigger with the step that fires it; null for the statement itself. */
  readonly by: { readonly link: Link; readonly action: string } | null;
  readonly fired: { readonly trigger: string; readonly event: Step } | null;
  readonly depth: number;
}

export interface Walk {
  /** The first is the statement's own. */
  readonly steps: readonly Step[];
  /** Tables, folded, of which more rows may be reached than the conditions tell. */
  readonly cut: ReadonlySet<string>;
}

/** Keys that go in a circle never end, and every further table makes a condition longer. */
const deepest = 4;
const mostSteps = 200;
const longestCondition = 5_000;

/** @param update what an UPDATE sets; null where that cannot be told */
export function follow(scene: Scene, first: Step, keysAct: boolean, update: UpdateParts | null = null): Walk {
  const steps = [first];
  const seen = new Set<string>();
  const cut = new Set<string>();
  for (const step of steps) {
    for (const next of [...(keysAct ? listKeyed(scene, step, update) : []), ...listFired(scene, step)]) {
      const length = (next.where?.length ?? 0) - 3 * (first.where?.length ?? 0);
      const isTold =
        next.where !== null && next.depth <= deepest && steps.length < mostSteps && length < longestCondition;
      const key = JSON.stringify([foldName(next.table), next.verb, next.deletes, next.fired?.trigger]);
      if (!isTold && next.fired === null) cut.add(foldName(next.table));
      if (isTold || !seen.has(key)) steps.push(isTold ? next : { ...next, where: null });
      seen.add(key);
    }
  }
  return { steps, cut };
}

function listKeyed(scene: Scene, step: Step, update: UpdateParts | null): readonly Step[] {
  const isFirst = step.depth === 0;
  if (!step.deletes && (step.verb !== 'update' || !isFirst)) return [];
  return listLinks(scene, step.table).flatMap((link): readonly Step[] => {
    const action = step.deletes ? link.key.onDelete : link.key.onUpdate;
    // A key that follows the one that it refers to loses nothing.
    if (!isAction(action) || (!step.deletes && action === 'cascade')) return [];
    // Down to the last has been said of it already.
    if (step.by?.link.key === link.key && isFollowed(link)) return [];
    // Which rows stand in the way of an UPDATE OR REPLACE, its WHERE does not say.
    const rows = isFirst && step.verb === 'delete' ? (step.where ?? '1') : isFirst && step.deletes ? '1' : step.where;
    const changed = step.deletes ? rows : writeChanged(update, link);
    if (changed === null && isFirst) return [];
    const deletes = step.deletes && action === 'cascade';
    const shared = { table: link.child.name, deletes, by: { link, action }, fired: step.fired, depth: step.depth + 1 };
    const write = step.deletes && isFollowed(link) && changed !== '1' ? refersBelow : refers;
    const where = changed === null || step.fired !== null ? null : write(scene, link, changed);
    return [{ ...shared, verb: deletes ? 'delete' : 'update', columns: deletes ? null : link.key.columns, where }];
  });
}

/** The rows whose key is another one afterwards; null for none. */
function writeChanged(update: UpdateParts | null, { referenced }: Link): string | null {
  if (update === null) return '1';
  const changed = referenced.flatMap((name) => {
    const assigned = update.assignments.find(({ column }) => sameName(column, name));
    return assigned ? [`${quoteIdentifier(name)} IS NOT (${assigned.expression})`] : [];
  });
  if (changed.length === 0) return null;
  return `${update.where === null ? '' : `(${update.where}) AND `}(${changed.join(' OR ')})`;
}

function listFired(scene: Scene, event: Step): readonly Step[] {
  return scene.structures.listNamedTriggers(event.table).flatMap(({ name, sql }) => {
    const on = parseTriggerEvent(sql);
    const isOfColumns = (on?.columns ?? []).some((column) => event.columns?.some((other) => sameName(column, other)));
    if (on?.verb !== event.verb || (on.columns.length > 0 && event.columns !== null && !isOfColumns)) return [];
    const fired = event.fired ?? { trigger: name, event };
    return parseTriggerSteps(sql).map(
      (step): Step => ({
        ...{ table: step.table, verb: step.verb, deletes: step.deletes || mayReplace(scene, step) },
        ...{ columns: null, where: null, by: null, fired, depth: event.depth + 1 },
      }),
    );
  });
}

/** Whether the table says itself that a row goes which stands in the way of another (ON CONFLICT REPLACE). */
function mayReplace(scene: Scene, { table: name, fills }: TriggerStep): boolean {
  const table = scene.structures.find(name);
  if (table === null) return false;
  const isFilled = (column: string) => fills === null || fills.some((each) => sameName(each, column));
  return listUniques(scene, table).some(
    ({ conflict, columns }) => conflict === 'replace' && columns.some((column) => isFilled(column.name)),
  );
}
