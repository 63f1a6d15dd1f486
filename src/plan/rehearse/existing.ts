/** A statement whose object is there already is left out if the object is the same; otherwise there is a finding. */

import type { Finding } from '../../findings/catalogue.ts';
import { type ExistsDifferentArgs, existsDifferent } from '../../findings/exists-different.ts';
import { find } from '../../findings/finding.ts';
import { findObject } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import { compareExisting, findLookup, saysIfNotExists } from '../../schema/compare/existing.ts';
import type { Classified } from '../../sql/classify.ts';
import { type AnalysedMigration, type AnalysedStatement, leaveOut, placeOf, runsAsWritten } from '../analyse.ts';
import type { StatementDecision } from '../plan.ts';

/** Which migration of the same plan has made what a statement would create; null for production itself. */
export type FindMaker = (kind: Classified) => string | null;

export interface Existing {
  readonly name: string;
  readonly decision: StatementDecision;
  readonly finding: Finding | null;
  /** True if the statements after it can still be rehearsed. */
  readonly goesOn: boolean;
}

/** @returns null when what the statement would create is not there. */
export function rehearseExisting(
  mirror: Mirror,
  analysed: AnalysedMigration,
  statement: AnalysedStatement,
  findMaker: FindMaker,
): Existing | null {
  const lookup = findLookup(statement.kind);
  if (!lookup) return null;
  const existing = findObject(mirror, lookup);
  const comparison = existing && compareExisting(statement.sql, statement.kind, existing);
  if (!existing || comparison === 'absent') return null;
  const { kind } = statement;
  const { type, name } = lookup;
  if (comparison === 'identical') {
    return { name, decision: leaveOut('identical', 'already exists, identical'), finding: null, goesOn: true };
  }
  const place = placeOf(analysed, statement);
  const column = kind.type === 'add-column' ? kind.column : null;
  const args: ExistsDifferentArgs = { type, name, column, existing: existing.sql, madeBy: findMaker(kind) };
  if (saysIfNotExists(kind)) {
    const decision = leaveOut('different', 'already exists, but different');
    return { name, decision, finding: find(existsDifferent, 'hazard', place, args), goesOn: true };
  }
  const finding = find(existsDifferent, 'blocker', place, args);
  return { name, decision: runsAsWritten, finding, goesOn: false };
}
