/** `apply`: plan, ask, execute, and say where production stands. */

import { isToApply } from '../core/migrations/history.ts';
import { type Consent, checkGate, type Gate } from '../core/plan/findings.ts';
import { allFindings, type Plan, parsePlanId } from '../core/plan/plan.ts';
import type { MigrateError } from '../errors.ts';
import {
  blocked,
  cannotAsk,
  consentMissing,
  declined,
  describeFailure,
  explainFailure,
  interruptedBefore,
  lost,
  movedPlan,
  outcomeUnknown,
  plainFailure,
  refusedByServer,
  stale,
  stopped,
} from './apply-errors.ts';
import type { ApplyOutcome, ApplyResult } from './apply-result.ts';
import { type ApplyEvent, type ExecutionEnd, executePlan } from './execute.ts';
import { makePlan, type PlanInput, type Planned } from './plan.ts';

export type Answer =
  | { readonly type: 'yes'; readonly consents: readonly Consent[] }
  | { readonly type: 'no' }
  /** There is nobody to ask. */
  | { readonly type: 'cannot-ask' };

export interface ApplyInput extends PlanInput {
  /** What `--allow` gave. */
  readonly consents: readonly Consent[];
  /** What `--plan` gave: apply exactly this plan. */
  readonly expectedPlan?: string | undefined;
  readonly timeoutSeconds: number;
  /** Shows the plan and asks: for the hazards that lack consent, then for the whole. */
  readonly confirm: (planned: Planned, gate: Gate) => Promise<Answer>;
  readonly onEvent?: ((event: ApplyEvent) => void) | undefined;
}

export async function applyMigrations(input: ApplyInput): Promise<ApplyResult> {
  if (input.expectedPlan !== undefined) parsePlanId(input.expectedPlan);
  const planned = await makePlan(input);
  const { plan } = planned;
  const gate = checkGate(allFindings(plan), input.consents);
  const refuse = (outcome: ApplyOutcome, error: MigrateError | null): ApplyResult => ({
    outcome,
    plan,
    gate,
    applied: [],
    failed: null,
    notStarted: namesOf(plan),
    stillPending: planned.history.entries.filter(isToApply).length - plan.migrations.length,
    byAnotherRun: false,
    unrecorded: null,
    error,
    explained: false,
  });

  if (gate.blockers.length > 0) return refuse('blocked', blocked(gate.blockers, plan));
  if (plan.migrations.length === 0) return refuse('nothing-to-do', null);
  if (input.expectedPlan !== undefined && input.expectedPlan !== plan.id) {
    return refuse('blocked', movedPlan(input.expectedPlan, plan.id));
  }
  const answer = await input.confirm(planned, gate);
  if (answer.type === 'no') return refuse('declined', declined());
  if (answer.type === 'cannot-ask') return refuse(...cannotAsk(gate));
  const consents = [...input.consents, ...answer.consents];
  const open = checkGate(allFindings(plan), consents).unconsented;
  if (open.length > 0) return refuse('blocked', consentMissing(open));
  if (input.signal?.aborted) return refuse('declined', interruptedBefore());

  const { applied, end } = await executePlan({ ...input, ...planned, consents, onEvent: input.onEvent ?? (() => {}) });
  return describeEnd({ ...refuse('applied', null), applied }, end, planned, input);
}

/** @param base everything that does not depend on how it ended. */
async function describeEnd(
  base: ApplyResult,
  end: ExecutionEnd,
  planned: Planned,
  input: ApplyInput,
): Promise<ApplyResult> {
  const rest = namesOf(base.plan).filter((name) => !base.applied.includes(name));
  switch (end.type) {
    case 'applied':
      return { ...base, notStarted: [], byAnotherRun: end.byAnotherRun };
    case 'failed': {
      const failed = describeFailure(end.failure);
      const notStarted = rest.filter((name) => name !== failed.name);
      const explained = await explainFailure(end.failure, planned, input.outside, input.migrations);
      const shared = { outcome: 'failed', failed, notStarted, unrecorded: end.unrecorded } as const;
      return { ...base, ...shared, error: explained ?? plainFailure(failed), explained: explained !== null };
    }
    case 'refused': {
      const outcome = base.applied.length > 0 ? 'failed' : 'blocked';
      const gate = { ...base.gate, blockers: end.refusals };
      return { ...base, outcome, gate, notStarted: rest, error: refusedByServer(end.message, end.refusals, base.plan) };
    }
    case 'stale':
      return { ...base, outcome: 'failed', notStarted: rest, error: stale(end.message) };
    case 'lost':
      return { ...base, outcome: 'failed', notStarted: rest, error: lost(end.message, input.signal, base, rest) };
    case 'unknown':
      return {
        ...base,
        outcome: 'unknown',
        notStarted: rest.filter((name) => !end.uncertain.includes(name)),
        error: outcomeUnknown(end.message),
      };
    case 'stopped':
      return {
        ...base,
        outcome: 'failed',
        notStarted: rest,
        error: stopped(end.error, base.applied.length, rest.length),
      };
  }
}

function namesOf(plan: Plan): readonly string[] {
  return plan.migrations.map((migration) => migration.name);
}
