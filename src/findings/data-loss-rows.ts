/** Words for other rows that a statement deletes, changes or replaces: by foreign keys, by triggers, by REPLACE. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { count as countOf, describeRows } from '../text/count.ts';
import { type LossFacts, type LossWords, whyLost } from './data-loss-words.ts';
import type { RowCount } from './finding.ts';

/** Rows that refer to rows which are deleted, replaced, or given another key. */
export interface ReferringRows {
  readonly what: 'referring-rows';
  readonly how: 'deletes' | 'replaces' | 'changes-keys';
  /** The table whose rows are referred to. */
  readonly parent: string;
  readonly referring: readonly Referring[];
  /** The number of statements in the file that this finding is about. */
  readonly statements: number;
}

export interface Referring {
  /** A table with the actions of its foreign keys, or the number of further tables. */
  readonly of: { readonly table: string; readonly actions: readonly string[] } | { readonly tables: number };
  /** null if they could not be counted. */
  readonly count: RowCount | null;
}

const verbs: Readonly<Record<ReferringRows['how'], string>> = {
  deletes: 'Deleting from',
  replaces: 'Replacing rows of',
  'changes-keys': 'Changing keys of',
};

const actionWords: Readonly<Record<string, string>> = {
  cascade: 'deleted',
  'set null': 'set to NULL',
  'set default': 'reset to the default',
};

export function tellReferringRows({ how, parent, referring, statements }: ReferringRows): LossWords {
  const list = referring.map(
    ({ of, count }) => `${count === null ? 'rows' : describeRows(count)} of ${nameTables(of)}`,
  );
  const together = statements === 1 ? '' : ` This is the total of ${countOf(statements, 'statement')} of the file.`;
  const updates = referring.flatMap(({ of }) =>
    'table' in of ? [`UPDATE ${quoteIdentifier(of.table)} SET … WHERE …;`] : [],
  );
  return {
    message: `${verbs[how]} "${parent}" changes the rows that refer to it: ${list.join(', ')}.${together}`,
    why: 'The file names only one table. Only a backup can bring back what its foreign keys change in others.',
    way: `-- first, in the same file, move the rows that must stay:\n${updates.join('\n')}`,
  };
}

function nameTables(of: Referring['of']): string {
  if ('tables' in of) return countOf(of.tables, 'more table');
  return `"${of.table}" (${of.actions.map((action) => actionWords[action] ?? action).join(' or ')})`;
}

export interface TriggeredDeletes {
  readonly what: 'triggered-deletes';
  /** The table whose rows are deleted. */
  readonly table: string;
  readonly trigger: string;
}

export function tellTriggeredDeletes({ table, trigger }: TriggeredDeletes, { count }: LossFacts): LossWords {
  const name = quoteIdentifier(trigger);
  return {
    message:
      count === null
        ? `Fires the trigger "${trigger}", which deletes rows of "${table}"; how many could not be counted.`
        : `Fires the trigger "${trigger}", which deletes ${describeRows(count)} of "${table}".`,
    why: 'The file does not name that table. Only a backup can bring back what its triggers delete.',
    way: `-- if these rows must stay, drop the trigger and create it again afterwards:\nDROP TRIGGER ${name};\n…\nCREATE TRIGGER ${name} …;`,
  };
}

/** UPDATE OR REPLACE. */
export interface ReplacedByUpdate {
  readonly what: 'replaced-by-update';
  readonly table: string;
}

export function tellReplacedByUpdate({ table }: ReplacedByUpdate): LossWords {
  const quoted = quoteIdentifier(table);
  return {
    message: `The UPDATE replaces rows of ${quoted}: those whose key a changed row takes are deleted; how many could not be counted.`,
    why: whyLost,
    way: `-- let it fail if two rows would have the same key:\nUPDATE ${quoted} SET … WHERE …;`,
  };
}

/** INSERT OR REPLACE. */
export interface ReplacedByInsert {
  readonly what: 'replaced-by-insert';
  readonly table: string;
}

export function tellReplacedByInsert({ table }: ReplacedByInsert, { count }: LossFacts): LossWords {
  const quoted = quoteIdentifier(table);
  return {
    message: `Replaces ${count === null ? 'rows' : describeRows(count)} of ${quoted} as a whole: values that it does not write again are lost.`,
    why: whyLost,
    way: `-- change only the columns that you mean:\nINSERT INTO ${quoted} (…) VALUES (…) ON CONFLICT (…) DO UPDATE SET … = excluded.…;`,
  };
}

/** Rows that INSERT OR REPLACE deletes beside the one that it writes again. */
export interface TakenByInsert {
  readonly what: 'taken-by-insert';
  readonly table: string;
}

export function tellTakenByInsert({ table }: TakenByInsert, { count }: LossFacts): LossWords {
  const quoted = quoteIdentifier(table);
  return {
    message: `Deletes ${count === null ? 'rows' : describeRows(count)} of ${quoted}: a new row replaces every row that has a unique key of it, and not only one.${count === null ? ' How many could not be counted.' : ''}`,
    why: whyLost,
    way: `-- let it fail where the key is another row's:\nINSERT INTO ${quoted} (…) VALUES (…) ON CONFLICT (…) DO UPDATE SET … = excluded.…;`,
  };
}
