/** The rehearsal of a whole plan: on a mirror of production, with the questions to its rows, and what the server's own functions leave open. */

import type { History, HistoryEntry } from '../core/migrations/history.ts';
import type { Migration } from '../core/migrations/migration.ts';
import type { AnalysedMigration } from '../core/plan/analyse.ts';
import type { Finding } from '../core/plan/findings.ts';
import { findPositionalStatements } from '../core/plan/positional-statements.ts';
import { mayConcernRows } from '../core/plan/row-concerns.ts';
import type { Production } from '../core/production.ts';
import { findUserTables } from '../core/schema/objects.ts';
import { foldName, quoteIdentifier, quoteText } from '../core/sql/identifiers.ts';
import type { CallOptions, Database, Mirror, Outside } from '../ports.ts';
import type { DataAnswers } from './data/ask.ts';
import type { DataWatch } from './data/watch.ts';
import { findKnownIndexes } from './known-indexes.ts';
import { fillMirror, readFingerprint, readMirrorSchema } from './mirror.ts';
import { readReplies } from './production.ts';
import { findKeeper, findTableNames, notRehearsed, type OpenGuide, type Rehearsed, rehearse } from './rehearse.ts';
import { findUnknownExtension } from './rehearse-statement.ts';
import { findRenameFault } from './rename-fault.ts';

/** A migration that has its file. */
export type FolderEntry = HistoryEntry & { readonly migration: Migration };

export interface PlanRehearsalInput {
  readonly database: Database;
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  /** Whether values of a few rows are fetched; `none` when absent. */
  readonly examples?: 'none' | 'some' | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly production: Production;
  readonly history: History;
  readonly toApply: readonly FolderEntry[];
  readonly analysed: readonly AnalysedMigration[];
}

export interface PlanRehearsal {
  readonly rehearsed: readonly Rehearsed[];
  readonly findings: readonly Finding[];
  readonly data: DataAnswers;
}

const nothingAsked: DataAnswers = { findings: [], proofs: [], sizes: [], asked: null, moved: false };

/** What is planned where something stands in the way of every rehearsal. */
export function leaveUnrehearsed({ schema }: Production, analysed: readonly AnalysedMigration[]): readonly Rehearsed[] {
  const tables = findTableNames(schema.objects, analysed);
  return analysed.map((migration) => notRehearsed(migration, tables));
}

/**
 * Once, and once more where something needs functions, modules or collations that the mirror does not have and perhaps the
 * server does: one more read-only request then.
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK; of the connection; INTERRUPTED
 */
export async function rehearsePlan(input: PlanRehearsalInput): Promise<PlanRehearsal> {
  const first = await rehearseOnce(input, new Set());
  if (first.data !== null) return { rehearsed: first.rehearsed, findings: first.findings, data: first.data };
  const options = input.signal ? { signal: input.signal } : {};
  const serverFunctions = await readServerFunctions(input.database, first.unknown, options);
  const { rehearsed, findings, data } = await rehearseOnce(input, serverFunctions);
  return { rehearsed, findings, data: data ?? nothingAsked };
}

/**
 * A list of collations names those too that a schema only mentions: they are tried.
 * @returns the names of all functions and modules of the server, and which of the unknown it has, folded.
 */
async function readServerFunctions(
  database: Database,
  unknown: readonly string[],
  options: CallOptions,
): Promise<ReadonlySet<string>> {
  const lists = ['function', 'module'].map((what) => ({ sql: `SELECT DISTINCT name FROM pragma_${what}_list` }));
  const tries = unknown.map((name) => ({
    sql: `SELECT ${quoteText(name)} WHERE '' = '' COLLATE ${quoteIdentifier(name)}`,
  }));
  const replies = await readReplies(database, [...lists, ...tries], options);
  const rows = replies.flatMap((reply) => (reply.type === 'rows' ? reply.rows : []));
  return new Set(rows.map(([name]) => foldName(String(name))));
}

interface Once extends Omit<PlanRehearsal, 'data'> {
  /** What the server may have and the mirror has not. */
  readonly unknown: readonly string[];
  /** null where the server has to be asked for its functions first. */
  readonly data: DataAnswers | null;
}

