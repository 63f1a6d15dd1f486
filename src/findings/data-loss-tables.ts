/** Words for tables dropped with their rows, and for rebuilds that do not copy every row. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { type Broken, sayBroken, writeBrokenWay } from './broken.ts';
import {
  type Clearable,
  type LossFacts,
  type LossWords,
  sayLost,
  whyCleared,
  whyLost,
  whyNothing,
} from './data-loss-words.ts';
import { type CopyKeeps, keepTable } from './kept-copy.ts';

export interface DroppedTable extends Clearable {
  readonly what: 'dropped-table';
  readonly table: string;
  /** A new table that may be meant as the same table renamed; null for none. */
  readonly twin: string | null;
  readonly copy: CopyKeeps;
}

export function tellDroppedTable({ table, twin, copy, ...args }: DroppedTable, { kind, count }: LossFacts): LossWords {
  const quoted = quoteIdentifier(table);
  const renamed =
    twin === null
      ? ''
      : ` If you meant to rename it to ${quoteIdentifier(twin)}: this drops it and creates an empty table.`;
  if (kind === 'note') {
    return { message: `Drops ${quoted}, which is empty.${renamed}`, why: whyNothing, way: null };
  }
  const way =
    twin === null
      ? keepTable(table, copy)
      : `-- to rename it, in place of the DROP TABLE and the CREATE TABLE:\nALTER TABLE ${quoted} RENAME TO ${quoteIdentifier(twin)};`;
  const { cleared } = args;
  if (cleared !== null) {
    const message = `Drops ${quoted}, which the plan empties first: production has ${describeRows(cleared)}.`;
    return { message, why: whyCleared, way };
  }
  return { message: `Drops ${quoted} with ${sayLost(count, 'its rows')}.${renamed}`, why: whyLost, way };
}

export interface NothingCopied {
  readonly what: 'nothing-copied';
  readonly table: string;
}

export function tellNothingCopied({ table }: NothingCopied, { count }: LossFacts): LossWords {
  const quoted = quoteIdentifier(table);
  const rows = count === null ? '; how many could not be counted' : `: ${describeRows(count)}`;
  return {
    message: `Rebuilds ${quoted} without copying its rows${rows}.`,
    why: whyLost,
    way: `-- before the DROP TABLE:\nINSERT INTO ${quoteIdentifier(`new_${table}`)} (…) SELECT … FROM ${quoted};`,
  };
}

/** A rebuild that leaves rows out: by a WHERE, a JOIN, DISTINCT. */
export interface NotAllCopied {
  readonly what: 'not-all-copied';
  readonly table: string;
  /** The name of the new table before it is renamed. */
  readonly replacement: string;
}

export function tellNotAllCopied({ table, replacement }: NotAllCopied, { count }: LossFacts): LossWords {
  const [oldTable, newTable] = [table, replacement].map(quoteIdentifier);
  return {
    message:
      count === null
        ? `Rebuilds ${oldTable} and may not copy every row; how many would be left out could not be counted.`
        : `Rebuilds ${oldTable} and does not copy every row: ${describeRows(count)} would be left out.`,
    why: whyLost,
    way: `-- copy every row:\nINSERT INTO ${newTable} (…) SELECT … FROM ${oldTable};`,
  };
}

/** An INSERT OR IGNORE or OR REPLACE that does not put every row into the new table. */
export interface LeftOutRows {
  readonly what: 'left-out-rows';
  readonly table: string;
  /** Which one of the conflicting rows is kept. */
  readonly keeps: 'last' | 'none';
  /** The constraint that the rows break. */
  readonly broken: Broken;
}

export function tellLeftOutRows({ table, keeps, broken }: LeftOutRows, { count }: LossFacts): LossWords {
  const rows =
    count === null
      ? `Rows of ${quoteIdentifier(table)} may break one of its constraints; how many could not be counted.`
      : sayBroken(broken, count);
  return {
    message: `${rows} ${keeps === 'last' ? 'Only the last of them is kept.' : 'Such rows are left out.'}`,
    why: 'Rows that are not copied are gone when the old table is dropped.',
    way: writeBrokenWay(broken),
  };
}
