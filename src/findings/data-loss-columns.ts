/** Words for columns dropped with their values, and for rebuilds that do not keep the values of a column. */

import { quoteColumn, quoteIdentifier } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { type ColumnRename, loosenRenamed, writeRename } from './columns.ts';
import {
  type Clearable,
  isNoRename,
  type LossFacts,
  type LossWords,
  sayLost,
  whyCleared,
  whyLost,
  whyNothing,
  whyWritten,
} from './data-loss-words.ts';
import { type CopyKeeps, keepColumn } from './kept-copy.ts';
import { tryable, type Way } from './way.ts';

interface OfColumn {
  readonly table: string;
  readonly column: string;
  readonly copy: CopyKeeps;
}

export interface DroppedColumn extends OfColumn, Clearable {
  readonly what: 'dropped-column';
  /** The rename that may be meant; null for none. */
  readonly rename: ColumnRename | null;
  /** True if rows that the plan itself inserts may have values there; these are no loss. */
  readonly hasOwnValues: boolean;
}

export function tellDroppedColumn(args: DroppedColumn, facts: LossFacts): LossWords {
  const { kind, count } = facts;
  const { table, column, copy, rename, cleared } = args;
  const name = quoteColumn(table, column);
  const renamed =
    rename === null || isNoRename(facts)
      ? ''
      : ` If you meant to rename it to ${quoteIdentifier(rename.to)}: this drops it and adds an empty column.`;
  if (kind === 'note') {
    const where = args.hasOwnValues ? ' of production' : '';
    const message = `Drops ${name}, which is NULL in every row${where}.${renamed}`;
    return { message, why: whyNothing, way: null };
  }
  const way = rename === null ? keepColumn(table, column, copy) : renameOrKeep(rename, keepColumn(table, column, copy));
  if (cleared !== null) {
    const message = `Drops ${name}, which the plan clears first: ${describeRows(cleared)} in production ${cleared.rows === 1 ? 'has' : 'have'} a value.`;
    return { message, why: whyCleared, way };
  }
  return { message: `Drops ${name} with its values in ${sayLost(count, 'rows')}.${renamed}`, why: whyLost, way };
}

function renameOrKeep(rename: ColumnRename, keep: Way): Way {
  const edit = { at: 'rename', ...rename, sql: writeRename(rename) } as const;
  const words = '-- to rename it, in place of what drops the one and adds the other:';
  return { ...keep, parts: [[tryable(words, [edit], loosenRenamed(rename)), ...keep.parts.flat()]] };
}

/** A rebuild that reads the column, and copies something else instead of its values. */
export interface ChangedValues extends OfColumn {
  readonly what: 'changed-values';
  /** True if the new table has a column of that name. */
  readonly isThere: boolean;
}

export function tellChangedValues(
  { table, column, copy, isThere }: ChangedValues,
  { kind, count }: LossFacts,
): LossWords {
  const [rebuilt, name] = [quoteIdentifier(table), quoteColumn(table, column)];
  if (kind === 'note' && count === null) {
    const message = `Rebuilds ${rebuilt} in a way that could change the values of ${name}; today it changes none.`;
    return { message, why: whyNothing, way: null };
  }
  const rows = sayLost(count, 'rows');
  const message = isThere
    ? `Rebuilds ${rebuilt} and changes the values of ${name} in ${rows}.`
    : `Rebuilds ${rebuilt} without ${name}, and copies another value in its place in ${rows}.`;
  if (kind === 'note') return { message, why: whyWritten, way: null };
  return { message, why: whyLost, way: keepColumn(table, column, copy) };
}

/** A rebuild in which only some of the statements copy the column. */
export interface PartlyKept extends OfColumn {
  readonly what: 'partly-kept';
}

export function tellPartlyKept({ table, column, copy }: PartlyKept, { count }: LossFacts): LossWords {
  const may = count === null ? 'may' : 'does';
  return {
    message: `Rebuilds ${quoteIdentifier(table)} with several statements, and ${may} not keep the values of ${quoteColumn(table, column)} in ${sayLost(count, 'rows')}.`,
    why: whyLost,
    way: keepColumn(table, column, copy),
  };
}
