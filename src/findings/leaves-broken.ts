/** `leaves-broken`: a view, a trigger or a full-text index remains, but does not work as before. */

import type { SchemaObject } from '../schema/model/objects.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { defineFinding, type Found } from './finding.ts';
import {
  type BrokenWords,
  type EmptyIndex,
  type NewRowids,
  type ShortInsert,
  tellEmptyIndex,
  tellNewRowids,
  tellShortInsert,
} from './leaves-broken-rows.ts';

export type LeavesBrokenArgs = BrokenObject | EmptyIndex | NewRowids | ShortInsert;

/** An object that needs something that is dropped. */
export interface BrokenObject {
  readonly what: 'object';
  readonly object: Pick<SchemaObject, 'type' | 'name' | 'table' | 'sql'>;
  /** The error in the engine's words. */
  readonly reason: string;
}

type LeavesBroken = Found<'leaves-broken', 'hazard', LeavesBrokenArgs>;

export const leavesBroken = defineFinding({
  code: 'leaves-broken',
  kinds: ['hazard'],
  title: 'a view or a trigger stays, but what it needs is dropped',
  look: { shows: 'object' },
  say: ({ args }: LeavesBroken) => tellBroken(args).message,
  why: ({ args }) => tellBroken(args).why,
  way: ({ args }) => tellBroken(args).way,
  shown: ({ args }) => (args.what === 'object' ? args.object.sql : args.sql),
});

function tellBroken(args: LeavesBrokenArgs): BrokenWords {
  switch (args.what) {
    case 'object':
      return tellObject(args);
    case 'empty-index':
      return tellEmptyIndex(args);
    case 'new-rowids':
      return tellNewRowids(args);
    case 'short-insert':
      return tellShortInsert(args);
  }
}

function tellObject({ object, reason }: BrokenObject): BrokenWords {
  const fails =
    object.type === 'view'
      ? 'Every statement that reads the view fails'
      : 'Every statement that fires the trigger fails';
  return {
    message: `After this, the ${describe(object)} does not work: ${reason}. Drop or replace it in the same file.`,
    why: `${fails}, and so does a later migration that renames a table or drops a column.`,
    way: `-- in the same file, before it:\nDROP ${object.type.toUpperCase()} ${quoteIdentifier(object.name)};`,
  };
}

function describe({ type, name, table }: BrokenObject['object']): string {
  return type === 'view' ? `view "${name}"` : `trigger "${name}" of "${table}"`;
}
