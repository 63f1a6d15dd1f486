/**
 * What a statement does to the rows of tables, as far as a simple query over production's tables still tells it: other names,
 * other columns, rows copied one by one, rows left out or changed by what is in them alone. Of anything else nothing is known.
 */

import type { Structures } from '../../mirror/structures.ts';
import { hasOwnConflicts } from '../../production/tables.ts';
import { isAction, listInsertable } from '../../schema/model/columns.ts';
import { parseAlone } from '../../schema/parse/create-table.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { parsePlainSelect } from '../../sql/plain-select.ts';
import { parseCreateAs, parseDelete, parseInsert, parseUpdate } from '../../sql/row-statements.ts';
import { cutTriggerBody } from '../../sql/trigger.ts';
import { listWords } from '../../sql/words.ts';
import type { DatabaseRows } from './database-rows.ts';
import type { StatementPlace } from './place.ts';
import {
  compareAs,
  findColumn,
  keepColumns,
  knownRows,
  type PickedColumn,
  pickRows,
  type TableRows,
  unknownRows,
} from './table-rows.ts';

export interface Followed {
  readonly rows: DatabaseRows;
  readonly structures: Structures;
}

/** After the statement has run on the empty mirror. */
export function followRows(scene: Followed, place: StatementPlace): void {
  const { rows } = scene;
  const { kind, sql } = place.statement;
  switch (kind.type) {
    case 'create-table':
      setMade(
        scene,
        place,
        kind.name,
        kind.asSelect ? readSource(scene, parseCreateAs(sql), kind.name) : { type: 'none' },
      );
      break;
    case 'create-virtual-table':
      setMade(scene, place, kind.name, unknownRows);
      break;
    case 'create-view':
      rows.hide(kind.name);
      break;
    case 'drop':
      if (kind.object !== 'table') break;
      forgetBelow(scene, place, kind.name);
      rows.remove(kind.name);
      break;
    case 'rename-table':
      rows.rename(kind.table, kind.to);
      break;
    case 'rename-column':
      pick(scene, kind.table, (column) => (sameName(column.name, kind.column) ? { ...column, name: kind.to } : column));
      break;
    case 'drop-column':
      pick(scene, kind.table, (column) => (sameName(column.name, kind.column) ? null : column));
      break;
    case 'add-column':
      pick(scene, kind.table, (column) => column, addedColumn(kind.definition));
      break;
    case 'insert':
      insert(scene, place, kind.table);
      break;
    case 'update':
      update(scene, place, kind.table);
      break;
    case 'delete':
      remove(scene, place, kind.table);
      break;
    case 'alter-other':
      rows.setRows(kind.table, unknownRows);
      break;
    case 'other':
      rows.forgetAll();
      break;
    default:
  }
}

/** A table that production has not. */
function setMade(scene: Followed, { analysed }: StatementPlace, name: string, rows: TableRows): void {
  const isFilled = rows.type !== 'none';
  scene.rows.set({ name, origin: null, madeIn: analysed.migration.name, isFilled, rows });
}

function pick(
  { rows }: Followed,
  table: string,
  change: (column: PickedColumn) => PickedColumn | null,
  added: readonly PickedColumn[] = [],
): void {
  const current = rows.rowsOf(table);
  if (current.type !== 'known') return;
  rows.setRows(table, pickRows(current, [...keepColumns(current).flatMap((column) => change(column) ?? []), ...added]));
}

function addedColumn(definition: string): readonly PickedColumn[] {
  const columns = parseAlone(definition)?.columns ?? [];
  return columns.map(({ name, generated, written }) => ({
    name,
    as: null,
    expression: generated === null ? (written.default ?? 'NULL') : `(${generated.expression})`,
  }));
}

