/** A table that is renamed out of the way and then dropped leaves objects behind: RENAME made them point to the name that is gone. */

import type { Finding } from '../../findings/catalogue.ts';
import { dropsTrigger } from '../../findings/drops-attached.ts';
import { find } from '../../findings/finding.ts';
import { rehearsalFailed } from '../../findings/rehearsal-failed.ts';
import { findFault } from '../../mirror/try-object.ts';
import type { Mirror } from '../../ports.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../../schema/model/objects.ts';
import { mentionsName } from '../../sql/words.ts';
import type { AnalysedStatement } from '../analyse.ts';
import { type Origin, readReferring } from './renamed-away.ts';

/**
 * @param mirror as it is when the migration has ended: the table has its first name again, and nothing has the other one.
 */
export function findPointingToGone(
  mirror: Mirror,
  migration: string,
  { name, statement: { line, sql } }: { readonly name: string; readonly statement: AnalysedStatement },
  origin: Origin,
): readonly Finding[] {
  const place = { migration, line, sql };
  const pointing = mirror
    .query(`${selectSchemaObjects} WHERE type IN ('view', 'trigger')`)
    .map(parseSchemaObject)
    .filter((object) => mentionsName(object.sql ?? '', name));
  const refuse = (type: 'view' | 'child', reader: string): Finding => {
    const args = { what: 'points-to-gone', reader: { type, name: reader }, gone: name, table: origin.name } as const;
    return find(rehearsalFailed, 'blocker', place, args);
  };
  const triggers = pointing.filter(({ type }) => type === 'trigger');
  const views = pointing.filter((object) => object.type === 'view' && findFault(mirror, object) !== null);
  const children = readReferring(mirror, name).filter((table) => !origin.dangling.includes(table));
  return [
    ...views.map((view) => refuse('view', view.name)),
    ...children.map((table) => refuse('child', table)),
    ...triggers.map((trigger): Finding => {
      const object = findOriginal(origin, trigger);
      return find(dropsTrigger, 'hazard', place, { what: 'points-to-gone', object, table: trigger.table, gone: name });
    }),
  ];
}

/** The object as it was written before the table was renamed. */
export function findOriginal(origin: Origin, object: SchemaObject): SchemaObject {
  return origin.objects.find(({ type, name }) => type === object.type && name === object.name) ?? object;
}
