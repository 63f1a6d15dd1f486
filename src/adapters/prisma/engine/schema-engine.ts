/** Prisma's schema engine behind its port: one thread, one question at a time, and a new thread after a failure. */

import type { PrismaSchema, SchemaEngine } from '../../../ports.ts';
import { openEngineDatabase } from './database.ts';
import { explainRefusal, refuseEngine } from './errors.ts';
import type { Compile, EngineReply } from './messages.ts';
import { type EngineThread, startThread } from './thread.ts';

export interface SchemaEngineOptions {
  /**
   * `fast` halves the time of a short run and holds for all WebAssembly of the process from then on: for a command that
   * ends soon, not for a program that this is a part of. `thorough` unless given.
   */
  readonly compile?: Compile;
  /** How long one answer may take, loading included; 30 unless given. */
  readonly timeoutSeconds?: number;
}

/** An engine that loads, before it is known what to ask it. */
export interface StartedEngine {
  /** As often as there are schemas; they are answered one after another. */
  open(schema: PrismaSchema): SchemaEngine;
  /** After this nothing of it is left. */
  close(): Promise<void>;
}

/** Returns while the engine loads, in a thread of its own. */
export function startSchemaEngine({
  compile = 'thorough',
  timeoutSeconds = 30,
}: SchemaEngineOptions = {}): StartedEngine {
  let thread: EngineThread | null = startThread(compile);
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  const diff = async (schema: PrismaSchema, statements: readonly string[]): Promise<string> => {
    const database = await openEngineDatabase(statements);
    try {
      if (isClosed) throw refuseEngine('it was closed');
      thread ??= startThread(compile);
      const { files } = schema;
      const externalTables = [...schema.externalTables, ...database.ownTables];
      return acceptReply(schema, await thread.compare(database, { files, externalTables, timeoutSeconds }));
    } finally {
      database.close();
    }
  };

  const acceptReply = (schema: PrismaSchema, reply: EngineReply): string => {
    if (reply.type === 'script') return isComment(reply.script) ? '' : reply.script;
    if (reply.type === 'refused') throw explainRefusal(reply, schema);
    void thread?.end();
    thread = null;
    throw refuseEngine(isClosed ? 'it was closed' : reply.message);
  };

  return {
    open: (schema) => ({
      diff: (statements) => {
        const script = last.then(() => diff(schema, statements));
        last = script.catch(() => {});
        return script;
      },
    }),
    close: async () => {
      isClosed = true;
      await thread?.end();
      thread = null;
    },
  };
}

/** The engine writes `-- This is an empty migration.` where there is nothing to do. */
function isComment(script: string): boolean {
  return script.split('\n').every((line) => line.trim() === '' || line.startsWith('--'));
}
