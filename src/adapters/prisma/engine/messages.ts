/** The messages between the thread of Prisma's schema engine and the one that starts it. */

import type { Argument, SchemaFile } from '../../../ports.ts';
import type { EngineRows } from './answers.ts';

/** To the thread: the tables to leave out of the next comparison with answers to what it will ask, or the answer to a query. */
export type ThreadInput =
  | {
      readonly type: 'compare';
      readonly files: readonly SchemaFile[];
      readonly externalTables: readonly string[];
      readonly answers: ReadonlyMap<string, EngineRows>;
    }
  | { readonly type: 'answer'; readonly answer: EngineAnswer };

/** From the thread: queries, to be answered in their order, and then how the comparison ended. */
export type ThreadOutput = { readonly type: 'query'; readonly query: EngineQuery } | EngineReply;

export type EngineReply =
  | { readonly type: 'script'; readonly script: string }
  /** The engine's own error. */
  | { readonly type: 'refused'; readonly code: string | null; readonly message: string }
  /** A panic, or what nobody expected: the thread is not to be used again. */
  | { readonly type: 'failed'; readonly message: string };

/** `fast`: without optimising, and before there is a comparison to wait for it. */
export type Compile = 'fast' | 'thorough';

/** As the engine asks (driver-adapter-utils, `SqlQuery`). */
export interface EngineQuery {
  readonly sql: string;
  readonly args: readonly Argument[];
}

/** As the engine wants it answered (driver-adapter-utils, `Result`, `SqlResultSet`, `MappedError`). */
export type EngineAnswer =
  | {
      readonly ok: true;
      readonly value: EngineRows;
    }
  | {
      readonly ok: false;
      readonly error: { readonly kind: 'sqlite'; readonly extendedCode: number; readonly message: string };
    };
