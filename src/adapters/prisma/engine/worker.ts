/** The thread of Prisma's schema engine: loads it at once, then compares. Started by `startThread`; it asks that for rows. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { DiffTarget, SchemaEngine } from '@prisma/schema-engine-wasm';
import type { Compile, EngineAnswer, EngineQuery, EngineReply, ThreadInput, ThreadOutput } from './messages.ts';
import { warmUp } from './warm-up.ts';

type Comparison = Extract<ThreadInput, { readonly type: 'compare' }>;

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
