/** Runs a plan on a copy of production's rows, as `apply` would, and looks what the engine says. */

import { breaksConstraints } from '../../findings/breaks-constraints.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { failsOnRows } from '../../findings/fails-on-rows.ts';
import { find, type Place, placeIn } from '../../findings/finding.ts';
import { foreignKeys } from '../../findings/foreign-keys.ts';
import { fillMirror, readMirrorSchema } from '../../mirror/mirror.ts';
import type { AnalysedMigration, AnalysedStatement } from '../../plan/analyse.ts';
import type { PlannedStatement, RanOn } from '../../plan/plan.ts';
import { EngineError, isOutOfBounds, type Mirror, type OpenMirror } from '../../ports.ts';
import { isSystemTable, type Schema } from '../../schema/model/objects.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import { withholdValues } from '../../text/withhold-values.ts';
import { findMet, readLinks } from '../fetch/concerned.ts';
import { loadRows } from '../fetch/load.ts';
import type { FetchedTable } from '../fetch/query.ts';
import { type Fault, findFaults } from './integrity.ts';
import { describeKey, findViolations, type Violations } from './violations.ts';

export interface RowsRunInput {
  readonly openMirror: OpenMirror;
  /** Production's, which a mirror can be made of exactly. */
  readonly schema: Schema;
  /** Those whose rows are here, all of them. */
  readonly tables: readonly FetchedTable[];
  /** Names of those whose rows the plan meets, and that are not here. */
  readonly left: readonly string[];
  /** Each runs on an empty mirror. */
  readonly migrations: readonly PlannedRun[];
}

export interface PlannedRun {
  readonly migration: AnalysedMigration;
  readonly statements: readonly PlannedStatement[];
}

export interface RowsRun extends RanOn {
  readonly findings: readonly Finding[];
}

/** @throws MigrateError REHEARSAL_STUCK, INTERRUPTED, ENGINE_MISSING */
export async function runOnRows(input: RowsRunInput): Promise<RowsRun> {
  const { mirror, refused } = await openFilled(input);
  const isShown = ({ shape }: FetchedTable) => !isSystemTable(input.schema, shape.name);
  try {
    const loaded = input.tables.filter((table) => !refused.includes(table));
    const left = [...input.left, ...refused.map(({ shape }) => shape.name)];
    const unknown = new Unknown(input.schema, left);
    const end = await runAll(mirror, input, unknown);
    const damages = await findDamages(mirror, input, unknown);
    return {
      findings: [...end.findings, ...damages],
      tables: loaded.filter(isShown).map(({ shape, rows }) => ({ table: shape.name, rows: rows.length })),
      left: left.filter((name) => !isSystemTable(input.schema, name)),
      isWhole: end.isWhole && end.findings.length === 0 && !unknown.wasMet,
    };
  } finally {
    mirror.close();
  }
}

async function openFilled({ openMirror, schema, tables }: RowsRunInput) {
  const mirror = await openMirror();
  let refused: readonly FetchedTable[] = [];
  fillMirror(mirror, schema, () => {
    refused = loadRows(mirror, tables);
  });
  return { mirror, refused };
}

interface RunEnd {
  readonly findings: readonly Finding[];
  readonly isWhole: boolean;
}

async function runAll(mirror: Mirror, { schema, migrations }: RowsRunInput, unknown: Unknown): Promise<RunEnd> {
  for (const planned of migrations) {
    const end = await runOne(mirror, planned, unknown, (message) => withholdValues(message, readKnown()));
    if (end !== null) return end;
  }
  return { findings: [], isWhole: true };

  /** What stands in the files and in the schema is no row's. */
  function readKnown(): string {
    const files = migrations.flatMap(({ migration }) => migration.statements.map(({ sql }) => sql));
    return [...files, ...schema.objects.map(({ sql }) => sql ?? '')].join('\n');
  }
}

