/** The rehearsal of one statement: whether it runs on the mirror, is there already, or fails, and what is sent for it. */

import type { Finding } from '../../findings/catalogue.ts';
import { leftOutWords } from '../../findings/pragma-left-out.ts';
import { type WordedArgs, worded } from '../../findings/worded.ts';
import { findObject } from '../../mirror/mirror.ts';
import { EngineError, isOutOfBounds, type Mirror, outOfTimeCode } from '../../ports.ts';
import { listUnknownNames } from '../../sandbox/reach.ts';
import { findUnknownName } from '../../sandbox/unknown-names.ts';
import { compareExisting, findLookup, type Lookup, saysIfNotExists } from '../../schema/compare/existing.ts';
import type { Classified } from '../../sql/classify.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { addIfNotExists, countRows, dropReturning } from '../../sql/rewrite.ts';
import type { Target } from '../../target/target.ts';
import { writeOperand } from '../../text/shell.ts';
import { type AnalysedMigration, type AnalysedStatement, isDeferPragma, isForeignKeysPragma } from '../analyse.ts';
import type { PlannedStatement } from '../plan.ts';
import { findWhyLeftOut } from '../pragmas.ts';
import { type ExplainFault, explainFailure } from './explain-failure.ts';
import {
  dependsOnRows,
  describeOtherRows,
  dropWithoutRows,
  makesTableOfRows,
  runWithoutRows,
} from './rows-in-rehearsal.ts';
import { type Doubt, openDoubt, unseenAfter } from './unknown-to-mirror.ts';

/** Which migration of the same plan has made what a statement would create; null for production itself. */
export type FindMaker = (kind: Classified) => string | null;

export interface StatementRehearsal {
  readonly planned: PlannedStatement;
  readonly finding: Finding | null;
  /** Whether what follows it still can be rehearsed. */
  readonly goesOn: boolean;
  /** null where nothing is left to the server's word. */
  readonly doubt: Doubt | null;
}

export interface StatementHelpers {
  /** Whether what is there already may be skipped. */
  readonly softened: boolean;
  /** Of what the migration is for: a server may have more than the mirror; a file has this very engine. */
  readonly target: Target['type'];
  /** None is known where it is absent. */
  readonly findMaker?: FindMaker;
  /** As above. */
  readonly explainFault?: ExplainFault | undefined;
  /** Whether it meets rows that are others in production; none are where it is absent. */
  readonly meetsOtherRows?: (statement: AnalysedStatement) => boolean;
}

export async function rehearseStatement(
  mirror: Mirror,
  migration: AnalysedMigration,
  statement: AnalysedStatement,
  {
    softened,
    target,
    findMaker = () => null,
    explainFault = () => null,
    meetsOtherRows = () => false,
  }: StatementHelpers,
): Promise<StatementRehearsal> {
  const pragma = planPragma(migration, statement);
  if (pragma) return wentWell(pragma);
  if (saysIfNotExists(statement.kind)) {
    const existing = rehearseExisting(mirror, migration, statement, findMaker);
    if (existing && softened) return existing;
    if (existing) {
      return stops(existing.planned, explainFailure(mirror, migration, statement, `${existing.name} already exists`));
    }
  }
  const planned = softened ? run(statement) : { ...run(statement), sent: statement.sql };
  try {
    await tryStatement(mirror, statement);
    return wentWell(planned);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (isOutOfBounds(error)) return stops(planned, describeBounds(migration, statement, error));
    // What production had already is known to be broken there.
    const fault = explainFault(error.message);
    const unknown = target === 'server' && fault === null ? findUnknownName(error.message, statement.sql) : null;
    if (unknown !== null) {
      const { line, sql, kind } = statement;
      const place = { migration: migration.migration.name, line, sql };
      const doubt = openDoubt(place, listUnknownNames(mirror, sql, unknown), dependsOnRows(kind));
      return { planned, finding: doubt.finding, goesOn: doubt.goesOn, doubt };
    }
    if (error.phase === 'run' && dependsOnRows(statement.kind)) return wentWell(planned);
    if (error.phase === 'run' && statement.kind.type === 'drop' && error.code === 'SQLITE_CONSTRAINT') {
      dropWithoutRows(mirror, migration, statement);
      return wentWell(planned);
    }
    const existing = softened ? rehearseExisting(mirror, migration, statement, findMaker) : null;
    if (existing !== null) return existing;
    if (error.phase === 'run' && meetsOtherRows(statement)) {
      const goesOn = await runWithoutRows(mirror, migration, statement);
      // A query over other rows may end otherwise in any case; what is made of a table's rows does not fail where there are none.
      if (goesOn || makesTableOfRows(statement.kind)) {
        const finding = describeOtherRows(migration, statement, error.message, goesOn ? '' : unseenAfter);
        return { planned, finding, goesOn, doubt: null };
      }
    }
    return stops(planned, explainFailure(mirror, migration, statement, error.message, fault));
  }
}

