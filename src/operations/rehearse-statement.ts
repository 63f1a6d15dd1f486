/** The rehearsal of one statement: whether it runs on the mirror, is there already, or fails, and what is sent for it. */

import {
  type AnalysedMigration,
  type AnalysedStatement,
  isDeferPragma,
  isForeignKeysPragma,
} from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import type { PlannedStatement } from '../core/plan/plan.ts';
import { compareExisting, findLookup, type Lookup, saysIfNotExists } from '../core/schema/existing.ts';
import { nameAnew } from '../core/schema/fix-definition.ts';
import { isRefusedName, parseSchemaObject, selectSchemaObjects } from '../core/schema/objects.ts';
import type { Classified } from '../core/sql/classify.ts';
import { foldName, quoteIdentifier, quoteText } from '../core/sql/identifiers.ts';
import { addIfNotExists, countRows, dropReturning } from '../core/sql/rewrite.ts';
import { writeOperand } from '../core/text/shell.ts';
import { EngineError, isOutOfBounds, type Mirror, outOfTimeCode } from '../ports.ts';

/** Which migration of the same plan has made what a statement would create; null for production itself. */
export type FindMaker = (kind: Classified) => string | null;

export interface StatementRehearsal {
  readonly planned: PlannedStatement;
  readonly finding: Finding | null;
  /** Whether what follows it still can be rehearsed. */
  readonly goesOn: boolean;
  /** A function that it calls, and the mirror does not have; perhaps the server does. */
  readonly unknownFunction: string | null;
}

export interface StatementHelpers {
  /** Whether what is there already may be skipped. */
  readonly softened: boolean;
  /** Functions that only the server has; folded. */
  readonly serverFunctions: ReadonlySet<string>;
  /** None is known where it is absent. */
  readonly findMaker?: FindMaker;
}

export async function rehearseStatement(
  mirror: Mirror,
  migration: AnalysedMigration,
  statement: AnalysedStatement,
  { softened, serverFunctions, findMaker = () => null }: StatementHelpers,
): Promise<StatementRehearsal> {
  const pragma = planPragma(migration, statement);
  if (pragma) return wentWell(pragma);
  if (saysIfNotExists(statement.kind)) {
    const existing = rehearseExisting(mirror, migration, statement, findMaker);
    if (existing && softened) return existing;
    if (existing) {
      return stops(existing.planned, explainFailure(migration, statement, `${existing.name} already exists`));
    }
  }
  const planned = softened ? run(statement) : { ...run(statement), sent: statement.sql };
  try {
    await tryStatement(mirror, statement);
    return wentWell(planned);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (isOutOfBounds(error)) return stops(planned, describeBounds(migration, statement, error));
    const unknown = findUnknownFunction(error.message);
    if (unknown !== null && serverFunctions.has(foldName(unknown))) {
      const finding = describeServerFunction(migration, statement, unknown);
      return { planned, finding, goesOn: dependsOnRows(statement.kind), unknownFunction: null };
    }
    if (error.phase === 'run' && dependsOnRows(statement.kind)) return wentWell(planned);
    if (error.phase === 'run' && statement.kind.type === 'drop' && error.code === 'SQLITE_CONSTRAINT') {
      dropWithoutRows(mirror, migration, statement);
      return wentWell(planned);
    }
    const existing = softened ? rehearseExisting(mirror, migration, statement, findMaker) : null;
    if (existing !== null) return existing;
    return { ...stops(planned, explainFailure(migration, statement, error.message)), unknownFunction: unknown };
  }
}

function wentWell(planned: PlannedStatement): StatementRehearsal {
  return { planned, finding: null, goesOn: true, unknownFunction: null };
}

function stops(planned: PlannedStatement, finding: Finding): StatementRehearsal {
  return { planned, finding, goesOn: false, unknownFunction: null };
}

/**
 * Runs a statement of a file on the mirror. Its rows, of which there may be endlessly many, are only counted, or not sent.
 * EXPLAIN is compiled, which is all that it does.
 * @throws EngineError
 */
export async function tryStatement(
  mirror: Mirror,
  { sql, kind }: Pick<AnalysedStatement, 'sql' | 'kind'>,
): Promise<void> {
  const isReturning = 'returning' in kind && kind.returning;
  // What is wrong with it is said of its own text, and not of the text that is run in its place.
  if (kind.type === 'explain' || kind.type === 'select' || isReturning) mirror.compile(sql);
  if (kind.type === 'select') await mirror.attempt(countRows(sql));
  else if (kind.type !== 'explain') await mirror.attempt(isReturning ? dropReturning(sql) : sql);
}

