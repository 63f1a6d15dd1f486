/** Rows of a table that meet, by a unique key, those that an INSERT puts beside them. */

import { listCompared, type UniqueKey } from '../../schema/model/unique-keys.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Scene, StatementPlace } from '../ask/context.ts';
import { listUniques } from '../constraints/duplicates.ts';
import type { PutRows } from '../constraints/put-rows.ts';
import { report } from '../constraints/report.ts';
import { reportLoss } from './loss.ts';
import { isTold, listMet, type MetKey } from './taken-rows.ts';

/** Of rows that stop the statement, or that it puts others in the place of. @param isRepeated whether it was asked of the table before. */
export function askMet(scene: Scene, place: StatementPlace, rows: PutRows, isRepeated: boolean): void {
  const isReplacing = ({ unique }: MetKey) => rows.consequence === 'replaces' || unique.conflict === 'replace';
  askReplacedBy(scene, place, rows, listMet(scene, rows).filter(isReplacing), isRepeated);
  if (rows.consequence === 'fails')
    askStopped(
      scene,
      place,
      rows,
      listGiven(scene, rows).filter(({ conflict }) => conflict === null),
    );
}

/** Keys of which it says every column. */
function listGiven(scene: Scene, { table, named }: PutRows): readonly UniqueKey[] {
  const isGiven = (name: string) => named.some((each) => sameName(each, name));
  return listUniques(scene, table).filter(
    ({ where, columns }) =>
      where === null && columns.every(({ name, expression }) => expression === undefined && isGiven(name)),
  );
}

/** Finds the rows of the table that have the values of a key. */
function writeMeets({ table }: PutRows, keys: readonly UniqueKey[]): (from: string) => string {
  const compared = keys.map((unique) => ({ list: listCompared(unique, table).join(', '), where: unique.where }));
  return (from) =>
    compared
      .map(({ list, where }) =>
        where === null
          ? `(${list}) IN (SELECT ${list} FROM ${from})`
          : `((${where}) AND (${list}) IN (SELECT ${list} FROM ${from} WHERE ${where}))`,
      )
      .join(' OR ');
}

function askStopped(scene: Scene, place: StatementPlace, rows: PutRows, keys: readonly UniqueKey[]): void {
  if (keys.length === 0) return;
  const { table, named } = rows;
  const meets = writeMeets(rows, keys);
  const asked = rows.ask((from) => `SELECT * FROM ${quoteIdentifier(table.name)} WHERE ${meets(from)}`, named, 'match');
  const count = asked === null ? () => null : scene.asking.count(asked);
  const told = { query: asked?.bound?.sql ?? null, columns: table.columns.map(({ name }) => name) };
  const args = { what: 'insert', table: table.name } as const;
  report(scene, place, 'fails', { ...told, count, broken: () => ({ code: 'duplicates', args }) });
}

function askReplacedBy(
  scene: Scene,
  place: StatementPlace,
  rows: PutRows,
  keys: readonly MetKey[],
  isRepeated: boolean,
): void {
  const { table, named, consequence } = rows;
  // Who writes REPLACE and every column again says what becomes of each.
  const lost = table.columns.filter(
    ({ name, generated }) =>
      generated === null && (consequence !== 'replaces' || !named.some((each) => sameName(each, name))),
  );
  if (keys.length === 0 || lost.length === 0) return;
  const uniques = keys.map(({ unique }) => unique);
  const meets = writeMeets(rows, uniques);
  const reads = [...new Set([...named, ...keys.flatMap((key) => key.reads)])];
  const values = lost.map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`).join(' OR ');
  const write = (from: string) => `SELECT * FROM ${quoteIdentifier(table.name)} WHERE (${meets(from)}) AND (${values})`;
  const asked = rows.ask(write, reads, uniques.every(isTold) ? 'match' : 'value');
  const count = asked === null ? () => null : scene.asking.count(asked);
  reportLoss(scene, place, {
    ...{ query: asked?.bound?.sql ?? null, columns: table.columns.map(({ name }) => name) },
    // One hazard without a number is enough.
    count: (answers) => count(answers) ?? (isRepeated ? { rows: 0, atLeast: false } : null),
    loss: { kind: 'rows-replaced', table: table.name },
    args: { what: 'replaced-by-insert', table: table.name },
    nothing: null,
  });
}
