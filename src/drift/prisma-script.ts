/** Runs the SQL of Prisma's engine on a mirror, as far as its meaning is clear. */

import { describeReach } from '../findings/reaches-outside.ts';
import { readColumns } from '../mirror/columns.ts';
import { readMirrorSchema } from '../mirror/mirror.ts';
import { isReservedIndex } from '../mirror/reserved-index.ts';
import { type AnalysedMigration, type AnalysedStatement, analyseMigration } from '../plan/analyse.ts';
import { EngineError, type Mirror } from '../ports.ts';
import { findReach } from '../sandbox/reach.ts';
import { renameCreated } from '../schema/fix/definition.ts';
import { freeReservedName } from '../schema/model/reserved-names.ts';
import { parseIndexStructure } from '../schema/parse/create-index.ts';
import { quoteJsonDefaults } from '../schema/prisma/default-clauses.ts';
import { classify } from '../sql/classify.ts';
import { foldName, quoteIdentifier, sameName, unquoteIdentifier } from '../sql/identifiers.ts';
import { findStatements } from '../sql/split.ts';
import { tokenize } from '../sql/tokenize.ts';
import {
  type JsonDefault,
  type MendedDefaults,
  mendDefaults,
  placeJsonDefaults,
  type RefusedWish,
} from './prisma-defaults.ts';

/** A statement that was not run in any form. */
export interface FailedStatement {
  readonly sql: string;
  /** The table whose rebuild it belongs to; null for none. */
  readonly rebuilt: string | null;
  /** The table that it would have created; null for any other statement. */
  readonly table: string | null;
}

export interface PrismaRun {
  /** The statements that failed, without those about generated columns. */
  readonly failed: readonly string[];
  /** The failed statements that would have changed the schema. */
  readonly unmade: readonly FailedStatement[];
  readonly refused: readonly RefusedWish[];
  /** The JSON defaults that were put in quotes. */
  readonly jsonDefaults: readonly JsonDefault[];
  /** Defaults that could not be written, with their table in schema.prisma. */
  readonly lostDefaults: readonly (MendedDefaults['lost'][number] & { readonly table: string })[];
  /** The names of indexes in schema.prisma, by the names that they were given here. */
  readonly renamed: ReadonlyMap<string, string>;
}

interface ScriptRun {
  readonly mirror: Mirror;
  readonly script: string;
  readonly failed: string[];
  readonly unmade: FailedStatement[];
  readonly refused: RefusedWish[];
  readonly jsonDefaults: JsonDefault[];
  readonly lostDefaults: (MendedDefaults['lost'][number] & { readonly table: string })[];
  readonly renamed: Map<string, string>;
}

/** A default in schema.prisma (`dbgenerated`) is in the script without any change, so only statements that Prisma itself writes are run. */
export async function runPrismaScript(mirror: Mirror, script: string): Promise<PrismaRun> {
  const lists = { failed: [], unmade: [], refused: [], jsonDefaults: [], lostDefaults: [] };
  const run: ScriptRun = { mirror, script, ...lists, renamed: new Map() };
  for (const section of splitSections(script)) await runSection(run, section);
  return run;
}

/**
 * The text with a replacement for each statement that contains a name or a text without an end, since that would
 * swallow the statements after it. Prisma ends each statement with its line.
 * @returns `broken` has the statements by their replacements
 */
function isolate(section: string): { readonly sql: string; readonly broken: ReadonlyMap<string, string> } {
  const broken = new Map<string, string>();
  if (!isBroken(section)) return { sql: section, broken };
  const pieces: string[] = [''];
  for (const line of section.split('\n')) {
    pieces[pieces.length - 1] += `${line}\n`;
    if (line.endsWith(';')) pieces.push('');
  }
  const sql = pieces.map((piece) => {
    if (!isBroken(piece)) return piece;
    const kind = classify(piece);
    const name = kind.type === 'create-table' ? kind.name : `migrate_prod_${broken.size}`;
    const place = `CREATE TABLE ${quoteIdentifier(name)} (refused)`;
    broken.set(place, piece.trim());
    return `${place};\n`;
  });
  return { sql: sql.join(''), broken };
}

function isBroken(sql: string): boolean {
  return tokenize(sql).some(({ kind }) => kind === 'illegal');
}