/** @returns null where it ran to its end. */
async function runOne(
  mirror: Mirror,
  { migration, statements }: PlannedRun,
  unknown: Unknown,
  withhold: (message: string) => string,
): Promise<RunEnd | null> {
  mirror.run(`PRAGMA foreign_keys=${migration.foreignKeysOff ? 'OFF' : 'ON'}`);
  mirror.run('BEGIN');
  let met = false;
  for (const [index, planned] of statements.entries()) {
    const statement = migration.statements[index];
    if (statement === undefined || planned.action === 'skip') continue;
    const isKnown = !unknown.meets(mirror, statement);
    met ||= !isKnown;
    const error = await tryAll(mirror, [...planned.before, planned.sent, ...planned.after]);
    if (error === null) unknown.follow(mirror, statement, isKnown);
    else
      return stopAt(
        mirror,
        error,
        isKnown && !isLeftToChance(statement) ? placeOf(migration, statement) : null,
        withhold,
      );
  }
  const error = await tryAll(mirror, ['COMMIT']);
  return error === null ? null : stopAt(mirror, error, met ? null : placeIn(migration.migration.name), withhold);
}

function placeOf({ migration }: AnalysedMigration, { line, sql }: AnalysedStatement): Place {
  return { migration: migration.name, line, sql };
}

