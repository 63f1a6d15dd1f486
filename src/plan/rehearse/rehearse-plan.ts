/** The rehearsal of a whole plan: on a mirror of production, with the questions to its rows, and what the server's own functions leave open. */

import { MigrateError } from '../../errors.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { find, wholePlan } from '../../findings/finding.ts';
import { findEffect } from '../../findings/tell.ts';
import { unrehearsed } from '../../findings/unrehearsed.ts';
import type { History, HistoryEntry } from '../../history/history.ts';
import type { Migration } from '../../history/migration.ts';
import { noteObstacles } from '../../mirror/mending.ts';
import { fillMirror, readFingerprint, readMirrorSchema } from '../../mirror/mirror.ts';
import { findObstacles, keepBroken, listLeft, openObstacleGuide } from '../../mirror/obstacles.ts';
import { findRenameFault } from '../../mirror/rename-fault.ts';
import type { Database, Mirror, Outside, Query, Question, ReadOptions, Reply } from '../../ports.ts';
import { readReplies } from '../../production/gather.ts';
import type { Production } from '../../production/production.ts';
import { judgeOrder } from '../../replay/order-matters.ts';
import type { RowProof } from '../../rows/context.ts';
import {
  buildRowsQuery,
  chooseShapes,
  defaultRows,
  type FetchedTable,
  mostBytes,
  parseRows,
  type RowsSetting,
} from '../../rows/fetch/query.ts';
import type { TableShape } from '../../rows/fetch/shape.ts';
import type { Answers } from '../../rows/questions.ts';
import { mayConcernRows } from '../../rows/row-concerns.ts';
import type { PlannedRun } from '../../rows/run/planned.ts';
import type { RowsRun } from '../../rows/run/run-on-rows.ts';
import { type DataWatch, watchData } from '../../rows/watch.ts';
import { schemaFingerprint, trackerFingerprint } from '../../schema/model/fingerprint.ts';
import { hasTablesWithRows } from '../../schema/model/objects.ts';
import type { AnalysedMigration } from '../analyse.ts';
import { askServer, type ServerQuestions } from '../ask-server.ts';
import type { Asked, RanOn, RebuildSize } from '../plan.ts';
import { findPositionalStatements, judgePositions } from '../positional.ts';
import { findKnownIndexes } from '../preserve/known-indexes.ts';
import { findRedundantIndexes } from '../redundant-indexes.ts';
import { addFindings, findShapes, listRuns, tryOnRows } from './on-rows.ts';
import { findPreserver, type OpenGuide, rehearse } from './rehearse.ts';
import { findTableNames, notRehearsed, type Rehearsed } from './rehearsed.ts';
import { type ShowTried, showUntried, tryWays } from './try-ways.ts';
import type { BenchInput } from './way-bench.ts';

/** A migration that has its file. */
export type FolderEntry = HistoryEntry & { readonly migration: Migration };

export interface PlanRehearsalInput {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  /** Values of a few rows for the findings that speak of them; `none` when absent. */
  readonly examples?: 'none' | 'some' | undefined;
  /** How many rows may be fetched to run the plan on; `defaultRows` when absent. */
  readonly rows?: RowsSetting | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly production: Production;
  readonly history: History;
  readonly toApply: readonly FolderEntry[];
  readonly analysed: readonly AnalysedMigration[];
  /** Names of those whose work production has under other names: they are recorded and not run. */
  readonly squashed: ReadonlySet<string>;
}

export interface DataAnswers {
  readonly findings: readonly Finding[];
  readonly proofs: readonly RowProof[];
  readonly sizes: readonly { readonly migration: string; readonly size: RebuildSize }[];
  /** null where there was nothing to ask. */
  readonly asked: Asked | null;
  /** True if production had changed by then: the answers say nothing of the plan, and were dropped. */
  readonly moved: boolean;
  /** The plan as it ran on production's rows; null where none were fetched. */
  readonly run: RanOn | null;
}

export interface PlanRehearsal {
  readonly rehearsed: readonly Rehearsed[];
  readonly findings: readonly Finding[];
  readonly data: DataAnswers;
}

