/** Words for keys that change: numbers that SQLite makes up, and ids that are given out again. */

import { quoteIdentifier, quoteText } from '../sql/identifiers.ts';
import { describeRows } from '../text/count.ts';
import { type LossFacts, type LossWords, whyLost } from './data-loss-words.ts';
import { idsMeanOthers } from './reasons.ts';
import { toComplete, tryable, type Way, wayOf } from './way.ts';

/** NULLs copied into an INTEGER PRIMARY KEY. */
export interface MadeUpKeys {
  readonly what: 'made-up-keys';
  readonly table: string;
  readonly key: string;
  /** The column that the values come from. */
  readonly from: { readonly table: string; readonly column: string };
}

export function tellMadeUpKeys({ table, key, from }: MadeUpKeys, { count }: LossFacts): LossWords {
  const [shown, name] = [table, key].map(quoteIdentifier);
  const [read, column] = [from.table, from.column].map(quoteIdentifier);
  return {
    message:
      count === null
        ? `Rows of ${shown} that have NULL in ${name} get a new number there, as an INTEGER PRIMARY KEY cannot be NULL; how many could not be counted.`
        : `${describeRows(count)} of ${shown} ${count.rows === 1 ? 'has' : 'have'} NULL in ${name} and ${count.rows === 1 ? 'gets' : 'get'} a new number there, as an INTEGER PRIMARY KEY cannot be NULL.`,
    why: whyLost,
    way: wayOf([
      toComplete(
        `-- before it, in the same file, set a number of your own for each:\nUPDATE ${read} SET ${column} = … WHERE ${column} IS NULL;`,
        [{ at: 'before', sql: `UPDATE ${read} SET ${column} = ${column} WHERE ${column} IS NULL;` }],
      ),
    ]),
  };
}

/** An AUTOINCREMENT counter that a rebuild does not pass on. */
export interface LostCounter {
  readonly what: 'lost-counter';
  /** The name in production. */
  readonly table: string;
  /** Its present value; null if it could not be read. */
  readonly counter: string | null;
  readonly way: CounterWay;
}

export type CounterWay =
  /** From the old table to the new one, by their names before the rename. */
  | { readonly how: 'hand-on'; readonly table: string; readonly replacement: string }
  /** The new table has no counter; keep the key AUTOINCREMENT. */
  | { readonly how: 'keep'; readonly key: string };

export function tellLostCounter({ table, counter, way }: LostCounter): LossWords {
  const loses =
    counter === null ? 'may lose its AUTOINCREMENT counter' : `loses its AUTOINCREMENT counter (${counter})`;
  return {
    message: `"${table}" ${loses}: ids of deleted rows are used again.`,
    why: idsMeanOthers,
    way: writeCounterWay(way),
  };
}

function writeCounterWay(way: CounterWay): Way | string {
  if (way.how === 'keep') {
    return `-- keep it in the new table:\n${quoteIdentifier(way.key)} INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT`;
  }
  const [oldTable, newTable] = [way.table, way.replacement].map(quoteText);
  const sql = `UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = ${oldTable}) WHERE name = ${newTable};`;
  return wayOf([
    tryable('-- copy the counter, before the DROP TABLE:', [{ at: 'before-drop', table: way.table, sql }]),
  ]);
}
