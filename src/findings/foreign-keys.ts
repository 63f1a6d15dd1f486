/** `foreign-keys`: rows that refer to a row which is not there. A statement or COMMIT fails, or such rows remain. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { quoteInComment } from '../sql/one-line.ts';
import { describeRows } from '../text/count.ts';
import { countedOf, defineFinding, type Found, type RowCount } from './finding.ts';
import { failsAtFirst, keysAreOn, switchKeysOff } from './reasons.ts';
import { inWords, toComplete, tryable, type Way, wayOf } from './way.ts';

export type ForeignKeysArgs = ForeignKeysAtEnd | ForeignKeysOfPut | ForeignKeysOfDeleted;

interface ForeignKeys {
  /** `child` has the foreign key; `parent` is the table that it refers to. */
  readonly child: string;
  readonly parent: string;
  /** The key as it is written. */
  readonly key: string;
}

/** Violations at the end of a migration. */
interface ForeignKeysAtEnd extends ForeignKeys {
  readonly what: 'left';
  /** Why they are a problem: COMMIT fails, keys that are off do not cascade, existing rows are not checked, or are only counted. */
  readonly because: 'commit-fails' | 'keys-off' | 'not-checked' | 'counted';
  /** null if the file changes rows before it switches foreign keys off: the safe way is then to switch them off for the whole file. */
  readonly mend: OrphanMend | null;
}

/** Rows that a statement inserts or updates. */
interface ForeignKeysOfPut extends ForeignKeys {
  readonly what: 'put';
  readonly mend: OrphanMend;
}

/** Rows that refer to deleted rows. */
interface ForeignKeysOfDeleted extends ForeignKeys {
  readonly what: 'held';
  /** The columns of the child's key. */
  readonly columns: readonly string[];
  /** True if a rebuild drops the parent. */
  readonly isRebuilt: boolean;
}

/** How to change rows without a parent, in the table as it is now. */
export interface OrphanMend {
  readonly table: string;
  /** The columns that can be NULL; null if none can, so that the rows must be deleted. */
  readonly columns: readonly string[] | null;
  /** The condition that finds the rows; null if it is too long to be shown. */
  readonly where: string | null;
}

export const foreignKeys = defineFinding({
  code: 'foreign-keys',
  kinds: ['blocker', 'hazard'],
  title: {
    blocker: 'rows that break a foreign key while keys are on',
    hazard: 'rows are left without the row that they refer to',
  },
  guards: { against: 'rows that are left without a parent', has: 'keys-off' },
  say: (found: Found<'foreign-keys', 'blocker' | 'hazard', ForeignKeysArgs>) =>
    sayForeignKeys(found.args, countedOf(found)),
  why: ({ args }) => explain(args),
  way: ({ args }) => writeForeignKeysWay(args),
});

export function sayForeignKeys(args: ForeignKeysArgs, count: RowCount): string {
  const { child, parent, key } = args;
  const of = `${describeRows(count)} of ${quoteIdentifier(child)}`;
  switch (args.what) {
    case 'left':
      return `${of} would be left without a parent in ${quoteIdentifier(parent)} (${key}).${args.mend === null ? ' The file changes rows before it switches foreign keys off and relies on them there, but they are off for the whole file.' : ''}`;
    case 'put':
      return `${of} would refer to a row of ${quoteIdentifier(parent)} that does not exist (${key}).`;
    case 'held':
      return `${of} ${count.rows === 1 ? 'refers' : 'refer'} to what is deleted from ${quoteIdentifier(parent)} (${key}).`;
  }
}

function explain(args: ForeignKeysArgs): string {
  switch (args.what) {
    case 'left':
      return whyLeft[args.because];
    case 'put':
      return `${keysAreOn}. ${failsAtFirst}`;
    case 'held':
      return `${keysAreOn}. The statement fails, and the migration is rolled back.`;
  }
}

const whyLeft: Record<ForeignKeysAtEnd['because'], string> = {
  'commit-fails': `${keysAreOn} and are checked when it ends: COMMIT fails, and the migration is rolled back.`,
  'keys-off': 'With foreign keys off nothing cascades: rows that refer to what is deleted stay, and point nowhere.',
  'not-checked':
    'SQLite does not check rows that already exist. Prisma would let them through, and a later write to the key of such a row fails.',
  counted:
    'SQLite lets them through: it only counts the rows that lose their parent against those that get one, and it finds no row that refers to another by a column of another type.',
};

export function writeForeignKeysWay(args: ForeignKeysArgs): Way {
  if (args.what !== 'held')
    return args.mend === null
      ? inWords('-- move the statements before PRAGMA foreign_keys=OFF into a separate migration, before this one')
      : writeMend(args.mend, args.parent);
  const values = args.columns.map((column) => `${quoteIdentifier(column)} = …`).join(', ');
  const move = toComplete(
    `-- before it, delete these rows, or let them refer to others:\nUPDATE ${quoteIdentifier(args.child)} SET ${values} WHERE …;`,
  );
  return wayOf(args.isRebuilt ? [switchKeysOff, move] : [move]);
}

/** @param mend its rows are there before the statement, or only when the file has made them. */
function writeMend(mend: OrphanMend, parent: string): Way {
  const missing = `add the missing rows to ${quoteInComment(parent)}`;
  const places = [
    { at: 'first', words: mend.columns === null ? 'before it' : 'before it, in the same file' },
    { at: 'before', words: 'right before it' },
    { at: 'last', words: 'at the end of the file' },
  ] as const;
  const [sql, changes] = [writeOrphans(mend), (mend.columns ?? []).map((column) => ({ table: mend.table, column }))];
  return wayOf(
    places.map(({ at, words }) => {
      const said = mend.columns === null ? `-- ${words}, ${missing}, or delete these:` : `-- ${words}:`;
      if (mend.where === null) return toComplete(`${said}\n${sql}`);
      return tryable(
        said,
        [{ at, sql }],
        mend.columns === null ? { deletes: [mend.table], isOnlyTried: true } : { changes },
      );
    }),
    `-- before it, ${missing}, or let the rows refer to some that are there`,
  );
}

function writeOrphans({ table: name, columns, where }: OrphanMend): string {
  const table = quoteIdentifier(name);
  if (columns === null) return `DELETE FROM ${table} WHERE ${where ?? '…'};`;
  const values = columns.map((column) => `${quoteIdentifier(column)} = NULL`).join(', ');
  return `UPDATE ${table} SET ${values} WHERE ${where ?? '…'};`;
}