/** A mirror that is not production's schema can still be rehearsed on; it only proves less. */
async function rehearseOnce(input: PlanRehearsalInput, serverFunctions: ReadonlySet<string>): Promise<Once> {
  const { database, outside, migrations: folder, production, history, toApply, analysed } = input;
  const mirror = await outside.openMirror();
  try {
    const failures = fillMirror(mirror, production.schema);
    const faithful = failures.length === 0 && readFingerprint(mirror) === production.schemaFingerprint;
    const watch = await findWatch(mirror, input);
    const openKeeper = await findKeeper(analysed);
    const isKnownIndex = findKnownIndexes(folder);
    // Of a mirror that lacks something more would not work than in production.
    const { note, openGuide, unknown } = faithful ? await lookForObstacles(mirror, serverFunctions) : noObstacles;
    const helpers = { isKnownIndex, openKeeper, watch, serverFunctions, openGuide };
    const rehearsed = await rehearse(mirror, analysed, helpers);
    const mayHaveMore = database.target.type === 'server' && serverFunctions.size === 0;
    const allUnknown = [...unknown, ...rehearsed.flatMap(({ unknownFunctions }) => unknownFunctions)];
    if (mayHaveMore && allUnknown.length > 0) return { rehearsed, findings: [], data: null, unknown: allUnknown };
    const reaches = rehearsed.some(({ findings }) => findings.some(({ code }) => code === 'reaches-outside'));
    const data = watch && !reaches ? await askRows(input, watch) : nothingAsked;
    const findings = [
      ...note,
      ...(await findOrder(outside, history, toApply, mirror)),
      ...(await findPositional(outside, history, production, analysed)),
    ];
    return faithful
      ? { rehearsed, findings, data, unknown: [] }
      : { rehearsed: rehearsed.map(weaken), findings: [...findings, unfaithful(failures)], data, unknown: [] };
  } finally {
    mirror.close();
  }
}

interface ObstacleSearch {
  readonly note: readonly Finding[];
  readonly openGuide?: OpenGuide;
  /** What they need that perhaps the server has: they are none then. */
  readonly unknown: readonly string[];
}

const noObstacles: ObstacleSearch = { note: [], unknown: [] };

/** Rare, and so is the code for it. */
async function lookForObstacles(mirror: Mirror, serverFunctions: ReadonlySet<string>): Promise<ObstacleSearch> {
  if (findRenameFault(mirror) === null) return noObstacles;
  const { findObstacles, openObstacleGuide } = await import('./obstacles.ts');
  const { noteObstacles } = await import('../core/plan/obstacles.ts');
  const found = findObstacles(mirror).map((obstacle) => ({ obstacle, needs: findUnknownExtension(obstacle.reason) }));
  const obstacles = found
    .filter(({ needs }) => needs === null || !serverFunctions.has(foldName(needs)))
    .map(({ obstacle }) => obstacle);
  if (obstacles.length === 0) return noObstacles;
  return {
    note: [noteObstacles(obstacles)],
    openGuide: () => openObstacleGuide(mirror, obstacles),
    unknown: found.flatMap(({ needs }) => needs ?? []),
  };
}

/** Most plans only make new things; what looks after rows is loaded for those that may change what is there. */
async function findWatch(
  mirror: Mirror,
  { production: { schema }, analysed, examples }: PlanRehearsalInput,
): Promise<DataWatch | null> {
  if (findUserTables(schema).length === 0 || !analysed.some(mayConcernRows)) return null;
  const { watchData } = await import('./data/watch.ts');
  return watchData(mirror, schema, examples ?? 'none');
}

async function askRows({ database, production, signal }: PlanRehearsalInput, watch: DataWatch): Promise<DataAnswers> {
  const { askProduction } = await import('./data/ask.ts');
  return askProduction(database, production, watch, signal ? { signal } : {});
}

/** Rare, and so is the code for it: loaded only for a migration that comes too late. */
async function findOrder(
  outside: Outside,
  history: History,
  toApply: readonly FolderEntry[],
  mirror: Mirror,
): Promise<readonly Finding[]> {
  if (!toApply.some((entry) => entry.outOfOrder)) return [];
  const { judgeOrder } = await import('./order.ts');
  return judgeOrder(outside, history, toApply, readMirrorSchema(mirror));
}

/** Prisma writes none; as above. */
async function findPositional(
  outside: Outside,
  history: History,
  { schema }: Production,
  analysed: readonly AnalysedMigration[],
): Promise<readonly Finding[]> {
  const inserts = findPositionalStatements(analysed);
  if (inserts.length === 0) return [];
  const { judgePositions } = await import('./positional.ts');
  return judgePositions(outside, history, schema, inserts);
}

function unfaithful(failures: readonly string[]): Finding {
  const reason = failures.length > 0 ? `: ${failures.slice(0, 3).join('; ')}` : '';
  return {
    kind: 'hazard',
    code: 'unrehearsed',
    migration: null,
    line: null,
    message: `Production's schema could not be rebuilt exactly for the rehearsal${reason}. What the migrations do was not seen beforehand.`,
    why: 'On another schema the rehearsal finds less of what would fail. Each migration still runs wholly or not at all.',
    sql: null,
  };
}

const inexactCopy = 'The copy is not exact, so production may take it; if it does not, the migration is rolled back.';

function weaken(rehearsed: Rehearsed): Rehearsed {
  return {
    ...rehearsed,
    findings: rehearsed.findings.map((finding) =>
      finding.code === 'rehearsal-failed'
        ? { ...finding, kind: 'hazard', code: 'unrehearsed', why: inexactCopy }
        : finding,
    ),
  };
}
