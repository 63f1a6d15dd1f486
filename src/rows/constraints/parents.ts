/** Rows whose parents are not there: those that a statement puts into a table, and the condition that finds them. */

import { findReferenced } from '../../mirror/structures.ts';
import { mendOrphans } from '../../plan/structure/safe-ways.ts';
import { findStructureColumn, isNeverNull } from '../../schema/model/columns.ts';
import type { ForeignKeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { findKeys } from '../ask/keys.ts';
import { writeColumns, writeOwnKey } from '../losses/key-links.ts';
import { findRows, type PutRows } from './put-rows.ts';
import { report } from './report.ts';

/** With foreign keys on the statement itself fails. */
export function askParents(scene: Scene, place: StatementPlace, rows: PutRows): void {
  const { table, from, consequence, shown } = rows;
  if (findKeys(place.analysed) !== 'on' || consequence !== 'fails') return;
  for (const key of table.foreignKeys) {
    const isKnown = from?.foreignKeys.some((known) => isSameKey(known, key)) === true;
    const condition = writeMissing(scene, table, key);
    if (key.deferred || condition === null || (isKnown && key.columns.every(rows.copied))) continue;
    const isOwn = sameName(key.references, table.name);
    const where = (all: string) => (isOwn ? writeMissing(scene, table, key, all) : null) ?? condition;
    const mend = mendOrphans(table, key, condition, shown);
    const args = { what: 'put', child: table.name, parent: key.references, key: key.sql, mend } as const;
    report(scene, place, 'fails', {
      ...findRows(scene, rows, where, key.columns, 'value'),
      broken: () => ({ code: 'foreign-keys', args }),
    });
  }
}

function isSameKey(left: ForeignKeyStructure, right: ForeignKeyStructure): boolean {
  return sameName(left.references, right.references) && left.columns.join() === right.columns.join();
}

/**
 * The condition that finds the rows of a child that are without a parent.
 * @param from where the parents are, as it stands after FROM. @returns null where nobody knows which columns are meant
 */
export function writeMissing(
  { structures }: Pick<Scene, 'structures'>,
  child: TableStructure,
  key: ForeignKeyStructure,
  from = quoteIdentifier(key.references),
): string | null {
  const parent = structures.find(key.references);
  const referenced = findReferenced(key, parent);
  const filled = listFilled(writeColumns(child, key.columns));
  if (parent === null) return structures.exists(key.references) ? null : filled;
  if (referenced === null) return null;
  const theirs = writeColumns(parent, referenced);
  const own = writeOwnKey(child, key.columns, parent, referenced);
  const columns = referenced.map((name) => findStructureColumn(parent, name));
  // One NULL in the list, and NOT IN is never true.
  const isFilled = columns.every((column) => column !== undefined && isNeverNull(parent, column));
  const present = isFilled ? '' : ` WHERE ${listFilled(theirs)}`;
  return `${filled} AND ${own} NOT IN (SELECT ${theirs.join(', ')} FROM ${from}${present})`;
}

function listFilled(columns: readonly string[]): string {
  return columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
}
