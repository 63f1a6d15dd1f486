/** Finds an equivalent for a statement that SQLite runs and libSQL does not: text that libSQL takes, tried on the mirror. */

import { readColumns } from '../mirror/columns.ts';
import { findNamed, readMissingColumn } from '../mirror/engine-words.ts';
import { findObject, readNames, replaceText } from '../mirror/mirror.ts';
import { findRenameFault } from '../mirror/rename-fault.ts';
import { isReservedIndex } from '../mirror/reserved-index.ts';
import { straightenMissed } from '../mirror/straighten.ts';
import { readColumnNames, straightenExpressions } from '../mirror/texts.ts';
import { findFault } from '../mirror/try-object.ts';
import type { AnalysedStatement } from '../plan/analyse.ts';
import { EngineError, type Mirror } from '../ports.ts';
import { findFreeName, renameCreated } from '../schema/fix/definition.ts';
import type { SchemaObject } from '../schema/model/objects.ts';
import { parseIndexStructure } from '../schema/parse/create-index.ts';
import { classify } from '../sql/classify.ts';
import { foldName } from '../sql/identifiers.ts';

/** Runs a statement as the replay does. @returns why it does not run; null if it does */
export type TryStatement = (statement: AnalysedStatement) => Promise<string | null>;

/**
 * Only for a statement whose equivalent is certain.
 * @param message why the statement itself does not run
 * @returns the equivalent that was run; null if there is none, and nothing was run
 */
export async function runInstead(
  mirror: Mirror,
  statement: AnalysedStatement,
  message: string,
  attempt: TryStatement,
): Promise<string | null> {
  if (isReserved(statement)) return runReserved(mirror, statement);
  const tryText = (sql: string) => attempt({ ...statement, sql, kind: classify(sql) });
  if (rowKinds.has(statement.kind.type)) {
    const { sql, fault } = await straightenMissed(statement.sql, message, tryText);
    return fault === null ? sql : null;
  }
  const sql = readMissingColumn(message) === null ? null : straightenMaker(mirror, statement);
  return sql !== null && (await tryText(sql)) === null ? sql : null;
}

const rowKinds: ReadonlySet<AnalysedStatement['kind']['type']> = new Set(['insert', 'update', 'delete', 'select']);

/** The CREATE of a table or an index with all of its texts in single quotes; null if there is nothing to change. */
function straightenMaker(mirror: Mirror, { kind, sql }: AnalysedStatement): string | null {
  switch (kind.type) {
    case 'create-table': {
      // With AS SELECT, the names of the columns depend on the quotes.
      if (kind.asSelect) return null;
      const columns = () => readColumnNames(sql);
      return changed(sql, straightenExpressions(sql, columns));
    }
    case 'create-index': {
      const columns = () => listColumns(mirror, kind.table);
      return changed(sql, straightenExpressions(sql, columns));
    }
    default:
      return null;
  }
}

/** The engine runs ADD COLUMN as it is written, but later fails on the stored text. */
export function straightenAdded(mirror: Mirror, { kind, sql }: AnalysedStatement): string | null {
  if (kind.type !== 'add-column') return null;
  const columns = () => new Set([...listColumns(mirror, kind.table), foldName(kind.column)]);
  return changed(sql, straightenExpressions(sql, columns));
}

function changed(before: string, after: string): string | null {
  return before === after ? null : after;
}

function listColumns(mirror: Mirror, table: string): ReadonlySet<string> {
  return new Set(readColumns(mirror, table).map(({ name }) => foldName(name)));
}

function isReserved({ kind, sql }: AnalysedStatement): boolean {
  return kind.type === 'create-index' && isReservedIndex({ type: 'index', name: kind.name, sql });
}

/** As SQLite runs it after PRAGMA writable_schema, which is on for only this statement. */
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
  return renameCreated(sql, findFreeName(nameIndex(sql), readNames(mirror)));
}

/** The name that Prisma gives by default. */
function nameIndex(sql: string): string {
  const index = parseIndexStructure(sql);
  const columns = (index?.columns ?? []).flatMap((column) => (column.type === 'column' ? [column.name] : []));
  return [index?.table ?? '', ...columns, index?.unique ? 'key' : 'idx'].join('_');
}

type NamedObject = Pick<SchemaObject, 'type' | 'name'>;

export interface Mended {
  /** What is wrong with the original, in the engine's words. */
  readonly message: string;
  /** The text that replaced it. */
  readonly instead: string;
  /** Restores the original. */
  readonly undo: () => void;
}

/**
 * Corrects a view or trigger with a text in double quotes: it can be created, but no statement that meets it runs.
 * @param message why a statement does not run
 * @returns null, with nothing changed, if the message is not about this object or single quotes do not help
 */
export async function mendObject(mirror: Mirror, named: NamedObject, message: string): Promise<Mended | null> {
  const object = findObject(mirror, named);
  if (object === null) return null;
  const missed = readMissingColumn(findNamed([object], message)?.reason ?? message);
  const wrong =
    missed === null ? undefined : listFaults(mirror, object).find((one) => readMissingColumn(one) === missed);
  if (wrong === undefined) return null;
  // Dropping and creating it again would lose a view's own triggers.
  const write = (sql: string) => replaceText(mirror, { object, sql });
  const undo = () => void write(object.sql ?? '');
  const { sql, fault } = await straightenMissed(object.sql ?? '', wrong, (text) =>
    write(text) ? findFault(mirror, object) : 'it is refused',
  );
  // A statement that fires one trigger also fires the others of its table, which may be broken too.
  const works = fault === null || (object.type === 'trigger' && readMissingColumn(fault) !== null);
  if (works && sql !== object.sql) return { message: wrong, instead: sql, undo };
  if (sql !== object.sql) undo();
  return null;
}

/** What is wrong with it now: when it is used, and when the whole schema is read again. */
function listFaults(mirror: Mirror, object: SchemaObject): readonly string[] {
  const [used, read] = [findFault(mirror, object), findNamed([object], findRenameFault(mirror) ?? '')?.reason];
  return [...(used === null ? [] : [used]), ...(read === undefined ? [] : [read])];
}