function wentWell(planned: PlannedStatement): StatementRehearsal {
  return { planned, finding: null, goesOn: true, doubt: null };
}

function stops(planned: PlannedStatement, finding: Finding): StatementRehearsal {
  return { planned, finding, goesOn: false, doubt: null };
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

/** @param error `isOutOfBounds`. */
export function describeLimit({ code, message }: EngineError): string {
  return code === outOfTimeCode ? message : 'it took all the memory that is given to it here';
}

function describeBounds(
  { migration }: AnalysedMigration,
  { line, sql }: AnalysedStatement,
  error: EngineError,
): Finding {
  return worded({
    kind: 'hazard',
    code: 'unrehearsed',
    migration: migration.name,
    line,
    message: `On the copy in memory it was broken off: ${describeLimit(error)}. What it does, and what follows it in the plan, was not seen beforehand.`,
    why: 'SQL that never ends keeps everybody else from writing until the server breaks it off; the migration is rolled back then.',
    sql,
  });
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
  const existing = findObject(mirror, lookup);
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
      finding: worded({
        ...shared,
        kind: 'hazard',
        message: `${what} is there already and differs; because of IF NOT EXISTS the statement would leave it as it is.`,
        why: 'What follows in the file, and the application, may rely on what the file says and meet something else.',
        ...findWay(lookup, statement, madeBy),
        sql: shown,
      }),
    };
  }
  return {
    name: lookup.name,
    goesOn: false,
    doubt: null,
    planned: run(statement),
    finding: worded({
      ...shared,
      kind: 'blocker',
      message: `${what} is there already and differs from what the file would create.${wayOn}`,
      why: 'The statement fails on what is there; left out, the migration would count as applied without what it says.',
      ...findWay(lookup, statement, madeBy),
      sql: shown,
    }),
  };
}

/** Nothing is lost with an index, a view or a trigger; with a table or a column its rows or values are. */
function findWay({ type, name }: Lookup, { sql }: AnalysedStatement, madeBy: string | null): Pick<WordedArgs, 'way'> {
  if (type === 'table') return {};
  const drop = `DROP ${type.toUpperCase()} ${quoteIdentifier(name)};`;
  return {
    way: `-- in the same file, if ${madeBy === null ? "production's" : 'the one that is there'} is the wrong one:\n${drop}\n${sql};`,
  };
}

/** The file's own foreign-key pragmas do nothing inside a transaction; where they matter they are set around it. */
export function planPragma(migration: AnalysedMigration, statement: AnalysedStatement): PlannedStatement | null {
  const { kind } = statement;
  const leave = (skip: 'foreign-keys' | 'left-out', reason: string): PlannedStatement => {
    return { ...run(statement), action: 'skip', skip, reason };
  };
  const why = findWhyLeftOut(kind);
  if (why !== null) return leave('left-out', leftOutWords[why]);
  if (!isForeignKeysPragma(kind) && !(isDeferPragma(kind) && migration.foreignKeysOff)) return null;
  return leave('foreign-keys', migration.foreignKeysOff ? 'set around the transaction' : 'foreign keys are on anyway');
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
