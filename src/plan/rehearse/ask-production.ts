/** What one database tells of a rehearsed plan: its rows, on which the plan runs once more, and what only its server knows. */

import { MigrateError } from '../../errors.ts';
import type { Finding } from '../../findings/catalogue.ts';
import type { Database, Outside, Query, Question, ReadOptions, Reply } from '../../ports.ts';
import { readReplies } from '../../production/gather.ts';
import type { Production } from '../../production/production.ts';
import type { Answers } from '../../rows/ask/asking.ts';
import type { RowProof } from '../../rows/ask/context.ts';
import {
  buildRowsQuery,
  chooseShapes,
  defaultRows,
  type FetchedTable,
  mostBytes,
  parseRows,
  type RowsSetting,
} from '../../rows/fetch/query.ts';
import { judgeTimes } from '../../rows/run/rebuild-times.ts';
import type { RowsRun } from '../../rows/run/run-on-rows.ts';
import { schemaFingerprint, trackerFingerprint } from '../../schema/model/fingerprint.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { Asked, RanOn, RebuildSize } from '../plan.ts';
import { addCost, countAsked } from './asked.ts';
import { addFindings, type RunOnAll, runOnAll, tryOnRows } from './on-rows.ts';
import type { Rehearsed } from './rehearsed.ts';
import type { RehearsedPlan, RowQuestions } from './rehearsed-plan.ts';
import { showUntried, tryWays } from './try-ways.ts';

export interface AskedDatabase {
  readonly database: Database;
  readonly outside: Pick<Outside, 'openMirror' | 'clock'>;
  /** With the schema that the plan was rehearsed on. */
  readonly production: Production;
  /** Names of those that are recorded and not run. */
  readonly squashed: ReadonlySet<string>;
  /** How many rows may be fetched to run the plan on, or all; `defaultRows` when absent. */
  readonly rows?: RowsSetting | undefined;
  readonly signal?: AbortSignal | undefined;
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

/** A rehearsed plan with what one database adds to it. */
export interface AskedPlan {
  readonly rehearsed: readonly Rehearsed[];
  readonly findings: readonly Finding[];
  readonly data: DataAnswers;
}

const nothingAsked: DataAnswers = {
  findings: [],
  proofs: [],
  sizes: [],
  asked: null,
  moved: false,
  run: null,
};

/**
 * Asks production about its rows, and a server about its parser and names. One request, if there is something to ask; a
 * question without an answer counts as unknown.
 * @throws MigrateError of the connection, where rows are asked about; INTERRUPTED
 */
export async function askProduction(plan: RehearsedPlan, input: AskedDatabase): Promise<AskedPlan> {
  const { rehearsed, findings, rows: asks, server } = plan;
  if (asks === null && server === null) return showTried(plan, input, { rehearsed, findings, data: nothingAsked }, []);
  const { database, production, signal } = input;
  const still = listStillQueries(production);
  const { rows: bound = defaultRows } = input;
  const chosen = bound === 'all' ? [] : chooseShapes(asks?.shapes ?? []);
  const fetching =
    bound === 'all' || chosen.length === 0 ? [] : [buildRowsQuery(chosen, { rows: bound, bytes: mostBytes })];
  const queries = [...fetching, ...(asks?.queries ?? [])];
  const rows = queries.length === 0 ? [] : [...still, ...queries];
  const options: ReadOptions = { patience, ...(signal ? { signal } : {}) };
  const replies = await readWithOthers(database, rows, server?.queries ?? [], options);
  const ofRows = replies.slice(0, rows.length);
  const asking = ofRows.slice(still.length);
  const moved = rows.length > 0 && hasMoved(production, ofRows);
  const fetched = moved ? null : parseRows(asking[0], chosen);
  const end = moved ? 'moved' : await tryRows(plan, input, fetched);
  const told = server?.judge(replies.slice(rows.length));
  const all = {
    rehearsed: told?.rehearsed ?? rehearsed,
    findings: [...findings, ...(told?.findings ?? [])],
    data:
      end === 'moved'
        ? { ...nothingAsked, asked: countAsked(asking), moved: true }
        : {
            ...judgeRows(asks, asking.slice(fetching.length), end.run),
            asked: addCost(countAsked(asking), end.cost),
          },
  };
  return end === 'moved' ? all : showTried(plan, input, all, fetched ?? []);
}

/** Milliseconds after which the ways that are left are shown untried: people wait for the plan. */
const longestTrials = 3_000;

/** The findings with what of their safe ways works. @param tables whose rows are here. */
async function showTried(
  { trial, runs }: RehearsedPlan,
  { outside: { openMirror, clock }, production: { schema }, database, squashed }: AskedDatabase,
  { rehearsed, findings, data }: AskedPlan,
  tables: readonly FetchedTable[],
): Promise<AskedPlan> {
  const all = [...rehearsed.flatMap((one) => one.findings), ...findings, ...data.findings];
  const migrations = runs.map(({ migration }) => migration).filter(({ migration }) => !squashed.has(migration.name));
  const end = clock.now() + longestTrials;
  const isOver = () => clock.now() > end;
  const input = { openMirror, schema, target: database.target.type, tables, isOver };
  const show = trial === null ? showUntried : await tryWays({ ...input, ...trial }, migrations, all);
  return {
    rehearsed: rehearsed.map((one) => ({ ...one, findings: one.findings.map(show) })),
    findings: findings.map(show),
    data: { ...data, findings: data.findings.map(show) },
  };
}

/** @param fetched the tables that came with the answers; null where there are none. */
async function tryRows(
  plan: RehearsedPlan,
  input: AskedDatabase,
  fetched: readonly FetchedTable[] | null,
): Promise<RunOnAll | 'moved'> {
  const { production, rows } = input;
  if (rows !== 'all' || (plan.rows?.shapes.length ?? 0) === 0)
    return { run: fetched && (await tryOnRows(input, plan, fetched)), cost: { queries: 0, rowsRead: null } };
  return runOnAll(input, plan, listStillQueries(production), (replies) => !hasMoved(production, replies));
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
      return await readReplies(database, [...rows, ...others], { purpose: 'rows that the plan meets', ...options });
    } catch (error) {
      if (!(error instanceof MigrateError) || error.code === 'INTERRUPTED') throw error;
    }
  }
  return rows.length === 0 ? [] : readReplies(database, rows, { purpose: 'rows that the plan meets', ...options });
}

function judgeRows(asks: RowQuestions | null, replies: readonly Reply[], run: RowsRun | null): DataAnswers {
  const loaded = new Set(run?.ranOn.tables.map(({ table }) => foldName(table)));
  const answers: Answers = { replies, here: run?.answers ?? new Map(), loaded };
  const sizes = asks?.watch.measure(answers) ?? [];
  const findings = judgeTimes(asks?.watch.judge(answers) ?? [], run?.times ?? [], sizes);
  return {
    findings: addFindings(findings, run?.findings ?? []),
    proofs: asks?.watch.prove(answers) ?? [],
    sizes,
    asked: null,
    moved: false,
    run: run?.ranOn ?? null,
  };
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
