/** Rows whose parents are not there: those that a statement puts into a table, and the condition that finds them. */

import type { OrphanMend } from '../../findings/foreign-keys.ts';
import { findReferenced } from '../../mirror/structures.ts';
import { findStructureColumn, findWrittenName, isNeverNull } from '../../schema/model/columns.ts';
import type { ForeignKeyStructure, TableStructure } from '../../schema/model/structure.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { type Scene, type StatementPlace, showQuery } from '../context.ts';
import { writeColumns, writeOwnKey } from '../state/key-links.ts';
import { findKeys } from '../state/keys.ts';
import type { Put } from './constraints.ts';
import { report } from './report.ts';

/** With foreign keys on the statement itself fails. */
export function askParents(scene: Scene, place: StatementPlace, { rows, shown, columns, consequence }: Put): void {
  const { table, from } = rows;
  if (findKeys(place.analysed) !== 'on' || consequence !== 'fails') return;
  for (const key of table.foreignKeys) {
    const isKnown = from?.foreignKeys.some((known) => isSameKey(known, key)) === true;
    if (key.deferred || (isKnown && key.columns.every((name) => rows.copied(name) !== null))) continue;
    const isOwn = sameName(key.references, table.name);
    const write = (all: string) => writeMissing(scene, table, key, isOwn ? all : quoteIdentifier(key.references));
    const condition = write(quoteIdentifier(table.name));
    const asked = rows.ask((all) => `SELECT * FROM ${all} WHERE ${write(all) ?? 0}`, key.columns, 'value');
    if (condition === null || asked === null) continue;
    const mend = mendOrphans(scene, table, key, condition, shown);
    const { sql, references: parent } = key;
    report(scene, place, 'fails', {
      count: scene.asking.count(asked),
      query: asked.bound,
      columns,
      broken: () => ({ code: 'foreign-keys', args: { what: 'put', child: table.name, parent, key: sql, mend } }),
    });
  }
}

function isSameKey(left: ForeignKeyStructure, right: ForeignKeyStructure): boolean {
  return (
    sameName(left.references, right.references) &&
    left.columns.length === right.columns.length &&
    left.columns.every((name, index) => sameName(name, right.columns[index] ?? ''))
  );
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
  const filled = writeColumns(child, key.columns)
    .map((column) => `${column} IS NOT NULL`)
    .join(' AND ');
  if (parent === null) return structures.exists(key.references) ? null : filled;
  if (referenced === null) return null;
  const theirs = writeColumns(parent, referenced);
  const own = writeOwnKey(child, key.columns, parent, referenced);
  const isFilled = referenced.every((name) => {
    const column = findStructureColumn(parent, name);
    return column !== undefined && isNeverNull(parent, column);
  });
  // One NULL in the list, and NOT IN is never true.
  const present = isFilled ? '' : ` WHERE ${theirs.map((name) => `${name} IS NOT NULL`).join(' AND ')}`;
  return `${filled} AND ${own} NOT IN (SELECT ${theirs.join(', ')} FROM ${from}${present})`;
}

/** A condition that is longer is not shown. */
const longestCondition = 400;

/** How rows without a parent are mended before the statement. @param table as it is called then. */
export function mendOrphans(
  scene: Scene,
  child: TableStructure,
  key: ForeignKeyStructure,
  condition: string,
  table: string,
): OrphanMend {
  const names = key.columns.filter((name) => findStructureColumn(child, name)?.notNull === false);
  const shown = showQuery(scene, condition);
  return {
    table,
    columns: names.length === key.columns.length ? names.map((name) => findWrittenName(child, name)) : null,
    where: shown.length < longestCondition ? shown : null,
  };
}
