/** Pending INSERTs that rely on an order of columns which production does not have. */

import type { Finding } from '../findings/catalogue.ts';
import { columnOrder, type TableByPlace } from '../findings/column-order.ts';
import { find } from '../findings/finding.ts';
import { type History, isRecorded } from '../history/history.ts';
import type { Migration } from '../history/migration.ts';
import type { Outside } from '../ports.ts';
import { replayAsFarAsPossible } from '../replay/replay.ts';
import { buildUnsureJudge } from '../replay/unreplayed.ts';
import { findReorderedTables, findWiderTables } from '../schema/compare/column-order.ts';
import type { Schema, SchemaObject } from '../schema/model/objects.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { foldName, sameName } from '../sql/identifiers.ts';
import { findPositionalNames, selectsEverything } from '../sql/positional.ts';
import type { AnalysedMigration, AnalysedStatement } from './analyse.ts';

export interface PositionalStatement {
  readonly migration: Migration;
  readonly statement: AnalysedStatement;
  /** Names in the statement; folded. */
  readonly names: ReadonlySet<string>;
}

export function findPositionalStatements(migrations: readonly AnalysedMigration[]): readonly PositionalStatement[] {
  return migrations.flatMap(({ migration, statements }) =>
    statements.flatMap((statement) => {
      const names = statement.kind.type === 'insert' ? findPositionalNames(statement.sql) : null;
      return names === null ? [] : [{ migration, statement, names }];
    }),
  );
}

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
    const place = { migration: insert.migration.name, line: statement.line, sql: statement.sql };
    const describe = (named: readonly string[]) => named.map((table) => describeTable(objects, table, statement));
    const columns = read.flatMap(({ table, columns }) => columns.map((column) => ({ table, column })));
    const findings: Finding[] = [];
    if (tables.length > 0) {
      findings.push(find(columnOrder, 'hazard', place, { what: 'reordered', tables: describe(tables) }));
    }
    if (read.length > 0) {
      const wide = describe(read.map(({ table }) => table));
      findings.push(find(columnOrder, 'hazard', place, { what: 'more-columns', tables: wide, columns }));
    }
    return findings;
  });
}

function isTarget({ kind }: PositionalStatement['statement'], table: string): boolean {
  return 'table' in kind && sameName(kind.table, table);
}

/** @param objects as the migrations make them. */
function describeTable(
  objects: readonly SchemaObject[],
  table: string,
  statement: PositionalStatement['statement'],
): TableByPlace {
  const made = objects.find(({ type, name }) => type === 'table' && sameName(name, table));
  const columns = parseTableStructure(made?.sql ?? '')?.columns.map(({ name }) => name) ?? [];
  return { table, role: isTarget(statement, table) ? 'written' : 'read', columns };
}
