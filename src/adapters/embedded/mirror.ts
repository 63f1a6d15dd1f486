/** An empty in-memory libSQL database, to rehearse on. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { MigrateError } from '../../errors.ts';
import { type Argument, EngineError, type Mirror, outOfTimeCode } from '../../ports.ts';
import { addParents, followsKeys, mayRunPrograms, mayTakeLong } from '../../sandbox/duration.ts';
import { mayBeSeveral } from '../../sql/contents.ts';
import { prismaTracker, type TrackerTable } from '../../tracker/tracker.ts';
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

/** With fewer rows than that, and all of them with the key of all others, nothing takes long. */
const fewRows = 2_000;

/** How much longer, in milliseconds, what this program itself asks of a schema may take than all has. */
const overtime = 10_000;

export interface MirrorOptions {
  /** Milliseconds that everything which runs on it may take; ordinary rehearsals take a few hundred. */
  readonly time?: number;
  /** Ends what somebody else wrote. */
  readonly signal?: AbortSignal | undefined;
  /** Prisma's unless given. */
  readonly tracker?: TrackerTable | undefined;
}

/** @throws MigrateError ENGINE_MISSING; and of what runs on it REHEARSAL_STUCK, INTERRUPTED */
export async function openMirror({
  time = longestTime,
  signal,
  tracker = prismaTracker,
}: MirrorOptions = {}): Promise<Mirror> {
  const Connection = await loadEngine();
  const connection = new Connection(':memory:');
  limitMemory(connection);
  keepStatements(connection);
  let free: AsyncConnection | null = null;
  // The questions asked of a mirror are few and come again; a statement that lives on slows every change of the schema.
  const questions = new Map<string, EngineStatement>();
  let runsPrograms = false;
  const parents = { tables: new Set<string>(), columns: new Set<string>() };
  let left = time;
  let turn = performance.now();
  /** What goes on and could not be broken off: to touch the connection would be to wait for it. */
  let stuck: MigrateError | null = null;

  const timed = <Result>(run: () => Result): Result => {
    if (stuck !== null) throw stuck;
    if (left < -overtime) throw tooLarge();
    const begun = performance.now();
    try {
      return run();
    } finally {
      left -= performance.now() - begun;
    }
  };
  const note = (sql: string): void => {
    runsPrograms ||= mayRunPrograms(sql);
    addParents(parents, sql);
  };
  const isFull = (): boolean => Number(questionOf('SELECT total_changes()')[0]?.[0]) > fewRows;
  const questionOf = (sql: string, args: readonly Argument[] = []) => {
    const question = questions.get(sql) ?? prepareStatement(connection, sql);
    questions.set(sql, question);
    return runPrepared(question, args);
  };
  /** Whether somebody has to stand ready to end it. A text that might be several statements is run by its first alone. */
  const isLong = (sql: string): boolean =>
    runsPrograms ||
    mayBeSeveral(sql) ||
    mayTakeLong(sql) ||
    (parents.tables.size > 0 && followsKeys(sql, parents) && isFull());
  const runNow = (sql: string): void => {
    note(sql);
    timed(() => executeStatement(connection, sql));
  };
  const runFree = async (sql: string): Promise<void> => {
    note(sql);
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
    tracker,
    query: (sql, args = []) => timed(() => questionOf(sql, args)),
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
      if (isLong(sql)) await runFree(sql);
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

/** Views that read each other many times over, say: to compile them takes long, and cannot be broken off. */
function tooLarge(): MigrateError {
  return new MigrateError(
    'REHEARSAL_STUCK',
    'The schema takes too long to look through on the copy in memory. Nothing was written.',
    'Look for views that read each other many times over.',
  );
}
