/** A production behind the real embedded adapter, for tests of what is sent to it: in memory, or in a file of its own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openFile } from '../../src/adapters/embedded/database.ts';
import type { BatchOutcome, Clock, Database, Query, Reply, Step, Value } from '../../src/ports.ts';
import { readProduction } from '../../src/production/gather.ts';
import type { Production } from '../../src/production/production.ts';
import { createTracker, prismaTracker } from '../../src/tracker/tracker.ts';

/** What makes Prisma's tracker. */
export const createdTracker = createTracker(prismaTracker).sql;

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

/** In memory: for what opens no second connection. */
export function openProduction(...statements: readonly string[]): Promise<TestProduction> {
  return open(':memory:', statements);
}

/** In a file, which is gone after the test. */
export async function openProductionFile(...statements: readonly string[]): Promise<TestProduction> {
  const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-production-'));
  const production = await open(join(folder, 'production.db'), ['PRAGMA synchronous=OFF', ...statements]);
  onTestFinished(async () => {
    await production.database.close();
    rmSync(folder, { recursive: true });
  });
  return production;
}

async function open(path: string, statements: readonly string[]): Promise<TestProduction> {
  const database = await openFile({
    target: { type: 'file', name: `file:${path}`, path },
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
