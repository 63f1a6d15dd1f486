/**
 * The lines of `migrate-prod.allow` that no finding shows: what they lift speaks up only while applying, so a reviewer has
 * to see them beside their migration.
 */

import { type ListedConsent, listWritten } from '../consents/gate.ts';
import { findLateGuard } from '../findings/tell.ts';
import type { Plan } from '../plan/plan.ts';

export function listOpenLines(plan: Plan): readonly ListedConsent[] {
  return listWritten(plan).filter(({ used }) => used === null);
}

/** What the line does, to stand behind its place. */
export function describeOpenLine({ code }: ListedConsent): string {
  const guard = findLateGuard(code);
  return guard === null ? 'allows' : `lifts the guard against ${guard.against},`;
}
