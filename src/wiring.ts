/** Connects the adapters with the ports: the one place where the command and the library meet the outside world. */

import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { openFile } from './adapters/embedded/database.ts';
import { openMirror } from './adapters/embedded/mirror.ts';
import { type OnTraffic, openServer } from './adapters/hrana/database.ts';
import type { Clock, Database, Outside } from './ports.ts';
import { keepWithin } from './sandbox/within.ts';
import type { Secret } from './target/secret.ts';
import type { Target } from './target/target.ts';
import { prismaTracker } from './tracker/tracker.ts';

/** The only place that names the table with the record: Prisma's own. */
const tracker = prismaTracker;

export { startSchemaEngine } from './adapters/prisma/engine/schema-engine.ts';

export const defaultTimeoutSeconds = 300;

/** A day. A timer overflows with much more. */
export const longestTimeoutSeconds = 86_400;

export interface OpenOptions {
  readonly target: Target;
  readonly token: Secret | null;
  /** The longest time for one request, and for waiting for another run or a lost answer. */
  readonly timeoutSeconds: number;
  /** `create`: a `file:` target may be created; only `apply` does that. */
  readonly create: 'create' | 'must-exist';
  /** Told of each request to a server, once it is answered or given up. */
  readonly onTraffic?: OnTraffic | undefined;
}

const clock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    // An interrupted sleep ends early; the caller looks at the signal itself.
    await wait(milliseconds, undefined, signal ? { signal } : {}).catch(() => {});
  },
};

/** @throws MigrateError TARGET_FILE_MISSING, TARGET_FILE_INVALID, ENGINE_MISSING */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const { target, token, timeoutSeconds, create, onTraffic } = options;
  if (target.type === 'file') {
    return keepWithin(await openFile({ target, timeoutSeconds, create, clock, tracker }));
  }
  return keepWithin(await openServer({ target, token, timeoutSeconds, clock, tracker, onTraffic }));
}

/** @param signal ends statements that run on a mirror */
export function createOutside(who: string, version: string, signal?: AbortSignal): Outside {
  return {
    tracker,
    openMirror: (options) => openMirror({ ...options, signal, tracker }),
    clock,
    newId: () => randomUUID(),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    who,
    version,
  };
}

/** For operations that write nothing, so that no user is named. */
export function createReadingOutside(signal: AbortSignal): Outside {
  return createOutside('', '', signal);
}
