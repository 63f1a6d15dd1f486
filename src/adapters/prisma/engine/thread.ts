/** The thread that Prisma's schema engine runs in: it may panic, hang or be slow without harm to this one. */

import { Worker } from 'node:worker_threads';
import type { SchemaFile } from '../../../ports.ts';
import type { EngineDatabase } from './database.ts';
import type { Compile, EngineReply, ThreadInput, ThreadOutput } from './messages.ts';

export interface EngineThread {
  /** One comparison at a time. Never rejects. */
  compare(database: EngineDatabase, input: CompareInput): Promise<EngineReply>;
  end(): Promise<void>;
}

export interface CompareInput {
  readonly files: readonly SchemaFile[];
  readonly externalTables: readonly string[];
  readonly timeoutSeconds: number;
}

// The oldest Node that is supported cannot run TypeScript: the tests, which read the source, use the built thread.
const workerFiles = {
  source: '../../../../dist/worker.js',
  module: '../../../worker.js',
  bundle: './worker.js',
};
const here = import.meta.url.endsWith('.ts') ? 'source' : import.meta.url.endsWith('/thread.js') ? 'module' : 'bundle';

/**
 * Returns while the engine loads. libSQL stays in this thread: its native module takes the whole process with it when the
 * thread that it runs in is ended by another.
 */
export function startThread(compile: Compile): EngineThread {
  // It prints nothing, and nothing that this process was started with is meant for it.
  const worker = new Worker(new URL(workerFiles[here], import.meta.url), {
    workerData: compile,
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  worker.unref();
  const send = (input: ThreadInput): void => worker.postMessage(input);
  // An overflow of the engine's memory is no panic that it could still tell: the thread ends.
  const ended = new Promise<EngineReply>((resolve) => {
    worker.once('error', (error: unknown) => resolve({ type: 'failed', message: describe(error) }));
    worker.once('exit', () => resolve({ type: 'failed', message: 'its thread ended' }));
  });
  return {
    compare: (database, { files, externalTables, timeoutSeconds }) =>
      new Promise((resolve) => {
        const settle = (reply: EngineReply): void => {
          clearTimeout(timer);
          worker.off('message', receive);
          resolve(reply);
        };
        const receive = (output: ThreadOutput): void => {
          if (output.type === 'query') send({ type: 'answer', answer: database.answer(output.query) });
          else settle(output);
        };
        const late = (): void => settle({ type: 'failed', message: `it gave no answer within ${timeoutSeconds} s` });
        // Until there is an answer, the timer alone keeps the process alive.
        const timer = setTimeout(late, timeoutSeconds * 1000);
        worker.on('message', receive);
        void ended.then(settle);
        send({ type: 'compare', files, externalTables, answers: database.answers });
      }),
    end: async () => void (await worker.terminate()),
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
