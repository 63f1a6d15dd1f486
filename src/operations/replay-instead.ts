/** What stands for a statement that SQLite runs and libSQL does not: the same in words that libSQL takes, tried on the mirror. */

import type { AnalysedStatement } from '../core/plan/analyse.ts';
import { findFreeName, renameCreated } from '../core/schema/fix-definition.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../core/schema/objects.ts';
import { parseIndexStructure } from '../core/schema/parse-index.ts';
import { isReservedIndex } from '../core/schema/reserved-index.ts';
import { readColumnNames, straightenExpressions, straightenName } from '../core/schema/texts.ts';
import { classify } from '../core/sql/classify.ts';
import { foldName, quoteIdentifier } from '../core/sql/identifiers.ts';
import { EngineError, type Mirror } from '../ports.ts';
import { readObjects } from './mirror.ts';
import { findFault } from './probe.ts';

/** Runs a statement as the replay does. @returns why it does not run; null where it does */
export type TryStatement = (statement: AnalysedStatement) => Promise<string | null>;

/**
 * Only for a statement of which the equivalent is certain.
 * @param message why it does not run as it stands.
 * @returns the statement that makes the same and was run; null where there is none, and nothing was run.
 */
export async function runInstead(
  mirror: Mirror,
  statement: AnalysedStatement,
  message: string,
  attempt: TryStatement,
): Promise<string | null> {
  if (isReserved(statement)) return runReserved(mirror, statement);
  let sql = statement.sql;
  let said: string | null = message;
  // Each round settles one name.
  for (let round = 0; round < mostNames && said !== null; round += 1) {
    const straight = straighten(mirror, { ...statement, sql }, said);
    if (straight === null) return null;
    sql = straight;
    said = await attempt({ ...statement, sql, kind: classify(sql) });
  }
  return said === null ? sql : null;
}

const mostNames = 100;

/** The column that the engine misses, by its own words. */
function findMissingColumn(message: string): string | null {
  return /no such column: "?([^"]*?)"?$/.exec(message)?.[1] ?? null;
}

function straighten(mirror: Mirror, { kind, sql }: AnalysedStatement, message: string): string | null {
  const missing = findMissingColumn(message);
  if (missing === null) return null;
  switch (kind.type) {
    case 'create-table':
      // What its SELECT calls a column depends on the quotes.
      return kind.asSelect
        ? null
        : changed(
            sql,
            straightenExpressions(sql, () => readColumnNames(sql)),
          );
    case 'create-index':
      return changed(
        sql,
        straightenExpressions(sql, () => readColumns(mirror, kind.table)),
      );
    case 'insert':
    case 'update':
    case 'delete':
    case 'select':
      return straightenName(sql, missing);
    default:
      return null;
  }
}

/** The engine takes ADD COLUMN as it is, and stumbles over what it stored later on. */
export function straightenAdded(mirror: Mirror, { kind, sql }: AnalysedStatement): string | null {
  if (kind.type !== 'add-column') return null;
  const columns = () => new Set([...readColumns(mirror, kind.table), foldName(kind.column)]);
  return changed(sql, straightenExpressions(sql, columns));
}

function changed(before: string, after: string): string | null {
  return before === after ? null : after;
}

function readColumns(mirror: Mirror, table: string): ReadonlySet<string> {
  const rows = mirror.query('SELECT name FROM pragma_table_xinfo(?)', [table]);
  return new Set(rows.map(([name]) => foldName(String(name))));
}

function isReserved({ kind, sql }: AnalysedStatement): boolean {
  return kind.type === 'create-index' && isReservedIndex({ type: 'index', name: kind.name, sql });
}

/** As SQLite runs it behind PRAGMA writable_schema, which is on for nothing but this one statement. */
async function runReserved(mirror: Mirror, { sql }: AnalysedStatement): Promise<string | null> {
  mirror.run('PRAGMA writable_schema=ON');
  try {
    await mirror.attempt(sql);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  } finally {
    mirror.run('PRAGMA writable_schema=OFF');
  }
  const taken = new Set(readObjects(mirror).map(({ name }) => foldName(name)));
  return renameCreated(sql, findFreeName(nameIndex(sql), taken));
}

/** As Prisma calls it by itself. */
function nameIndex(sql: string): string {
  const index = parseIndexStructure(sql);
  const columns = (index?.columns ?? []).flatMap((column) => (column.type === 'column' ? [column.name] : []));
  return [index?.table ?? '', ...columns, index?.unique ? 'key' : 'idx'].join('_');
}

/**
 * A view or trigger that has a text in double quotes: it can be made, but nothing that meets it runs.
 * @param message why a statement does not run.
 * @returns what was made in its place; null where it is not the one that stands in the way.
 */
export async function mendMade(
  mirror: Mirror,
  { type, name }: Pick<SchemaObject, 'type' | 'name'>,
  message: string,
): Promise<string | null> {
  const column = findMissingColumn(message);
  const sql = `${selectSchemaObjects} WHERE type = ? AND name = ? COLLATE NOCASE`;
  const [row] = mirror.query(sql, [type, name]);
  if (column === null || row === undefined) return null;
  const made = parseSchemaObject(row);
  let text = made.sql ?? '';
  let fault = findFault(mirror, made);
  if (fault === null) return null;
  for (let round = 0; round < mostNames && fault !== null; round += 1) {
    const missing = findMissingColumn(fault);
    const straight = missing === null ? null : straightenName(text, missing);
    if (straight === null) break;
    text = straight;
    await makeAgain(mirror, made, text);
    fault = findFault(mirror, made);
  }
  if (fault === null) return text;
  if (text !== made.sql) await makeAgain(mirror, made, made.sql ?? '');
  return null;
}

async function makeAgain(mirror: Mirror, { type, name }: SchemaObject, sql: string): Promise<void> {
  mirror.run(`DROP ${type === 'view' ? 'VIEW' : 'TRIGGER'} ${quoteIdentifier(name)}`);
  await mirror.attempt(sql);
}
