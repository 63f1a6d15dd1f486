/** What production's table has and a rebuild leaves out because nobody wrote it down: Prisma's schema has no words for it. */

import { worded } from '../../findings/worded.ts';
import type { ColumnStructure, TableStructure } from '../../schema/model/structure.ts';
import { parseKeyColumn } from '../../schema/parse/build-constraint.ts';
import { foldName, quoteIdentifier } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import { listSome } from '../../text/list.ts';
import type { Place, Scene } from '../context.ts';
import { findStructureColumn } from '../state/production-table.ts';

/** @param old as production calls it. */
export function noteLeftOut(scene: Scene, place: Place, old: TableStructure, made: TableStructure): void {
  if (!scene.production.has(foldName(old.name))) return;
  const left = [listChecks, listConflicts, listOfColumns, listOptions].flatMap((list) => list(old, made));
  if (left.length === 0) return;
  const table = quoteIdentifier(old.name);
  const them = left.length === 1 ? 'it' : 'them';
  scene.findings.push(() => [
    worded({
      kind: 'note',
      code: 'leaves-out',
      migration: place.migration.migration.name,
      line: place.statement.line,
      message: `Rebuilds ${table} without what production's table has: ${listSome(left.map(({ words }) => words))}. To keep ${them}, write ${them} into the new table.`,
      why: 'Prisma writes a rebuild from schema.prisma, which cannot say this; nothing checks it from then on.',
      way: `-- in place of the lines that the rebuild has:\n${writeTable(made.name, left)}`,
      sql: null,
    }),
  ]);
}

interface LeftOut {
  readonly words: string;
  readonly sql: string;
  /** Where in a CREATE TABLE it stands. */
  readonly as: 'column' | 'constraint' | 'option';
}

function writeTable(name: string, left: readonly LeftOut[]): string {
  const list = (as: LeftOut['as']) => [...new Set(left.flatMap((each) => (each.as === as ? [each.sql] : [])))];
  const lines = ['…', ...list('column'), ...list('constraint')].map((line) => `  ${line}`);
  const options = list('option');
  return `CREATE TABLE ${quoteIdentifier(name)} (\n${lines.join(',\n')}\n)${options.length === 0 ? '' : ` ${options.join(', ')}`};`;
}

function listChecks(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  const gone = old.columns.filter(({ name }) => !findStructureColumn(made, name));
  return old.checks
    .filter(({ expression }) => !made.checks.some((check) => check.expression === expression))
    .filter(({ expression }) => !gone.some(({ name }) => listWords(expression).has(foldName(name))))
    .map(({ written, sql }) => ({ words: `CHECK (${written})`, sql, as: 'constraint' }));
}

/** What a key says that happens to a row that breaks it. */
function listConflicts(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  const keysOf = ({ primaryKey, uniques }: TableStructure) => [...(primaryKey ? [primaryKey] : []), ...uniques];
  const join = (columns: readonly string[]) => columns.map((column) => parseKeyColumn(column).name).join();
  return keysOf(old)
    .filter(({ conflict }) => conflict !== null)
    .filter(({ columns }) => columns.every((column) => findStructureColumn(made, parseKeyColumn(column).name)))
    .filter(
      (key) => !keysOf(made).some((now) => now.conflict === key.conflict && join(now.columns) === join(key.columns)),
    )
    .map(({ sql }) => ({ words: sql, sql, as: 'constraint' }));
}

function listOfColumns(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  return old.columns.flatMap((column) =>
    listOfColumn(column, findStructureColumn(made, column.name)).map(
      (what): LeftOut => ({
        words: `${what} ${quoteIdentifier(column.name)}`,
        sql: column.sql,
        as: 'column',
      }),
    ),
  );
}

/** In words that the column's name goes behind. */
function listOfColumn(column: ColumnStructure, now: ColumnStructure | undefined): readonly string[] {
  const { generated, collation, notNullConflict } = column;
  if (now === undefined) return generated === null ? [] : ['the generated column'];
  return [
    ...(collation !== null && now.collation !== collation ? [`COLLATE ${collation.toUpperCase()} of`] : []),
    ...(generated !== null && now.generated === null ? ['what generates'] : []),
    ...(notNullConflict !== null && now.notNullConflict !== notNullConflict
      ? [`NOT NULL ON CONFLICT ${notNullConflict.toUpperCase()} of`]
      : []),
  ];
}

function listOptions(old: TableStructure, made: TableStructure): readonly LeftOut[] {
  return old.options
    .filter((option) => !made.options.includes(option))
    .map((option) => option.toUpperCase())
    .map((words) => ({ words, sql: words, as: 'option' }));
}
