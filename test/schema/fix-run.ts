/** Runs a fix on a real database with rows in it, the way Prisma does or the way `apply` does, and says what is left of them. */

import { openMirror } from '../../src/adapters/embedded/mirror.ts';
import { type AnalysedMigration, analyseMigration } from '../../src/plan/analyse.ts';
import type { Mirror, Value } from '../../src/ports.ts';
import { compareSchemas } from '../../src/schema/compare/compare.ts';
import type { Difference } from '../../src/schema/compare/difference.ts';
import { buildFix, type Fix, renderFix } from '../../src/schema/fix/build-fix.ts';
import { isInternalTable, parseSchema, type Schema, schemaQueries } from '../../src/schema/model/objects.ts';
import { foldName, quoteIdentifier, sameName } from '../../src/sql/identifiers.ts';
import { splitStatements } from '../../src/sql/split.ts';

export interface FixRun {
  readonly fix: Fix;
  readonly sql: string;
  readonly analysed: AnalysedMigration;
  /** How many rows there were to be kept. */
  readonly rows: number;
  /** What `from` lacked, and what it still lacks. */
  readonly differences: { readonly before: readonly Difference[]; readonly after: readonly Difference[] };
  /** The rows of each table that both schemas have, in the columns that both have, as text. */
  readonly kept: { readonly before: Kept; readonly after: Kept };
  readonly violations: { readonly before: unknown; readonly after: unknown };
  readonly answers: readonly (readonly (readonly Value[])[])[];
}

type Kept = Readonly<Record<string, readonly string[]>>;

export interface FixInput {
  readonly from: string;
  readonly to: string;
  /** Statements; or rows that are made up, or none. */
  readonly rows: { readonly sql: string } | 'made-up' | 'none';
  /** A statement at a time, as Prisma sends it, or in one transaction with foreign keys off around it. */
  readonly manner: 'statements' | 'transaction';
  readonly queries?: readonly string[];
}

/** @throws EngineError where a statement of the fix fails. */
export async function runFix(input: FixInput): Promise<FixRun> {
  const [old, wanted] = [await openMirror(), await openMirror()];
  try {
    old.run(input.from);
    wanted.run(input.to);
    if (input.rows === 'made-up') insertRows(old);
    else if (input.rows !== 'none') old.run(input.rows.sql);
    const [from, to] = [readSchema(old), readSchema(wanted)];
    const before = compareSchemas(from.objects, to.objects, 'everything');
    const fix = buildFix(from, to, before);
    const sql = renderFix(fix.steps);
    const shared = findShared(old, wanted);
    const keptBefore = readKept(old, shared);
    const violationsBefore = findViolations(old);
    execute(old, sql, input.manner);
    return {
      fix,
      sql,
      analysed: analyseMigration({
        name: 'fix',
        path: 'fix',
        checksum: '',
        alternativeChecksums: [],
        consents: [],
        sql,
      }),
      rows: Object.values(keptBefore).reduce((sum, rows) => sum + rows.length, 0),
      differences: { before, after: compareSchemas(readSchema(old).objects, to.objects, 'everything') },
      kept: { before: keptBefore, after: readKept(old, shared) },
      violations: { before: violationsBefore, after: findViolations(old) },
      answers: (input.queries ?? []).map((query) => old.query(query)),
    };
  } finally {
    old.close();
    wanted.close();
  }
}

/** Whether the engine takes it. */
export async function isSchema(sql: string): Promise<boolean> {
  const mirror = await openMirror();
  try {
    return succeeds(() => mirror.run(sql));
  } finally {
    mirror.close();
  }
}

