/** Prisma's schema engine behind its port: one thread, one question at a time, and a new thread after a failure. */

import { setFlagsFromString } from 'node:v8';
import type { PrismaSchema, SchemaEngine } from '../../ports.ts';
import { openEngineDatabase } from './schema-engine-database.ts';
import { explainRefusal, refuseEngine } from './schema-engine-errors.ts';
import { type EngineThread, startThread } from './schema-engine-thread.ts';
import type { EngineReply } from './schema-engine-worker.ts';

export interface SchemaEngineOptions {
  /**
   * `fast` halves the time of a short run and holds for all WebAssembly of the process from then on: for a command that
   * ends soon, not for a program that this is a part of. `thorough` unless given.
   */
  readonly compile?: 'fast' | 'thorough';
  /** How long one answer may take, loading included; 30 unless given. */
  readonly timeoutSeconds?: number;
}

/** Starts the engine at once and returns while it loads. After `close` nothing of it is left. */
export function openSchemaEngine(schema: PrismaSchema, options: SchemaEngineOptions = {}): SchemaEngine {
  const { compile = 'thorough', timeoutSeconds = 30 } = options;
  if (compile === 'fast') setFlagsFromString('--liftoff-only');
  let thread: EngineThread | null = startThread(schema.files);
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  const diff = async (statements: readonly string[]): Promise<string> => {
    const database = await openEngineDatabase(statements);
    try {
      if (isClosed) throw refuseEngine('it was closed');
      thread ??= startThread(schema.files);
      const externalTables = [...schema.externalTables, ...database.ownTables];
      return acceptReply(await thread.compare(database, { externalTables, timeoutSeconds }));
    } finally {
      database.close();
    }
  };

  const acceptReply = (reply: EngineReply): string => {
    if (reply.type === 'script') return isComment(reply.script) ? '' : reply.script;
    if (reply.type === 'refused') throw explainRefusal(reply, schema);
    void thread?.end();
    thread = null;
    throw refuseEngine(isClosed ? 'it was closed' : reply.message);
  };

  return {
    diff: (statements) => {
      const script = last.then(() => diff(statements));
      last = script.catch(() => {});
      return script;
    },
    close: async () => {
      isClosed = true;
      await thread?.end();
      thread = null;
    },
  };
}

/** What the engine writes where there is nothing to do: `-- This is an empty migration.` */
function isComment(script: string): boolean {
  return script.split('\n').every((line) => line.trim() === '' || line.startsWith('--'));
}
