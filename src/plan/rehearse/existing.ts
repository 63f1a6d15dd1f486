/** What a statement would create and is there already: left out where it is the same, and a finding where it is not. */

import type { Finding } from '../../findings/catalogue.ts';
import { type ExistsDifferentArgs, existsDifferent } from '../../findings/exists-different.ts';
import { find } from '../../findings/finding.ts';
import { findObject } from '../../mirror/mirror.ts';
import type { Mirror } from '../../ports.ts';
import { compareExisting, findLookup, saysIfNotExists } from '../../schema/compare/existing.ts';
import type { Classified } from '../../sql/classify.ts';
import type { AnalysedMigration, AnalysedStatement } from '../analyse.ts';
import type { PlannedStatement } from '../plan.ts';
import { run } from './plan-statement.ts';

/** Which migration of the same plan has made what a statement would create; null for production itself. */
export type FindMaker = (kind: Classified) => string | null;

export interface Existing {
  readonly name: string;
  readonly planned: PlannedStatement;
  readonly finding: Finding | null;
  /** Whether what follows it still can be rehearsed. */
  readonly goesOn: boolean;
}

/** @returns null when what the statement would create is not there. */
export function rehearseExisting(
  mirror: Mirror,
  migration: AnalysedMigration,
  statement: AnalysedStatement,
  findMaker: FindMaker,
): Existing | null {
  const lookup = findLookup(statement.kind);
  if (!lookup) return null;
  const existing = findObject(mirror, lookup);
  const comparison = existing && compareExisting(statement.sql, statement.kind, existing);
  if (!existing || comparison === 'absent') return null;
  const { kind, line, sql } = statement;
  const { type, name } = lookup;
  const skipped = { ...run(statement), action: 'skip' as const };
  if (comparison === 'identical') {
    const planned: PlannedStatement = { ...skipped, skip: 'identical', reason: 'already exists, identical' };
    return { name, planned, finding: null, goesOn: true };
  }
  const place = { migration: migration.migration.name, line, sql };
  const column = kind.type === 'add-column' ? kind.column : null;
  const args: ExistsDifferentArgs = { type, name, column, existing: existing.sql, madeBy: findMaker(kind) };
  if (saysIfNotExists(kind)) {
    const planned: PlannedStatement = { ...skipped, skip: 'different', reason: 'already exists, but different' };
    return { name, planned, finding: find(existsDifferent, 'hazard', place, args), goesOn: true };
  }
  const finding = find(existsDifferent, 'blocker', place, args);
  return { name, planned: run(statement), finding, goesOn: false };
}
