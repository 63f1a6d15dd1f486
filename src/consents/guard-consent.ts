/** The consent to one guard, for rows that the plan does not show and no hazard names. */

import { buildLossKey, type Loss } from '../findings/loss.ts';
import type { DataGuard, PlannedMigration, PlannedStatement } from '../plan/plan.ts';
import { readNotExists } from '../sql/contents.ts';
import type { Consent } from './consent.ts';

export interface PlacedGuard {
  readonly statement: PlannedStatement;
  readonly guard: DataGuard;
}

/**
 * `data-loss:<digest>`. The digest is of this file and of this loss, so the consent is good for nothing else; an edited
 * file needs another.
 */
export function buildGuardConsent(
  { name, checksum }: PlannedMigration,
  { code, loss }: DataGuard,
  sha256: (text: string) => string,
): Consent & { readonly migration: string } {
  return { code, migration: sha256(`${name}\n${checksum}\n${buildLossKey(loss)}`).slice(0, 8) };
}

/** A guard that a consent names. */
export interface LiftedGuard {
  readonly consent: Consent;
  readonly migration: string;
  /** What may then be lost. */
  readonly loss: Loss;
}

export function findLiftedGuards(
  migrations: readonly PlannedMigration[],
  given: readonly Consent[],
  sha256: (text: string) => string,
): readonly LiftedGuard[] {
  const named = new Map<string, LiftedGuard>();
  for (const migration of migrations) {
    for (const guard of migration.statements.flatMap(({ guards }) => guards)) {
      const own = buildGuardConsent(migration, guard, sha256);
      const consent = given.find(({ code, migration: digest }) => code === own.code && digest === own.migration);
      if (consent) named.set(own.migration, { consent, migration: migration.name, loss: guard.loss });
    }
  }
  return [...named.values()];
}

/** A query for the rows that a guard found, as they are just before its statement. */
export function findGuardedRows({ holds }: DataGuard): string {
  const query = readNotExists(holds);
  if (query === null) return `SELECT ${holds} AS "nothing is lost"`;
  const any = 'SELECT 1 FROM ';
  return query.startsWith(any) ? `SELECT * FROM ${query.slice(any.length)}` : query;
}
