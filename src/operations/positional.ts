/** Pending INSERTs that rely on an order of columns which production does not have. */

import { type History, isRecorded } from '../core/migrations/history.ts';
import type { Finding } from '../core/plan/findings.ts';
import type { PositionalStatement } from '../core/plan/positional-statements.ts';
import { findReorderedTables } from '../core/schema/column-order.ts';
import type { Schema, SchemaObject } from '../core/schema/objects.ts';
import { parseTableStructure } from '../core/schema/parse-structure.ts';
import { foldName, quoteIdentifier, sameName } from '../core/sql/identifiers.ts';
import type { Outside } from '../ports.ts';
import { replayFromNothing } from './replay.ts';

/** Replays the recorded migrations, to have the order that whoever wrote the statements saw. @throws MigrateError ENGINE_MISSING */
export async function judgePositions(
  outside: Outside,
  history: History,
  production: Schema,
  inserts: readonly PositionalStatement[],
): Promise<readonly Finding[]> {
  const listMigrations = (entries: History['entries']) => entries.flatMap(({ migration }) => migration ?? []);
  const recorded = listMigrations(history.entries.filter(isRecorded));
  const made = await replayFromNothing(outside, recorded, listMigrations(history.entries));
  if ('message' in made) return [];
  const reordered = findReorderedTables(production.objects, made.objects);
  return inserts.flatMap(({ migration, statement, names }) => {
    const tables = reordered.filter((table) => names.has(foldName(table)));
    if (tables.length === 0) return [];
    const listed = tables.map((table) => `"${table}"`).join(', ');
    return [
      {
        kind: 'hazard',
        code: 'column-order',
        migration: migration.name,
        line: statement.line,
        message: `It relies on the order of columns, and in production those of ${listed} stand in another order than the migrations make: values would end up in the wrong columns. Name the columns.`,
        why: 'SQLite puts each value where its place says and takes nearly any kind of it; no schema shows afterwards what happened.',
        way: tables.map((table) => nameColumns(made.objects, table, statement)).join('\n'),
        sql: statement.sql,
      },
    ];
  });
}

/** @param objects as the migrations make them. */
function nameColumns(
  objects: readonly SchemaObject[],
  table: string,
  { kind }: PositionalStatement['statement'],
): string {
  const made = objects.find(({ type, name }) => type === 'table' && sameName(name, table));
  const list = parseTableStructure(made?.sql ?? '')?.columns.map(({ name }) => quoteIdentifier(name)) ?? [];
  const [name, columns] = [quoteIdentifier(table), list.join(', ')];
  return 'table' in kind && sameName(kind.table, table)
    ? `INSERT INTO ${name} (${columns}) …;`
    : `INSERT INTO … SELECT ${columns} FROM ${name};`;
}