async function tryAll(mirror: Mirror, texts: readonly string[]): Promise<EngineError | null> {
  try {
    for (const sql of texts) await mirror.attempt(sql);
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** It meets other values each time that it runs. */
function isLeftToChance({ sql }: AnalysedStatement): boolean {
  return mentionsName(sql, 'random') || mentionsName(sql, 'randomblob');
}

/** @param place null where nothing is proven by it. */
function stopAt(
  mirror: Mirror,
  error: EngineError,
  place: Place | null,
  withhold: (message: string) => string,
): RunEnd {
  rollBack(mirror);
  // The schema is the one on which it ran before: what does not even compile is a matter of this program.
  const isProven = place !== null && error.phase === 'run' && !isOutOfBounds(error);
  const args = { message: withhold(error.message), atEnd: place?.line === null };
  return { findings: isProven ? [find(failsOnRows, 'blocker', place, args)] : [], isWhole: false };
}

/** RAISE(ROLLBACK), and what is broken off, have done so already. */
function rollBack(mirror: Mirror): void {
  try {
    mirror.run('ROLLBACK');
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}

/** The tables whose rows are not known: those that were not loaded, and those that were written with what these hold. */
class Unknown {
  readonly #names: Set<string>;
  #links: ReturnType<typeof readLinks>;
  #version = '';
  wasMet = false;

  constructor(schema: Schema, names: readonly string[]) {
    this.#names = new Set(names.map(foldName));
    this.#links = readLinks(schema);
  }

  has(table: string): boolean {
    return this.#names.has(foldName(table));
  }

  meets(mirror: Mirror, statement: AnalysedStatement): boolean {
    if (this.#names.size === 0) return false;
    const met = findMet(statement, this.#current(mirror));
    const isMet = [...met].some((name) => this.#names.has(name));
    this.wasMet ||= isMet;
    return isMet;
  }

  /** Called once the statement has run. */
  follow(mirror: Mirror, { kind }: AnalysedStatement, isKnown: boolean): void {
    if (kind.type === 'rename-table' && this.has(kind.table)) this.#names.add(foldName(kind.to));
    if (isKnown || this.#names.size === 0) return;
    const table = 'table' in kind ? kind.table : 'name' in kind ? kind.name : null;
    if (table === null) return;
    this.#names.add(foldName(table));
    for (const name of this.#current(mirror).reach(foldName(table))) this.#names.add(name);
  }

  /** Tables and views come and go with the plan. */
  #current(mirror: Mirror) {
    const version = String(mirror.query('PRAGMA schema_version')[0]?.[0]);
    if (version !== this.#version) this.#links = readLinks(readMirrorSchema(mirror));
    this.#version = version;
    return this.#links;
  }
}

/** What the plan made wrong: production may have had faults before, and rows without a parent. */
async function findDamages(mirror: Mirror, input: RowsRunInput, unknown: Unknown): Promise<readonly Finding[]> {
  const touched = new Set(input.migrations.flatMap(({ migration }) => migration.touchedTables));
  const tables = mirror
    .query(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .map(([name]) => String(name))
    .filter((name) => touched.has(foldName(name)) && !unknown.has(name));
  const faults = await findFaults(mirror, tables);
  const violations = findViolations(mirror, tables).filter(({ parent }) => !unknown.has(parent));
  if (faults.length === 0 && violations.length === 0) return [];
  const { mirror: before } = await openFilled(input);
  try {
    const names = new FormerNames(input.migrations);
    const known = await findFaults(before, names.list(tables));
    const violated = findViolations(before, names.list(tables));
    return [
      ...faults.filter((fault) => !isKnown(fault, known, names)).flatMap((fault) => describeFault(fault, input)),
      ...violations
        .filter((broken) => broken.rows > countBefore(broken, violated, names))
        .flatMap((broken) => describeViolations(broken, countBefore(broken, violated, names), input)),
    ];
  } finally {
    before.close();
  }
}

function isKnown({ table, fault, rows }: Fault, known: readonly Fault[], names: FormerNames): boolean {
  return known.some(
    (old) => names.areSame(old.table, table) && JSON.stringify(old.fault) === JSON.stringify(fault) && old.rows >= rows,
  );
}

function countBefore({ child, parent }: Violations, known: readonly Violations[], names: FormerNames): number {
  return known
    .filter((old) => names.areSame(old.child, child) && names.areSame(old.parent, parent))
    .reduce((sum, { rows }) => sum + rows, 0);
}

/** What tables were called before the plan renamed them; a rebuild's copy is called as its table. */
class FormerNames {
  readonly #renames: readonly { readonly from: string; readonly to: string }[];

  constructor(migrations: readonly PlannedRun[]) {
    this.#renames = migrations.flatMap(({ migration }) =>
      migration.statements.flatMap(({ kind }) =>
        kind.type === 'rename-table' ? [{ from: foldName(kind.table), to: foldName(kind.to) }] : [],
      ),
    );
  }

  #of(table: string): ReadonlySet<string> {
    const names = new Set([foldName(table)]);
    for (const { from, to } of this.#renames.toReversed()) if (names.has(to)) names.add(from);
    return names;
  }

  list(tables: readonly string[]): readonly string[] {
    return [...new Set(tables.flatMap((table) => [...this.#of(table)]))];
  }

  areSame(former: string, table: string): boolean {
    return this.#of(table).has(foldName(former));
  }
}

function describeFault({ table, fault, rows, atLeast }: Fault, input: RowsRunInput): readonly Finding[] {
  const place = findCause(table, input);
  const evidence = { count: { rows, atLeast }, query: null, examples: null };
  return place === null ? [] : [find(breaksConstraints, 'blocker', place, { table, fault }, { evidence })];
}

function describeViolations(broken: Violations, before: number, input: RowsRunInput): readonly Finding[] {
  const { child, parent } = broken;
  const place = findCause(child, input) ?? findCause(parent, input);
  if (place === null) return [];
  const evidence = { count: { rows: broken.rows - before, atLeast: false }, query: null, examples: null };
  const args = {
    what: 'left',
    child,
    parent,
    key: describeKey(broken),
    because: 'not-checked',
    mend: { table: child, columns: broken.columns, where: null },
  } as const;
  return [find(foreignKeys, 'hazard', place, args, { evidence })];
}

/** The last statement that alters a column of the table, or else that speaks of it. */
function findCause(table: string, { migrations }: RowsRunInput): Place | null {
  const altering = migrations.flatMap(({ migration }) =>
    migration.statements
      .filter(({ kind }) => 'table' in kind && sameName(kind.table, table))
      .map((statement) => ({ migration, statement })),
  );
  const last = altering.findLast(({ statement }) => statement.kind.type === 'alter-other') ?? altering.at(-1);
  return last === undefined ? null : placeOf(last.migration, last.statement);
}
