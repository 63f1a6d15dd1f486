/** A production in memory, behind the real embedded adapter, for tests of what is sent to it. */

import { openFile } from '../../src/adapters/embedded/database.ts';
import type { BatchOutcome, Clock, Database, Query, Reply, Step, Value } from '../../src/ports.ts';
import { readProduction } from '../../src/production/gather.ts';
import type { Production } from '../../src/production/production.ts';

/** Nobody waits by it: a sleep is over at once, and the time goes on by it alone. */
export function startTestClock(): Clock & { readonly slept: readonly number[] } {
  let now = Date.UTC(2026, 0, 2);
  const slept: number[] = [];
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
      slept.push(milliseconds);
    },
    slept,
  };
}

export interface TestProduction {
  readonly database: Database;
  /** Runs statements one by one. @throws Error at the first that fails */
  run(...statements: readonly (string | Query)[]): Promise<void>;
  /** The rows of one query. */
  rows(sql: string): Promise<readonly (readonly Value[])[]>;
  /** The first value of one query. */
  value(sql: string): Promise<Value>;
  read(): Promise<Production>;
  /** A batch; every step has its reply. */
  execute(steps: readonly Step[]): Promise<readonly Reply[]>;
}

export async function openProduction(...statements: readonly string[]): Promise<TestProduction> {
  const database = await openFile({
    target: { type: 'file', name: 'file:memory', path: ':memory:' },
    timeoutSeconds: 0,
    clock: startTestClock(),
    create: 'create',
  });
  const rowsOf = (replies: readonly Reply[]): readonly (readonly Value[])[] => {
    const failed = replies.find((reply) => reply.type !== 'rows');
    if (failed !== undefined) throw new Error(JSON.stringify(failed));
    const last = replies.at(-1);
    return last?.type === 'rows' ? last.rows : [];
  };
  const repliesOf = (outcome: BatchOutcome): readonly Reply[] => {
    if (outcome.type !== 'ran') throw new Error(outcome.message);
    return outcome.replies;
  };
  const execute = async (steps: readonly Step[]) => repliesOf(await database.execute(steps));
  const run = async (...all: readonly (string | Query)[]) => {
    rowsOf(await execute(all.map((one) => (typeof one === 'string' ? { sql: one } : one))));
  };
  const rows = async (sql: string) => rowsOf(await database.read([{ sql }]));
  await run(...statements);
  return {
    database,
    run,
    rows,
    value: async (sql) => (await rows(sql))[0]?.[0] ?? null,
    read: () => readProduction(database),
    execute,
  };
}
