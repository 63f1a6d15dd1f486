/** Pending INSERTs that rely on an order of columns which production does not have. */

import type { Finding } from '../findings/catalogue.ts';
import { worded } from '../findings/worded.ts';
import { type History, isRecorded } from '../history/history.ts';
import type { Outside } from '../ports.ts';
import { replayAsFarAsPossible } from '../replay/replay.ts';
import { buildUnsureJudge } from '../replay/unreplayed.ts';
import { findReorderedTables, findWiderTables } from '../schema/compare/column-order.ts';
import type { Schema, SchemaObject } from '../schema/model/objects.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { foldName, quoteIdentifier, sameName } from '../sql/identifiers.ts';
import { selectsEverything } from '../sql/positional.ts';
import type { PositionalStatement } from '../sql/positional-statements.ts';
import { listSome } from '../text/list.ts';

/** Replays the recorded migrations, to have the order that whoever wrote the statements saw. @throws MigrateError ENGINE_MISSING */
export async function judgePositions(
  outside: Outside,
  history: History,
  production: Schema,
  inserts: readonly PositionalStatement[],
): Promise<readonly Finding[]> {
  const listMigrations = (entries: History['entries']) => entries.flatMap(({ migration }) => migration ?? []);
  const recorded = listMigrations(history.entries.filter(isRecorded));
  const made = await replayAsFarAsPossible(outside, recorded, { folder: listMigrations(history.entries) });
  const isDoubted = buildUnsureJudge(made.unsure);
  const isSure = (table: string) => !isDoubted({ table, name: table });
  const { objects } = made.schema;
  const reordered = findReorderedTables(production.objects, objects).filter(isSure);
  const wider = findWiderTables(production.objects, objects).filter(({ table }) => isSure(table));
  return inserts.flatMap((insert): readonly Finding[] => {
    const { names, statement } = insert;
    const tables = reordered.filter((table) => names.has(foldName(table)));
    const read = selectsEverything(statement.sql)
      ? wider.filter(({ table }) => names.has(foldName(table)) && !isTarget(statement, table))
      : [];
    const find = (message: string, named: readonly string[]): Finding =>
      worded({
        kind: 'hazard',
        code: 'column-order',
        migration: insert.migration.name,
        line: statement.line,
        message: `It relies on the order of columns, and ${message}. Name the columns.`,
        why: 'SQLite puts each value where its place says and takes nearly any kind of it; no schema shows afterwards what happened.',
        way: named.map((table) => nameColumns(objects, table, statement)).join('\n'),
        sql: statement.sql,
      });
    const listed = tables.map(quoteIdentifier).join(', ');
    const more = read.flatMap(({ table, columns }) =>
      columns.map((column) => `${quoteIdentifier(table)}.${quoteIdentifier(column)}`),
    );
    return [
      ...(tables.length === 0
        ? []
        : [
            find(
              `in production those of ${listed} stand in another order than the migrations make: values would end up in the wrong columns`,
              tables,
            ),
          ]),
      ...(read.length === 0
        ? []
        : [
            find(
              `production has ${listSome(more)}, which the migrations do not make: its values would end up in another column`,
              read.map(({ table }) => table),
            ),
          ]),
    ];
  });
}

function isTarget({ kind }: PositionalStatement['statement'], table: string): boolean {
  return 'table' in kind && sameName(kind.table, table);
}

/** @param objects as the migrations make them. */
function nameColumns(
  objects: readonly SchemaObject[],
  table: string,
  statement: PositionalStatement['statement'],
): string {
  const made = objects.find(({ type, name }) => type === 'table' && sameName(name, table));
  const list = parseTableStructure(made?.sql ?? '')?.columns.map(({ name }) => quoteIdentifier(name)) ?? [];
  const [name, columns] = [quoteIdentifier(table), list.join(', ')];
  return isTarget(statement, table)
    ? `INSERT INTO ${name} (${columns}) …;`
    : `INSERT INTO … SELECT ${columns} FROM ${name};`;
}
