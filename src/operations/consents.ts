/** What the consents of a run do to one migration: the guards that they lift, and what its row says of them. */

import { type Consent, type ConsentCode, findConsentCode, isConsented, renderConsent } from '../core/plan/findings.ts';
import { findLiftedGuards } from '../core/plan/guard-consent.ts';
import { allFindings, type Plan, type PlannedMigration } from '../core/plan/plan.ts';
import type { Outside } from '../ports.ts';

interface Consented {
  /** Without the guards that were lifted. */
  readonly migration: PlannedMigration;
  readonly allowViolations: boolean;
  readonly allowUnrehearsed: boolean;
  /** For the row's logs: what it was allowed to do, and the reasons that somebody wrote down. */
  readonly record: {
    readonly allowed?: readonly string[];
    readonly reasons?: Readonly<Record<string, string>>;
    /** What the consents to single guards gave up, in words. */
    readonly mayLose?: readonly string[];
  };
}

/** @param given what was given or answered; what the file beside the migration gives comes with it. */
export function applyConsents(
  migration: PlannedMigration,
  plan: Plan,
  given: readonly Consent[],
  sha256: Outside['sha256'],
): Consented {
  const { name } = migration;
  const needed = listNeeded(migration, plan);
  const own = given.filter((consent) => needed.has(consent.code) && isConsented([consent], consent.code, name));
  const written = migration.consents.filter(({ code }) => needed.has(code));
  const lifted = findLiftedGuards([migration], given, sha256);
  const lifting = lifted.map(({ consent }) => renderConsent(consent));
  const mayLose = lifted.map(({ what }) => what);
  const isAllowed = (code: ConsentCode) => [...own, ...written].some((consent) => consent.code === code);
  const shown = new Set(isAllowed('data-loss') ? listLosses(migration) : []);
  const codes = written.map(({ code }) => code).filter((code) => !own.some((consent) => consent.code === code));
  const allowed = [...new Set([...own.map(renderConsent), ...codes, ...lifting])];
  const reasons = Object.fromEntries(written.map(({ code, reason }) => [code, reason]));
  return {
    // Consent is to what the plan showed: where it saw nothing to lose the guard stays, unless that very guard is named.
    migration: {
      ...migration,
      statements: migration.statements.map((statement) => ({
        ...statement,
        guards: statement.guards.filter(({ what }) => !shown.has(what) && !mayLose.includes(what)),
      })),
    },
    allowViolations: isAllowed('foreign-keys'),
    allowUnrehearsed: isAllowed('unrehearsed'),
    record: {
      ...(allowed.length > 0 ? { allowed } : {}),
      ...(written.length > 0 ? { reasons } : {}),
      ...(mayLose.length > 0 ? { mayLose } : {}),
    },
  };
}

/** The codes that its findings ask for, or the whole plan's, and those of the guards that it has. */
function listNeeded(migration: PlannedMigration, plan: Plan): ReadonlySet<ConsentCode> {
  const asking = allFindings(plan).filter((finding) => (finding.migration ?? migration.name) === migration.name);
  return new Set([
    ...asking.flatMap((finding) => findConsentCode(finding) ?? []),
    ...(migration.foreignKeysOff ? (['foreign-keys'] as const) : []),
    ...(migration.schemaAfter === null ? [] : (['unrehearsed'] as const)),
  ]);
}

/** Those that a plan shows, in the words of the guards that consent to them lifts. */
export function listLosses({ findings }: PlannedMigration): readonly string[] {
  return findings.flatMap((finding) => (finding.kind === 'hazard' ? (finding.losses ?? []) : []));
}
