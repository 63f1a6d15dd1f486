/** What of a plan would leave the database, as findings; and what is shown of it, which must not either. */

import type { Finding } from '../findings/catalogue.ts';
import type { Place } from '../findings/finding.ts';
import { worded } from '../findings/worded.ts';
import { findTableReach } from '../mirror/mirror-statements.ts';
import { findCertainReach } from '../sandbox/certain.ts';
import type { Reach } from '../sandbox/suspects.ts';
import type { Schema } from '../schema/model/objects.ts';
import type { Target } from '../target/target.ts';
import type { PlannedStatement } from './plan.ts';

/** As `describeOutside` takes it. */
export function describeReach({ name, type, does }: Pick<Reach, 'name' | 'type' | 'does'>): string {
  return `${type === 'function' ? `the function ${name}` : `the table ${name}`} ${does}`;
}

/** @param reached what does what, as a sentence that begins in the middle. */
export function describeOutside(
  at: Place,
  reached: string,
  message = `It leaves the database: ${reached}. It was neither run nor sent anywhere. Take it out of the file.`,
): Finding {
  return worded({
    ...at,
    kind: 'blocker',
    code: 'reaches-outside',
    message,
    why: 'What a statement does outside of its database no rollback undoes; and a plan, or a check of a pull request, would do it on the machine that it runs on.',
  });
}

/** A server's CHECKs run where the server is; those of a file run on this machine, with every row that is written. */
export function findReachingTables(target: Target, { objects }: Schema): readonly Finding[] {
  if (target.type !== 'file') return [];
  return objects.flatMap((object) => {
    const reach = findTableReach(object);
    if (reach === null) return [];
    const place = { migration: null, line: null, sql: object.sql };
    return describeOutside(
      place,
      '',
      `The database's own table "${object.name}" calls ${reach.name}, which ${reach.does}: a file's CHECKs run on this machine, with every row that is written. Nothing was run. Drop the table or the CHECK with a tool that you trust.`,
    );
  });
}

/** A guard asks with the expressions of production's own schema. */
export function findReachingGuards(migration: string, statements: readonly PlannedStatement[]): readonly Finding[] {
  return statements.flatMap(({ line, sql, guards }) => {
    const [reach] = guards.flatMap(({ holds }) => findCertainReach(`SELECT ${holds}`) ?? []);
    if (reach === undefined) return [];
    const where = "in a default or CHECK of production's own schema that a guard would have to ask";
    return describeOutside({ migration, line, sql }, `${describeReach(reach)}, ${where}`);
  });
}
