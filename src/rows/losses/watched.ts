/** What is written down of a statement while it runs on rows: the rows that it deletes, or takes a key from, beside those that it names. */

import { hasRowid, listKeyColumns, namesRowid } from '../../schema/model/columns.ts';
import type { TableStructure } from '../../schema/model/structure.ts';
import { foldName, quoteIdentifier, quoteText, sameName } from '../../sql/identifiers.ts';
import { rowidNames } from '../../sql/words.ts';
import { groupBy } from '../../text/group.ts';
import type { RowAnswer } from '../ask/asking.ts';
import type { Scene } from '../ask/context.ts';
import type { Step, Walk } from './follow-keys.ts';
import { writeColumns } from './key-links.ts';

/** @returns how many rows of each table, by folded name */
export function watchRows(scene: Scene, { steps }: Walk): RowAnswer<ReadonlyMap<string, number>> {
  const [{ table: own, verb, where }, ...others] = steps as readonly [Step, ...Step[]];
  const names = verb === 'delete' && where !== null;
  const watched = [...groupBy(others.filter(isLoss), ({ table }) => foldName(table)).values()].flatMap((each) => {
    const table = scene.structures.find(each[0]?.table ?? '');
    const isOwn = table !== null && verb === 'delete' && sameName(table.name, own);
    const row = table === null || (isOwn && !names) ? null : writeIdentity(table, 'old.');
    return table === null || row === null ? [] : [{ table, isOwn, triggers: writeTriggers(table, row, each) }];
  });
  const one = watched.find(({ isOwn }) => isOwn)?.table;
  const answer = scene.asking.changes({
    tables: [own, ...watched.map(({ table }) => table.name)],
    triggers: watched.flatMap(({ triggers }) => triggers),
    named:
      one === undefined
        ? null
        : `INSERT INTO temp.migrate_prod_changes SELECT '', ${writeIdentity(one, '')} FROM ${quoteIdentifier(own)} WHERE ${where}`,
  });
  return (replies) => {
    const seen = answer(replies);
    if (seen === null) return null;
    const count = (name: string) => seen.get(foldName(name)) ?? 0;
    return new Map(
      watched.map(({ table: { name }, isOwn }) => [foldName(name), count(name) - (isOwn ? count('') : 0)]),
    );
  };
}

function isLoss({ deletes, by }: Step): boolean {
  return deletes || by !== null;
}

function writeTriggers(table: TableStructure, row: string, steps: readonly Step[]): readonly string[] {
  const into = `BEGIN INSERT INTO migrate_prod_changes VALUES (${quoteText(foldName(table.name))}, ${row}); END`;
  const on = `ON main.${quoteIdentifier(table.name)}`;
  const columns = new Set(steps.flatMap(({ by, deletes }) => (deletes ? [] : (by?.link.key.columns ?? []))));
  const changed = writeColumns(table, [...columns]).map((column) => `old.${column} IS NOT new.${column}`);
  const update = `AFTER UPDATE ${on} WHEN ${changed.join(' OR ')} ${into}`;
  return [`AFTER DELETE ${on} ${into}`, ...(changed.length === 0 ? [] : [update])];
}

/** What tells a row from others; null where there is nothing. */
function writeIdentity(table: TableStructure, row: string): string | null {
  if (hasRowid(table)) {
    const rowid = [...rowidNames].find((name) => namesRowid(table, name));
    return rowid === undefined ? null : `${row}${rowid}`;
  }
  const key = writeColumns(table, table.primaryKey ? listKeyColumns(table.primaryKey) : []);
  return key.map((column) => `quote(${row}${column})`).join(` || ',' || `);
}
