/** A clock that jumps over every sleep, handed in where a test would wait otherwise; and `apply` by it. */

import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import { parseTarget } from '../../src/adapters/files/target.ts';
import { openServer } from '../../src/adapters/hrana/database.ts';
import { applyMigrations } from '../../src/apply/apply.ts';
import type { ApplyOptions, ApplyResult, MigrationSource } from '../../src/index.ts';
import type { Clock } from '../../src/ports.ts';
import { reportApply } from '../../src/reports.ts';
import { keepWithin } from '../../src/sandbox/within.ts';
import { Secret } from '../../src/target/secret.ts';
import { createOutside, defaultTimeoutSeconds } from '../../src/wiring.ts';

export interface JumpingClock extends Clock {
  /** How long, in seconds, was slept by it so far. */
  slept(): number;
}

/** Time goes on by itself as well, for what is waited for without the clock. */
export function startJumpingClock(): JumpingClock {
  let slept = 0;
  return {
    now: () => Date.now() + slept,
    sleep: async (milliseconds) => {
      slept += milliseconds;
    },
    slept: () => slept / 1000,
  };
}

type SharedOptions = Pick<ApplyOptions, 'url' | 'authToken' | 'timeoutSeconds' | 'plan' | 'signal' | 'onEvent'>;

export interface ClockedOptions extends SharedOptions {
  readonly migrations: readonly MigrationSource[];
  /** One of its own unless given. */
  readonly clock?: Clock;
}

/** The library's `apply` to a server; what waits between two requests waits by the clock, and the requests themselves do not. */
export async function applyByClock(options: ClockedOptions): Promise<ApplyResult> {
  const { clock = startJumpingClock(), timeoutSeconds = defaultTimeoutSeconds, authToken } = options;
  const { target } = parseTarget(options.url, process.cwd());
  if (target.type !== 'server') throw new Error(`${target.name} is no server`);
  const token = authToken === undefined ? null : new Secret(authToken);
  const database = keepWithin(await openServer({ target, token, timeoutSeconds, clock }));
  try {
    const result = await applyMigrations({
      database,
      migrations: options.migrations.map(({ name, sql }) => migrationFromText(name, sql)),
      outside: { ...createOutside('somebody@somewhere', '0.0.0'), clock },
      consents: [],
      expectedPlan: options.plan,
      timeoutSeconds,
      signal: options.signal,
      onEvent: options.onEvent,
      confirm: async () => ({ type: 'yes', consents: [] }),
    });
    return reportApply(result);
  } finally {
    await database.close();
  }
}
