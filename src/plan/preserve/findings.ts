/** How a plan words what a table's rebuild would have taken along: what is kept, what cannot be, and what stands in its way. */

import type { Finding } from '../../findings/catalogue.ts';
import { worded } from '../../findings/worded.ts';
import type { SchemaObject } from '../../schema/model/objects.ts';
import { isRefusedName, nameAnew } from '../../schema/model/reserved-names.ts';
import { quoteIdentifier, sameName } from '../../sql/identifiers.ts';

export interface KeptTable {
  readonly table: string;
  /** The line of its DROP. */
  readonly line: number;
  /** The table's own triggers and indexes, which go with it. */
  readonly own: readonly SchemaObject[];
  /** Views, and triggers of other tables, which would make the RENAME fail. */
  readonly around: readonly SchemaObject[];
}

/** An object that the rebuilt table has no place for any more. */
export interface Misfit {
  readonly object: SchemaObject;
  /** The rebuilt table, with its DROP. */
  readonly table: string;
  readonly line: number;
  readonly sql: string;
  /** In the engine's words. */
  readonly reason: string;
}

/** Of a trigger or an index that is lost with its table. */
export const whyAttached =
  'DROP TABLE takes triggers and indexes along without a word: what they kept, checked or made fast is missing from then on.';

export function noteKept(migration: string, { table, line, own, around }: KeptTable): Finding {
  const again = `${around.length === 1 ? 'is' : 'are'} dropped and made again around it`;
  const parts = [
    ...(own.length > 0 ? [listObjects(own, table)] : []),
    ...(around.length > 0 ? [`${listObjects(around, table)} ${again}`] : []),
  ];
  const would = own.length > 0 ? 'would have dropped' : 'would have failed on';
  return worded({
    kind: 'note',
    code: 'kept',
    migration,
    line,
    message: `Keeps what rebuilding "${table}" ${would}: ${parts.join('; ')}.`,
    why: 'Dropping a table takes its triggers and indexes along, and renaming one fails while something reads a table that is not there; both are seen to in the same transaction.',
    sql: null,
  });
}

function listObjects(objects: readonly SchemaObject[], table: string): string {
  return objects.map((object) => describeObject(object, table)).join(', ');
}

/** `trigger "log"`; with its table where that is another one. */
function describeObject({ type, name, table }: SchemaObject, rebuilt: string): string {
  const isElsewhere = type === 'trigger' && !sameName(table, rebuilt);
  return `${type} "${name}"${isElsewhere ? ` of "${table}"` : ''}`;
}

/** A trigger or an index that goes with its table and cannot be made again on the new one. @param taken names that are, folded */
export function describeLost(migration: string, { object, line, reason }: Misfit, taken: ReadonlySet<string>): Finding {
  return worded({
    kind: 'hazard',
    code: object.type === 'trigger' ? 'drops-trigger' : 'drops-index',
    migration,
    line,
    ...(isRefusedName(object.name)
      ? {
          message: `The ${object.type} "${object.name}" of "${object.table}" goes with the rebuild. ${underAnotherName}`,
          way: makeUnderAnotherName(object, taken),
        }
      : {
          message: `The ${object.type} "${object.name}" of "${object.table}" goes with the rebuild and cannot be kept: ${reason}. If it is still wanted, add it at the end of the file in a form that fits.`,
        }),
    why: whyAttached,
    sql: object.sql,
  });
}

/** Of an object whose name SQLite keeps for itself. */
export const underAnotherName =
  'SQLite makes nothing again under a name that begins with sqlite_. If it is still wanted, make it under another name at the end of the file.';

/** @param taken folded */
export function makeUnderAnotherName({ name, sql }: SchemaObject, taken: ReadonlySet<string>): string {
  return `-- at the end of the file:\n${nameAnew(name, sql ?? '', taken)};`;
}

/** A view, or another table's trigger, for which SQLite would refuse the rebuild. */
export function describeBroken(migration: string, { object, table, line, sql, reason }: Misfit): Finding {
  const what = object.type === 'view' ? `view "${object.name}"` : `trigger "${object.name}" of "${object.table}"`;
  return worded({
    kind: 'blocker',
    code: 'rehearsal-failed',
    migration,
    line,
    message: `The ${what} would not work any more after "${table}" is rebuilt: ${reason}. Drop it before the rebuild, or put another in its place, in the same file.`,
    why: 'SQLite refuses to rename a table while a view or a trigger names what is not there.',
    way: [
      `DROP ${object.type.toUpperCase()} ${quoteIdentifier(object.name)}; -- before the rebuild`,
      '-- after it, without what it takes away:',
      `${object.sql};`,
    ].join('\n'),
    sql,
  });
}
