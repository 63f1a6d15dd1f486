/** Looking at one part of what `doctor` shows: no longer than a limit, and whatever happens there is an answer. */

import type { Looked } from '../../doctor/facts.ts';
import { MigrateError } from '../../errors.ts';

export type Look = <Value>(find: () => Value | Promise<Value>) => Promise<Looked<Value>>;

/** @param seconds that a part may take. */
export function createLook(seconds: number): Look {
  return async (find) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const refuse = () =>
        reject(new MigrateError('UNREACHABLE', `No answer within ${seconds} s.`, 'Try again with a longer --timeout.'));
      timer = setTimeout(refuse, seconds * 1000);
    });
    try {
      // A part that begins with work of its own does not end the others by throwing.
      return { type: 'found', value: await Promise.race([Promise.resolve().then(find), late]) };
    } catch (error) {
      return { type: 'failed', error: toMigrateError(error) };
    } finally {
      clearTimeout(timer);
    }
  };
}

export function skip(because: string): { readonly type: 'skipped'; readonly because: string } {
  return { type: 'skipped', because };
}

function toMigrateError(error: unknown): MigrateError {
  if (error instanceof MigrateError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new MigrateError('INTERNAL', `This is a bug in migrate-prod: ${message}`, 'Report it.', { cause: error });
}
