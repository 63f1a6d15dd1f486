/** Parses a CREATE TABLE. */

import { parseCreateHead } from '../../sql/create.ts';
import { Cursor, isKeyword, isOperator, withoutFinalSemicolon } from '../../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { tokenize } from '../../sql/tokenize.ts';
import type { ColumnStructure, TableStructure } from '../model/structure.ts';
import { buildCheck, buildForeignKey, buildKey } from './build-constraint.ts';
import { takeColumn } from './column.ts';
import { type Constraint, type Deferral, joinDeferrals, takeTableConstraint } from './constraint.ts';

/**
 * The table that the statement creates, in canonical parts, by SQLite's grammar (parse.y, `create_table_args`). Columns
 * may follow constraints: ALTER TABLE ADD COLUMN appends them to the stored text.
 * @returns null if it cannot be parsed: CREATE TABLE … AS SELECT, any text that is not a whole CREATE TABLE, a key over
 * an expression, and what SQLite would refuse
 */
export function parseTableStructure(createTableSql: string): TableStructure | null {
  const tokens = withoutFinalSemicolon(tokenize(createTableSql));
  const head = parseCreateHead(tokens);
  if (head === null || head.object !== 'table' || tokens.some(({ kind }) => kind === 'illegal')) return null;
  const cursor = new Cursor(tokens);
  cursor.index = head.restIndex;
  const columns: ColumnStructure[] = [];
  const constraints: (Constraint | Deferral)[] = [];
  if (!cursor.skipOperator('(')) return null;
  do {
    const isConstraint = constraintWords.some((word) => isKeyword(cursor.peek(), word));
    const taken = isConstraint ? takeConstraints(cursor) : takeColumn(cursor, createTableSql);
    if (taken === null) return null;
    if (taken.column !== null) columns.push(taken.column);
    constraints.push(...taken.constraints);
  } while (cursor.skipOperator(','));
  if (!cursor.skipOperator(')')) return null;
  const options = takeOptions(cursor);
  return options === null ? null : buildStructure(head.name, columns, joinDeferrals(constraints), options);
}

const constraintWords = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'] as const;

/** Takes the constraints up to the next comma: SQLite needs none between them (parse.y, `tconscomma`). */
function takeConstraints(
  cursor: Cursor,
): { readonly column: null; readonly constraints: readonly Constraint[] } | null {
  const constraints: Constraint[] = [];
  while (!isOperator(cursor.peek(), ',') && !isOperator(cursor.peek(), ')')) {
    const name = cursor.skipWords('CONSTRAINT') ? cursor.takeName() : null;
    const constraint = takeTableConstraint(cursor, name);
    if (constraint === null && name === null) return null;
    if (constraint !== null) constraints.push(constraint);
  }
  return { column: null, constraints };
}

/** `STRICT`, `WITHOUT ROWID`, in any order. */
function takeOptions(cursor: Cursor): readonly string[] | null {
  const rest = cursor.tokens.slice(cursor.index);
  if (rest.some(({ kind, text }) => kind === 'operator' && text !== ',')) return null;
  const words = rest.map(({ text }) => foldName(unquoteIdentifier(text))).join(' ');
  return words === '' ? [] : words.split(' , ').sort();
}

function buildStructure(
  name: string,
  columns: readonly ColumnStructure[],
  constraints: readonly Constraint[],
  options: readonly string[],
): TableStructure {
  const table = { columns: new Map(columns.map((column) => [foldName(column.name), column])), options };
  const primary = constraints.find(({ type }) => type === 'primary-key');
  const select = <Structure>(build: (constraint: Constraint) => Structure | null): readonly Structure[] =>
    constraints.flatMap((constraint) => build(constraint) ?? []);
  return {
    name,
    columns,
    primaryKey: primary?.type === 'primary-key' ? buildKey(primary, table) : null,
    autoincrement: primary?.type === 'primary-key' && primary.autoincrement,
    uniques: select((constraint) => (constraint.type === 'unique' ? buildKey(constraint, table) : null)),
    checks: select((constraint) => (constraint.type === 'check' ? buildCheck(constraint) : null)),
    foreignKeys: select((constraint) => (constraint.type === 'foreign-key' ? buildForeignKey(constraint) : null)),
    options,
  };
}

/** A column's definition as the only one of a table. */
export function parseAlone(definition: string): TableStructure | null {
  return parseTableStructure(`CREATE TABLE t (${definition}\n)`);
}
