/** Running a statement that may never end: beside this thread, and broken off when its time is up. */

import { MigrateError } from '../../errors.ts';
import { type Argument, EngineError, outOfTimeCode, type Value } from '../../ports.ts';
import { describe, type FreeConnection, toValue } from './engine.ts';

/** How often it is broken off, and how long it is given to stop, in milliseconds: one step of the engine cannot be cut short. */
const interruptEvery = 50;
const grace = 2_000;

/**
 * @param milliseconds how long it may take; endless SQL ends a few milliseconds later.
 * @throws EngineError in the engine's own words, and with `outOfTimeCode` when its time was up; MigrateError
 * REHEARSAL_STUCK when it goes on all the same: the connection must not be touched any more.
 */
export async function runBounded(
  connection: FreeConnection,
  sql: string,
  args: readonly Argument[],
  milliseconds: number,
): Promise<readonly (readonly Value[])[]> {
  let isLate = false;
  let interrupting: NodeJS.Timeout | undefined;
  let giveUp: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    giveUp = setTimeout(() => reject(stuck(sql)), milliseconds + grace);
  });
  const timer = setTimeout(() => {
    isLate = true;
    connection.interrupt();
    interrupting = setInterval(() => connection.interrupt(), interruptEvery);
  }, milliseconds);
  let phase: EngineError['phase'] = 'prepare';
  const run = async () => {
    const statement = await connection.prepare(sql);
    phase = 'run';
    return (statement.reader ? statement.raw(true) : statement).safeIntegers(true).all(...args);
  };
  try {
    return (await Promise.race([run(), tooLate])).map((row) => row.map(toValue));
  } catch (error) {
    if (error instanceof MigrateError) throw error;
    throw isLate ? outOfTime(milliseconds) : describe(error, phase);
  } finally {
    clearTimeout(timer);
    clearTimeout(giveUp);
    clearInterval(interrupting);
  }
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
    `A statement goes on without end on the copy in memory, and cannot be stopped there: ${sql.slice(0, 60)}. Nothing was written.`,
    'Take it out of the migration, or make it smaller.',
  );
}
