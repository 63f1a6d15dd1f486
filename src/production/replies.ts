/** Reads the replies to a request. */

import { MigrateError } from '../errors.ts';
import type { Reply, Value } from '../target/request.ts';

/**
 * @param what the query's name for people
 * @throws MigrateError READ_FAILED if it was not answered: that never means "nothing there"
 */
export function needRows(reply: Reply | undefined, what: string): readonly (readonly Value[])[] {
  if (reply?.type === 'rows') return reply.rows;
  const reason = reply?.type === 'error' ? `${reply.message} (${reply.code})` : 'no answer';
  throw new MigrateError(
    'READ_FAILED',
    `Production could not be read: ${what}: ${reason}. Nothing was written.`,
    'Fix what the message says, then run the same command again.',
  );
}

/** @returns the first error's message, in step order; null if there is none */
export function findError(replies: readonly Reply[]): string | null {
  const error = replies.find((reply) => reply.type === 'error');
  return error?.type === 'error' ? error.message : null;
}
