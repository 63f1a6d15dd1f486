/** The last gate: whatever this program composes, of its own words and of other people's, is looked at before it leaves. */

import { MigrateError } from '../../errors.ts';
import type { Database, Query, Reply } from '../../ports.ts';
import { classify } from '../sql/classify.ts';
import { findReaches, mentionsDenied, type Reach } from './suspects.ts';

/**
 * What a statement would do outside of its database when it is run. What only stores such a call (a view, a trigger, a
 * default) does nothing by being made; the engine refuses to run it from there.
 * @returns null where it does nothing, and where it may be a table of the user's own that is called like that.
 */
export function findCertainReach(sql: string): Reach | null {
  if (!mentionsDenied(sql) || onlyStores(sql)) return null;
  return findReaches(sql).find(({ type }) => type === 'function') ?? null;
}

function onlyStores(sql: string): boolean {
  const kind = classify(sql);
  return kind.type.startsWith('create-') && !(kind.type === 'create-table' && kind.asSelect);
}

const notAsked: Reply = { type: 'error', message: 'it would leave the database', code: 'REACHES_OUTSIDE' };

/**
 * The same database, but that no question and no statement leaves it: a default or a CHECK of production's own schema may
 * stand in a question to its rows, or in a guard. Such a question is not asked, and has an error for an answer.
 */
export function keepWithin(database: Database): Database {
  return {
    ...database,
    read: async (queries, options) => {
      const isKept = ({ sql }: Query) => findCertainReach(sql) === null;
      if (queries.every(isKept)) return database.read(queries, options);
      const replies = (await database.read(queries.filter(isKept), options)).values();
      return queries.map((query) => (isKept(query) ? (replies.next().value ?? notAsked) : notAsked));
    },
    execute: async (steps, options) => {
      for (const { sql } of steps) {
        const reach = findCertainReach(sql);
        if (reach !== null) throw leaves(reach);
      }
      return database.execute(steps, options);
    },
  };
}

function leaves({ name, does }: Reach): MigrateError {
  return new MigrateError(
    'PLAN_BLOCKED',
    `A statement would leave the database: the function ${name} ${does}. Nothing was sent.`,
    'migrate-prod plan',
  );
}
