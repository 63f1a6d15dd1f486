/** One database's own part of a plan, and the plan that it makes with the part that all databases of its schema share. */

import type { Finding } from '../findings/catalogue.ts';
import { find, type Place, placeIn } from '../findings/finding.ts';
import { rebuild as rebuildNote } from '../findings/rebuild.ts';
import { unfinished } from '../findings/unfinished.ts';
import { findRecordedElsewhere } from '../history/find.ts';
import { findOpenRows, findStaleRows, type History } from '../history/history.ts';
import type { HistoryJudgement } from '../history/judge.ts';
import type { Migration } from '../history/migration.ts';
import { describeSquash } from '../history/squash.ts';
import type { Database, Outside } from '../ports.ts';
import type { Production } from '../production/production.ts';
import type { RowsSetting } from '../rows/fetch/query.ts';
import type { PlannedRun } from '../rows/run/planned.ts';
import type { Schema } from '../schema/model/objects.ts';
import { groupBy } from '../text/group.ts';
import type { OtherRecords } from '../tracker/other-trackers.ts';
import { classifyRow, type TrackerRow } from '../tracker/tracker.ts';
import { findAfterBaseline } from './after-baseline.ts';
import type { AnalysedMigration } from './analyse.ts';
import { findReachingGuards } from './outside.ts';
import { isWhollyThere } from './partly-applied.ts';
import { isAlreadyThere, type Plan, type PlannedMigration, type PlannedStatement } from './plan.ts';
import { buildPlanId, describeActions, describeFiles, describeShown } from './plan-id.ts';
import { describeSubject, type SchemaPlan } from './plan-schema.ts';
import { askProduction, type DataAnswers } from './rehearse/ask-production.ts';
import type { FolderEntry } from './rehearse/rehearse-plan.ts';
import type { Rehearsed } from './rehearse/rehearsed.ts';

