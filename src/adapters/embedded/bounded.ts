/**
 * Running a statement that may never end: beside this thread, and broken off when its time is up.
 *
 * While it runs the engine holds the connection's mutex, and whoever frees another statement of the connection waits for it.
 * Node frees those that nobody refers to when it likes, in this thread: it would stand still, its timers too, for ever. So a
 * connection that runs such statements keeps all that were prepared on it, until it is closed. The package's `exec` prepares
 * nothing that lives on, and cannot be used all the same: it holds a lock that `interrupt` waits for.
 */

import { MigrateError } from '../../errors.ts';
import { type Argument, EngineError, outOfTimeCode, type Value } from '../../ports.ts';
import { command } from '../../text/prose.ts';
import { type AsyncConnection, type Connection, keep, toEngineError, toValue } from './engine.ts';

/** How often it is broken off, and how long it is given to stop, in milliseconds: one step of the engine cannot be cut short. */
const interruptEvery = 50;
const grace = 2_000;

export interface Bounds {
  /** How long it may take, Infinity for no end; endless SQL ends a few milliseconds later. */
  readonly milliseconds: number;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param connection of `keepStatements`; `free` is the same one.
 * @throws EngineError in the engine's own words, and with `outOfTimeCode` when its time was up; MigrateError
 * REHEARSAL_STUCK when it goes on all the same: the connection must not be touched any more; INTERRUPTED by the signal.
 */
export async function runBounded(
  connection: Connection,
  free: AsyncConnection,
  sql: string,
  args: readonly Argument[],
  { milliseconds, signal }: Bounds,
): Promise<readonly (readonly Value[])[]> {
  let isLate = false;
  let interrupting: NodeJS.Timeout | undefined;
  let giveUp: NodeJS.Timeout | undefined;
  let abandon: (error: MigrateError) => void = () => {};
  const abandoned = new Promise<never>((_, reject) => {
    abandon = reject;
  });
  const breakOff = (): void => {
    isLate = true;
    free.interrupt();
    interrupting ??= setInterval(() => free.interrupt(), interruptEvery);
    giveUp ??= setTimeout(() => abandon(stuck(sql)), grace);
  };
  // A timer overflows at a month.
  const timer = milliseconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(breakOff, milliseconds);
  signal?.addEventListener('abort', breakOff);
  let phase: EngineError['phase'] = 'prepare';
  const run = async () => {
    const statement = keep(connection, await free.prepare(sql));
    phase = 'run';
    if (statement.reader) statement.raw(true);
    const rows = keep(connection, await statement.safeIntegers(true).iterate(...args));
    return [...rows].map((row) => row.map(toValue));
  };
  try {
    return await Promise.race([run(), abandoned]);
  } catch (error) {
    if (error instanceof MigrateError) throw error;
    if (signal?.aborted) throw interrupted();
    throw isLate ? outOfTime(milliseconds) : toEngineError(error, phase);
  } finally {
    signal?.removeEventListener('abort', breakOff);
    clearTimeout(timer);
    clearTimeout(giveUp);
    clearInterval(interrupting);
  }
}

/** Before anything is written: that is when foreign statements are tried. */
export function interrupted(): MigrateError {
  return new MigrateError('INTERRUPTED', 'Interrupted; nothing was written.', command('status'));
}

function outOfTime(milliseconds: number): EngineError {
  return new EngineError(
    `it did not end within ${Math.max(0.1, Math.round(milliseconds / 100) / 10)} s`,
    outOfTimeCode,
    'run',
  );
}

function stuck(sql: string): MigrateError {
  return new MigrateError(
    'REHEARSAL_STUCK',
    `A statement does not end on the copy in memory, and it cannot be stopped there: ${sql.slice(0, 60)}. Nothing was written.`,
    'Remove it from the migration, or make it smaller.',
  );
}