function execute(mirror: Mirror, sql: string, manner: FixInput['manner']): void {
  const statements = splitStatements(sql).map((statement) => statement.sql);
  if (manner === 'statements') {
    for (const statement of statements) mirror.run(statement);
    return;
  }
  if (statements.some((statement) => /foreign_keys=OFF/i.test(statement))) mirror.run('PRAGMA foreign_keys=OFF');
  mirror.run('BEGIN IMMEDIATE');
  for (const statement of statements) if (!/^PRAGMA/i.test(statement)) mirror.run(statement);
  mirror.run('COMMIT');
  mirror.run('PRAGMA foreign_keys=ON');
}

/** Only what is compared. */
function readSchema(mirror: Mirror): Schema {
  const [objects = [], kinds = []] = schemaQueries.map(({ sql }) => mirror.query(sql));
  const schema = parseSchema(objects, kinds, mirror.tracker);
  return { ...schema, objects: schema.objects.filter((object) => !isInternalTable(schema, object.table)) };
}

interface TableColumns {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly required: boolean; readonly generated: boolean }[];
}

function listTables(mirror: Mirror): readonly TableColumns[] {
  const schema = readSchema(mirror);
  return schema.objects
    .filter((object) => object.type === 'table' && schema.kinds.get(object.name) === 'table')
    .map(({ name }) => ({
      table: name,
      columns: mirror
        .query('SELECT name, "notnull", hidden, pk, type FROM pragma_table_xinfo(?)', [name])
        .map(([column, required, hidden, key, type]) => ({
          name: String(column),
          // What becomes the rowid gets a number where it was NULL.
          required: required === 1 || (key === 1 && /^integer$/i.test(String(type))),
          generated: hidden !== 0,
        })),
    }));
}

/** Three rows for every table: 1, 2 and 3 in every column, and NULL where the third may have it. */
function insertRows(mirror: Mirror): void {
  mirror.run('PRAGMA foreign_keys=OFF');
  for (const { table, columns } of listTables(mirror)) {
    const ordinary = columns.filter((column) => !column.generated);
    const names = ordinary.map((column) => quoteIdentifier(column.name)).join(', ');
    const insert = (value: (column: (typeof ordinary)[number], index: number) => string): boolean =>
      succeeds(() => mirror.run(`INSERT INTO ${quoteIdentifier(table)} (${names}) VALUES (${ordinary.map(value)})`));
    insert(() => '1');
    insert(() => '2');
    if (!insert((column, index) => (column.required || index === 0 ? '3' : 'NULL'))) insert(() => '3');
  }
  mirror.run('PRAGMA foreign_keys=ON');
}

function succeeds(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

/** What has to be the same afterwards; a column that becomes required gets its default where it was NULL. */
function findShared(old: Mirror, wanted: Mirror): ReadonlyMap<string, readonly string[]> {
  const others = new Map(listTables(wanted).map((table) => [foldName(table.table), table.columns]));
  return new Map(
    listTables(old).flatMap(({ table, columns }) => {
      const other = others.get(foldName(table));
      const shared = columns.filter((column) => {
        const same = other?.find((candidate) => sameName(candidate.name, column.name));
        return same !== undefined && !same.generated && (column.required || !same.required);
      });
      const names = shared.map((column) => column.name);
      const isKept = other?.some((column) => columns.some(({ name }) => sameName(name, column.name)));
      return isKept ? [[table, names] as const] : [];
    }),
  );
}

function readKept(mirror: Mirror, shared: ReadonlyMap<string, readonly string[]>): Kept {
  return Object.fromEntries(
    [...shared].map(([table, columns]) => {
      const list = ['1', ...columns.map(quoteIdentifier)].join(', ');
      const rows = mirror.query(`SELECT ${list} FROM ${quoteIdentifier(table)}`);
      return [table, rows.map((row) => row.map(describeValue).join(' | ')).sort()];
    }),
  );
}

/** A number and its text are one: the type of a column may be what changed. */
function describeValue(value: Value): string {
  if (value === null) return 'NULL';
  const number = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return String(Number.isNaN(number) ? value : number);
}

function findViolations(mirror: Mirror): unknown {
  try {
    return mirror.query('PRAGMA foreign_key_check').length;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}
