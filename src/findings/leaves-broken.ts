/** `leaves-broken`: a view, a trigger, a foreign key or a full-text index remains, but does not work as before. */

import type { SchemaObject } from '../schema/model/objects.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { defineFinding, type Found } from './finding.ts';
import {
  type BrokenWords,
  type EmptyIndex,
  type NewRowids,
  type ShortInsert,
  type StaleIndex,
  tellEmptyIndex,
  tellNewRowids,
  tellShortInsert,
  tellStaleIndex,
  tellUnreadable,
  type UnreadableColumn,
} from './leaves-broken-rows.ts';
import {
  type BrokenForeignKey,
  type BrokenFullText,
  type BrokenWrites,
  type ImpureUse,
  tellForeignKey,
  tellFullText,
  tellImpure,
  tellWrites,
} from './leaves-broken-uses.ts';
import { tryable, wayOf } from './way.ts';

export type LeavesBrokenArgs =
  | BrokenObject
  | BrokenForeignKey
  | BrokenFullText
  | BrokenWrites
  | EmptyIndex
  | ImpureUse
  | NewRowids
  | ShortInsert
  | StaleIndex
  | UnreadableColumn;

/** An object that needs something that is gone or changed. */
export interface BrokenObject {
  readonly what: 'object';
  readonly object: Pick<SchemaObject, 'type' | 'name' | 'table' | 'sql'>;
  /** The error in the engine's words. */
  readonly reason: string;
  /** True if the statement itself makes it. */
  readonly isMade?: true;
}

type LeavesBroken = Found<'leaves-broken', 'blocker' | 'hazard', LeavesBrokenArgs>;

export const leavesBroken = defineFinding({
  code: 'leaves-broken',
  // A blocker where no row could ever be written.
  kinds: ['blocker', 'hazard'],
  title: {
    blocker: 'no row could be inserted any more',
    hazard: 'a view, a trigger, a foreign key or a full-text index stays, but no longer works',
  },
  look: { shows: 'object' },
  say: ({ args }: LeavesBroken) => tellBroken(args).message,
  why: ({ args }) => tellBroken(args).why,
  way: ({ args }) => tellBroken(args).way,
  shown: ({ args, place }) => {
    if (args.what === 'object') return args.object.sql;
    return 'sql' in args ? args.sql : place.sql;
  },
});

function tellBroken(args: LeavesBrokenArgs): BrokenWords {
  switch (args.what) {
    case 'object':
      return tellObject(args);
    case 'key':
      return tellForeignKey(args);
    case 'full-text':
      return tellFullText(args);
    case 'impure':
      return tellImpure(args);
    case 'writes':
      return tellWrites(args);
    case 'empty-index':
      return tellEmptyIndex(args);
    case 'new-rowids':
      return tellNewRowids(args);
    case 'stale-index':
      return tellStaleIndex(args);
    case 'short-insert':
      return tellShortInsert(args);
    case 'unreadable':
      return tellUnreadable(args);
  }
}

function tellObject({ object, reason, isMade }: BrokenObject): BrokenWords {
  const fails =
    object.type === 'view'
      ? 'Every statement that reads the view fails'
      : 'Every statement that fires the trigger fails';
  if (isMade) {
    return {
      message: `The ${describe(object)} does not work: ${reason}. Make what it names first, or write it otherwise.`,
      why: `SQLite looks at the names in it only when it is used. ${fails}, and so does a later migration that renames a table or drops a column.`,
      way: `-- in place of it:\nCREATE ${object.type.toUpperCase()} ${quoteIdentifier(object.name)} …;`,
    };
  }
  return {
    message: `After this, the ${describe(object)} does not work: ${reason}. Drop or replace it in the same file.`,
    why: `${fails}, and so does a later migration that renames a table or drops a column.`,
    way: wayOf([
      tryable('-- in the same file, before it:', [
        { at: 'before', sql: `DROP ${object.type.toUpperCase()} ${quoteIdentifier(object.name)};` },
      ]),
    ]),
  };
}

function describe({ type, name, table }: BrokenObject['object']): string {
  return type === 'view' ? `view "${name}"` : `trigger "${name}" of "${table}"`;
}

/** The full-text index that is told of; null for anything else. */
export function findToldIndex(args: LeavesBrokenArgs): string | null {
  switch (args.what) {
    case 'empty-index':
    case 'stale-index':
      return args.index;
    case 'new-rowids':
      return args.user.type === 'full-text-index' ? args.user.name : null;
    default:
      return null;
  }
}
