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
  mostBytes,
  parseRows,
  type RowsSetting,
} from '../../rows/fetch/query.ts';
import type { RowsRun } from '../../rows/run/run-on-rows.ts';
import { schemaFingerprint, trackerFingerprint } from '../../schema/model/fingerprint.ts';
import { foldName } from '../../sql/identifiers.ts';
import type { Asked, RanOn, RebuildSize } from '../plan.ts';
import { addFindings, tryOnRows } from './on-rows.ts';
import type { Rehearsed } from './rehearsed.ts';
import type { RehearsedPlan, RowQuestions } from './rehearsed-plan.ts';

export interface AskedDatabase {
  readonly database: Database;
  readonly outside: Pick<Outside, 'openMirror'>;
  /** With the schema that the plan was rehearsed on. */
  readonly production: Production;
  /** Names of those that are recorded and not run. */
  readonly squashed: ReadonlySet<string>;
  /** How many rows may be fetched to run the plan on; `defaultRows` when absent. */
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
  if (asks === null && server === null) return { rehearsed, findings, data: nothingAsked };
  const { database, production, signal } = input;
  const still = listStillQueries(production);
  const chosen = chooseShapes(asks?.shapes ?? []);
  const fetching =
    chosen.length === 0 ? [] : [buildRowsQuery(chosen, { rows: input.rows ?? defaultRows, bytes: mostBytes })];
  const queries = [...fetching, ...(asks?.queries ?? [])];
  const rows = queries.length === 0 ? [] : [...still, ...queries];
  const options: ReadOptions = { patience, ...(signal ? { signal } : {}) };
  const replies = await readWithOthers(database, rows, server?.queries ?? [], options);
  const ofRows = replies.slice(0, rows.length);
  const moved = rows.length > 0 && hasMoved(production, ofRows);
  const fetched = moved || chosen.length === 0 ? null : parseRows(ofRows[still.length], chosen);
  const run = fetched === null ? null : await tryOnRows(input, plan, fetched);
  const asking = ofRows.slice(still.length);
  const data = moved
    ? nothingAsked
    : judgeRows(
        asks,
        { replies: asking.slice(fetching.length), here: run?.answers ?? new Map(), loaded: listLoaded(run) },
        run,
      );
  const told = server?.judge(replies.slice(rows.length));
  return {
    rehearsed: told?.rehearsed ?? rehearsed,
    findings: [...findings, ...(told?.findings ?? [])],
    data: { ...data, asked: countAsked(asking), moved },
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

function listLoaded(run: RowsRun | null): ReadonlySet<string> {
  return new Set(run?.ranOn.tables.map(({ table }) => foldName(table)));
}

function judgeRows(asks: RowQuestions | null, answers: Answers, run: RowsRun | null): DataAnswers {
  const findings = asks?.watch.judge(answers) ?? [];
  return {
    findings: run === null ? findings : addFindings(findings, run.findings),
    proofs: asks?.watch.prove(answers) ?? [],
    sizes: asks?.watch.measure(answers) ?? [],
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
