/** Puts Prisma's tracker in the place of a table of another shape. */

import { guardReplaceable } from '../apply/guards.ts';
import type { Production } from '../production/production.ts';
import type { Schema } from '../schema/model/objects.ts';
import { foldName, quoteIdentifier, sameName } from '../sql/identifiers.ts';
import type { Query } from '../target/request.ts';
import { createTracker } from './tracker.ts';

/** A free name under which the table in the tracker's place is kept. */
export function chooseKeptName({ objects, tracker }: Schema): string {
  const taken = new Set(objects.map((object) => foldName(object.name)));
  const base = `${tracker.name}_replaced`;
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`;
  return name;
}

/**
 * To be run inside a transaction: creates Prisma's tracker in the place of a table of another shape, which is kept with
 * its rows and indexes under another name. Views, triggers and foreign keys that mention that table follow it (SQLite,
 * ALTER TABLE RENAME); a broken one makes the rename fail. The schema's fingerprint changes.
 */
export function replaceTracker(
  { schema, trackerRowCount }: Production,
  keptAs: string = chooseKeptName(schema),
): readonly Query[] {
  const { tracker } = schema;
  const found = schema.objects.find((object) => object.type === 'table' && sameName(object.name, tracker.name));
  return [
    ...guardReplaceable(tracker, found?.sql ?? '', trackerRowCount),
    { sql: `ALTER TABLE ${quoteIdentifier(tracker.name)} RENAME TO ${quoteIdentifier(keptAs)}` },
    createTracker(tracker),
  ];
}
