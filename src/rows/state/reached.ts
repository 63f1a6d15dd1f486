/** What triggers and foreign keys change besides the table that a statement names. */

import { findReferenced } from '../../mirror/structures.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName } from '../../sql/identifiers.ts';
import { cutTriggerBody } from '../../sql/trigger.ts';
import { listWords } from '../../sql/words.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { isAction } from './key-links.ts';
import { findKeys } from './keys.ts';
import { unknownRows } from './table-rows.ts';

/** @param columns those that it changes, folded; null where it deletes rows, or changes any of them. */
export function forgetReached(
  scene: Scene,
  place: StatementPlace,
  table: string,
  columns: ReadonlySet<string> | null = null,
  seen = new Set<string>(),
): void {
  forgetTriggered(scene, table);
  forgetChildren(scene, place, table, columns, seen);
}

/** What refers to these columns of the table, and what refers to that, down to the last. */
export function forgetChildren(
  scene: Scene,
  place: StatementPlace,
  table: string,
  columns: ReadonlySet<string> | null = null,
  seen = new Set<string>(),
): void {
  if (findKeys(place.analysed) === 'off' || seen.has(foldName(table))) return;
  const parent = scene.structures.find(table);
  const reached = scene.structures.listChildren(table).filter(({ key }) => {
    const referenced = columns === null ? null : findReferenced(key, parent);
    const actions = columns === null ? [key.onDelete, key.onUpdate] : [key.onUpdate];
    return actions.some(isAction) && (referenced === null || referenced.some((name) => columns?.has(foldName(name))));
  });
  if (reached.length === 0) return;
  seen.add(foldName(table));
  for (const { table: child } of reached) {
    scene.rows.setRows(child.name, unknownRows);
    forgetReached(scene, place, child.name, null, seen);
  }
}

/** A trigger's body may change every table that it names. */
export function forgetTriggered(scene: Scene, table: string, seen = new Set<string>()): void {
  const { rows, structures } = scene;
  seen.add(foldName(table));
  for (const sql of structures.listTriggers(table)) {
    const body = cutTriggerBody(sql);
    rows.forget(body);
    if (hasKeyword(sql, 'RAISE')) rows.setRows(table, unknownRows);
    for (const name of listWords(body))
      if (!seen.has(name) && rows.find(name) !== null) forgetTriggered(scene, name, seen);
  }
}