/** Each section has a comment, such as `-- CreateTable`: a section that cannot be split does not affect the next one. */
function splitSections(script: string): readonly string[] {
  const sections: string[][] = [[]];
  for (const line of script.split('\n')) {
    if (/^-- [A-Z][A-Za-z]+$/.test(line)) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections.map((lines) => lines.join('\n'));
}

async function runSection(run: ScriptRun, section: string): Promise<void> {
  const { sql: mended, quoted } = quoteJsonDefaults(section);
  const { sql, broken: endless } = isolate(mended);
  const text = { name: '', checksum: '', alternativeChecksums: [], consents: [], path: '', sql };
  const analysed = analyseMigration(text);
  // Next to a statement without an end, the places of the others are not certain.
  const places = quoted.length === 0 || endless.size > 0 ? [] : findStatements(mended);
  const placed = places.map((place, index) => ({ ...place, table: findPrismaTable(analysed, index) }));
  run.jsonDefaults.push(...placeJsonDefaults(mended, quoted, placed));
  const broken = new Set<string>();
  for (const [index, statement] of analysed.statements.entries()) {
    const rebuilt = findRebuilt(analysed, index, statement);
    if (rebuilt !== null && broken.has(foldName(rebuilt))) continue;
    const whole = endless.get(statement.sql);
    const isDone =
      whole === undefined ? await runStatement(run, statement, rebuilt) : refuse(run, statement, { rebuilt, whole });
    if (!isDone && rebuilt !== null) broken.add(foldName(rebuilt));
  }
}

function findRebuilt({ rebuilds }: AnalysedMigration, index: number, { kind }: AnalysedStatement): string | null {
  const name = 'table' in kind ? kind.table : 'name' in kind ? kind.name : null;
  const found = rebuilds.find(
    ({ first, last, table, replacement }) =>
      first <= index && index <= last && name !== null && (sameName(name, table) || sameName(name, replacement)),
  );
  return found?.table ?? null;
}

/** The table that the statement is about, by its name in schema.prisma. */
function findPrismaTable(analysed: AnalysedMigration, index: number): string | null {
  const statement = analysed.statements[index];
  return statement === undefined ? null : (findRebuilt(analysed, index, statement) ?? findTable(statement.kind));
}

/** @returns true if it, or an equivalent, was run */
async function runStatement(
  run: ScriptRun,
  { sql, kind }: AnalysedStatement,
  rebuilt: string | null,
): Promise<boolean> {
  const { mirror, script, failed, refused, renamed } = run;
  // The only pragmas switch foreign keys, which are off for the whole script.
  if (kind.type === 'pragma') return true;
  const reserved = kind.type === 'create-index' && isReservedIndex({ type: 'index', name: kind.name, sql });
  const name = reserved ? findFreeIndexName(mirror, script, kind.name) : null;
  const message = await attempt(mirror, name === null ? sql : renameCreated(sql, name));
  if (message === null) {
    if (name !== null && reserved) renamed.set(name, kind.name);
    return true;
  }
  if (isAboutGenerated(mirror, sql)) return true;
  const table = rebuilt ?? findTable(kind);
  const mended = written.has(kind.type) ? mendDefaults(mirror, sql, table) : null;
  if (mended !== null && (await attempt(mirror, mended.sql)) === null) {
    refused.push({ table, sql, message, advice: mended.advice });
    run.lostDefaults.push(...mended.lost.map((lost) => ({ ...lost, table: table ?? '' })));
    return true;
  }
  // The rows of a mirror do not matter.
  if (kind.type === 'insert') {
    failed.push(sql);
    return true;
  }
  return refuse(run, { sql }, { rebuilt, message });
}

interface ScriptRefusal {
  readonly rebuilt: string | null;
  readonly message?: string;
  /** The original statement, if another one was run in its place. */
  readonly whole?: string;
}

/** @returns false: it was not run */
function refuse(
  { failed, unmade, refused }: ScriptRun,
  { sql }: Pick<AnalysedStatement, 'sql'>,
  { rebuilt, message = 'it has a name or a text that does not end', whole = sql }: ScriptRefusal,
): false {
  failed.push(whole);
  const kind = classify(whole);
  const isConstraint = kind.type === 'drop' && isReservedIndex({ type: 'index', name: kind.name, sql });
  const table = rebuilt ?? findTable(kind);
  // What belongs to a table that was not created is not reported too.
  const isPart =
    kind.type !== 'create-table' &&
    unmade.some((one) => one.table !== null && table !== null && sameName(one.table, table));
  if (isConstraint || isPart) return false;
  refused.push({ table, sql: whole, message, advice: adviseOther(kind) });
  unmade.push({ sql: whole, rebuilt, table: kind.type === 'create-table' ? table : null });
  return false;
}

/** @returns why it was not run; null if it was */
async function attempt(mirror: Mirror, sql: string): Promise<string | null> {
  if (!isPrismas(sql)) return 'Prisma does not write such a statement, so it was not run';
  const reach = findReach(mirror, sql);
  if (reach !== null) return `${describeReach(reach)}, so it was not run`;
  try {
    await mirror.attempt(sql);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

function findTable(kind: AnalysedStatement['kind']): string | null {
  if (kind.type === 'create-table') return kind.name;
  if (kind.type === 'drop') return kind.object === 'table' ? kind.name : null;
  return 'table' in kind ? kind.table : null;
}

function adviseOther(kind: AnalysedStatement['kind']): string {
  switch (kind.type) {
    case 'create-index':
      return `Give ${kind.name} another name in schema.prisma, with map.`;
    case 'create-table':
      return `Give ${kind.name} in schema.prisma a name, columns and defaults that SQLite takes (@@map, @map, @default).`;
    default:
      return 'Change it in schema.prisma to what SQLite takes.';
  }
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

function findFreeIndexName(mirror: Mirror, script: string, reserved: string): string {
  const names = [
    ...readMirrorSchema(mirror).objects.map(({ name }) => name),
    ...tokenize(script).map(({ text }) => unquoteIdentifier(text)),
  ];
  return freeReservedName(reserved, new Set(names.map(foldName)));
}

/**
 * True if the statement adds a generated column, or an index over one, that is already there. schema.prisma may have
 * such a column as an ordinary one, but the engine sees neither, and would add them each time.
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
  return readColumns(mirror, table).some(
    ({ name, kind: made }) => (made === 'generated' || made === 'generated-stored') && columns.includes(foldName(name)),
  );
}