export const nothingAsked: DataAnswers = {
  findings: [],
  proofs: [],
  sizes: [],
  asked: null,
  moved: false,
  run: null,
};

/** For a plan that cannot be rehearsed at all. */
export function leaveUnrehearsed({ schema }: Production, analysed: readonly AnalysedMigration[]): readonly Rehearsed[] {
  const tables = findTableNames(schema.objects, analysed);
  return analysed.map((migration) => notRehearsed(migration, tables));
}

/**
 * A mirror that is not production's schema can still be rehearsed on; it only proves less.
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK; of the connection; INTERRUPTED
 */
export async function rehearsePlan(input: PlanRehearsalInput): Promise<PlanRehearsal> {
  const { database, outside, migrations: folder, production, history, analysed } = input;
  const mirror = await outside.openMirror();
  try {
    const failures = fillMirror(mirror, production.schema);
    const faithful = failures.length === 0 && readFingerprint(mirror) === production.schemaFingerprint;
    const watch = findWatch(mirror, input);
    // Of a mirror that is not exact nothing is proven by what runs on it.
    const shapes = watch !== null && faithful && input.rows !== 0 ? findShapes(mirror, production, analysed) : [];
    const openPreserver = findPreserver(analysed);
    const isKnownIndex = findKnownIndexes(folder);
    const target = database.target.type;
    // In a mirror that lacks something, more objects would fail than in production.
    const { openGuide, noteLeft } = faithful ? await lookForObstacles(mirror, input) : noObstacles;
    const seen = await rehearse(mirror, analysed, {
      ...{ isKnownIndex, openPreserver, watch, target, openGuide },
      isWhole: faithful,
    });
    const note = await noteLeft(seen);
    const { rehearsed, data, findings, fetched } = await ask(input, faithful ? seen : seen.map(weaken), watch, shapes);
    const told: PlanRehearsal = {
      rehearsed,
      findings: [
        ...note,
        ...(await findOrder(input, mirror)),
        ...(await findPositional(outside, history, production, analysed)),
        ...findRedundantIndexes(mirror, production.schema, analysed, seen),
        ...findings,
        ...(faithful ? [] : [unfaithful(failures)]),
      ],
      data,
    };
    const tables = faithful ? fetched : null;
    return showAll(told, tables === null ? showUntried : await tryAll(input, told, { tables, isKnownIndex }));
  } finally {
    mirror.close();
  }
}

interface ObstacleSearch {
  /** After the rehearsal: findings of obstacles that the plan itself does not mend. */
  readonly noteLeft: (rehearsed: readonly Rehearsed[]) => Promise<readonly Finding[]>;
  readonly openGuide?: OpenGuide;
}

const noObstacles: ObstacleSearch = { noteLeft: async () => [] };

/**
 * An object that only lacks a function, a module or a collation here may work on a server, which is asked
 * whether it has them: one more read-only request then.
 */
async function lookForObstacles(mirror: Mirror, { database, signal }: PlanRehearsalInput): Promise<ObstacleSearch> {
  if (findRenameFault(mirror) === null) return noObstacles;
  const found = await findObstacles(mirror);
  const obstacles =
    database.target.type === 'file' ? found : await keepBroken(found, database, signal ? { signal } : {});
  if (obstacles.length === 0) return noObstacles;
  return {
    openGuide: () => openObstacleGuide(mirror, obstacles),
    noteLeft: async (rehearsed) => {
      const isWhole = rehearsed.every(({ schemaAfter }) => schemaAfter !== null);
      const left = isWhole ? await listLeft(mirror, obstacles) : obstacles;
      return left.length === 0 ? [] : [noteObstacles(left)];
    },
  };
}

/**
 * Asks production about its rows, and a server about its parser and names. One request, if there is something to ask; a
 * question without an answer counts as unknown.
 * @throws MigrateError of the connection, where rows are asked about; INTERRUPTED
 */
