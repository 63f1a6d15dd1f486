/** `kept`: objects that a rebuild drops and that are preserved. */

import type { SchemaObject } from '../schema/model/objects.ts';
import { sameName } from '../sql/identifiers.ts';
import { defineFinding, type Found } from './finding.ts';
import { idsMeanOthers } from './reasons.ts';

export type KeptArgs = PreservedObjects | PreservedCounter;

/** Objects that are created again around a rebuild. */
export interface PreservedObjects {
  readonly what: 'objects';
  readonly table: string;
  /** The table's own triggers and indexes, which are dropped with it. */
  readonly own: readonly PreservedObject[];
  /** Views, and triggers of other tables, which would make the RENAME fail. */
  readonly around: readonly PreservedObject[];
}

type PreservedObject = Pick<SchemaObject, 'type' | 'name' | 'table'>;

export interface PreservedCounter {
  readonly what: 'counter';
  readonly table: string;
  /** The value of its AUTOINCREMENT counter. */
  readonly counter: string;
}

export const kept = defineFinding({
  code: 'kept',
  kinds: ['note'],
  title: 'what a rebuild would drop is preserved',
  say: ({ args }: Found<'kept', 'note', KeptArgs>) =>
    args.what === 'counter'
      ? `Preserves the AUTOINCREMENT counter of "${args.table}", which the rebuild would reset from ${args.counter}.`
      : sayObjects(args),
  why: ({ args }) =>
    args.what === 'counter'
      ? `Without it ids of deleted rows would be used again. ${idsMeanOthers}`
      : 'DROP TABLE also drops triggers and indexes, and RENAME fails while something reads a table that does not exist. Both are handled in the same transaction.',
});

function sayObjects({ table, own, around }: PreservedObjects): string {
  const again = `${around.length === 1 ? 'is' : 'are'} dropped and recreated around it`;
  const parts = [
    ...(own.length > 0 ? [listObjects(own, table)] : []),
    ...(around.length > 0 ? [`${listObjects(around, table)} ${again}`] : []),
  ];
  const would = own.length > 0 ? 'would drop' : 'would fail on';
  return `Preserves what rebuilding "${table}" ${would}: ${parts.join('; ')}.`;
}

function listObjects(objects: readonly PreservedObject[], table: string): string {
  return objects.map((object) => describeObject(object, table)).join(', ');
}

/** `trigger "log"`, followed by its table if that is another one. */
function describeObject({ type, name, table }: PreservedObject, rebuilt: string): string {
  const isElsewhere = type === 'trigger' && !sameName(table, rebuilt);
  return `${type} "${name}"${isElsewhere ? ` of "${table}"` : ''}`;
}
