/** Pending INSERTs that rely on an order of columns which production does not have. */

import { type History, isRecorded } from '../core/migrations/history.ts';
import type { Finding } from '../core/plan/findings.ts';
import type { PositionalStatement } from '../core/plan/positional-statements.ts';
import { findReorderedTables } from '../core/schema/column-order.ts';
import type { Schema } from '../core/schema/objects.ts';
import { foldName } from '../core/sql/identifiers.ts';
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
        way: '-- with the names on both sides:\nINSERT INTO … (…, …) SELECT …, … FROM …;',
        sql: statement.sql,
      },
    ];
  });
}
