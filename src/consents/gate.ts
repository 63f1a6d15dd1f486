/** Compares a whole plan with its consents: those of `--allow`, and those in files beside the migrations. */

import type { Finding } from '../findings/catalogue.ts';
import type { ConsentCode } from '../findings/codes.ts';
import { findLateGuard } from '../findings/tell.ts';
import type { WrittenConsent } from '../history/migration.ts';
import { allFindings, type Plan, type PlannedMigration } from '../plan/plan.ts';
import { type Consent, checkGate, findConsentCode, type Gate } from './consent.ts';

/** @param given from `--allow` or a confirmation; only these can be in `unused` */
export function checkPlan(plan: Plan, given: readonly Consent[]): Gate {
  const written = plan.migrations.flatMap(({ name, consents }) =>
    consents.map(({ code }): Consent => ({ code, migration: name })),
  );
  const gate = checkGate(allFindings(plan), [...given, ...written]);
  return { ...gate, unused: gate.unused.filter((consent) => given.includes(consent)) };
}

/** The line that consents to a finding of its migration; null if there is none, or the finding needs no consent. */
export function findWritten(plan: Plan, finding: Finding): WrittenConsent | null {
  const code = findConsentCode(finding);
  if (code === null || finding.place.migration === null) return null;
  const migration = plan.migrations.find(({ name }) => name === finding.place.migration);
  return migration?.consents.find((consent) => consent.code === code) ?? null;
}

/** A line of the file beside a migration, and whether it is needed. */
export interface ListedConsent extends WrittenConsent {
  readonly migration: string;
  /** True if a finding needs it; null if only applying shows that, or if the plan was blocked before. */
  readonly used: boolean | null;
}

/** Every line that counts for this plan, in the order of its migrations. */
export function listWritten(plan: Plan): readonly ListedConsent[] {
  const findings = allFindings(plan);
  const { blockers } = checkGate(findings, []);
  return plan.migrations.flatMap((migration) => {
    const { name, consents } = migration;
    return consents.map((consent) => {
      const used = findings.some(
        (finding) => finding.place.migration === name && findConsentCode(finding) === consent.code,
      );
      const open = liftsGuardOf(migration, consent.code) || blockers.length > 0;
      return { ...consent, migration: name, used: used || (open ? null : false) };
    });
  });
}

/** True if the migration has a guard that the code lifts and that shows only while applying. */
export function liftsGuardOf({ foreignKeysOff, schemaAfter }: PlannedMigration, code: ConsentCode): boolean {
  switch (findLateGuard(code)?.has) {
    case 'keys-off':
      return foreignKeysOff;
    case 'rehearsed':
      return schemaAfter !== null;
    case undefined:
      return false;
  }
}
