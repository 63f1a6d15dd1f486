/** `rehearsal-failed`: a statement that fails on the mirror, or leaves something that does not work. */

import type { UnknownName } from '../sandbox/unknown-names.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import type { BrokenText } from '../sql/broken.ts';
import { quoteIdentifier, quoteText } from '../sql/identifiers.ts';
import { type Mending, writeMending } from './broken-before.ts';
import { explainBrokenText } from './broken-text.ts';
import { defineFinding, type Found } from './finding.ts';
import { describeNames } from './unknown-names.ts';
import { toComplete, tryable, type Way, wayOf } from './way.ts';

export type RehearsalFailedArgs =
  | {
      readonly what: 'failed';
      /** The error in the engine's words. */
      readonly message: string;
      readonly hint: FailureHint | null;
      readonly mend: FailureMend | null;
    }
  /** A part of the text is no SQL; the place is that line. */
  | {
      readonly what: 'broken-text';
      readonly message: string;
      readonly fault: BrokenText;
      /** A JSON default without quotes. */
      readonly json: string | null;
    }
  /** It fails because of an object that was already broken in production. */
  | {
      readonly what: 'on-obstacle';
      readonly message: string;
      readonly type: SchemaObject['type'];
      readonly mending: Mending;
    }
  /** Something that it needs exists nowhere. */
  | { readonly what: 'unknown-names'; readonly names: readonly UnknownName[] }
  /** Objects that read a table still refer to it under another name, which is then dropped. */
  | {
      readonly what: 'points-to-gone';
      readonly reader: { readonly type: 'view' | 'child'; readonly name: string };
      /** The name that is gone, and the name before. */
      readonly gone: string;
      readonly table: string;
    }
  /** A view, or a trigger of another table, that does not work on the rebuilt table. */
  | {
      readonly what: 'breaks-reader';
      readonly object: Pick<SchemaObject, 'type' | 'name' | 'table' | 'sql'>;
      readonly rebuilt: string;
      /** The error in the engine's words. */
      readonly reason: string;
    };

/** What the engine's error does not tell. */
export type FailureHint =
  | { readonly what: 'leftover' }
  /** An index contains the dropped column. */
  | { readonly what: 'index-on-column'; readonly index: string }
  /** The text is in double quotes, so it is read as a column. */
  | { readonly what: 'quoted-text'; readonly text: string }
  | { readonly what: 'reader' }
  /** What it reads has no such column; the table that it fills has. */
  | { readonly what: 'new-column'; readonly column: string }
  /** libSQL's ALTER COLUMN ends at a comma within the column. */
  | { readonly what: 'cut-table' };

export type FailureMend =
  | { readonly what: 'drop-leftover'; readonly table: string }
  /** The statement with a name that SQLite takes. */
  | { readonly what: 'rename-index'; readonly sql: string }
  /** The statement with the text in single quotes. */
  | { readonly what: 'quote-text'; readonly sql: string }
  /** The statement without the column. */
  | { readonly what: 'leave-out'; readonly sql: string }
  | { readonly what: 'rebuild'; readonly table: string };

export const rehearsalFailed = defineFinding({
  code: 'rehearsal-failed',
  kinds: ['blocker'],
  title: "the statement fails on a copy of production's schema",
  say: ({ args }: Found<'rehearsal-failed', 'blocker', RehearsalFailedArgs>) => sayFailure(args),
  why: ({ args }) => explainWhy(args),
  way: ({ args }) => writeMend(args),
});

export function sayFailure(args: RehearsalFailedArgs): string {
  switch (args.what) {
    case 'failed':
      return `${sayFails(args.message)}${args.hint === null ? '' : ` ${sayHint(args.hint)}`}`;
    case 'broken-text':
      return `${sayFails(args.message)} ${explainBrokenText(args.fault, args.json)}`;
    case 'on-obstacle':
      return `${sayFails(args.message)} ${sayObstacle(args.type)}`;
    case 'unknown-names':
      return `It needs ${describeNames(args.names)}, which neither libSQL itself nor this server has.`;
    case 'points-to-gone': {
      const reader =
        args.reader.type === 'view' ? `The view "${args.reader.name}"` : `A foreign key of "${args.reader.name}"`;
      return `${reader} ${pointsToGone(args.gone)}. Create the changed table under a new name, and rename that one.`;
    }
    case 'breaks-reader':
      return `The ${describeReader(args.object)} would not work after "${args.rebuilt}" is rebuilt: ${args.reason}. Drop it before the rebuild, or replace it, in the same file.`;
  }
}

function sayFails(message: string): string {
  return `It fails on an empty copy of production's schema: ${message}.`;
}

