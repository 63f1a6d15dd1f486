/** An empty libSQL database to rehearse on, in memory or in a private file. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { MigrateError } from '../../errors.ts';
import { type Argument, EngineError, isDiskFull, type Mirror, outOfTimeCode } from '../../ports.ts';
import { addParents, followsKeys, mayRunPrograms, mayTakeLong } from '../../sandbox/duration.ts';
import { beginsWith, mayBeSeveral } from '../../sql/contents.ts';
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
import { openPrivateFile, type PrivateFile } from './private-file.ts';

const longestTime = 30_000;

/** How long statements run one after the other without anybody else having a turn, in milliseconds. */
const longestTurn = 50;

/** Even a statement that pairs each row with each other row is quick below this number. */
const fewRows = 2_000;

/** How much longer, in milliseconds, what this program itself asks of a schema may take than all has. */
const overtime = 10_000;

export interface MirrorOptions {
  /** Milliseconds that everything which runs on it may take; ordinary rehearsals take a few hundred. */
  readonly time?: number;
  /** `file` where more may be put into it than fits into memory. */
  readonly place?: 'memory' | 'file';
  /** Ends what somebody else wrote. */
  readonly signal?: AbortSignal | undefined;
  /** Prisma's unless given. */
  readonly tracker?: TrackerTable | undefined;
}

/** @throws MigrateError ENGINE_MISSING; and of what runs on it REHEARSAL_STUCK, INTERRUPTED */
export async function openMirror({
  time = longestTime,
  place = 'memory',
  signal,
  tracker = prismaTracker,
}: MirrorOptions = {}): Promise<Mirror> {
  const { connection, close } = await connect(place);
  limitMemory(connection);
  keepStatements(connection);
  const budget = openBudget(time);
  // The questions asked of a mirror are few and come again; a statement that lives on slows every change of the schema.
  const questions = new Map<string, EngineStatement>();
  const questionOf = (sql: string, args: readonly Argument[] = []) => {
    const question = questions.get(sql) ?? prepareStatement(connection, sql);
    questions.set(sql, question);
    return runPrepared(question, args);
  };
  const judge = openJudge(() => Number(questionOf('SELECT total_changes()')[0]?.[0]));
  let free: AsyncConnection | null = null;
  const runNow = (sql: string): void => {
    judge.note(sql);
    budget.time(() => executeStatement(connection, sql));
  };
  const runFree = async (sql: string, args: readonly Argument[] = []) => {
    judge.note(sql);
    free ??= (await loadAsync())(connection);
    const beside = free;
    return budget.bound((milliseconds) => runBounded(connection, beside, sql, args, { milliseconds, signal }));
  };
  const takeTurn = openTurns();
  return {
    tracker,
    query: (sql, args = []) => budget.time(() => questionOf(sql, args)),
    run: runNow,
    // Not by EXPLAIN, whose rows may hold bytes that are no text: the package aborts the process on such.
    compile: (sql) => budget.time(() => void prepareStatement(connection, sql)),
    attempt: async (sql) => {
      budget.checkStuck();
      if (signal?.aborted) throw interrupted();
      budget.checkLeft();
      await takeTurn();
      if (judge.isLong(sql) || (place === 'file' && mayPassRows(sql))) await roomOnDisk(place, () => runFree(sql));
      else await roomOnDisk(place, async () => runNow(sql));
    },
    search: async (sql, args = []) => {
      if (place === 'memory') return budget.time(() => questionOf(sql, args));
      budget.checkStuck();
      return runFree(sql, args);
    },
    close: () => {
      if (!budget.isStuck()) close();
    },
  };
}

async function connect(place: 'memory' | 'file'): Promise<PrivateFile> {
  const EngineConnection = await loadEngine();
  const inFile = place === 'file' ? await openPrivateFile((path) => new EngineConnection(path)) : null;
  if (inFile !== null) return inFile;
  const connection = new EngineConnection(':memory:');
  // It may hold production's rows, which do not go into a file.
  connection.exec('PRAGMA temp_store=MEMORY');
  return { connection, close: () => connection.close() };
}

/** A statement that is quick on few rows, and passes over all of a table. */
function mayPassRows(sql: string): boolean {
  return beginsWith(sql, 'CREATE', 'UPDATE', 'DELETE', 'DROP', 'ALTER', 'REINDEX');
}

/** What fails because this machine's disk is full says nothing of production: it reached a limit, as of memory. */
async function roomOnDisk<Result>(place: 'memory' | 'file', run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (place === 'memory' || !(error instanceof EngineError && isDiskFull(error))) throw error;
    throw new EngineError(error.message, 'SQLITE_NOMEM', error.phase);
  }
}

/** The time that everything on one mirror has. */
interface Budget {
  /** Runs what this program itself asks, which cannot be broken off. */
  readonly time: <Result>(run: () => Result) => Result;
  /** Runs what somebody else wrote, which is to be broken off after so many milliseconds. */
  readonly bound: <Result>(run: (milliseconds: number) => Promise<Result>) => Promise<Result>;
  /** True while a statement runs that could not be stopped: any use of the connection would wait for it. */
  readonly isStuck: () => boolean;
  readonly checkStuck: () => void;
  readonly checkLeft: () => void;
}

function openBudget(time: number): Budget {
  let left = time;
  let stuck: MigrateError | null = null;
  const checkStuck = () => {
    if (stuck !== null) throw stuck;
  };
  return {
    time: (run) => {
      checkStuck();
      if (left < -overtime) throw tooLarge();
      const begun = performance.now();
      try {
        return run();
      } finally {
        left -= performance.now() - begun;
      }
    },
    bound: async (run) => {
      const begun = performance.now();
      try {
        return await run(left);
      } catch (error) {
        if (error instanceof MigrateError && error.code === 'REHEARSAL_STUCK') stuck = error;
        throw error instanceof EngineError && error.code === outOfTimeCode ? outOfTime(time) : error;
      } finally {
        left -= performance.now() - begun;
      }
    },
    isStuck: () => stuck !== null,
    checkStuck,
    checkLeft: () => {
      if (left <= 0) throw outOfTime(time);
    },
  };
}

/** Tells which statements somebody has to stand ready to end, from all that ran before. */
function openJudge(countChanges: () => number) {
  let runsPrograms = false;
  const parents = { tables: new Set<string>(), columns: new Set<string>() };
  return {
    note: (sql: string): void => {
      runsPrograms ||= mayRunPrograms(sql);
      addParents(parents, sql);
    },
    /** A text that might be several statements is run by its first alone. */
    isLong: (sql: string): boolean =>
      runsPrograms ||
      mayBeSeveral(sql) ||
      mayTakeLong(sql) ||
      (parents.tables.size > 0 && followsKeys(sql, parents) && countChanges() > fewRows),
  };
}

/** Gives everybody else a turn now and then. */
function openTurns(): () => Promise<void> {
  let turn = performance.now();
  return async () => {
    if (performance.now() - turn <= longestTurn) return;
    await nextTurn();
    turn = performance.now();
  };
}

function outOfTime(time: number): EngineError {
  return new EngineError(`it took too long (all statements together may take ${time / 1000} s)`, outOfTimeCode, 'run');
}

/** Views that read each other many times over, say: to compile them takes long, and cannot be broken off. */
function tooLarge(): MigrateError {
  return new MigrateError(
    'REHEARSAL_STUCK',
    'Reading the schema on the copy in memory takes too long. Nothing was written.',
    'Look for views that read each other many times.',
  );
}