async function ask(
  input: PlanRehearsalInput,
  rehearsed: readonly Rehearsed[],
  watch: DataWatch | null,
  shapes: readonly TableShape[],
): Promise<PlanRehearsal & { readonly fetched: readonly FetchedTable[] | null }> {
  const { database, production, analysed, signal } = input;
  const reaches = rehearsed.some(({ findings }) => findings.some((finding) => findEffect(finding) === 'outside'));
  if (reaches) return { rehearsed, findings: [], data: nothingAsked, fetched: null };
  const asksServer = database.target.type === 'server';
  const planned = asksServer || shapes.length > 0 ? listRuns(analysed, rehearsed) : [];
  const server = asksServer ? findServerQuestions(planned, rehearsed) : null;
  if (watch === null && server === null) return { rehearsed, findings: [], data: nothingAsked, fetched: [] };
  const asked = chooseShapes(shapes);
  const fetching =
    asked.length === 0 ? [] : [buildRowsQuery(asked, { rows: input.rows ?? defaultRows, bytes: mostBytes })];
  const queries = [...fetching, ...(watch?.questions.buildQueries() ?? [])];
  const rows = queries.length === 0 ? [] : [...listStillQueries(production), ...queries];
  const options: ReadOptions = { patience, ...(signal ? { signal } : {}) };
  const replies = await readWithOthers(database, rows, server?.queries ?? [], options);
  const ofRows = replies.slice(0, rows.length);
  const moved = rows.length > 0 && hasMoved(production, ofRows);
  const fetched = moved || asked.length === 0 ? null : parseRows(ofRows[listStillQueries(production).length], asked);
  const run =
    fetched === null ? null : await tryOnRows(input, planned, rehearsed, shapes, fetched, watch?.listHere() ?? []);
  const asking = ofRows.slice(listStillQueries(production).length);
  const data = moved
    ? nothingAsked
    : judgeRows(watch, { replies: asking.slice(fetching.length), here: run?.answers ?? new Map() }, run);
  const told = { ...data, asked: countAsked(asking), moved };
  const judged = { rehearsed, findings: [], data: told, ...server?.judge(replies.slice(rows.length)) };
  return { ...judged, fetched: moved ? null : (fetched ?? []) };
}

/** Milliseconds after which the ways that are left are shown untried: people wait for the plan. */
const longestTrials = 3_000;

/** Which of the findings' safe ways work. */
async function tryAll(
  { outside, production, database, analysed, squashed }: PlanRehearsalInput,
  { rehearsed, findings, data }: PlanRehearsal,
  known: Pick<BenchInput, 'tables' | 'isKnownIndex'>,
): Promise<ShowTried> {
  const all = [...rehearsed.flatMap((one) => one.findings), ...findings, ...data.findings];
  const runs = analysed.filter(({ migration }) => !squashed.has(migration.name));
  const { openMirror, clock } = outside;
  const end = clock.now() + longestTrials;
  const isOver = () => clock.now() > end;
  const input = { openMirror, schema: production.schema, target: database.target.type, isOver, ...known };
  return tryWays(input, runs, all);
}

function showAll({ rehearsed, findings, data }: PlanRehearsal, show: ShowTried): PlanRehearsal {
  return {
    rehearsed: rehearsed.map((one) => ({ ...one, findings: one.findings.map(show) })),
    findings: findings.map(show),
    data: { ...data, findings: data.findings.map(show) },
  };
}

/** The questions come after production was read, and another run may have gone on in between. */
function listStillQueries({ schema: { tracker } }: Production): readonly Query[] {
  return [{ sql: `SELECT ${schemaFingerprint(tracker)}` }, { sql: `SELECT ${trackerFingerprint(tracker)}` }];
}

/** Milliseconds for all of them: what a plan knows of the rows is worth no longer wait. */
const patience = 15_000;

/** A server, or something on the way to it, that does not take the others must not keep the rows from being asked about. */
async function readWithOthers(
  database: Database,
  rows: readonly Question[],
  others: readonly Question[],
  options: ReadOptions,
): Promise<readonly Reply[]> {
  if (others.length > 0) {
    try {
      return await readReplies(database, [...rows, ...others], options);
    } catch (error) {
      if (!(error instanceof MigrateError) || error.code === 'INTERRUPTED') throw error;
    }
  }
  return rows.length === 0 ? [] : readReplies(database, rows, options);
}

