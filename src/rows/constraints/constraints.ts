/** What rows would break that a statement puts into a table, or changes there. Called before it has run. */

import { isRowidColumn, listInsertable, namesRowid } from '../../schema/model/columns.ts';
import { listReadBy } from '../../schema/model/unique-keys.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { readsWithin } from '../../sql/nested-selects.ts';
import { parseInsert, parseUpdate } from '../../sql/row-statements.ts';
import { tokenize } from '../../sql/tokenize.ts';
import { listWords } from '../../sql/words.ts';
import { findShown, type Scene, type StatementPlace } from '../ask/context.ts';
import { askMet } from '../losses/colliding-rows.ts';
import { askDuplicates, listUniques } from './duplicates.ts';
import { askParents } from './parents.ts';
import { type PutRows, rowsOfInsert, rowsOfUpdate } from './put-rows.ts';
import { askValues } from './values.ts';

const consequences = { abort: 'fails', ignore: 'left-out', replace: 'replaces' } as const;

/** Of a long series of statements, the engine's words tell of the others. */
const mostAsked = 20;

/** Counts the statements about a table. @returns how many there were before. */
function countAsked({ asked }: Scene, table: string): number {
  const before = asked.get(foldName(table)) ?? 0;
  asked.set(foldName(table), before + 1);
  return before;
}

/** What an INSERT puts into a table; null where it cannot be taken apart. */
export function readInserted(scene: Scene, place: StatementPlace): PutRows | null {
  const parts = parseInsert(place.statement.sql);
  const [tracked, table] = [scene.rows.find(parts?.table ?? ''), scene.structures.find(parts?.table ?? '')];
  if (!parts || !tracked || !table || parts.source === null || parts.conflict === 'other') return null;
  const [named, select] = [parts.columns ?? listInsertable(table), parts.source];
  const told = { table, shown: findShown(place, table.name), named, select };
  const isOwn = tracked.origin === null && hasKeyword(select, 'SELECT');
  return rowsOfInsert(scene, { ...told, consequence: consequences[parts.conflict] }, !isOwn || !tracked.isFilled);
}

/** @param rows from `readInserted` */
export function askInserted(scene: Scene, place: StatementPlace, rows: PutRows | null): void {
  const tracked = scene.rows.find(rows?.table.name ?? '');
  if (!rows || !tracked) return;
  // Of a table of production only what a migration adds is new; what is unique there was unique before.
  const isNew = tracked.origin === null && hasKeyword(rows.select, 'SELECT');
  // A trigger may leave rows out: none fails then, but some may be replaced.
  const fires = scene.structures.listTriggers(tracked.name).length > 0;
  if (fires && (isNew || rows.consequence !== 'replaces')) return;
  const before = countAsked(scene, tracked.name);
  if (rows.consequence === 'fails' && before >= mostAsked) return;
  if (isNew) askNew(scene, place, rows);
  else if (rows.consequence !== 'left-out' && (tracked.origin !== null || tracked.isFilled))
    askMet(scene, place, rows, before > 0);
}

function askNew(scene: Scene, place: StatementPlace, rows: PutRows): void {
  const { table, named, consequence } = rows;
  askValues(scene, place, rows);
  for (const unique of listUniques(scene, table)) {
    // A rowid that is not given is made up, and never twice.
    const isMadeUp = ({ name }: { readonly name: string }) =>
      isRowidColumn(table, name) && !named.some((each) => sameName(each, name));
    if (unique.columns.some(isMadeUp)) continue;
    // What the statement says goes before what the table says (SQLite's "ON CONFLICT clause").
    const own = unique.conflict === 'ignore' || unique.conflict === 'replace' ? consequences[unique.conflict] : 'fails';
    askDuplicates(scene, place, consequence === 'fails' ? { ...rows, consequence: own } : rows, unique);
  }
  askParents(scene, place, rows);
}

/** Unique keys that an UPDATE may break: SQLite looks at them row by row, so what is twice in the end stops it. */
export function askChanged(scene: Scene, place: StatementPlace): void {
  const { sql } = place.statement;
  const parts = parseUpdate(sql);
  const table = scene.structures.find(parts?.table ?? '');
  if (!parts || !table || scene.structures.listTriggers(table.name).length > 0) return;
  const changes = new Map(
    parts.assignments.map(({ column, expression }) => {
      const kept = quoteIdentifier(column);
      const changed =
        parts.where === null ? expression : `CASE WHEN ${parts.where} THEN ${expression} ELSE ${kept} END`;
      return [foldName(column), `${changed} AS ${kept}`];
    }),
  );
  const uniques = listUniques(scene, table).filter(
    (unique) =>
      unique.conflict !== 'ignore' &&
      unique.conflict !== 'replace' &&
      listReadBy(unique, table).some((name) => changes.has(foldName(name))),
  );
  // The copy that it is tried on has other rowids.
  const readsRowid = [...listWords(sql)].some((name) => namesRowid(table, name));
  if (uniques.length === 0 || readsRowid || countAsked(scene, table.name) >= mostAsked) return;
  // The later rows would see what became of the earlier ones.
  const isTold = !readsWithin(tokenize(sql), foldName(table.name));
  const rows = rowsOfUpdate(scene, table, sql, changes, isTold);
  for (const unique of uniques) askDuplicates(scene, place, rows, unique, { how: 'before-update' });
}
