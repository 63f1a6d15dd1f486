/** Findings of statements that would reach outside the database. They name the function or table, and nothing else of the reach. */

import type { Finding } from '../findings/catalogue.ts';
import { find, type Place, wholePlan } from '../findings/finding.ts';
import { type NamedReach, reachesOutside } from '../findings/reaches-outside.ts';
import { findTableReach } from '../mirror/mirror-statements.ts';
import { findCertainReach } from '../sandbox/certain.ts';
import type { Schema } from '../schema/model/objects.ts';
import type { Target } from '../target/target.ts';
import type { PlannedStatement } from './plan.ts';

/** Of a statement that calls it, or reads it as a table. */
export function reportReach(place: Place, reach: NamedReach): Finding {
  return find(reachesOutside, 'blocker', place, { what: 'call', reach: nameOnly(reach) });
}

/** A server's CHECKs run where the server is; those of a file run on this machine, with every row that is written. */
export function findReachingTables(target: Target['type'], { objects }: Schema): readonly Finding[] {
  if (target !== 'file') return [];
  return objects.flatMap((object) => {
    const reach = findTableReach(object);
    if (reach === null) return [];
    const { name: table, sql } = object;
    return find(reachesOutside, 'blocker', wholePlan, { what: 'table', table, sql, reach: nameOnly(reach) });
  });
}

/** A guard asks with the expressions of production's own schema. */
export function findReachingGuards(migration: string, statements: readonly PlannedStatement[]): readonly Finding[] {
  return statements.flatMap(({ line, sql, guards }) => {
    const [reach] = guards.flatMap(({ holds }) => findCertainReach(`SELECT ${holds}`) ?? []);
    if (reach === undefined) return [];
    return find(reachesOutside, 'blocker', { migration, line, sql }, { what: 'guard', reach: nameOnly(reach) });
  });
}

function nameOnly({ name, type, does }: NamedReach): NamedReach {
  return { name, type, does };
}
