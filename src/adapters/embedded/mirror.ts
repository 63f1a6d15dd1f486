/** An empty in-memory libSQL database, to rehearse on. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { mayRunPrograms, mayTakeLong } from '../../core/sandbox/duration.ts';
import { MigrateError } from '../../errors.ts';
import { EngineError, type Mirror, outOfTimeCode } from '../../ports.ts';
import { interrupted, runBounded } from './bounded.ts';
import {
  type AsyncConnection,
  type EngineStatement,
  executeStatement,
  keepStatements,
  limitMemory,
  loadAsync,
  loadEngine,
  prepareStatement,
  runPrepared,
} from './engine.ts';

const longestTime = 30_000;

/** How long statements run one after the other without anybody else having a turn, in milliseconds. */
const longestTurn = 50;

export interface MirrorOptions {
  /** Milliseconds that everything which runs on it may take; ordinary rehearsals take a few hundred. */
  readonly time?: number;
  /** Ends what somebody else wrote. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws MigrateError ENGINE_MISSING; and of what runs on it REHEARSAL_STUCK, INTERRUPTED */
export async function openMirror({ time = longestTime, signal }: MirrorOptions = {}): Promise<Mirror> {
  const Connection = await loadEngine();
  const connection = new Connection(':memory:');
  limitMemory(connection);
  keepStatements(connection);
  let free: AsyncConnection | null = null;
  // The questions asked of a mirror are few and come again; a statement that lives on slows every change of the schema.
  const questions = new Map<string, EngineStatement>();
  let runsPrograms = false;
  let left = time;
  let turn = performance.now();
  /** What goes on and could not be broken off: to touch the connection would be to wait for it. */
  let stuck: MigrateError | null = null;

  const timed = <Result>(run: () => Result): Result => {
    if (stuck !== null) throw stuck;
    const begun = performance.now();
    try {
      return run();
    } finally {
      left -= performance.now() - begun;
    }
  };
  const runNow = (sql: string): void => {
    runsPrograms ||= mayRunPrograms(sql);
    timed(() => executeStatement(connection, sql));
  };
  const runFree = async (sql: string): Promise<void> => {
    runsPrograms ||= mayRunPrograms(sql);
    free ??= (await loadAsync())(connection);
    const begun = performance.now();
    try {
      await runBounded(connection, free, sql, [], { milliseconds: left, signal });
    } catch (error) {
      if (error instanceof MigrateError && error.code === 'REHEARSAL_STUCK') stuck = error;
      throw error instanceof EngineError && error.code === outOfTimeCode ? outOfTime(time) : error;
    } finally {
      left -= performance.now() - begun;
    }
  };
  return {
    query: (sql, args = []) =>
      timed(() => {
        const question = questions.get(sql) ?? prepareStatement(connection, sql);
        questions.set(sql, question);
        return runPrepared(question, args);
      }),
    run: runNow,
    // Not by EXPLAIN, whose rows may hold bytes that are no text: the package aborts the process on such.
    compile: (sql) => timed(() => void prepareStatement(connection, sql)),
    attempt: async (sql) => {
      if (stuck !== null) throw stuck;
      if (signal?.aborted) throw interrupted();
      if (left <= 0) throw outOfTime(time);
      if (performance.now() - turn > longestTurn) {
        await nextTurn();
        turn = performance.now();
      }
      // A text that might be several statements is run by its first alone.
      if (runsPrograms || sql.includes(';') || mayTakeLong(sql)) await runFree(sql);
      else runNow(sql);
    },
    close: () => {
      if (stuck === null) connection.close();
    },
  };
}

function outOfTime(time: number): EngineError {
  return new EngineError(`it took too long (all statements together may take ${time / 1000} s)`, outOfTimeCode, 'run');
}
