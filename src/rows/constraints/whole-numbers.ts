/**
 * A column that becomes an INTEGER PRIMARY KEY, which is the rowid: it takes whole numbers alone, whatever the statement says of
 * conflicts (sqlite.org/lang_createtable.html, "ROWIDs and the INTEGER PRIMARY KEY").
 */

import { findRowidColumn, findStructureColumn, isRowidColumn } from '../../schema/model/columns.ts';
import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import { type Scene, type StatementPlace, subjectOf, subjectOfTable } from '../context.ts';
import { findColumn } from '../state/table-rows.ts';
import { type PutRows, report } from './report.ts';

/** Values that it does not take: the statement fails at the first of them. */
export function askWholeNumbers(scene: Scene, place: StatementPlace, { rows, table, shown, given }: PutRows): void {
  const key = findRowidColumn(table);
  if (key === undefined || !given.has(foldName(key.name))) return;
  const source = findColumn(rows, key.name)?.source;
  if (source === undefined || (source.type === 'literal' && source.kind === 'number')) return;
  const from = source.type === 'column' ? scene.production.get(foldName(source.table)) : undefined;
  const original = from && source.type === 'column' ? findStructureColumn(from.structure, source.column) : undefined;
  if (from && original && isRowidColumn(from.structure, original.name)) return;
  const isWhole = from !== undefined && original !== undefined && sameName(rows.wholeOf ?? '', from.name);
  const subject = isWhole ? subjectOfTable(from) : subjectOf(scene, rows);
  const name = original?.name ?? key.name;
  const quoted = quoteIdentifier(name);
  // A text is compared as the number that it is: '1e3' is a whole one, and '1.5' is none.
  const isOther = `${quoted} <> CAST(CAST(${quoted} AS NUMERIC) AS INTEGER)`;
  // The others are as the key would hold them.
  const condition = isWhole ? isOther : `typeof(${quoteIdentifier(key.name)}) NOT IN ('integer', 'null')`;
  const today = { table: from?.name ?? rows.wholeOf ?? table.name, column: name };
  report(scene, place, 'fails', {
    count: scene.questions.countWhere(subject.select, condition),
    query: `SELECT * FROM ${subject.from} WHERE ${condition}`,
    columns: (isWhole ? from.structure : rows).columns.map(({ name }) => name),
    broken: () => ({
      code: 'check-fails',
      args: { what: 'whole-numbers', table: shown, column: key.name, today: { ...today, condition: isOther } },
    }),
  });
}
