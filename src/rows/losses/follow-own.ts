/** Follows what the plan puts into tables of production, and takes from them. */

import { findPlainLiteral } from '../../sql/contents.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { parseAssignments } from '../../sql/row-statements.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { listReached } from '../state/reaches.ts';
import { tableNow } from './loss.ts';
import type { Fill } from './own.ts';

/** Before the statement. */
export function noteOwn(scene: Scene, place: StatementPlace): void {
  const { kind, sql } = place.statement;
  if (kind.type !== 'insert' && kind.type !== 'update' && kind.type !== 'delete') return;
  const { own, rows } = scene;
  const origin = rows.find(kind.table)?.origin ?? null;
  if (origin === null) return;
  const deletes = kind.type === 'delete' || kind.replaces;
  if (kind.type !== 'insert' || deletes) own.change(origin, deletes);
  if (kind.type === 'insert') fill(scene, place, kind.table, null);
  if (kind.type !== 'update') return;
  const given = parseAssignments(sql)?.filter(({ expression }) => !sameName(expression, 'NULL')) ?? null;
  own.assign(origin, given?.filter(({ expression }) => findPlainLiteral(expression) === null) ?? []);
  if (given?.length !== 0)
    fill(scene, place, kind.table, given && new Set(given.map(({ column }) => foldName(column))));
}

/** After it. */
export function followOwn(scene: Scene, place: StatementPlace): void {
  const { own, rows } = scene;
  const { kind } = place.statement;
  if (kind.type === 'create-table') own.setColumns(kind.name, []);
  if (kind.type === 'add-column') own.setColumns(kind.table, [...own.listColumns(kind.table), kind.column]);
  if (kind.type === 'drop-column') own.takeColumns(kind.table, [kind.column]);
  if (kind.type === 'rename-table') own.setColumns(kind.to, own.listColumns(kind.table));
  if (kind.type === 'rename-column') {
    const renamed = (name: string) => (sameName(name, kind.column) ? kind.to : name);
    own.setColumns(kind.table, own.listColumns(kind.table).map(renamed));
  }
  const reached = kind.type === 'other' ? rows.list().map(({ name }) => name) : listReached(scene, place);
  for (const name of reached) {
    const { origin = null, isFilled = false } = rows.find(name) ?? {};
    if (origin !== null) own.change(origin, true);
    if (isFilled) fill(scene, place, name, null);
  }
}

function fill(scene: Scene, { analysed, statement }: StatementPlace, name: string, columns: Fill['columns']): void {
  const origin = scene.rows.find(name)?.origin ?? null;
  if (origin === null || !scene.own.isNew(origin, columns)) return;
  const index = analysed.statements.indexOf(statement);
  scene.own.fill(origin, {
    ...{ place: { analysed, statement }, name, columns, rows: tableNow(scene, name) },
    moment: { migration: analysed.migration.name, statement: index, when: 'before' },
    names: scene.structures.find(name)?.columns.map((column) => column.name) ?? [],
  });
}
