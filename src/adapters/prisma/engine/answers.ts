/** The answers to what Prisma's schema engine asks of every table and index, read in a few queries instead of one for each. */

import type { Value } from '../../../ports.ts';
import { type Connection, prepareStatement, runPrepared } from '../../embedded/engine.ts';

/** As the engine wants it answered (driver-adapter-utils, `SqlResultSet`). */
export interface EngineRows {
  readonly columnNames: readonly string[];
  readonly columnTypes: readonly number[];
  readonly rows: readonly (readonly Value[])[];
}

/** Prisma's numbers of column types (driver-adapter-utils, `ColumnTypeEnum`). */
const columnTypes = { int64: 1, text: 7 } as const;

/** The engine reads only names, numbers and texts of statements from a schema. */
export function describeRows(columnNames: readonly string[], rows: readonly (readonly Value[])[]): EngineRows {
  const types = columnNames.map((_, index) => {
    const value = rows.map((row) => row[index]).find((candidate) => candidate !== null);
    return typeof value === 'number' || typeof value === 'bigint' ? columnTypes.int64 : columnTypes.text;
  });
  return { columnNames, columnTypes: types, rows };
}

/** One question of the engine's: how it is worded for a name, and the same for all names at once. */
interface EngineQuestion {
  readonly word: (name: string) => string;
  readonly of: 'table' | 'index';
  readonly pragma: string;
  readonly columns: readonly string[];
}

/** As the pinned engine words them (sql-schema-describer, sqlite.rs); one that is worded otherwise is asked by itself. */
const questions: readonly EngineQuestion[] = [
  {
    word: (name) => `PRAGMA table_info ("${name}")`,
    of: 'table',
    pragma: 'table_info',
    columns: ['cid', 'name', 'type', 'notnull', 'dflt_value', 'pk'],
  },
  {
    word: (name) => `PRAGMA index_list("${name}");`,
    of: 'table',
    pragma: 'index_list',
    columns: ['seq', 'name', 'unique', 'origin', 'partial'],
  },
  {
    word: (name) => `PRAGMA foreign_key_list("${name}");`,
    of: 'table',
    pragma: 'foreign_key_list',
    columns: ['id', 'seq', 'table', 'from', 'to', 'on_update', 'on_delete', 'match'],
  },
  {
    word: (name) => `PRAGMA index_info("${name}");`,
    of: 'index',
    pragma: 'index_info',
    columns: ['seqno', 'cid', 'name'],
  },
  {
    word: (name) => `PRAGMA index_xinfo("${name}");`,
    of: 'index',
    pragma: 'index_xinfo',
    columns: ['seqno', 'cid', 'name', 'desc', 'coll', 'key'],
  },
];

/** @returns by the text of the question. @throws EngineError */
export function readAnswers(connection: Connection): ReadonlyMap<string, EngineRows> {
  return new Map(questions.flatMap((question) => readQuestion(connection, question)));
}

function readQuestion(
  connection: Connection,
  { word, of, pragma, columns }: EngineQuestion,
): readonly (readonly [string, EngineRows])[] {
  const list = columns.map((column) => `p."${column}"`).join(', ');
  // The order within a name is the pragma's own, as where it is asked by itself.
  const sql = `SELECT m.name, ${list} FROM sqlite_schema AS m LEFT JOIN pragma_${pragma}(m.name) AS p WHERE m.type = '${of}'`;
  const byName = new Map<string, (readonly Value[])[]>();
  for (const [name, ...row] of runPrepared(prepareStatement(connection, sql), [])) {
    const rows = byName.get(String(name)) ?? [];
    byName.set(String(name), rows);
    if (row.some((value) => value !== null)) rows.push(row);
  }
  return [...byName].map(([name, rows]) => [word(name), describeRows(columns, rows)] as const);
}
