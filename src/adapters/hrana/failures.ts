/** HTTP answers other than 200, as errors with a next step. */

import { MigrateError } from '../../errors.ts';
import type { Refusal } from '../../ports.ts';
import type { Secret } from '../../target/secret.ts';
import type { Target } from '../../target/target.ts';
import { isTurso } from '../../target/target.ts';

/**
 * Statuses that libSQL gives before it runs anything: 401 and 403 authorise the whole request first, 404 is an unknown
 * namespace, 429 a limit, 400 and 413 a request that was not taken in; and a redirect (3xx) is no libSQL at all. A proxy may
 * give any of them after the work was done, so that alone they prove nothing. Any other, 408 and 5xx above all, may come
 * from the server itself after the work was done.
 */
const atTheDoor: ReadonlySet<number> = new Set([400, 401, 403, 404, 413, 429]);

/** @returns null when the status says nothing of whether anything ran. */
export function findRefusal(target: Target, token: Secret | null, status: number, body: string): Refusal | null {
  if (!atTheDoor.has(status) && !(status >= 300 && status < 400)) return null;
  return { error: describeStatus(target, token, status, body), isOwn: findServerMessage(body) !== '' };
}

export function describeStatus(target: Target, token: Secret | null, status: number, body: string): MigrateError {
  const said = findServerMessage(body);
  const quoted = said
    ? ` The server says: ${said}`
    : " The answer is not in libSQL's form: something between here and the server may have sent it.";
  switch (status) {
    case 401:
      if (token === null) {
        return new MigrateError(
          'AUTH_FAILED',
          `${target.name} asks for a token, and none was sent (401).`,
          'Put TURSO_AUTH_TOKEN beside the URL of this database: a token is sent only to the server that it was given for.',
        );
      }
      return new MigrateError(
        'AUTH_FAILED',
        `${target.name} does not accept the token (401).${quoted}`,
        `${isTurso(target) ? 'Make a new token (turso db tokens create <database>)' : 'Make a new token with the key of this server'} and put it into TURSO_AUTH_TOKEN.`,
      );
    case 403:
      return new MigrateError(
        'TOKEN_READ_ONLY',
        `${target.name} does not allow this with the token given (403).${quoted}`,
        `Use a token with write access (${isTurso(target) ? 'turso db tokens create <database>' : 'made with the key of this server'}).`,
      );
    case 404:
      return new MigrateError(
        'TARGET_NOT_FOUND',
        `There is no database at ${target.name} (404).${quoted}`,
        isTurso(target) ? checkUrl : 'Check the URL.',
      );
    case 429:
      return new MigrateError(
        'SERVER_BUSY',
        `${target.name} is refusing requests for now (429).${quoted}`,
        'Wait a moment and run the same command again.',
      );
    case 501:
      return notLibsql(target, 'it does not know the request (501)');
    default:
      return status >= 500
        ? new MigrateError(
            'SERVER_ERROR',
            `${target.name} answered with an error of its own (${status}).${said ? quoted : ''}`,
            'Run the same command again; if it fails again, look at the status page of your provider.',
          )
        : notLibsql(target, `it answered ${status}`);
  }
}

const checkUrl = 'Check the URL (turso db show <database> --url).';

export const notUnderstood = 'its answer is not a Hrana message, or does not fit the request';

export function notLibsql(target: Target, reason: string): MigrateError {
  return new MigrateError('NOT_LIBSQL', `What answers at ${target.name} is not a libSQL server: ${reason}.`, checkUrl);
}

export function unreachable(target: Target, reason: string): MigrateError {
  return new MigrateError(
    'UNREACHABLE',
    `${target.name} cannot be reached: ${reason}. Nothing was sent.`,
    'Check the URL and the network, then run the same command again.',
  );
}

/** libSQL's HTTP errors are `{"error": "…"}`; anything else (a proxy's page) is not worth showing. */
function findServerMessage(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed && typeof parsed.error === 'string') {
      return parsed.error.slice(0, 500);
    }
  } catch {
    // Not JSON: nothing to quote.
  }
  return '';
}
