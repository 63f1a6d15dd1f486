/** `leaves-broken`: a view or a trigger stays, and what it needs is dropped. */

import type { SchemaObject } from '../schema/model/objects.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { defineFinding, type Found } from './finding.ts';

export interface LeavesBrokenArgs {
  /** The view, or the trigger. */
  readonly object: Pick<SchemaObject, 'type' | 'name' | 'table' | 'sql'>;
  /** In the engine's words. */
  readonly reason: string;
}

export const leavesBroken = defineFinding({
  code: 'leaves-broken',
  kinds: ['hazard'],
  title: 'a view or a trigger stays, and what it needs is dropped',
  look: { shows: 'object' },
  say: ({ args: { object, reason } }: Found<'leaves-broken', 'hazard', LeavesBrokenArgs>) =>
    `From then on the ${describe(object)} does not work any more: ${reason}. Drop it in the same file, or put another in its place there.`,
  why: ({ args: { object } }) =>
    `${object.type === 'view' ? 'Whatever reads the view fails' : 'Every statement fails that would fire the trigger'}, and so does a later migration that renames a table or drops a column.`,
  way: ({ args: { object } }) =>
    `-- in the same file, before it:\nDROP ${object.type.toUpperCase()} ${quoteIdentifier(object.name)};`,
  shown: ({ args }) => args.object.sql,
});

function describe({ type, name, table }: LeavesBrokenArgs['object']): string {
  return type === 'view' ? `view "${name}"` : `trigger "${name}" of "${table}"`;
}
