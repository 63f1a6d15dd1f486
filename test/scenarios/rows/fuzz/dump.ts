/** Everything that a database holds, as texts that can be compared. */

import type { Value } from '../../../../src/ports.ts';
import type { Embedded } from '../../../support/embedded-adapter.ts';

/** The rows of every table, each table's sorted; and the schema. */
export interface Dump {
  readonly tables: ReadonlyMap<string, readonly (readonly Value[])[]>;
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly schema: readonly string[];
}

export function readDump(database: Embedded): Dump {
  const schema = database
    .prepare(
      "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE name <> '_prisma_migrations' AND tbl_name <> '_prisma_migrations' ORDER BY 1, 2",
    )
    .raw(true)
    .all()
    .flatMap((row) => (Array.isArray(row) ? [row.map(String)] : []));
  // What a full-text index shows or keeps for itself is judged by its own check.
  const names = database
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .raw(true)
    .all()
    .flatMap((row) => (Array.isArray(row) && row[0] !== '_prisma_migrations' ? [String(row[0])] : []));
  const tables = new Map<string, readonly (readonly Value[])[]>();
  const columns = new Map<string, readonly string[]>();
  for (const name of names) {
    const statement = database.prepare(`SELECT * FROM "${name}"`).raw(true).safeIntegers(true);
    const rows = statement.all().flatMap((row) => (Array.isArray(row) ? [row] : []));
    columns.set(
      name.toLowerCase(),
      statement.columns().map((column) => column.name.toLowerCase()),
    );
    tables.set(
      name.toLowerCase(),
      rows.map((row) => [...row]).sort((left, right) => (describeRow(left) < describeRow(right) ? -1 : 1)),
    );
  }
  return { tables, columns, schema: schema.map((row) => row.join('|')) };
}

function describeRow(row: readonly unknown[]): string {
  return row.map(describeValue).join(' | ');
}

/** Times and random texts differ from run to run. */
function describeValue(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  if (typeof value !== 'string') return `${typeof value} ${String(value)}`;
  return `'${value.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'now').replace(/[0-9a-f]{16}/g, 'random')}'`;
}

function describeTables({ tables }: Dump): ReadonlyMap<string, string> {
  return new Map([...tables].map(([name, rows]) => [name, rows.map(describeRow).sort().join('\n')]));
}

/** @returns the names of the tables whose rows are not the same. */
export function listDifferent(left: Dump, right: Dump): readonly string[] {
  const [ours, theirs] = [describeTables(left), describeTables(right)];
  return [...new Set([...ours.keys(), ...theirs.keys()])].filter((name) => ours.get(name) !== theirs.get(name));
}

export function isSame(left: Dump, right: Dump): boolean {
  return listDifferent(left, right).length === 0 && left.schema.join('\n') === right.schema.join('\n');
}

/** Statements as the text of a migration, one a line. */
export function textOf(statements: readonly string[]): string {
  return statements.map((sql) => `${sql};\n`).join('');
}
