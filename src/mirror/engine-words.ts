/** Reads the engine's error messages: the error of a statement, or of an object that it meets. */

import type { SchemaObject } from '../schema/model/objects.ts';

const noColumn = 'no such column: ';

/**
 * The missing column that a statement, or an object's own text, names, as the engine writes it: with its table if the
 * text has one, and in double quotes if ALTER TABLE looked for it.
 * @param reason without the part that `findNamed` removes
 * @returns null for any other error
 */
export function readMissingColumn(reason: string): string | null {
  return reason.startsWith(noColumn) ? reason.slice(noColumn.length) : null;
}

export interface Fault {
  readonly object: SchemaObject;
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
