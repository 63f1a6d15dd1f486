/** `plan`: gather, compare, rehearse, and say what `apply` would do. */

import { checkWrittenConsents } from '../consents/written-consents.ts';
import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import { find, type Place, placeIn } from '../findings/finding.ts';
import { rebuild as rebuildNote } from '../findings/rebuild.ts';
import { unfinished } from '../findings/unfinished.ts';
import { findRecordedElsewhere } from '../history/find.ts';
import { compareHistory, findOpenRows, findStaleRows, type History, isToApply } from '../history/history.ts';
import { type HistoryJudgement, judgeHistory } from '../history/judge.ts';
import type { Migration } from '../history/migration.ts';
import { describeSquash } from '../history/squash.ts';
import type { CallOptions, Database, Outside } from '../ports.ts';
import { readProduction } from '../production/gather.ts';
import { checkEngine, checkTracker, type Production } from '../production/production.ts';
import type { RowsSetting } from '../rows/fetch/query.ts';
import { groupBy } from '../text/group.ts';
import { command, say } from '../text/prose.ts';
import { quoteArgument } from '../text/shell.ts';
import { suggest } from '../text/suggest.ts';
import { readOtherRecords } from '../tracker/read-other.ts';
import { classifyRow, type TrackerRow } from '../tracker/tracker.ts';
import { findAfterBaseline } from './after-baseline.ts';
import { type AnalysedMigration, analyseMigration, findBlockers, planStatements } from './analyse.ts';
import { findReachingGuards, findReachingTables } from './outside.ts';
import { findPartlyApplied, isWhollyThere } from './partly-applied.ts';
import {
  buildPlanId,
  describeActions,
  describeFiles,
  describeRowHazards,
  isAlreadyThere,
  type Plan,
  type PlannedMigration,
  type PlannedStatement,
} from './plan.ts';
import type { FolderEntry, PlanRehearsal, PlanRehearsalInput } from './rehearse/rehearse-plan.ts';
import { leaveUnrehearsed, nothingAsked, rehearsePlan } from './rehearse/rehearse-plan.ts';
import type { Rehearsed } from './rehearse/rehearsed.ts';

