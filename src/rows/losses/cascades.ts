/** What a DELETE or UPDATE changes in other tables, by foreign keys and by triggers. */

import type { ReferringRows } from '../../findings/data-loss-rows.ts';
import type { AnalysedStatement } from '../../plan/analyse.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { isOfRowAlone } from '../../sql/delete-conditions.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { parseDelete, parseUpdate } from '../../sql/row-statements.ts';
import { cutTriggerBody } from '../../sql/trigger.ts';
import { askHeld } from '../constraints/referenced-rows.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { type Followed, followChanged, followDeleted, type Reached } from '../state/follow-keys.ts';
import { findKeys } from '../state/keys.ts';
import type { Along } from './along.ts';
import { guardLoss } from './loss.ts';
import { askReplaced } from './replaced-rows.ts';
import { type Event, listTriggered } from './triggers.ts';
import { type WatchedTable, watchRows } from './watched.ts';

/** Tables that are asked and named one by one; the others together. */
const mostNamed = 8;

/** A longer question is not worth its price. */
const longestQuestion = 20_000;

/** A statement, and what foreign keys do because of it. */
interface Reach extends Followed {
  readonly event: Event;
  readonly how: ReferringRows['how'];
  /** Whether these rows are reached, and not only some of them. */
  readonly isExact: boolean;
}

/** For DELETE, UPDATE and INSERT. @returns what must hold before it. */
export function askCascades(scene: Scene, place: StatementPlace): readonly DataGuard[] {
  const reach = follow(scene, place);
  if (reach === null) return [];
  const { event, reached } = reach;
  const triggered = listTriggered(scene, place, [event, ...reached.flatMap(listEvents)]);
  const alongs = [...listReferring(reach), ...triggered];
  if (event.verb === 'delete' && event.where !== null) askHeld(scene, place, event.table, reach);
  if (alongs.length > 0) {
    const emptied = triggered.flatMap(({ tables }) => tables.flatMap((name) => scene.structures.find(name) ?? []));
    const watched: readonly WatchedTable[] = [
      ...reached,
      ...emptied
        .filter((table) => !reached.some((each) => each.table === table))
        .map((table) => ({ table, columns: [] })),
    ];
    const deleted = event.verb === 'delete' ? event : null;
    scene.along.ask(scene, place, alongs, watchRows(scene, watched, deleted), (later) =>
      listAhead(scene, place, later),
    );
  }
  const guards = alongs.flatMap(({ select, loss }) =>
    select === null ? [] : [guardLoss(`NOT EXISTS (${select})`, loss)],
  );
  return [...askReplaced(scene, place), ...guards];
}

/** @returns null for any other statement */
function follow(scene: Scene, { analysed, statement: { kind, sql } }: StatementPlace): Reach | null {
  if (kind.type !== 'insert' && kind.type !== 'delete' && kind.type !== 'update') return null;
  const { table, type: verb } = kind;
  const update = verb === 'update' ? parseUpdate(sql) : null;
  const parts = verb === 'delete' ? parseDelete(sql) : update;
  const where = parts === null ? null : (parts.where ?? '1');
  const event = { table, verb, columns: update?.assignments.map(({ column }) => column) ?? null, where };
  const isFollowed = verb !== 'insert' && findKeys(analysed) !== 'off' && scene.rows.find(table) !== null;
  if (!isFollowed) return { event, how: 'deletes', gone: new Map(), reached: [], isExact: true };
  if (kind.type === 'update' && !kind.replaces)
    return {
      event,
      how: 'changes-keys',
      gone: new Map(),
      reached: followChanged(scene, table, update).filter(isOfProduction),
      isExact: update !== null && !interfere(scene, [table]),
    };
  // Which rows stand in the way of an UPDATE OR REPLACE, its WHERE does not say.
  const named = verb === 'delete' ? where : null;
  const followed = followDeleted(scene, table, named);
  const how = verb === 'delete' ? 'deletes' : 'replaces';
  return {
    event,
    how,
    gone: followed.gone,
    reached: followed.reached.filter(isOfProduction),
    isExact: named !== null && !interfere(scene, followed.gone.keys()),
  };

  function isOfProduction({ table: { name } }: Reached): boolean {
    return (scene.rows.find(name)?.origin ?? null) !== null;
  }
}

/** Whether a trigger may change what goes along, before it does. */
function interfere({ structures }: Scene, tables: Iterable<string>): boolean {
  return [...tables].some((table) =>
    structures
      .listTriggers(table)
      .some((sql) => hasKeyword(cutTriggerBody(sql), 'UPDATE', 'DELETE', 'REPLACE', 'RAISE')),
  );
}

function listEvents({ table, actions, where }: Reached): readonly Event[] {
  return actions.map((action) => ({
    table: table.name,
    verb: action === 'cascade' ? 'delete' : 'update',
    columns: null,
    where,
  }));
}

/** null where rows may change otherwise than by being deleted. */
function listAhead(scene: Scene, { analysed }: StatementPlace, statement: AnalysedStatement): readonly Along[] | null {
  const reach = statement.kind.type === 'delete' ? follow(scene, { analysed, statement }) : null;
  if (reach === null || !isOfRowAlone(reach.event.where)) return null;
  const isPlain = reach.reached.every(({ actions }) => actions.every((action) => action === 'cascade'));
  const tables = [reach.event.table, ...reach.reached.map(({ table }) => table.name)];
  return isPlain && tables.every((table) => scene.structures.listTriggers(table).length === 0)
    ? listReferring(reach)
    : null;
}

/** One for each table, and one for those that are too many. */
function listReferring({ event: { table: parent }, how, reached, isExact }: Reach): readonly Along[] {
  const tell: Along['tell'] = (met, statements) => {
    const referring = met.map(({ along: { of }, count }) => ({ of, count }));
    return { what: 'referring-rows', how, parent, referring, statements };
  };
  const shared = { isExact, group: `${how} ${parent}`, tell };
  const named = reached.slice(0, mostNamed).map(
    ({ table: { name }, actions, where, isWhole }): Along => ({
      ...shared,
      tables: [name],
      of: { table: name, actions },
      loss: { kind: 'rows-referring', table: name, parent },
      select: where && `SELECT * FROM ${quoteIdentifier(name)} WHERE ${where}`,
      isLoose: !isWhole,
    }),
  );
  const others = reached.slice(mostNamed);
  if (others.length === 0) return named;
  const selects = others.flatMap(({ table, where }) =>
    where === null ? [] : [`SELECT 1 FROM ${quoteIdentifier(table.name)} WHERE ${where}`],
  );
  const select = selects.join(' UNION ALL ');
  const isKnown = selects.length > 0 && select.length <= longestQuestion;
  return [
    ...named,
    {
      ...shared,
      tables: others.map(({ table }) => table.name),
      of: { tables: others.length },
      loss: { kind: 'rows-referring-more', tables: others.length, parent },
      select: isKnown ? select : null,
      isLoose: !isKnown || selects.length < others.length || others.some(({ isWhole }) => !isWhole),
    },
  ];
}