/** A sentence after the engine's error. */
export function sayHint(hint: FailureHint): string {
  switch (hint.what) {
    case 'leftover':
      return 'Inside a rebuild nothing is skipped: a table left from an earlier attempt would be mistaken for the copy. If this is one, drop it.';
    case 'index-on-column':
      return `The index uses the column. Drop it first: DROP INDEX ${quoteIdentifier(hint.index)}.`;
    case 'quoted-text':
      return `libSQL reads ${quoteIdentifier(hint.text)} in double quotes as a column. If it is a text, write ${quoteText(hint.text)}.`;
    case 'new-column':
      return `${quoteIdentifier(hint.column)} is new: nothing has a value for it yet. Leave it out of the copy, or write a value in its place.`;
    case 'reader':
      return 'A view or trigger names something that does not exist. Drop it before the rebuild. If you still need it, create it again afterwards.';
    case 'cut-table':
      return "libSQL's ALTER COLUMN replaces the table's text up to the next comma, and here one stands within the column: in its type, its CHECK or a comment. Rebuild the table instead.";
  }
}

function sayObstacle(type: SchemaObject['type']): string {
  const state = type === 'view' || type === 'trigger' ? 'did not work before' : 'was made by another build of SQLite';
  return `Production already had this ${type}, and it ${state}. Until it is fixed, libSQL refuses to rename a table, or to rename or drop a column.`;
}

/** The end of the sentence about objects that read a table which was renamed. */
export function pointsToGone(gone: string): string {
  return `would point to "${gone}", which no longer exists: when a table is renamed, everything that names it follows`;
}

function describeReader({ type, name, table }: Pick<SchemaObject, 'type' | 'name' | 'table'>): string {
  return type === 'view' ? `view "${name}"` : `trigger "${name}" of "${table}"`;
}

const failsInProduction = 'What fails on the copy also fails in production, and the migration is rolled back.';

function explainWhy(args: RehearsalFailedArgs): string {
  switch (args.what) {
    case 'failed':
    case 'broken-text':
      return failsInProduction;
    case 'on-obstacle':
      return `For such a change libSQL reads the whole schema again. ${failsInProduction}`;
    case 'unknown-names':
      return 'The statement also fails in production, and the migration is rolled back.';
    case 'points-to-gone':
      return `What reads "${args.table}" goes on reading the old table under its new name, and fails once that table is dropped.`;
    case 'breaks-reader':
      return 'SQLite refuses to rename a table while a view or a trigger names something that does not exist.';
  }
}

/** The correction as SQL; null if it is not known. */
export function writeMend(args: RehearsalFailedArgs): Way | string | null {
  switch (args.what) {
    case 'failed':
      return args.mend === null ? null : writeFailureMend(args.mend);
    case 'on-obstacle':
      return wayOf([
        tryable('-- first in the file, or in a migration before it:', [
          { at: 'first', sql: writeMending(args.mending) },
        ]),
      ]);
    case 'points-to-gone':
      return writeUsualRebuild(args.table);
    case 'breaks-reader': {
      const { type, name, sql } = args.object;
      const drop = `DROP ${type.toUpperCase()} ${quoteIdentifier(name)};`;
      const text = [`${drop} -- before the rebuild`, '-- after it, without what the rebuild removes:', `${sql};`].join(
        '\n',
      );
      return wayOf([toComplete(text, [{ at: 'first', sql: drop }])]);
    }
    case 'broken-text':
    case 'unknown-names':
      return null;
  }
}

function writeFailureMend(mend: FailureMend): Way {
  switch (mend.what) {
    case 'drop-leftover':
      return wayOf([
        tryable(
          '-- first in the file, if it is a leftover:',
          [{ at: 'first', sql: `DROP TABLE ${quoteIdentifier(mend.table)};` }],
          { drops: [mend.table] },
        ),
      ]);
    case 'rename-index':
      return wayOf([
        tryable('-- under another name, also in schema.prisma:', [{ at: 'instead', sql: `${mend.sql};` }]),
      ]);
    case 'leave-out':
      return wayOf([tryable('-- without a value for the new column:', [{ at: 'instead', sql: `${mend.sql};` }])]);
    case 'quote-text':
      return wayOf([tryable('-- if it is a text:', [{ at: 'instead', sql: `${mend.sql};` }])]);
    case 'rebuild':
      return wayOf([toComplete(`-- in place of it:\n${writeUsualRebuild(mend.table)}`)]);
  }
}

/** A table changed as Prisma does it, with what is to be filled in. */
export function writeUsualRebuild(table: string): string {
  const [old, copy] = [quoteIdentifier(table), quoteIdentifier(`new_${table}`)];
  return [
    'PRAGMA foreign_keys=OFF;',
    `CREATE TABLE ${copy} (…);`,
    `INSERT INTO ${copy} (…) SELECT … FROM ${old};`,
    `DROP TABLE ${old};`,
    `ALTER TABLE ${copy} RENAME TO ${old};`,
    'PRAGMA foreign_keys=ON;',
  ].join('\n');
}
