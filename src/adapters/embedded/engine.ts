/** The embedded libSQL engine: loading it, and running one statement in it. */

import { MigrateError } from '../../errors.ts';
import { type Argument, EngineError, type Value } from '../../ports.ts';
import { beginsWith } from '../../sql/contents.ts';

export interface EngineStatement {
  readonly reader: boolean;
  columns(): readonly { readonly name: string }[];
  raw(on: boolean): EngineStatement;
  safeIntegers(on: boolean): EngineStatement;
  all(...args: readonly Argument[]): readonly (readonly Value[])[];
  run(...args: readonly Argument[]): unknown;
}

/** A connection of the `libsql` package, as far as it is used here; its own types describe another library's. */
export interface Connection {
  readonly inTransaction: boolean;
  prepare(sql: string): EngineStatement;
  exec(sql: string): void;
  close(): void;
  /** The native connection, which both faces of the package share: this one, and `libsql/promise`. */
  readonly db: object;
}

type ConnectionConstructor = new (path: string, options?: { readonly timeout?: number }) => Connection;

/** The same connection with calls that leave this thread free. */
export interface AsyncConnection {
  prepare(sql: string): Promise<AsyncStatement>;
  /** Breaks off what is running; its transaction is rolled back where it writes (sqlite.org/c3ref/interrupt.html). */
  interrupt(): void;
}

export interface AsyncStatement {
  readonly reader: boolean;
  raw(on: boolean): AsyncStatement;
  safeIntegers(on: boolean): AsyncStatement;
  /** The first row is computed beside this thread, the others as they are taken. */
  iterate(...args: readonly Argument[]): Promise<Iterable<readonly Value[]>>;
}

/** Prepared statements must live as long as their connection. */
const kept = new WeakMap<Connection, object[]>();

/** From now on prepared statements live as long as the connection: `runBounded` needs that. */
export function keepStatements(connection: Connection): void {
  kept.set(connection, []);
}

export function keep<Prepared extends object>(connection: Connection, prepared: Prepared): Prepared {
  kept.get(connection)?.push(prepared);
  return prepared;
}

/** @throws MigrateError ENGINE_MISSING */
export async function loadAsync(): Promise<(connection: Connection) => AsyncConnection> {
  await loadEngine();
  const module: { readonly default: { readonly prototype: object } } = await import('libsql/promise');
  return ({ db }) => {
    if (typeof db !== 'object') throw new Error('the package libsql no longer shares its native connection');
    return Object.assign(Object.create(module.default.prototype), { db });
  };
}

/** @throws MigrateError ENGINE_MISSING when the package has no engine for this platform. */
export async function loadEngine(): Promise<ConnectionConstructor> {
  try {
    const module: { readonly default: unknown } = await import('libsql');
    return module.default as ConnectionConstructor;
  } catch (cause) {
    throw new MigrateError(
      'ENGINE_MISSING',
      'The embedded libSQL engine is not installed for this platform.',
      'Run npm install libsql@0.5.29 on this machine (not copied from another platform, and without --omit=optional). status, tables and inspect on a server do not need it.',
      { cause },
    );
  }
}

/** Bytes that the engine may hold in memory for rehearsals. */
const mostMemory = 1024 * 1024 * 1024;

let hasFile = false;

/** A file's own work, a large index say, may need more memory than a rehearsal; the engine's limit is the whole process's. */
export function allowMemory(): void {
  hasFile = true;
}

/** Once it is set the engine does not take it back (sqlite.org/pragma.html, hard_heap_limit). */
export function limitMemory(connection: Connection): void {
  if (!hasFile) connection.exec(`PRAGMA hard_heap_limit=${mostMemory}`);
}

/** Returns no rows. To prepare a vector index already makes its tables, and the index that is then executed stays empty. */
function isCreate(sql: string): boolean {
  return beginsWith(sql, 'CREATE');
}

/**
 * A statement without rows and arguments is executed, which frees it at once: a COMMIT that fails stays active until
 * it is freed, and keeps the file locked for others even after the ROLLBACK.
 * @throws EngineError in the engine's own words.
 */
export function runStatement(
  connection: Connection,
  sql: string,
  args: readonly Argument[] = [],
): readonly (readonly Value[])[] {
  if (args.length > 0 || !isCreate(sql)) {
    const statement = prepareStatement(connection, sql);
    if (statement.reader || args.length > 0) return runPrepared(statement, args);
  }
  try {
    connection.exec(sql);
    return [];
  } catch (error) {
    throw toEngineError(error, 'run');
  }
}

/** @throws EngineError of phase `prepare` */
export function prepareStatement(connection: Connection, sql: string): EngineStatement {
  try {
    return keep(connection, connection.prepare(sql));
  } catch (error) {
    throw toEngineError(error, 'prepare');
  }
}

/** @throws EngineError of phase `run` */
export function runPrepared(statement: EngineStatement, args: readonly Argument[]): readonly (readonly Value[])[] {
  try {
    if (!statement.reader) {
      statement.run(...args);
      return [];
    }
    const rows = statement
      .raw(true)
      .safeIntegers(true)
      .all(...args);
    return rows.map((row) => row.map(toValue));
  } catch (error) {
    throw toEngineError(error, 'run');
  }
}

/**
 * Runs a statement whose rows nobody wants. The engine frees it at once; a prepared one lives until it is collected,
 * and every change of the schema visits all that live.
 * @throws EngineError in the engine's own words.
 */
export function executeStatement(connection: Connection, sql: string): void {
  try {
    connection.exec(sql);
  } catch (error) {
    throw toEngineError(error, canBePrepared(connection, sql) ? 'run' : 'prepare');
  }
}

function canBePrepared(connection: Connection, sql: string): boolean {
  try {
    keep(connection, connection.prepare(sql));
    return true;
  } catch {
    return false;
  }
}

export function toEngineError(error: unknown, phase: EngineError['phase']): EngineError {
  return new EngineError(error instanceof Error ? error.message : String(error), readCode(error), phase);
}

/** The code as the server has it: `SQLITE_CONSTRAINT`, not `SQLITE_CONSTRAINT_UNIQUE`. */
function readCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNKNOWN';
  return code.split('_').slice(0, 2).join('_');
}

export function toValue(value: Value): Value {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
