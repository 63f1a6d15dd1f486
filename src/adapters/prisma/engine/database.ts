/** The database that Prisma's schema engine reads: in memory, made of statements, asked one query at a time. */

import { type Connection, loadEngine, prepareStatement, runPrepared } from '../../embedded/engine.ts';
import { describeRows, type EngineRows, readAnswers } from './answers.ts';
import { refuseStatement } from './errors.ts';
import type { EngineAnswer, EngineQuery } from './messages.ts';

export interface EngineDatabase {
  /** Tables that libSQL made for itself: the engine would drop them. */
  readonly ownTables: readonly string[];
  /** Answers to questions that the engine asks in any case, by the text of the question. */
  readonly answers: ReadonlyMap<string, EngineRows>;
  answer(query: EngineQuery): EngineAnswer;
  close(): void;
}

/** SQLITE_ERROR: where a schema is only read, the engine tells none apart. */
const genericError = 1;

/** @throws MigrateError SCHEMA_ENGINE_FAILED when a statement cannot be run, ENGINE_MISSING */
export async function openEngineDatabase(statements: readonly string[]): Promise<EngineDatabase> {
  const EngineConnection = await loadEngine();
  const connection = new EngineConnection(':memory:');
  try {
    for (const sql of statements) runStatement(connection, sql);
    return {
      ownTables: readVectorTables(connection),
      answers: readAnswers(connection),
      answer: (query) => answer(connection, query),
      close: () => connection.close(),
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function runStatement(connection: Connection, sql: string): void {
  try {
    connection.exec(sql);
  } catch (error) {
    throw refuseStatement(sql, error);
  }
}

/** A vector index keeps its data in tables beside it. */
function readVectorTables(connection: Connection): readonly string[] {
  const question = `SELECT name FROM sqlite_schema WHERE type = 'table' AND (name = 'libsql_vector_meta_shadow'
    OR name IN (SELECT name || '_shadow' FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%libsql_vector_idx%'))`;
  return runPrepared(prepareStatement(connection, question), []).map(([name]) => String(name));
}

function answer(connection: Connection, { sql, args }: EngineQuery): EngineAnswer {
  try {
    const statement = prepareStatement(connection, mendQuotes(sql));
    const rows = runPrepared(statement, args);
    const columnNames = statement.reader ? statement.columns().map(({ name }) => name) : [];
    return { ok: true, value: describeRows(columnNames, rows) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, error: { kind: 'sqlite', extendedCode: genericError, message } };
  }
}

/**
 * The engine puts names between double quotes as they are. Where one has such a quote itself, that is a syntax error; and
 * in the question for a partial index (engines from 7.5 on) it makes a column of what has to be a string.
 */
function mendQuotes(sql: string): string {
  const [, pragma, of] = /^(PRAGMA \w+) ?\("(.*)"\);?$/s.exec(sql) ?? [];
  if (pragma !== undefined && of !== undefined) return `${pragma}("${of.replaceAll('"', '""')}")`;
  const [, select, name] = /^(SELECT .* = )"(.*)";?$/s.exec(sql) ?? [];
  return select !== undefined && name !== undefined ? `${select}'${name.replaceAll("'", "''")}'` : sql;
}
