/** The last check: every text that this program sends is examined, its own words and other people's. */

import { MigrateError } from '../errors.ts';
import { harmWords } from '../findings/reaches-outside.ts';
import type { Database, Query, Question, Reply } from '../ports.ts';
import { command } from '../text/prose.ts';
import { findCertainReach } from './certain.ts';
import { mentionsDenied } from './mentions.ts';
import type { Reach } from './suspects.ts';

const notAsked: Reply = { type: 'error', message: 'it would leave the database', code: 'REACHES_OUTSIDE' };

/**
 * The same database, but a question or a statement of a batch that would leave it is refused: production's schema may
 * have a default or a CHECK that is part of a question or of a guard. Such a question is not sent, and has an error as
 * its answer.
 */
export function keepWithin(database: Database): Database {
  return {
    ...database,
    read: async (queries, options) => {
      if (!queries.some(mentions)) return database.read(queries, options);
      const isKept = ({ sql }: Question) => findCertainReach(sql) === null;
      const replies = (await database.read(queries.filter(isKept), options)).values();
      return queries.map((query) => (isKept(query) ? (replies.next().value ?? notAsked) : notAsked));
    },
    execute: async (steps, options) => {
      for (const { sql } of steps.filter(mentions)) {
        const reach = findCertainReach(sql);
        if (reach !== null) throw leaves(reach);
      }
      return database.execute(steps, options);
    },
  };
}

function mentions({ sql }: Query): boolean {
  return mentionsDenied(sql);
}

function leaves({ name, does }: Reach): MigrateError {
  return new MigrateError(
    'PLAN_BLOCKED',
    `A statement would leave the database: ${name} ${harmWords[does]}. Nothing was sent.`,
    command('plan'),
  );
}