function judgeRows(watch: DataWatch | null, answers: Answers, run: RowsRun | null): DataAnswers {
  const findings = watch?.judge(answers) ?? [];
  return {
    findings: run === null ? findings : addFindings(findings, run.findings),
    proofs: watch?.prove(answers) ?? [],
    sizes: watch?.measure(answers) ?? [],
    asked: null,
    moved: false,
    run: run?.ranOn ?? null,
  };
}

/** @param replies to the questions about rows. */
function countAsked(replies: readonly Reply[]): Asked | null {
  if (replies.length === 0) return null;
  const unanswered = replies.filter(({ type }) => type !== 'rows').length;
  return { questions: replies.length, unanswered, rowsRead: sumRowsRead(replies) };
}

function hasMoved(production: Production, [schema, tracker]: readonly Reply[]): boolean {
  // Without an answer nothing is known; guards will still compare production with what the plan saw.
  if (schema?.type !== 'rows') return false;
  const known = production.trackerExists ? production.trackerFingerprint : null;
  return readText(schema) !== production.schemaFingerprint || readText(tracker) !== known;
}

/** null where it cannot be answered, as where there is no tracker. */
function readText(reply: Reply | undefined): string | null {
  return reply?.type === 'rows' ? String(reply.rows[0]?.[0]) : null;
}

function sumRowsRead(replies: readonly Reply[]): number | null {
  const counts = replies.flatMap((reply) =>
    reply.type === 'rows' && reply.rowsRead !== undefined ? [reply.rowsRead] : [],
  );
  return counts.length === 0 ? null : counts.reduce((sum, rows) => sum + rows, 0);
}

/** A plan in Prisma's own forms has none. */
function findServerQuestions(planned: readonly PlannedRun[], rehearsed: readonly Rehearsed[]): ServerQuestions | null {
  const questions = askServer(
    planned.flatMap(({ migration: { migration }, statements }, index) => {
      const one = rehearsed[index];
      return one === undefined ? [] : [{ name: migration.name, statements, rehearsed: one }];
    }),
  );
  return questions.queries.length === 0 ? null : questions;
}

/** Most plans only make new things: nothing looks after rows then. */
function findWatch(
  mirror: Mirror,
  { production: { schema }, analysed, examples }: PlanRehearsalInput,
): DataWatch | null {
  if (!hasTablesWithRows(schema) || !analysed.some(mayConcernRows)) return null;
  return watchData(mirror, schema, examples ?? 'none');
}

/** Findings of migrations that run out of order. */
async function findOrder(
  { outside, history, toApply, squashed }: PlanRehearsalInput,
  mirror: Mirror,
): Promise<readonly Finding[]> {
  const late = toApply.filter((entry) => entry.outOfOrder && !squashed.has(entry.name));
  if (late.length === 0) return [];
  return judgeOrder(outside, { history, toApply, late, rehearsed: readMirrorSchema(mirror) });
}

/** Prisma writes none. */
async function findPositional(
  outside: Outside,
  history: History,
  { schema }: Production,
  analysed: readonly AnalysedMigration[],
): Promise<readonly Finding[]> {
  const inserts = findPositionalStatements(analysed);
  if (inserts.length === 0) return [];
  return judgePositions(outside, history, schema, inserts);
}

function unfaithful(failures: readonly string[]): Finding {
  return find(unrehearsed, 'hazard', wholePlan, { what: 'inexact-copy', reasons: failures.slice(0, 3) });
}

/** The copy is not exact: a statement that failed there may run in production. */
function weaken(rehearsed: Rehearsed): Rehearsed {
  return { ...rehearsed, findings: rehearsed.findings.map(weakenFinding) };
}

function weakenFinding(finding: Finding): Finding {
  if (finding.code !== 'rehearsal-failed') return finding;
  return find(unrehearsed, 'hazard', finding.place, { what: 'failed-on-inexact-copy', failure: finding.args });
}
