/** What the engine says is wrong: with a statement, or with an object that it meets on the way. */

import type { SchemaObject } from '../schema/model/objects.ts';

const noColumn = 'no such column: ';

/**
 * The column that a statement, or an object's own text, names and that is not there, as the engine writes it: with its table
 * where it was named with one, and in double quotes where ALTER TABLE looked for it.
 * @param reason without what `findNamed` takes off. @returns null where that is not what is wrong.
 */
export function readMissingColumn(reason: string): string | null {
  return reason.startsWith(noColumn) ? reason.slice(noColumn.length) : null;
}

export interface Fault {
  readonly object: SchemaObject;
  /** What is wrong with it. */
  readonly reason: string;
}

/** `error in view v: no such table: main.gone`, also with `after rename` (SQLite, alter.c, `renameColumnParseError`). */
export function findNamed(objects: readonly SchemaObject[], message: string): Fault | null {
  for (const object of objects) {
    const begin = `error in ${object.type} ${object.name}`;
    const separator = [': ', ' after rename: '].find((words) => message.startsWith(begin + words));
    if (separator !== undefined) return { object, reason: message.slice(begin.length + separator.length) };
  }
  return null;
}
