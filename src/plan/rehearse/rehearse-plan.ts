/** The rehearsal of a whole plan on a mirror of a schema, and what it leaves to be asked of the databases that have that schema. */

import type { Finding } from '../../findings/catalogue.ts';
import { find, wholePlan } from '../../findings/finding.ts';
import { findEffect } from '../../findings/tell.ts';
import { unrehearsed } from '../../findings/unrehearsed.ts';
import type { History, HistoryEntry } from '../../history/history.ts';
import type { Migration } from '../../history/migration.ts';
import { noteObstacles, type Obstacle } from '../../mirror/mending.ts';
import { fillMirror, readFingerprint, readMirrorSchema } from '../../mirror/mirror.ts';
import { findObstacles, listLeft, openObstacleGuide } from '../../mirror/obstacles.ts';
import { findRenameFault } from '../../mirror/rename-fault.ts';
import type { Mirror, Outside } from '../../ports.ts';
import { judgeOrder } from '../../replay/order-matters.ts';
import { findConcerned } from '../../rows/fetch/concerned.ts';
import type { RowsSetting } from '../../rows/fetch/query.ts';
import { readShape } from '../../rows/fetch/shape.ts';
import type { TableShape } from '../../rows/fetch/stored.ts';
import { mayConcernRows } from '../../rows/row-concerns.ts';
import type { PlannedRun } from '../../rows/run/planned.ts';
import { type DataWatch, watchData } from '../../rows/watch.ts';
import { hasTablesWithRows, type Schema } from '../../schema/model/objects.ts';
import type { Target } from '../../target/target.ts';
import type { AnalysedMigration } from '../analyse.ts';
import { askServer, type ServerQuestions } from '../ask-server.ts';
import { findPositionalStatements, judgePositions } from '../positional.ts';
import { findKnownIndexes } from '../preserve/known-indexes.ts';
import { findRedundantIndexes } from '../redundant-indexes.ts';
import { findPreserver, type OpenGuide, rehearse } from './rehearse.ts';
import type { Rehearsed } from './rehearsed.ts';
import { listRuns, type RehearsedPlan } from './rehearsed-plan.ts';

/** A migration that has its file. */
export type FolderEntry = HistoryEntry & { readonly migration: Migration };

export interface RehearsalInput {
  /** The kind of database that the plan is for. */
  readonly target: Target['type'];
  /** The whole folder, in Prisma's order. */
  readonly migrations: readonly Migration[];
  readonly outside: Outside;
  /** Values of a few rows for the findings that speak of them; `none` when absent. */
  readonly examples?: 'none' | 'some' | undefined;
  /** How many rows may be fetched to run the plan on, or all; nothing is prepared for that where it is 0. */
  readonly rows?: RowsSetting | undefined;
  /** `read`: the schema that the whole plan leaves behind is kept, to be shown; not read when absent. */
  readonly schemaAfter?: 'read' | undefined;
  readonly schema: Schema;
  readonly schemaFingerprint: string;
  readonly history: History;
  readonly toApply: readonly FolderEntry[];
  readonly analysed: readonly AnalysedMigration[];
  /** Names of those whose work production has under other names: they are recorded and not run. */
  readonly squashed: ReadonlySet<string>;
  /** Leaves those out that a server does not trip over, because it has what they name. */
  readonly keepBroken: (obstacles: readonly Obstacle[]) => Promise<readonly Obstacle[]>;
}

/**
 * A mirror that is not production's schema can still be rehearsed on; it only proves less.
 * @throws MigrateError ENGINE_MISSING, REHEARSAL_STUCK; of the connection; INTERRUPTED
 */
export async function rehearsePlan(input: RehearsalInput): Promise<RehearsedPlan> {
  const { outside, target, migrations: folder, schema, history, analysed } = input;
  const mirror = await outside.openMirror();
  try {
    const failures = fillMirror(mirror, schema);
    const faithful = failures.length === 0 && readFingerprint(mirror) === input.schemaFingerprint;
    const watch = findWatch(mirror, input);
    // Of a mirror that is not exact nothing is proven by what runs on it.
    const shapes = watch !== null && faithful && input.rows !== 0 ? findShapes(mirror, schema, analysed) : [];
    const openPreserver = findPreserver(analysed);
    const isKnownIndex = findKnownIndexes(folder);
    // In a mirror that lacks something, more objects would fail than in production.
    const { openGuide, noteLeft } = faithful ? await lookForObstacles(mirror, input) : noObstacles;
    const seen = await rehearse(mirror, analysed, {
      ...{ isKnownIndex, openPreserver, watch, target, openGuide },
      isWhole: faithful,
    });
    const findings = [
      ...(await noteLeft(seen)),
      ...(await findOrder(input, mirror)),
      ...(await findPositional(outside, history, schema, analysed)),
      ...findRedundantIndexes(mirror, schema, analysed, seen),
      ...(faithful ? [] : [unfaithful(failures)]),
    ];
    const rehearsed = faithful ? seen : seen.map(weaken);
    const isWhole = input.schemaAfter === 'read' && seen.every(({ schemaAfter }) => schemaAfter !== null);
    const schemaAfter = isWhole ? readMirrorSchema(mirror) : null;
    const runs = listRuns(analysed, rehearsed);
    const rows = watch && { ...{ watch, shapes }, queries: watch.buildQueries(), here: watch.listHere() };
    const asks = rehearsed.some(reachesOutside)
      ? { rows: null, server: null, trial: null }
      : { rows, server: askOf(target, runs, rehearsed), trial: faithful ? { isKnownIndex } : null };
    return { rehearsed, runs, findings, schemaAfter, ...asks };
  } finally {
    mirror.close();
  }
}

function reachesOutside({ findings }: Rehearsed): boolean {
  return findings.some((finding) => findEffect(finding) === 'outside');
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
async function lookForObstacles(mirror: Mirror, { keepBroken }: RehearsalInput): Promise<ObstacleSearch> {
  if (findRenameFault(mirror) === null) return noObstacles;
  const obstacles = await keepBroken(await findObstacles(mirror));
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

/** A plan in Prisma's own forms has none. */
function askOf(
  target: Target['type'],
  runs: readonly PlannedRun[],
  rehearsed: readonly Rehearsed[],
): ServerQuestions | null {
  if (target !== 'server') return null;
  const questions = askServer(
    runs.flatMap(({ migration: { migration }, statements }, index) => {
      const one = rehearsed[index];
      return one === undefined ? [] : [{ name: migration.name, statements, rehearsed: one }];
    }),
  );
  return questions.queries.length === 0 ? null : questions;
}

/** How the tables that the plan may meet keep their rows. */
function findShapes(mirror: Mirror, schema: Schema, analysed: readonly AnalysedMigration[]): readonly TableShape[] {
  return findConcerned(schema, analysed).flatMap(({ name }) => readShape(mirror, name) ?? []);
}

/** Most plans only make new things: nothing looks after rows then. */
function findWatch(mirror: Mirror, { schema, analysed, examples }: RehearsalInput): DataWatch | null {
  if (!hasTablesWithRows(schema) || !analysed.some(mayConcernRows)) return null;
  return watchData(mirror, schema, examples ?? 'none');
}

/** Findings of migrations that run out of order. */
async function findOrder(
  { outside, history, toApply, squashed }: RehearsalInput,
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
  schema: Schema,
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
