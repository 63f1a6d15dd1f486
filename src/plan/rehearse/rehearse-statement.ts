/** The rehearsal of one statement: whether it runs on the mirror, is there already, or fails. */

import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { type Limit, unrehearsed } from '../../findings/unrehearsed.ts';
import { EngineError, isOutOfBounds, type Mirror, outOfTimeCode } from '../../ports.ts';
import { listUnknownNames } from '../../sandbox/reach.ts';
import { findUnknownName } from '../../sandbox/unknown-names.ts';
import { saysIfNotExists } from '../../schema/compare/existing.ts';
import { countRows, dropReturning } from '../../sql/rewrite.ts';
import type { Target } from '../../target/target.ts';
import { type AnalysedMigration, type AnalysedStatement, decideByText, placeOf, runsAsWritten } from '../analyse.ts';
import type { StatementDecision } from '../plan.ts';
import { type Existing, type FindMaker, rehearseExisting } from './existing.ts';
import { type ExplainFault, explainFailure } from './explain-failure.ts';
import { dependsOnRows, dropWithoutRows, makesTableOfRows, runWithoutRows } from './rows-in-rehearsal.ts';
import { type Doubt, openDoubt } from './unknown-to-mirror.ts';

export interface StatementRehearsal {
  readonly decision: StatementDecision;
  readonly finding: Finding | null;
  /** True if the statements after it can still be rehearsed. */
  readonly goesOn: boolean;
  /** null where nothing is left to the server's word. */
  readonly doubt: Doubt | null;
}

export interface StatementHelpers {
  /** True if a statement may be skipped whose result is there already. */
  readonly softened: boolean;
  /** A server may have more functions than the mirror; a file is run by this very engine. */
  readonly target: Target['type'];
  /** If absent, no maker is known. */
  readonly findMaker?: FindMaker;
  /** If absent, no fault is known. */
  readonly explainFault?: ExplainFault | undefined;
  /** True if the statement meets rows that are others in production. None does when absent. */
  readonly meetsOtherRows?: (statement: AnalysedStatement) => boolean;
}

export async function rehearseStatement(
  mirror: Mirror,
  analysed: AnalysedMigration,
  statement: AnalysedStatement,
  helpers: StatementHelpers,
): Promise<StatementRehearsal> {
  const byText = decideByText(analysed, statement);
  if (byText.action === 'skip') return wentWell(byText);
  if (saysIfNotExists(statement.kind)) {
    const existing = rehearseExisting(mirror, analysed, statement, helpers.findMaker ?? nobody);
    if (existing && helpers.softened) return isThere(existing);
    if (existing) {
      return stops(existing.decision, explainFailure(mirror, analysed, statement, `${existing.name} already exists`));
    }
  }
  try {
    await tryStatement(mirror, statement);
    return wentWell();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return judgeFailure({ mirror, analysed, statement, error }, helpers);
  }
}

interface Failed {
  readonly mirror: Mirror;
  readonly analysed: AnalysedMigration;
  readonly statement: AnalysedStatement;
  readonly error: EngineError;
}

async function judgeFailure(failed: Failed, helpers: StatementHelpers): Promise<StatementRehearsal> {
  const { mirror, analysed, statement, error } = failed;
  if (isOutOfBounds(error)) return stops(runsAsWritten, reportBounds(failed));
  // What production had already is known to be broken there.
  const fault = helpers.explainFault?.(error.message) ?? null;
  const doubt = helpers.target === 'server' && fault === null ? findDoubt(failed) : null;
  if (doubt !== null) return { decision: runsAsWritten, finding: doubt.finding, goesOn: doubt.goesOn, doubt };
  if (error.phase === 'run' && dependsOnRows(statement.kind)) return wentWell();
  if (error.phase === 'run' && statement.kind.type === 'drop' && error.code === 'SQLITE_CONSTRAINT') {
    dropWithoutRows(mirror, analysed, statement);
    return wentWell();
  }
  const { softened, findMaker = nobody } = helpers;
  const existing = softened ? rehearseExisting(mirror, analysed, statement, findMaker) : null;
  if (existing !== null) return isThere(existing);
  if (error.phase === 'run' && helpers.meetsOtherRows?.(statement)) {
    const goesOn = await runWithoutRows(mirror, analysed, statement);
    // A query over other rows may end otherwise in any case; what is made of a table's rows does not fail where there are none.
    if (goesOn || makesTableOfRows(statement.kind)) {
      return { decision: runsAsWritten, finding: reportOtherRows(failed, goesOn), goesOn, doubt: null };
    }
  }
  return stops(runsAsWritten, explainFailure(mirror, analysed, statement, error.message, fault));
}

function nobody(): null {
  return null;
}

function wentWell(decision: StatementDecision = runsAsWritten): StatementRehearsal {
  return { decision, finding: null, goesOn: true, doubt: null };
}

function isThere({ decision, finding, goesOn }: Existing): StatementRehearsal {
  return { decision, finding, goesOn, doubt: null };
}

function stops(decision: StatementDecision, finding: Finding): StatementRehearsal {
  return { decision, finding, goesOn: false, doubt: null };
}

/** @returns null where it does not fail for what the mirror does not have and a server may. */
function findDoubt({ mirror, analysed, statement, error }: Failed): Doubt | null {
  const { sql, kind } = statement;
  const unknown = findUnknownName(error.message, sql);
  if (unknown === null) return null;
  return openDoubt(placeOf(analysed, statement), listUnknownNames(mirror, sql, unknown), dependsOnRows(kind));
}

function reportOtherRows({ analysed, statement, error }: Failed, goesOn: boolean): Finding {
  const rehearsal = goesOn ? 'goes-on' : 'ends';
  const args = { what: 'other-rows', message: error.message, rehearsal } as const;
  return find(unrehearsed, 'hazard', placeOf(analysed, statement), args);
}

function reportBounds({ analysed, statement, error }: Failed): Finding {
  return find(unrehearsed, 'hazard', placeOf(analysed, statement), { what: 'broken-off', limit: readLimit(error) });
}

/** @param error `isOutOfBounds`. */
export function readLimit({ code, message }: EngineError): Limit {
  return code === outOfTimeCode ? { of: 'time', message: message } : { of: 'memory' };
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
