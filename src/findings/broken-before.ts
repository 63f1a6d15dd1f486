/** `broken-before`: an object in production that is already broken, and would make a rename fail. */

import type { SchemaObject } from '../schema/model/objects.ts';
import { quoteIdentifier } from '../sql/identifiers.ts';
import { count } from '../text/count.ts';
import { listSome } from '../text/list.ts';
import { defineFinding, type Found } from './finding.ts';
import { tryable, wayOf } from './way.ts';

export interface BrokenObstacle extends Pick<SchemaObject, 'type' | 'name' | 'table'> {
  /** The error in the engine's words. */
  readonly reason: string;
}

/** Statements that lead to a schema without the broken objects, in this order. */
export interface Mending {
  /** Without `;`: they drop views, triggers and indexes, and create again those whose meaning is certain. */
  readonly others: readonly string[];
  readonly rebuilds: readonly string[];
  /** Tables that have to be rebuilt by hand. */
  readonly unknownTables: readonly string[];
  /** The CREATE of objects that are only dropped, for a user who still needs them. */
  readonly dropped: readonly string[];
}

export interface BrokenBeforeArgs {
  /** At least one. */
  readonly objects: readonly BrokenObstacle[];
  readonly mending: Mending;
}

export const brokenBefore = defineFinding({
  code: 'broken-before',
  kinds: ['note'],
  title: 'something in production is already broken, and would make a rename fail',
  say: ({ args: { objects } }: Found<'broken-before', 'note', BrokenBeforeArgs>) => {
    const named = objects.map((object) => `${describeObject(object)} (${object.reason})`);
    const [these, them, they] =
      objects.length === 1 ? ['an object', 'it', 'it is'] : [count(objects.length, 'object'), 'them', 'they are'];
    return `Production has ${these} that libSQL does not accept: ${listSome(named, 8)}. This plan leaves ${them} alone. Until ${they} fixed, no table can be renamed or rebuilt, and no column can be renamed or dropped.`;
  },
  why: () =>
    'For such a change libSQL reads the whole schema again. It refuses if a part of it names something that does not exist, or has a text in double quotes, which other builds of SQLite allow.',
  way: ({ args }) =>
    wayOf([tryable('-- in a separate migration:', [{ at: 'alone', sql: writeMending(args.mending) }])]),
});

function describeObject({ type, name, table }: BrokenObstacle): string {
  return `${type} "${name}"${type === 'trigger' || type === 'index' ? ` of "${table}"` : ''}`;
}

/** As lines of SQL; the CREATE of dropped objects is commented out. */
export function writeMending({ others, rebuilds, unknownTables, dropped }: Mending): string {
  return [
    ...others.map((sql) => `${sql};`),
    ...(rebuilds.length === 0 ? [] : ['PRAGMA foreign_keys=OFF;', ...rebuilds.map((sql) => `${sql};`)]),
    ...(rebuilds.length === 0 ? [] : ['PRAGMA foreign_keys=ON;']),
    ...unknownTables.map((name) => `-- rebuild ${quoteIdentifier(name)} with its texts in single quotes`),
    ...(dropped.length === 0 ? [] : ['-- if you still need it, create it in a form that works:']),
    ...dropped.flatMap((sql) => `${sql};`.split(/\r?\n/).map((line) => `-- ${line}`)),
  ].join('\n');
}
