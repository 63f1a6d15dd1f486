/** Removes the token from a server's messages: a server may repeat it, and messages are shown, kept and recorded. */

import { MigrateError } from '../../errors.ts';
import type { BatchOutcome, Database, Reply } from '../../ports.ts';
import { hideSecrets, type Secret } from '../../target/secret.ts';
import { mapTexts, writeProse } from '../../text/prose.ts';

/** The same database. Messages of its errors are masked; rows are what they are. */
export function maskErrors(database: Database, token: Secret | null): Database {
  const known = token === null ? [] : [token.reveal()];
  const mask = (text: string): string => hideSecrets(text, known);
  const maskReply = (reply: Reply): Reply =>
    reply.type === 'error' ? { ...reply, message: mask(reply.message), code: mask(reply.code) } : reply;
  const attempt = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw error instanceof MigrateError ? maskError(error, mask) : error;
    }
  };
  return {
    ...database,
    read: (queries, options) => attempt(async () => (await database.read(queries, options)).map(maskReply)),
    execute: (steps, options) =>
      attempt(async () => maskOutcome(await database.execute(steps, options), mask, maskReply)),
    parse: (statements) =>
      attempt(async () => (await database.parse(statements)).map((said) => (said === null ? null : mask(said)))),
    backUp: (options) => attempt(() => database.backUp(options)),
    streamRows: (options) =>
      attempt(() => database.streamRows({ ...options, goesOn: (replies) => options.goesOn(replies.map(maskReply)) })),
  };
}

function maskOutcome(
  outcome: BatchOutcome,
  mask: (text: string) => string,
  maskReply: (reply: Reply) => Reply,
): BatchOutcome {
  switch (outcome.type) {
    case 'ran':
      return { ...outcome, replies: outcome.replies.map(maskReply) };
    case 'refused':
      return { ...outcome, message: mask(outcome.message), code: mask(outcome.code) };
    case 'lost': {
      const { refusal } = outcome;
      const masked = refusal && { ...refusal, error: maskError(refusal.error, mask) };
      return { ...outcome, message: mask(outcome.message), ...(masked ? { refusal: masked } : {}) };
    }
  }
}

/** Drops the cause if something had to be hidden: the cause has the same text. */
function maskError(error: MigrateError, mask: (text: string) => string): MigrateError {
  const [message, next] = [mapTexts(error.said, mask), mapTexts(error.steps, mask)];
  if (writeProse(message) === error.message && writeProse(next) === error.next) return error;
  return error.with({ message, next, cause: undefined });
}
