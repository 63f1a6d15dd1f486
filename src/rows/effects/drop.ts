/** A DROP TABLE: what goes with the table, or which other one takes its place. */

import type { DataGuard } from '../../plan/plan.ts';
import { findRenamedTable } from '../../plan/structure/drop-and-add.ts';
import { findContent } from '../../plan/structure/full-text.ts';
import { noteLeftOut } from '../../plan/structure/left-out.ts';
import { askRowids } from '../../plan/structure/rowids.ts';
import { noteDroppedTable, noteRebuilt } from '../../plan/structure/running-code.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { askHeld } from '../constraints/referenced-rows.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { askCounter } from '../losses/counters.ts';
import { askTakenAlong } from '../losses/deleted-along.ts';
import { askDroppedTable } from '../losses/dropped-table.ts';
import { askRebuilt, hasEverything } from '../losses/rebuilt.ts';
import { askSize } from '../sizes.ts';
import type { Copies } from '../state/copies.ts';
import type { TrackedTable } from '../state/database-rows.ts';

/** The table that takes the place of one that is dropped: from then on it is the one that production had. */
export type Heir = Pick<TrackedTable, 'name' | 'origin' | 'isFilled'>;

interface AskedDrop {
  /** What must hold before it. */
  readonly guards: readonly DataGuard[];
  readonly heir: Heir | null;
}

/** Before the statement runs. */
export function askDrop(scene: Scene, copies: Copies, place: StatementPlace, name: string): AskedDrop {
  const tracked = scene.rows.find(name);
  if (tracked === null) return { guards: [], heir: null };
  askTakenAlong(scene, place, name);
  const standIn = findStandIn(scene, place, tracked);
  const replacement = standIn ?? findOther(scene, copies, tracked);
  const heir = replacement === null || tracked.origin === null ? null : findHeir(copies, replacement, tracked);
  if (isMadeOfAnother(scene, name)) {
    if (standIn === null && !comesBack(place, name)) noteDroppedTable(scene, place, name);
    return { guards: [], heir };
  }
  if (standIn !== null) return { guards: askStandIn(scene, copies, place, tracked, standIn), heir };
  if (!comesBack(place, name)) noteDroppedTable(scene, place, name);
  askHeld(scene, place, name, '1');
  if (replacement !== null) {
    const rebuilt = { table: name, replacement, copied: copies.find(replacement) };
    return { guards: askRebuilt(scene, place, rebuilt), heir };
  }
  const sources = copies.find(name)?.sources ?? new Set();
  const twin = findRenamedTable(place.analysed, name, scene.structures);
  return { guards: askDroppedTable(scene, place, { name, twin, sources }), heir };
}

/** Whether it holds nothing but an index over rows that are elsewhere, which `'rebuild'` makes again. */
function isMadeOfAnother({ structures, production }: Scene, table: string): boolean {
  const virtual = structures.listVirtual().find(({ name }) => sameName(name, table));
  const content = virtual === undefined ? null : findContent(virtual.sql);
  // The same plan may have dropped the rows before, which is told of them.
  return content !== null && (structures.isReadable(content) || production.has(foldName(content)));
}

function askStandIn(
  scene: Scene,
  copies: Copies,
  place: StatementPlace,
  { name, origin }: TrackedTable,
  standIn: string,
): readonly DataGuard[] {
  const [old, made] = [scene.structures.find(name), scene.structures.find(standIn)];
  if (old !== null && made !== null) {
    noteRebuilt(scene, place, { ...old, name: origin ?? name }, made);
    noteLeftOut(scene, place, { ...old, name: origin ?? name }, made);
  }
  const rowids = old !== null && made !== null && origin !== null ? askRowids(scene, place, old, made) : [];
  askSize(scene, place, name);
  askHeld(scene, place, name, '1');
  const hasCounter = old !== null && made !== null && origin !== null;
  return [
    ...rowids,
    ...askRebuilt(scene, place, { table: name, replacement: standIn, copied: copies.find(standIn) }),
    ...(hasCounter ? askCounter(scene, place, { table: name, old, made }) : []),
  ];
}

/** A rebuild's copy, or a table made under the name that this one had. */
function findStandIn(
  scene: Scene,
  { analysed, statement }: StatementPlace,
  { name, origin }: TrackedTable,
): string | null {
  const index = analysed.statements.indexOf(statement);
  const rebuild = analysed.rebuilds.find(
    (candidate) => candidate.first <= index && index <= candidate.last && sameName(candidate.table, name),
  );
  if (rebuild !== undefined) return rebuild.replacement;
  if (origin === null || sameName(origin, name)) return null;
  return scene.rows.find(origin)?.origin === null ? origin : null;
}

/** A table of another name that has all that this one has. */
function findOther(scene: Scene, copies: Copies, { name, origin }: TrackedTable): string | null {
  const others = origin === null ? [] : copies.listWhole(name);
  const isHeir = (other: string) =>
    hasEverything(scene, { table: name, replacement: other, copied: copies.find(other) });
  return others.findLast(isHeir) ?? null;
}

function findHeir(copies: Copies, replacement: string, { name, origin, isFilled }: TrackedTable): Heir {
  const parts = copies.find(replacement)?.parts ?? [];
  // It may have rows that the table had not.
  const hasMore = parts.some(({ tables }) => !tables.has(foldName(name)));
  return { name: replacement, origin, isFilled: isFilled || hasMore };
}

/** Whether a later statement of the migration makes a table of this name. */
export function comesBack({ analysed: { statements }, statement }: StatementPlace, name: string): boolean {
  return statements
    .slice(statements.indexOf(statement) + 1)
    .some(
      ({ kind }) =>
        ((kind.type === 'create-table' || kind.type === 'create-virtual-table') && sameName(kind.name, name)) ||
        (kind.type === 'rename-table' && sameName(kind.to, name)),
    );
}
