/** What a DELETE or UPDATE changes in other tables, by foreign keys and by triggers. */

import type { ReferringRows } from '../../findings/data-loss-rows.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parseDelete, parseUpdate } from '../../sql/row-statements.ts';
import { groupBy } from '../../text/group.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { findKeys } from '../ask/keys.ts';
import { askHeld } from '../constraints/referenced-rows.ts';
import { askAlong, tellAlong } from './along.ts';
import type { Along } from './along-told.ts';
import { follow, type Step, type Walk } from './follow-keys.ts';
import { hasSameTypes } from './key-links.ts';
import { guardLoss } from './loss.ts';
import { askReplaced } from './replaced-rows.ts';
import { listTriggered } from './triggers.ts';

/** Tables that are asked and named one by one; the others together. */
const mostNamed = 8;

/** A longer question is not worth its price. */
const longestQuestion = 20_000;

/** For DELETE, UPDATE and INSERT. @returns what must hold before it. */
export function askCascades(scene: Scene, place: StatementPlace): readonly DataGuard[] {
  const { kind, sql } = place.statement;
  if (kind.type !== 'insert' && kind.type !== 'delete' && kind.type !== 'update') return [];
  const { table, type: verb } = kind;
  const update = verb === 'update' ? parseUpdate(sql) : null;
  const parts = verb === 'delete' ? parseDelete(sql) : update;
  const replaces = kind.type === 'update' && kind.replaces;
  const columns = update?.assignments.map(({ column }) => column) ?? null;
  const where = parts === null ? null : (parts.where ?? '1');
  const first: Step = {
    table,
    verb,
    deletes: verb === 'delete' || replaces,
    columns,
    where,
    by: null,
    fired: null,
    depth: 0,
  };
  const walk = follow(scene, first, findKeys(place.analysed) !== 'off' && scene.rows.find(table) !== null, update);
  const how = verb === 'delete' ? 'deletes' : replaces ? 'replaces' : 'changes-keys';
  const alongs = [...listReferring(scene, walk, how), ...listTriggered(scene, walk)];
  if (verb === 'delete' && where !== null) askHeld(scene, place, walk);
  if (alongs.length > 0) {
    const find = askAlong(scene, place, walk, alongs);
    for (const group of new Set(alongs.map((along) => along.group)))
      tellAlong(scene, { place, find: (replies) => find(replies).filter(({ along }) => along.group === group) }, group);
  }
  if (verb === 'update') scene.along.updated.add(foldName(table));
  const guards = alongs.flatMap(({ select, loss }) =>
    select === null ? [] : [guardLoss(`NOT EXISTS (${select})`, loss)],
  );
  return [...askReplaced(scene, place), ...guards];
}

/** Rows of production that keys delete or change: one for each table, and one for those that are too many. */
export function listReferring(scene: Scene, walk: Walk, how: ReferringRows['how'], made = false): readonly Along[] {
  const [first] = walk.steps as [Step];
  const parent = first.table;
  const keyed = walk.steps.filter(
    ({ by, fired, table }) =>
      by !== null && fired === null && (made || (scene.rows.find(table)?.origin ?? null) !== null),
  );
  const names = new Set(keyed.map(({ table }) => foldName(table)));
  const shared = {
    isExact: first.where !== null && how !== 'replaces',
    mayChange: walk.steps.some(
      ({ table, fired, verb, deletes }) =>
        fired !== null && (verb !== 'insert' || deletes) && names.has(foldName(table)),
    ),
    group: `${how} ${parent}`,
  };
  const all = [...groupBy(keyed, ({ table }) => foldName(table)).values()].map((steps): Along => {
    const [{ table }] = steps as readonly [Step];
    const known = [...new Set(steps.flatMap(({ where }) => where ?? []))];
    const some = known.length > 1 ? `(${known.join(' OR ')})` : (known[0] ?? null);
    // What the statement itself deletes does not go along.
    const isOwn = sameName(table, parent) && how === 'deletes' && first.where !== null;
    return {
      tables: [table],
      of: { table, actions: [...new Set(steps.flatMap(({ by }) => by?.action ?? []))] },
      loss: { kind: 'rows-referring', table, parent },
      select:
        some &&
        `SELECT * FROM ${quoteIdentifier(table)} WHERE ${some}${isOwn ? ` AND (${first.where}) IS NOT TRUE` : ''}`,
      ...shared,
      // Then its guard finds a row, and the engine none.
      mayChange: shared.mayChange || !steps.every(({ by }) => by === null || hasSameTypes(scene, by.link)),
      isLoose: walk.cut.has(foldName(table)) || (walk.cut.size > 0 && steps.some(({ depth }) => depth > 1)),
      tell: (met, statements) => {
        const referring = met.map(({ along: { of }, count }) => ({ of, count }));
        return { what: 'referring-rows', how, parent, referring, statements };
      },
    };
  });
  return [...all.slice(0, mostNamed), ...joinOthers(all.slice(mostNamed), parent)];
}

function joinOthers(others: readonly Along[], parent: string): readonly Along[] {
  const [first] = others;
  if (first === undefined) return [];
  const selects = others.flatMap(({ select }) => (select === null ? [] : [select.replace('*', '1')]));
  const select = selects.join(' UNION ALL ');
  const isKnown = selects.length > 0 && select.length <= longestQuestion;
  return [
    {
      ...first,
      tables: others.flatMap(({ tables }) => tables),
      of: { tables: others.length },
      loss: { kind: 'rows-referring-more', tables: others.length, parent },
      select: isKnown ? select : null,
      isLoose: first.isLoose || !isKnown || selects.length < others.length,
    },
  ];
}
