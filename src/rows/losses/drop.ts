/** A DROP TABLE: what goes with the table, or which other one takes its place. */

import type { DataGuard } from '../../plan/plan.ts';
import { findRenamedTable } from '../../plan/structure/drop-and-add.ts';
import { findContent } from '../../plan/structure/full-text.ts';
import { noteLeftOut } from '../../plan/structure/left-out.ts';
import { askRowids } from '../../plan/structure/rowids.ts';
import { noteDroppedTable, noteRebuilt } from '../../plan/structure/running-code.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import type { TrackedTable } from '../ask/database-rows.ts';
import { askHeld } from '../constraints/referenced-rows.ts';
import { askSize } from '../sizes.ts';
import type { Copies } from './copies.ts';
import { askCounter } from './counters.ts';
import { askTakenAlong, followDrop } from './deleted-along.ts';
import { askDroppedTable } from './dropped-table.ts';
import { askRebuilt, hasEverything, inherit, type Rebuilt } from './rebuilt.ts';

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
  const { origin, isFilled } = tracked;
  const walk = followDrop(scene, name);
  askTakenAlong(scene, place, name, walk);
  const standIn = findStandIn(scene, place, tracked);
  if (standIn === null && !comesBack(place, name)) noteDroppedTable(scene, place, name);
  const replacement = standIn ?? findOther(scene, copies, tracked);
  const rebuilt = replacement === null ? null : { table: name, replacement, copied: copies.find(replacement) };
  const guards = isMadeOfAnother(scene, name) ? [] : askLost(scene, copies, place, tracked, standIn, rebuilt);
  if (rebuilt === null || origin === null) return { guards, heir: null };
  inherit(scene, rebuilt);
  // It may have rows that the table had not.
  const hasMore = rebuilt.copied?.parts.some(({ tables }) => !tables.has(foldName(name))) === true;
  return { guards, heir: { name: rebuilt.replacement, origin, isFilled: isFilled || hasMore } };
}

function askLost(
  scene: Scene,
  copies: Copies,
  place: StatementPlace,
  { name, origin }: TrackedTable,
  standIn: string | null,
  rebuilt: Rebuilt | null,
): readonly DataGuard[] {
  const [old, made] = [scene.structures.find(name), scene.structures.find(standIn ?? '')];
  const isOfProduction = old !== null && made !== null && origin !== null;
  if (old !== null && made !== null) {
    noteRebuilt(scene, place, { ...old, name: origin ?? name }, made);
    noteLeftOut(scene, place, { ...old, name: origin ?? name }, made);
  }
  const rowids = isOfProduction ? askRowids(scene, place, old, made) : [];
  if (standIn !== null) askSize(scene, place, name);
  askHeld(scene, place, followDrop(scene, name));
  if (rebuilt !== null) {
    const counters = isOfProduction ? askCounter(scene, place, { table: name, old, made }) : [];
    return [...askRebuilt(scene, place, rebuilt), ...counters, ...rowids];
  }
  const twin = findRenamedTable(place.analysed, name, scene.structures);
  return askDroppedTable(scene, place, { name, twin, copied: copies.find(name) });
}

/** Whether it holds nothing but an index over rows that are elsewhere, which `'rebuild'` makes again. */
function isMadeOfAnother({ structures, production }: Scene, table: string): boolean {
  const virtual = structures.listVirtual().find(({ name }) => sameName(name, table));
  const content = virtual === undefined ? null : findContent(virtual.sql);
  // The same plan may have dropped the rows before, which is told of them.
  return content !== null && (structures.isReadable(content) || production.has(foldName(content)));
}

/** A rebuild's copy, or a table made under the name that this one had. */
function findStandIn(scene: Scene, { analysed, index }: StatementPlace, { name, origin }: TrackedTable): string | null {
  // What is yet to be made holds nothing of it.
  const rebuild = analysed.rebuilds.find(
    (candidate) =>
      candidate.first <= index &&
      index <= candidate.last &&
      sameName(candidate.table, name) &&
      scene.structures.find(candidate.replacement) !== null,
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

/** Whether a later statement of the migration makes a table of this name. */
export function comesBack({ analysed: { statements }, index }: StatementPlace, name: string): boolean {
  return statements
    .slice(index + 1)
    .some(
      ({ kind }) =>
        ((kind.type === 'create-table' || kind.type === 'create-virtual-table') && sameName(kind.name, name)) ||
        (kind.type === 'rename-table' && sameName(kind.to, name)),
    );
}
