/** The thread of Prisma's schema engine: loads it at once, then compares. Started by `startThread`; it asks that for rows. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { DiffTarget, SchemaEngine } from '@prisma/schema-engine-wasm';
import type { SchemaFile } from '../../../ports.ts';
import type { EngineRows } from './answers.ts';
import type { EngineAnswer, EngineQuery } from './database.ts';
import { warmUp } from './warm-up.ts';

/** What the thread is sent: the tables to leave out of the next comparison and what it will ask, or the answer to a query. */
export type ThreadInput =
  | {
      readonly type: 'compare';
      readonly files: readonly SchemaFile[];
      readonly externalTables: readonly string[];
      readonly answers: ReadonlyMap<string, EngineRows>;
    }
  | { readonly type: 'answer'; readonly answer: EngineAnswer };

type Comparison = Extract<ThreadInput, { readonly type: 'compare' }>;

/** What it sends: queries, to be answered in their order, and then how the comparison ended. */
export type ThreadOutput = { readonly type: 'query'; readonly query: EngineQuery } | EngineReply;

export type EngineReply =
  | { readonly type: 'script'; readonly script: string }
  /** The engine's own error. */
  | { readonly type: 'refused'; readonly code: string | null; readonly message: string }
  /** A panic, or what nobody expected: the thread is not to be used again. */
  | { readonly type: 'failed'; readonly message: string };

class EnginePanic extends Error {}

/** Neither the language's library nor Node's types declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

const databaseSide: DiffTarget = {
  tag: 'schemaDatasource',
  files: [{ path: 'schema.prisma', content: 'datasource db {\n  provider = "sqlite"\n}\n' }],
  configDir: '',
};

/** `fast`: without optimising, and before there is a comparison to wait for it. */
export type Compile = 'fast' | 'thorough';

const compile: Compile = workerData;
const waiting: ((answer: EngineAnswer) => void)[] = [];
const loading = loadSchemaEngine();
if (compile === 'fast') void compare(warmUp, refuse);

parentPort?.on('message', async (input: ThreadInput) => {
  if (input.type === 'answer') {
    waiting.shift()?.(input.answer);
    return;
  }
  send(await compare(input, ask).catch((error): EngineReply => ({ type: 'failed', message: describe(error) })));
});

function send(output: ThreadOutput): void {
  parentPort?.postMessage(output);
}

async function loadSchemaEngine(): Promise<typeof SchemaEngine> {
  // Without this the engine's panic is no more than `unreachable`.
  const registry = {
    set_message: (message: string): never => {
      throw new EnginePanic(message);
    },
  };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: registry });
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = readFileSync(script.replace(/\.js$/, '.wasm'));
  // Not before this thread has started: with other flags Node does not take its own code from its cache.
  if (compile === 'fast') setFlagsFromString('--liftoff-only');
  const imports = { './schema_engine_bg.js': { ...bindings } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  bindings.__wbg_set_wasm(exports);
  if (typeof exports.__wbindgen_start === 'function') exports.__wbindgen_start();
  return bindings.SchemaEngine;
}

async function compare(
  { files, externalTables, answers }: Omit<Comparison, 'type'>,
  askElse: Ask,
): Promise<EngineReply> {
  const Engine = await loading;
  try {
    const engine = await Engine.new({ datamodels: undefined }, () => {}, createDriver(answers, askElse));
    const result = await engine.diff({
      from: databaseSide,
      to: { tag: 'schemaDatamodel', files: [...files] },
      script: true,
      exitCode: true,
      filters: { externalTables: [...externalTables], externalEnums: [] },
    });
    engine.free();
    return { type: 'script', script: result.exitCode === 0 ? '' : (result.stdout ?? '') };
  } catch (error) {
    if (error instanceof EnginePanic) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    return { type: 'refused', code, message: describe(error) };
  }
}

type Ask = (query: EngineQuery) => Promise<EngineAnswer>;

function ask({ sql, args }: EngineQuery): Promise<EngineAnswer> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    send({ type: 'query', query: { sql, args } });
  });
}

async function refuse(): Promise<EngineAnswer> {
  return { ok: false, error: { kind: 'sqlite', extendedCode: 1, message: 'it may only read' } };
}

/** A driver adapter in the engine's shape, as far as reading a schema needs it: the rest is refused. */
function createDriver(answers: Comparison['answers'], askElse: Ask): object {
  const name = { provider: 'sqlite', adapterName: 'migrate-prod' };
  const queryRaw = async (query: EngineQuery): Promise<EngineAnswer> => {
    const known = answers.get(query.sql);
    return known === undefined ? askElse(query) : { ok: true, value: known };
  };
  const connection = {
    ...name,
    queryRaw,
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    getConnectionInfo: () => ({ ok: true, value: { supportsRelationJoins: false } }),
    dispose: async () => ({ ok: true, value: undefined }),
  };
  return { ...name, connect: async () => ({ ok: true, value: connection }), connectToShadowDb: refuse };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
