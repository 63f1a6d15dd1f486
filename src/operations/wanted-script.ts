/** Running what Prisma's engine wrote on a mirror, as far as it can be told what it means. */

import { findFreeName, renameCreated } from '../core/schema/fix-definition.ts';
import { parseIndexStructure } from '../core/schema/parse-index.ts';
import { classify } from '../core/sql/classify.ts';
import { foldName, unquoteIdentifier } from '../core/sql/identifiers.ts';
import { splitStatements } from '../core/sql/split.ts';
import { tokenize } from '../core/sql/tokenize.ts';
import { EngineError, type Mirror } from '../ports.ts';
import { readMirrorSchema } from './mirror.ts';
import { findReach } from './reach.ts';

export interface WantedRun {
  /** The statements that failed, but for those about generated columns. */
  readonly failed: readonly string[];
  /** The names of indexes in schema.prisma, by those that they were given. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** What a default in schema.prisma (`dbgenerated`) brings in stands in the script as it is: only what Prisma itself would write is run. */
export async function runWantedScript(mirror: Mirror, script: string): Promise<WantedRun> {
  const failed: string[] = [];
  const renamed = new Map<string, string>();
  for (const { sql } of splitStatements(script)) {
    // Foreign keys are off for all of it.
    if (/^PRAGMA\b/i.test(sql)) continue;
    const reserved = findReservedName(sql);
    const name = reserved && findFreeIndexName(mirror, script, reserved);
    if (!isPrismas(sql) || findReach(mirror, sql) !== null) {
      failed.push(sql);
      continue;
    }
    try {
      await mirror.attempt(name === null ? sql : renameCreated(sql, name));
      if (name !== null && reserved !== null) renamed.set(name, reserved);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (!isAboutGenerated(mirror, sql)) failed.push(sql);
    }
  }
  return { failed, renamed };
}

const written: ReadonlySet<string> = new Set([
  'create-table',
  'create-index',
  'add-column',
  'rename-table',
  'rename-column',
  'drop-column',
  'drop',
  'insert',
]);

function isPrismas(sql: string): boolean {
  return written.has(classify(sql).type);
}

const reservedPrefix = 'sqlite_';

/**
 * `prisma db pull` gives a UNIQUE constraint the name of its index, `sqlite_autoindex_…`. Where the engine rebuilds the
 * table it makes an index of that name, which SQLite refuses.
 */
function findReservedName(sql: string): string | null {
  const kind = classify(sql);
  return kind.type === 'create-index' && kind.name.startsWith(reservedPrefix) ? kind.name : null;
}

/** A name that neither the mirror has nor the script mentions. */
function findFreeIndexName(mirror: Mirror, script: string, reserved: string): string {
  const names = [
    ...readMirrorSchema(mirror).objects.map(({ name }) => name),
    ...tokenize(script).map(({ text }) => unquoteIdentifier(text)),
  ];
  return findFreeName(reserved.slice(reservedPrefix.length), new Set(names.map(foldName)));
}

/**
 * Whether the statement adds a generated column, or an index over one, that is there. Schema.prisma may have such a column
 * as an ordinary one, but the engine sees neither, and would add them each time.
 */
function isAboutGenerated(mirror: Mirror, sql: string): boolean {
  const kind = classify(sql);
  const index = parseIndexStructure(sql);
  const table = kind.type === 'add-column' ? kind.table : index?.table;
  if (table === undefined) return false;
  const columns =
    kind.type === 'add-column'
      ? [foldName(kind.column)]
      : (index?.columns ?? []).flatMap((column) => (column.type === 'column' ? [foldName(column.name)] : []));
  // 2 and 3 are what is generated (SQLite's pragma_table_xinfo).
  const generated = mirror.query('SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3)', [table]);
  return generated.some(([name]) => columns.includes(foldName(String(name))));
}