/** Rows of a SELECT, by the columns of the table that it fills. */
function readSource(
  scene: Followed,
  text: string | null,
  table: string,
  given: readonly string[] | null = null,
): TableRows {
  const structure = scene.structures.find(table);
  if (text === null || structure === null) return unknownRows;
  const named = given ?? listInsertable(structure);
  const bound = scene.rows.bind(text, text, 'another');
  const select = parsePlainSelect(text);
  const from = select === null ? null : scene.rows.rowsOf(select.table);
  // What is in between may find other rows each time it is run, as with LIMIT.
  if (bound === null || select === null || from?.type !== 'known' || !(select.whole || select.filtered))
    return unknownRows;
  if (structure.columns.some(({ generated }) => generated !== null)) return unknownRows;
  const items = select.items.flatMap((item) =>
    item.type === 'star' ? from.columns.map(({ name }) => ({ type: 'column', name }) as const) : [item],
  );
  if (items.length !== named.length) return unknownRows;
  const columns = structure.columns.map((column) => {
    const item = items[named.findIndex((name) => sameName(name, column.name))];
    const as = compareAs(column, structure);
    const before = item?.type === 'column' ? findColumn(from, item.name)?.as : null;
    const isSame = before?.collation === as.collation && (as.affinity === 'none' || before.affinity === as.affinity);
    return {
      name: column.name,
      as: isSame ? as : null,
      item,
      expression: item === undefined ? (column.written.default ?? 'NULL') : quoteIdentifier(column.name),
    };
  });
  const isPlain = select.whole && columns.every(({ item }) => item === undefined || item.type === 'column');
  if (isPlain)
    return pickRows(
      from,
      columns.map(({ item, ...column }) =>
        item?.type === 'column' ? { ...column, expression: quoteIdentifier(item.name) } : column,
      ),
    );
  const source = `(WITH migrate_prod_put (${named.map(quoteIdentifier).join(', ')}) AS (${bound.sql}) SELECT * FROM migrate_prod_put)`;
  const list = columns.map(({ expression }) => expression);
  return knownRows({ list, from: source, depth: from.depth + 2 }, columns, bound.isSure);
}

function insert(scene: Followed, place: StatementPlace, name: string): void {
  const parts = parseInsert(place.statement.sql);
  const table = scene.rows.find(name);
  const structure = scene.structures.find(name);
  const isFirst =
    table?.rows.type === 'none' &&
    parts?.conflict === 'abort' &&
    structure !== null &&
    !hasOwnConflicts(structure) &&
    scene.structures.listTriggers(name).length === 0;
  const put = isFirst ? readSource(scene, parts.source, name, parts.columns) : unknownRows;
  forgetTriggered(scene, name);
  if (parts?.conflict !== 'abort') forgetBelow(scene, place, name);
  if (table !== null) scene.rows.set({ ...table, isFilled: true, rows: put });
}

function update(scene: Followed, place: StatementPlace, name: string): void {
  const { sql } = place.statement;
  const parts = parseUpdate(sql);
  const current = scene.rows.rowsOf(name);
  const structure = scene.structures.find(name);
  const isAlone =
    parts !== null &&
    !hasKeyword(sql, 'SELECT') &&
    structure?.columns.every(({ generated }) => generated === null) === true;
  forgetBelow(scene, place, name);
  if (current.type === 'none') return;
  const isKnown = isAlone && scene.rows.rowsOf(name).type === 'known';
  if (current.type === 'unknown' || !isKnown) {
    scene.rows.setRows(name, unknownRows);
    return;
  }
  const { where, assignments } = parts;
  const columns = keepColumns(current).map((column): PickedColumn => {
    const given = assignments.find((each) => sameName(each.column, column.name))?.expression;
    if (given === undefined) return column;
    const expression =
      where === null ? `(${given})` : `CASE WHEN (${where}) THEN (${given}) ELSE ${column.expression} END`;
    return { ...column, as: null, expression };
  });
  scene.rows.setRows(name, pickRows(current, columns));
}

function remove(scene: Followed, place: StatementPlace, name: string): void {
  const parts = parseDelete(place.statement.sql);
  const current = scene.rows.rowsOf(name);
  forgetBelow(scene, place, name);
  if (current.type === 'none') return;
  const isAlone =
    parts !== null && !hasKeyword(parts.where ?? '', 'SELECT') && scene.rows.rowsOf(name).type === 'known';
  const left =
    isAlone && current.type === 'known'
      ? pickRows(current, keepColumns(current), `(${parts.where ?? '1'}) IS NOT TRUE`)
      : unknownRows;
  scene.rows.setRows(name, left);
}

/** What refers to a table, down to the last, and what triggers of all these name: some of their rows may be others now. */
function forgetBelow(scene: Followed, place: StatementPlace, name: string, seen = new Set<string>()): void {
  forgetTriggered(scene, name);
  if (place.analysed.foreignKeysOff) return;
  seen.add(foldName(name));
  for (const { table, key } of scene.structures.listChildren(name)) {
    if (![key.onDelete, key.onUpdate].some(isAction)) continue;
    scene.rows.setRows(table.name, unknownRows);
    if (!seen.has(foldName(table.name))) forgetBelow(scene, place, table.name, seen);
  }
}

/** A trigger's body may change every table that it names. */
function forgetTriggered(scene: Followed, name: string, seen = new Set<string>()): void {
  const { rows, structures } = scene;
  seen.add(foldName(name));
  for (const sql of structures.listTriggers(name)) {
    const body = cutTriggerBody(sql);
    rows.forget(body);
    if (hasKeyword(sql, 'RAISE')) rows.setRows(name, unknownRows);
    for (const other of listWords(body))
      if (!seen.has(other) && rows.find(other) !== null) forgetTriggered(scene, other, seen);
  }
}