export interface DatabasePlanInput {
  readonly database: Database;
  readonly outside: Outside;
  /** How many rows may be fetched to run the plan on, or all; `defaultRows` when absent. */
  readonly rows?: RowsSetting | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One database as it was read, before anything is rehearsed. */
export interface ReadDatabase {
  readonly production: Production;
  readonly history: History;
  readonly toApply: readonly FolderEntry[];
  /** What another tool recorded; null where there is none, or it does not matter. */
  readonly other: OtherRecords | null;
  /** Migrations to apply that a target which comes first has not applied. */
  readonly notOnEarlier: readonly Finding[];
  /** See `Planned`. */
  readonly clockOffset: number | null;
}

export interface Planned {
  readonly plan: Plan;
  readonly production: Production;
  /** The schema after the plan, where it was to be read and the rehearsal got there. */
  readonly schemaAfter: Schema | null;
  readonly history: History;
  /**
   * Milliseconds by which the server's clock is ahead of this machine's, or a little less: its answer took its time. null where
   * the server's time is not valid.
   */
  readonly clockOffset: number | null;
  /** True if production changed while its rows were asked about: nothing is known of them, and the plan must not be run. */
  readonly moved: boolean;
}

/**
 * Asks the database about its rows, and puts the plan together. @param shared made for a database of the same subject.
 * @throws MigrateError of the connection, where rows are asked about; INTERRUPTED
 */
export async function planDatabase(shared: SchemaPlan, input: DatabasePlanInput, read: ReadDatabase): Promise<Planned> {
  const { production, history, toApply, other, notOnEarlier, clockOffset } = read;
  const { analysed, blockers, judged, reaching, rehearsal, partly } = shared;
  const target = input.database.target.type;
  // A plan that was rehearsed on something else would be applied unseen.
  if (describeSubject({ ...read, target }) !== shared.subject)
    throw new Error('a rehearsal of another schema or history');
  const squashed = judged.squash.into;
  const { rehearsed, findings, data } = await askProduction(rehearsal, { ...input, production, squashed });

  const rowsWithoutFolder = history.entries.filter((entry) => entry.migration === null).flatMap(findOpenRows);
  const described = toApply.map((entry, index) =>
    describe(
      entry,
      {
        ...{ analysed: analysed[index], blockers: blockers[index], rehearsed: rehearsed[index] },
        ...{ run: rehearsal.runs[index], partly: partly[index] },
      },
      index === 0 ? rowsWithoutFolder : [],
    ),
  );
  const planned = recordSquashed(described, judged, history, toApply);
  const isTold = (finding: Finding) => planned.some((one) => one.findings.includes(finding));
  const baseline = findBaseline(history, analysed, rehearsed, partly.flat().filter(isTold));
  const global = [...judged.findings, ...findRecordedElsewhere(toApply, other), ...notOnEarlier, ...reaching];
  const plan = assemble(input, production, planned, [...global, ...baseline, ...findings, ...data.findings], data);
  return { plan, production, schemaAfter: rehearsal.schemaAfter, history, clockOffset, moved: data.moved };
}

/** @param told what is said of migrations that are partly there already: that is said once. */
function findBaseline(
  history: History,
  analysed: readonly AnalysedMigration[],
  rehearsed: readonly Rehearsed[],
  told: readonly Finding[],
): readonly Finding[] {
  const found = findAfterBaseline(history.entries, analysed, (place) => {
    const [one, tried] = [analysed[place], rehearsed[place]];
    return {
      isThere: one !== undefined && isWhollyThere(one, tried),
      runs: (index) => tried?.statements[index]?.action !== 'skip',
    };
  });
  return found.filter(({ place }) => !told.some((finding) => finding.place.migration === place.migration));
}

/** @param extra findings of the plan as a whole, and of single migrations. */
function assemble(
  { database, outside }: DatabasePlanInput,
  production: Production,
  planned: readonly PlannedMigration[],
  extra: readonly Finding[],
  data: DataAnswers,
): Plan {
  const named = new Set(planned.map((migration) => migration.name));
  const extraOf = groupBy(extra, ({ place }) => place.migration);
  const sizesOf = groupBy(data.sizes, ({ migration }) => migration);
  const proofs = new Map(data.proofs.toReversed().map((proof) => [keyOf(proof), { evidence: proof.evidence }]));
  return {
    id: buildPlanId(
      {
        target: database.target.type === 'server' ? database.target.url : database.target.path,
        files: describeFiles(planned),
        tracker: production.trackerFingerprint,
        schema: production.schemaFingerprint,
        actions: describeActions(planned),
        shown: describeShown([...planned.flatMap((migration) => migration.findings), ...extra]),
      },
      outside.sha256,
    ),
    target: database.target,
    asked: data.asked,
    ranOn: data.run,
    migrations: planned.map((migration) => ({
      ...migration,
      sizes: (sizesOf.get(migration.name) ?? []).map(({ size }) => size),
      findings: [
        ...migration.findings.map((finding) => ({ ...finding, ...proofs.get(keyOf(finding)) })),
        ...(extraOf.get(migration.name) ?? []),
      ],
    })),
    findings: extra.filter((finding) => finding.place.migration === null || !named.has(finding.place.migration)),
  };
}

/** A migration whose work is there under other names is recorded and not run, unless all its statements are left out anyway. */
function recordSquashed(
  planned: readonly PlannedMigration[],
  { squash }: HistoryJudgement,
  history: History,
  toApply: readonly FolderEntry[],
): readonly PlannedMigration[] {
  if (squash.into.size === 0) return planned;
  return planned.map((one, index) => {
    const migration = toApply[index]?.migration;
    const runs = one.statements.some(({ action }) => action === 'run');
    return migration && runs && squash.into.has(one.name)
      ? { ...one, findings: [describeSquash(migration, history)] }
      : one;
  });
}

function keyOf({
  code,
  place: { migration, line },
}: {
  readonly code: Finding['code'];
  readonly place: Pick<Place, 'migration' | 'line'>;
}): string {
  return JSON.stringify([code, migration, line]);
}

/** What is known of one migration. */
interface ToldBefore {
  readonly analysed: AnalysedMigration | undefined;
  readonly blockers: readonly Finding[] | undefined;
  readonly rehearsed: Rehearsed | undefined;
  /** What would be sent. */
  readonly run: PlannedRun | undefined;
  /** Findings of a part that production has already. */
  readonly partly: readonly Finding[] | undefined;
}

function describe(
  entry: FolderEntry,
  { analysed, blockers = [], rehearsed, run, partly = [] }: ToldBefore,
  rowsWithoutFolder: readonly TrackerRow[],
): PlannedMigration {
  if (!analysed || !rehearsed || !run) throw new Error(`no rehearsal of ${entry.name}`);
  const { migration } = entry;
  const rolledBack = entry.rows.filter((row) => classifyRow(row) === 'rolled-back');
  const open = findOpenRows(entry);
  const { statements } = run;
  return {
    name: migration.name,
    path: migration.path,
    checksum: migration.checksum,
    retry: rolledBack.length > 0,
    statements,
    rebuilds: analysed.rebuilds,
    sizes: [],
    consents: migration.consents,
    foreignKeysOff: analysed.foreignKeysOff,
    keyChecks: rehearsed.keyChecks,
    schemaAfter: rehearsed.schemaAfter,
    unfinishedRows: [...open, ...rowsWithoutFolder].map((row) => row.id),
    staleRows: findStaleRows(entry).map((row) => row.id),
    findings: [
      ...blockers,
      ...analysed.notes,
      ...(open.length > 0 ? [describeUnfinished(entry, statements, rehearsed)] : []),
      ...rehearsed.findings,
      ...partly,
      ...findReachingGuards(migration.name, statements),
      ...analysed.rebuilds.map((rebuild) => noteRebuild(migration, analysed, rebuild)),
    ],
  };
}

function describeUnfinished(
  entry: FolderEntry,
  statements: readonly PlannedStatement[],
  rehearsed: Rehearsed,
): Finding {
  return find(unfinished, 'blocker', placeIn(entry.name), {
    what: 'pending',
    statements: statements.length,
    there: statements.filter(isAlreadyThere).map(({ line }) => line),
    rehearsed: rehearsed.schemaAfter === null ? 'not-whole' : 'whole',
  });
}

function noteRebuild(
  migration: Migration,
  analysed: AnalysedMigration,
  rebuild: PlannedMigration['rebuilds'][number],
): Finding {
  const line = analysed.statements[rebuild.first]?.line ?? null;
  return find(
    rebuildNote,
    'note',
    { migration: migration.name, line, sql: null },
    { table: rebuild.table, foreignKeys: analysed.foreignKeysOff ? 'off' : 'as-written' },
  );
}
