/** One look, read-only, for rows that a lost answer leaves open. */

import { MigrateError } from '../errors.ts';
import type { Database, Query, Value } from '../ports.ts';

/** Milliseconds between two looks, or tries. */
export const pollDelay = 500;

export type Looked =
  | { readonly type: 'rows'; readonly rows: readonly (readonly Value[])[] }
  /** The tracker, or one of Prisma's shape, is not there yet: nothing was written to it. */
  | { readonly type: 'absent' }
  /** null for an error of the query itself. */
  | { readonly type: 'unanswered'; readonly error: MigrateError | null };

/** @param patience milliseconds: one look that is never answered must not use up the time for all of them. */
export async function look(database: Database, query: Query, patience: number): Promise<Looked> {
  try {
    const [reply] = await database.read([query], {
      purpose: 'what became of the attempt',
      signal: AbortSignal.timeout(patience),
    });
    if (reply?.type === 'rows') return { type: 'rows', rows: reply.rows };
    const isAbsent = reply?.type === 'error' && /no such (?:table|column)/.test(reply.message);
    return isAbsent ? { type: 'absent' } : { type: 'unanswered', error: null };
  } catch (error) {
    if (error instanceof MigrateError) return { type: 'unanswered', error };
    throw error;
  }
}
