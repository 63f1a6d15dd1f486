/** Results as the library gives them: their findings are in words. */

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
  /** What would be lost where it does not hold. */
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
  /** Findings of the plan as a whole; those of a migration are with it. */
  readonly findings: readonly FindingReport[];
}

/** What `status` returns. */
export interface Status extends Omit<InnerStatus, 'findings' | 'needsRecord'> {
  readonly findings: readonly FindingReport[];
}

/** What `apply` returns. */
export interface ApplyResult extends Omit<InnerApplyResult, 'plan' | 'gate' | 'besides'> {
  readonly plan: Plan;
  /** How many migrations are recorded as applied and have no folder here. */
  readonly missing: number;
  /** What stood, or stands, in the way. */
  readonly gate: Omit<Gate, 'blockers' | 'unconsented'> & {
    /** No consent lifts these. */
    readonly blockers: readonly FindingReport[];
    /** These need a consent that was not given. */
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
