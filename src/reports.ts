/** Results as the library returns them, with findings in words. */

import type { ApplyResult as InnerApplyResult } from './apply/result.ts';
import type { Gate } from './consents/consent.ts';
import { wordLoss } from './findings/loss.ts';
import { type FindingReport, reportFinding } from './findings/report.ts';
import type { Status as InnerStatus } from './history/status.ts';
import type {
  DataGuard,
  PlannedMigration as InnerMigration,
  Plan as InnerPlan,
  PlannedStatement as InnerStatement,
} from './plan/plan.ts';

/** An assertion about rows, made inside the transaction. */
interface GuardReport extends Omit<DataGuard, 'loss'> {
  /** What would be lost if it is not true. */
  readonly what: string;
}

export interface PlannedStatement extends Omit<InnerStatement, 'guards'> {
  readonly guards: readonly GuardReport[];
}

export interface PlannedMigration extends Omit<InnerMigration, 'statements' | 'findings'> {
  readonly statements: readonly PlannedStatement[];
  readonly findings: readonly FindingReport[];
}

export interface Plan extends Omit<InnerPlan, 'migrations' | 'findings'> {
  readonly migrations: readonly PlannedMigration[];
  /** Findings of the plan as a whole; each migration has its own. */
  readonly findings: readonly FindingReport[];
}

/** The result of `status`. */
export interface Status extends Omit<InnerStatus, 'findings' | 'needsRecord'> {
  readonly findings: readonly FindingReport[];
}

/** The result of `apply`. */
export interface ApplyResult extends Omit<InnerApplyResult, 'plan' | 'gate' | 'besides'> {
  readonly plan: Plan;
  /** The number of migrations that are recorded as applied and have no folder here. */
  readonly missing: number;
  /** The findings that keep, or kept, `apply` from running. */
  readonly gate: Omit<Gate, 'blockers' | 'unconsented'> & {
    /** Findings that no consent lifts. */
    readonly blockers: readonly FindingReport[];
    /** Findings whose consent was not given. */
    readonly unconsented: readonly FindingReport[];
  };
}

export function reportPlan(plan: InnerPlan): Plan {
  return {
    ...plan,
    migrations: plan.migrations.map((migration) => ({
      ...migration,
      statements: migration.statements.map(reportStatement),
      findings: migration.findings.map(reportFinding),
    })),
    findings: plan.findings.map(reportFinding),
  };
}

function reportStatement(statement: InnerStatement): PlannedStatement {
  return {
    ...statement,
    guards: statement.guards.map(({ loss, migration, ...guard }) => ({
      ...guard,
      what: wordLoss(loss),
      ...(migration === undefined ? {} : { migration }),
    })),
  };
}

export function reportStatus({ needsRecord: _, findings, ...status }: InnerStatus): Status {
  return { ...status, findings: findings.map(reportFinding) };
}

export function reportApply({ besides, ...result }: InnerApplyResult): ApplyResult {
  const { plan, gate } = result;
  return {
    ...result,
    missing: besides.missing,
    plan: reportPlan(plan),
    gate: {
      ...gate,
      blockers: gate.blockers.map(reportFinding),
      unconsented: gate.unconsented.map(reportFinding),
    },
  };
}