export interface PlanInput {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  /** The name of the last migration to apply; all when absent. */
  readonly to?: string | undefined;
  /** Values of a few rows for the findings that speak of them; `none` when absent. */
  readonly examples?: 'none' | 'some' | undefined;
  /** How many rows may be fetched to run the plan on, or all; `defaultRows` when absent. */
  readonly rows?: RowsSetting | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Planned {
  readonly plan: Plan;
  readonly production: Production;
  readonly history: History;
  /**
   * Milliseconds by which the server's clock is ahead of this machine's, or a little less: its answer took its time. null where
   * the server's time is not valid.
   */
  readonly clockOffset: number | null;
  /** True if production changed while its rows were asked about: nothing is known of them, and the plan must not be run. */
  readonly moved: boolean;
}

const mostPlans = 3;

/** A plan to look at: made again where production changes in between. @throws MigrateError PLAN_STALE, and what `makePlan` throws */
export async function makeSteadyPlan(input: PlanInput): Promise<Planned> {
  for (let plans = 1; plans <= mostPlans; plans++) {
    const planned = await makePlan(input);
    if (!planned.moved) return planned;
  }
  throw new MigrateError(
    'PLAN_STALE',
    `Production changed ${mostPlans} times while it was read: somebody is migrating it. Nothing was written.`,
    'Run the same command again when that is over.',
  );
}

/**
 * Reads production once and rehearses; writes nothing.
 * @throws MigrateError MIGRATION_UNKNOWN, CONSENT_FILE_INVALID, ENGINE_UNVERIFIED, TRACKER_SHAPE, ENGINE_MISSING, and what
 * `readProduction` throws.
 */
export async function makePlan(input: PlanInput): Promise<Planned> {
  const { database, migrations, outside } = input;
  checkKnown(input.to, migrations);
  const options: CallOptions = input.signal ? { signal: input.signal } : {};
  const production = await readProduction(database, options);
  const clockOffset = production.serverTime === null ? null : production.serverTime - outside.clock.now();
  checkEngine(production);
  checkTracker(production);
  const history = compareHistory(migrations, production.trackerRows);
  const toApply = selectToApply(history, input.to);
  checkWrittenConsents(toApply.map((entry) => entry.migration));
  const analysed = toApply.map((entry) => analyseMigration(entry.migration));
  const blockers = analysed.map((migration) => findBlockers(migration, database.tracker));
  const other = toApply.length > 0 && history.begun ? await readOtherRecords(database, production, options) : null;
  const judged = await judgeHistory({ outside, production, history, migrations }, toApply);
  const reaching = toApply.length === 0 ? [] : findReachingTables(database.target, production.schema);
  const global = [...judged.findings, ...findRecordedElsewhere(toApply, other), ...reaching];

  const blocked = judged.needsRecord || reaching.length > 0 || blockers.some((own) => own.length > 0);
  const squashed = judged.squash.into;
  const { rehearsed, findings, data } =
    toApply.length === 0
      ? nothingTried
      : await tryAll({ ...input, production, history, toApply, analysed, squashed }, blocked);
  const partly = findPartlyApplied(
    analysed,
    rehearsed.map(({ there }) => there),
  );

  const rowsWithoutFolder = history.entries.filter((entry) => entry.migration === null).flatMap(findOpenRows);
  const described = toApply.map((entry, index) =>
    describe(
      entry,
      { analysed: analysed[index], blockers: blockers[index], rehearsed: rehearsed[index], partly: partly[index] },
      index === 0 ? rowsWithoutFolder : [],
    ),
  );
  const planned = await recordSquashed(described, judged, history, toApply);
  const isTold = (finding: Finding) => planned.some((one) => one.findings.includes(finding));
  const baseline = findBaseline(history, analysed, rehearsed, partly.flat().filter(isTold));
  const plan = assemble(input, production, planned, [...global, ...baseline, ...findings, ...data.findings], data);
  return { plan, production, history, clockOffset, moved: data.moved };
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
  { database, outside }: PlanInput,
  production: Production,
  planned: readonly PlannedMigration[],
  extra: readonly Finding[],
  data: PlanRehearsal['data'],
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
        hazards: describeRowHazards([...planned.flatMap((migration) => migration.findings), ...extra]),
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
async function recordSquashed(
  planned: readonly PlannedMigration[],
  { squash }: HistoryJudgement,
  history: History,
  toApply: readonly FolderEntry[],
): Promise<readonly PlannedMigration[]> {
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

function checkKnown(name: string | undefined, migrations: readonly Migration[]): void {
  if (name === undefined || migrations.some((migration) => migration.name === name)) return;
  throw unknownMigration(
    name,
    migrations.map((migration) => migration.name),
  );
}

export function unknownMigration(name: string, names: readonly string[]): MigrateError {
  const near = suggest(name, names);
  return new MigrateError(
    'MIGRATION_UNKNOWN',
    `There is no migration called ${name}.`,
    near ? `Did you mean ${quoteArgument(near)}?` : say`${command('status')} lists them.`,
  );
}

function selectToApply(history: History, to: string | undefined): readonly FolderEntry[] {
  const last = to === undefined ? history.entries.length : history.entries.findIndex((entry) => entry.name === to) + 1;
  return history.entries
    .slice(0, last)
    .filter((entry): entry is FolderEntry => entry.migration !== null && isToApply(entry));
}

const nothingTried: PlanRehearsal = {
  rehearsed: [],
  findings: [],
  data: nothingAsked,
};

async function tryAll(input: PlanRehearsalInput, blocked: boolean): Promise<PlanRehearsal> {
  if (!blocked) return rehearsePlan(input);
  return { ...nothingTried, rehearsed: leaveUnrehearsed(input.production, input.analysed) };
}

/** What is known of one migration. */
interface ToldBefore {
  readonly analysed: AnalysedMigration | undefined;
  readonly blockers: readonly Finding[] | undefined;
  readonly rehearsed: Rehearsed | undefined;
  /** Findings of a part that production has already. */
  readonly partly: readonly Finding[] | undefined;
}

function describe(
  entry: FolderEntry,
  { analysed, blockers = [], rehearsed, partly = [] }: ToldBefore,
  rowsWithoutFolder: readonly TrackerRow[],
): PlannedMigration {
  if (!analysed || !rehearsed) throw new Error(`no rehearsal of ${entry.name}`);
  const { migration } = entry;
  const rolledBack = entry.rows.filter((row) => classifyRow(row) === 'rolled-back');
  const open = findOpenRows(entry);
  const statements = planStatements(analysed, rehearsed.statements);
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