/** @returns the function that the engine does not have, by its own words for it. */
export function findUnknownFunction(message: string): string | null {
  return /^(?:no such function: |unknown function: )([^(]+)/.exec(message)?.[1] ?? null;
}

function describeServerFunction(
  { migration }: AnalysedMigration,
  { line, sql, kind }: AnalysedStatement,
  name: string,
): Finding {
  const rest = dependsOnRows(kind) ? '' : ', nor what follows it in the plan';
  return {
    kind: 'hazard',
    code: 'unrehearsed',
    migration: migration.name,
    line,
    message: `It calls ${name}, a function that this server has and libSQL itself does not have. What it does was not seen beforehand${rest}.`,
    why: 'A rehearsal on the copy in memory cannot run it. Each migration still runs wholly or not at all.',
    sql,
  };
}

/** @param error `isOutOfBounds`. */
export function describeLimit({ code, message }: EngineError): string {
  return code === outOfTimeCode ? message : 'it took all the memory that is given to it here';
}

function describeBounds(
  { migration }: AnalysedMigration,
  { line, sql }: AnalysedStatement,
  error: EngineError,
): Finding {
  return {
    kind: 'hazard',
    code: 'unrehearsed',
    migration: migration.name,
    line,
    message: `On the copy in memory it was broken off: ${describeLimit(error)}. What it does, and what follows it in the plan, was not seen beforehand.`,
    why: 'SQL that never ends keeps everybody else from writing until the server breaks it off; the migration is rolled back then.',
    sql,
  };
}

/** What such a statement meets when it runs is rows, and a mirror has none: that it fails there proves nothing. */
function dependsOnRows(kind: Classified): boolean {
  return kind.type === 'insert' || kind.type === 'update' || kind.type === 'delete' || kind.type === 'select';
}

/** Rows that an earlier migration of the plan put into the mirror stand in the way of a DROP; in production others do, or none. */
function dropWithoutRows(mirror: Mirror, migration: AnalysedMigration, statement: AnalysedStatement): void {
  mirror.run('PRAGMA foreign_keys=OFF');
  mirror.run(statement.sql);
  if (!migration.foreignKeysOff) mirror.run('PRAGMA foreign_keys=ON');
}

type ExistingRehearsal = StatementRehearsal & { readonly name: string };

/** @returns null when what the statement would create is not there. */
function rehearseExisting(
  mirror: Mirror,
  migration: AnalysedMigration,
  statement: AnalysedStatement,
  findMaker: FindMaker,
): ExistingRehearsal | null {
  const lookup = findLookup(statement.kind);
  if (!lookup) return null;
  const rows = mirror.query(`${selectSchemaObjects} WHERE type = ? AND name = ? COLLATE NOCASE`, [
    lookup.type,
    lookup.name,
  ]);
  const existing = rows[0] ? parseSchemaObject(rows[0]) : null;
  const comparison = existing && compareExisting(statement.sql, statement.kind, existing);
  if (!existing || comparison === 'absent') return null;
  const planned = { ...run(statement), action: 'skip' as const };
  if (comparison === 'identical') {
    return { name: lookup.name, ...wentWell({ ...planned, skip: 'identical', reason: 'already there, identical' }) };
  }
  const what = statement.kind.type === 'add-column' ? `${lookup.name}.${statement.kind.column}` : lookup.name;
  const { name } = migration.migration;
  const madeBy = findMaker(statement.kind);
  const shared = {
    ...({ code: 'exists-different', migration: name, line: statement.line } as const),
    ...(madeBy === null ? {} : { madeBy }),
  };
  const where = madeBy === null ? 'in production' : madeBy === name ? 'made above' : `made by ${madeBy} before it`;
  const shown = `${where}: ${existing.sql ?? '(made by SQLite itself)'}\nin the file:   ${statement.sql}`;
  const wayOn =
    madeBy === null
      ? ` If the migration is done already: migrate-prod backfill ${writeOperand(name)}.`
      : ` It is ${where}.`;
  if (saysIfNotExists(statement.kind)) {
    return {
      name: lookup.name,
      ...wentWell({ ...planned, skip: 'different', reason: 'already there, but different' }),
      finding: {
        ...shared,
        kind: 'hazard',
        message: `${what} is there already and differs; because of IF NOT EXISTS the statement would leave it as it is.`,
        why: 'What follows in the file, and the application, may rely on what the file says and meet something else.',
        ...findWay(lookup, statement, madeBy),
        sql: shown,
      },
    };
  }
  return {
    name: lookup.name,
    goesOn: false,
    unknownFunction: null,
    planned: run(statement),
    finding: {
      ...shared,
      kind: 'blocker',
      message: `${what} is there already and differs from what the file would create.${wayOn}`,
      why: 'The statement fails on what is there; left out, the migration would count as applied without what it says.',
      ...findWay(lookup, statement, madeBy),
      sql: shown,
    },
  };
}

/** Nothing is lost with an index, a view or a trigger; with a table or a column its rows or values are. */
function findWay({ type, name }: Lookup, { sql }: AnalysedStatement, madeBy: string | null): Pick<Finding, 'way'> {
  if (type === 'table') return {};
  const drop = `DROP ${type.toUpperCase()} ${quoteIdentifier(name)};`;
  return {
    way: `-- in the same file, if ${madeBy === null ? "production's" : 'the one that is there'} is the wrong one:\n${drop}\n${sql};`,
  };
}

/** The file's own foreign-key pragmas do nothing inside a transaction; where they matter they are set around it. */
export function planPragma(migration: AnalysedMigration, statement: AnalysedStatement): PlannedStatement | null {
  const { kind, line, sql } = statement;
  const skipped = isForeignKeysPragma(kind) || (isDeferPragma(kind) && migration.foreignKeysOff);
  if (!skipped) return null;
  const reason = migration.foreignKeysOff ? 'set around the transaction' : 'foreign keys are on anyway';
  return { line, sql, action: 'skip', skip: 'foreign-keys', reason, sent: sql, before: [], after: [], guards: [] };
}

export function run({ line, sql, kind }: AnalysedStatement): PlannedStatement {
  return {
    line,
    sql,
    action: 'run',
    skip: null,
    reason: null,
    sent: rewrite(sql, kind),
    before: [],
    after: [],
    guards: [],
  };
}

/** What is sent for a statement: creations may meet their own result, and nothing sends rows that nobody reads. */
function rewrite(sql: string, kind: Classified): string {
  if (kind.type === 'select') return countRows(sql);
  return 'returning' in kind && kind.returning ? dropReturning(sql) : addIfNotExists(sql);
}

function explainFailure({ migration }: AnalysedMigration, statement: AnalysedStatement, message: string): Finding {
  return {
    kind: 'blocker',
    code: 'rehearsal-failed',
    migration: migration.name,
    line: statement.line,
    message: `It fails on an empty copy of production's schema: ${message}.${explain(message, statement)}`,
    why: 'What fails on the copy fails in production as well, and the migration is rolled back.',
    ...findMend(message, statement),
    sql: statement.sql,
  };
}

/** For those that are met most: a leftover of an earlier attempt, a name that Prisma took from SQLite, a text in double quotes. */
function findMend(message: string, { kind, sql }: AnalysedStatement): Pick<Finding, 'way'> {
  if (kind.type === 'create-table' && /already exists/.test(message)) {
    return { way: `-- first in the file, if it is a leftover:\nDROP TABLE ${quoteIdentifier(kind.name)};` };
  }
  if (kind.type === 'create-index' && isRefusedName(kind.name)) {
    return { way: `-- under another name, and so in schema.prisma:\n${nameAnew(kind.name, sql)};` };
  }
  const column = dependsOnRows(kind) ? findQuotedColumn(message, sql) : null;
  if (column === null) return {};
  return { way: `-- if it is a text:\n${sql.replaceAll(`"${column}"`, () => quoteText(column))};` };
}

/** What the engine takes for a column only because it stands in double quotes, perhaps; null where it does not. */
function findQuotedColumn(message: string, sql: string): string | null {
  const column = /no such column: "?([^"]+)"?/.exec(message)?.[1];
  return column !== undefined && sql.includes(`"${column}"`) ? column : null;
}

function explain(message: string, statement: AnalysedStatement): string {
  if (statement.kind.type === 'create-table' && /already exists/.test(message)) {
    return ' Inside a table rebuild nothing is skipped: a leftover of an earlier attempt would be taken for the copy. Look at it, and drop it if it is one.';
  }
  return explainWords(message, statement);
}

/** What the engine's words do not tell of a failure: empty, or sentences to put behind them. */
export function explainWords(message: string, { kind, sql }: Pick<AnalysedStatement, 'kind' | 'sql'>): string {
  const index = /error in index (.+) after drop column/.exec(message)?.[1];
  if (index !== undefined) return ` The index has the column: drop it first, by DROP INDEX ${quoteIdentifier(index)}.`;
  const column = findQuotedColumn(message, sql);
  if (column !== null) {
    return ` libSQL takes "${column}" in double quotes for a column; if it is a text, write '${column}'.`;
  }
  if (kind.type === 'rename-table' && /error in (view|trigger)/.test(message)) {
    return ' A view or trigger names what is not there: drop it before the rebuild, and create it again after it where it is still wanted.';
  }
  return '';
}
