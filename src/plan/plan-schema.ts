/** What the plans of all databases of one schema and history have in common. */

import type { Finding } from '../findings/catalogue.ts';
import type { History } from '../history/history.ts';
import { type HistoryJudgement, judgeHistory } from '../history/judge.ts';
import type { Production } from '../production/production.ts';
import { classifyRow } from '../tracker/tracker.ts';
import { type AnalysedMigration, analyseMigration, findBlockers } from './analyse.ts';
import { findReachingTables } from './outside.ts';
import { findPartlyApplied } from './partly-applied.ts';
import { type FolderEntry, type RehearsalInput, rehearsePlan } from './rehearse/rehearse-plan.ts';
import { leaveUnrehearsed, type RehearsedPlan } from './rehearse/rehearsed-plan.ts';

/** The expensive part of a plan. It has nothing of a single database: no row, no id or time of the tracker, no connection. */
export interface SchemaPlan {
  /** What it was made for, see `describeSubject`. */
  readonly subject: string;
  readonly analysed: readonly AnalysedMigration[];
  /** Of the files alone, one list for each migration. */
  readonly blockers: readonly (readonly Finding[])[];
  readonly judged: HistoryJudgement;
  readonly reaching: readonly Finding[];
  readonly rehearsal: RehearsedPlan;
  /** Findings of what production has already, one list for each migration. */
  readonly partly: readonly (readonly Finding[])[];
}

export interface SchemaPlanInput
  extends Pick<
    RehearsalInput,
    'target' | 'migrations' | 'outside' | 'examples' | 'rows' | 'schemaAfter' | 'keepBroken'
  > {
  /** Of any database that has this schema. */
  readonly production: Production;
  readonly history: History;
  readonly toApply: readonly FolderEntry[];
}

/** @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK; what `keepBroken` throws */
export async function planSchema(input: SchemaPlanInput): Promise<SchemaPlan> {
  const { target, outside, migrations, production, history, toApply } = input;
  const { schema, schemaFingerprint } = production;
  const analysed = toApply.map((entry) => analyseMigration(entry.migration));
  const blockers = analysed.map((migration) => findBlockers(migration, schema.tracker));
  const judged = await judgeHistory({ outside, production, history, migrations }, toApply);
  const reaching = toApply.length === 0 ? [] : findReachingTables(target, schema);
  const isBlocked = judged.needsRecord || reaching.length > 0 || blockers.some((own) => own.length > 0);
  const rehearsal =
    isBlocked || toApply.length === 0
      ? leaveUnrehearsed(schema, analysed)
      : await rehearsePlan({ ...input, schema, schemaFingerprint, analysed, squashed: judged.squash.into });
  const partly = findPartlyApplied(
    analysed,
    rehearsal.rehearsed.map(({ there }) => there),
  );
  return { subject: describeSubject(input), analysed, blockers, judged, reaching, rehearsal, partly };
}

/**
 * What a database must have in common with another for one rehearsal to do for both: what it is, its schema, what its tracker
 * says of each migration, and what is to be applied.
 */
export function describeSubject({
  target,
  production,
  history,
  toApply,
}: Pick<SchemaPlanInput, 'target' | 'production' | 'history' | 'toApply'>): string {
  const { schema, schemaFingerprint, tracker, otherTrackers } = production;
  return JSON.stringify([
    ...[target, schema.tracker.name, schemaFingerprint, tracker, otherTrackers],
    history.entries.map((entry) => [
      ...[entry.name, entry.migration?.checksum ?? null, entry.state, entry.outOfOrder, entry.recordedAs],
      ...[entry.rows.map((row) => [classifyRow(row), row.checksum, row.appliedStepsCount])],
    ]),
    toApply.map(({ name }) => name),
  ]);
}
