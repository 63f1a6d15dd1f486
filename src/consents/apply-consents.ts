/** The effect of a run's consents on one migration: the guards that they lift, and what its row says about them. */

import { type ConsentCode, consentCodes } from '../findings/codes.ts';
import type { LateGuard } from '../findings/finding.ts';
import { buildLossKey, isSameLoss, wordLoss } from '../findings/loss.ts';
import { findLateGuard } from '../findings/tell.ts';
import type { DataGuard, Plan, PlannedMigration } from '../plan/plan.ts';
import { type Consent, findConsentCode, isConsented, renderConsent } from './consent.ts';
import { liftsGuardOf } from './gate.ts';
import { findLiftedGuards } from './guard-consent.ts';

interface Consented {
  /** Without the guards that were lifted. */
  readonly migration: PlannedMigration;
  readonly allowViolations: boolean;
  readonly allowUnrehearsed: boolean;
  /** For the row's logs: the consents, and their written reasons. */
  readonly record: {
    readonly allowed?: readonly string[];
    readonly reasons?: Readonly<Record<string, string>>;
    /** The losses that consents to single guards allowed, in words. */
    readonly mayLose?: readonly string[];
  };
}

/** @param given from `--allow` or a confirmation; consents in the file beside the migration are added here */
export function applyConsents(
  migration: PlannedMigration,
  plan: Plan,
  given: readonly Consent[],
  sha256: (text: string) => string,
): Consented {
  const { own, written } = findConsents(migration, plan, given);
  const lifted = findLiftedGuards([migration], given, sha256);
  const lifting = lifted.map(({ consent }) => renderConsent(consent));
  const mayLose = lifted.map(({ loss }) => loss);
  const isConsentedLoss = openConsentedLosses(plan, given);
  const lifts = (has: LateGuard['has']) => [...own, ...written].some(({ code }) => findLateGuard(code)?.has === has);
  const codes = written.map(({ code }) => code).filter((code) => !own.some((consent) => consent.code === code));
  const allowed = [...new Set([...own.map(renderConsent), ...codes, ...lifting])];
  const reasons = Object.fromEntries(written.map(({ code, reason }) => [code, reason]));
  return {
    // A consent is to what the plan showed. If the plan showed no loss, the guard stays, unless that guard itself is
    // consented to.
    migration: {
      ...migration,
      statements: migration.statements.map((statement) =>
        statement.guards.length === 0
          ? statement
          : {
              ...statement,
              guards: statement.guards.filter(
                (guard) => !isConsentedLoss(guard, migration) && !mayLose.some((loss) => isSameLoss(loss, guard.loss)),
              ),
            },
      ),
    },
    allowViolations: lifts('keys-off'),
    allowUnrehearsed: lifts('rehearsed'),
    record: {
      ...(allowed.length > 0 ? { allowed } : {}),
      ...(written.length > 0 ? { reasons } : {}),
      ...(mayLose.length > 0 ? { mayLose: mayLose.map(wordLoss) } : {}),
    },
  };
}

/** The codes that the migration's own findings, the plan's findings, and its guards need. */
function listNeeded(migration: PlannedMigration, plan: Plan): ReadonlySet<ConsentCode> {
  // Only findings of this migration, and of the plan as a whole, matter.
  const asking = plan.findings.filter(({ place }) => (place.migration ?? migration.name) === migration.name);
  return new Set([
    ...[...migration.findings, ...asking].flatMap((finding) => findConsentCode(finding) ?? []),
    ...consentCodes.filter((code) => liftsGuardOf(migration, code)),
  ]);
}

/** The consents for a migration: given ones, and those in the file beside it. */
function findConsents(migration: PlannedMigration, plan: Plan, given: readonly Consent[]) {
  const needed = listNeeded(migration, plan);
  return {
    own: given.filter((consent) => needed.has(consent.code) && isConsented([consent], consent.code, migration.name)),
    written: migration.consents.filter(({ code }) => needed.has(code)),
  };
}

/** Finds a migration's consents once, however many guards it has. */
function openConsentedLosses(plan: Plan, given: readonly Consent[]) {
  const codes = new Map<PlannedMigration, ReadonlySet<ConsentCode>>();
  const listCodes = (losing: PlannedMigration) => {
    const { own, written } = findConsents(losing, plan, given);
    const found = new Set([...own, ...written].map(({ code }) => code));
    codes.set(losing, found);
    return found;
  };
  return (guard: DataGuard, migration: PlannedMigration): boolean => {
    const losing = findLosing(guard, migration, plan.migrations);
    if (listShownLosses(losing).said.has(buildLossKey(guard.loss))) return true;
    const consented = codes.get(losing) ?? listCodes(losing);
    return consented.has(guard.toldAs ?? guard.code) && isShownLoss(guard, migration, plan.migrations);
  };
}

/** The losses that each migration's findings show, by their keys. */
interface ShownLosses {
  readonly all: ReadonlySet<string>;
  /** By notes: the file says them in so many words, and no consent is needed. */
  readonly said: ReadonlySet<string>;
}

const shownLosses = new WeakMap<PlannedMigration, ShownLosses>();

function listShownLosses(migration: PlannedMigration): ShownLosses {
  const known = shownLosses.get(migration);
  if (known !== undefined) return known;
  const list = (findings: PlannedMigration['findings']) =>
    new Set(findings.flatMap((finding) => (finding.losses ?? []).map(buildLossKey)));
  const losses = {
    all: list(migration.findings),
    said: list(migration.findings.filter(({ kind }) => kind === 'note')),
  };
  shownLosses.set(migration, losses);
  return losses;
}

/** True if the plan shows the loss that the guard would prevent, so that a consent to that loss, or a note of it, lifts the guard. */
export function isShownLoss(
  guard: DataGuard,
  migration: PlannedMigration,
  migrations: readonly PlannedMigration[],
): boolean {
  return listShownLosses(findLosing(guard, migration, migrations)).all.has(buildLossKey(guard.loss));
}

function findLosing(
  guard: DataGuard,
  migration: PlannedMigration,
  migrations: readonly PlannedMigration[],
): PlannedMigration {
  if (guard.migration === undefined) return migration;
  return migrations.find(({ name }) => name === guard.migration) ?? migration;
}
