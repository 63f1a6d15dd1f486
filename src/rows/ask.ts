/** Asking production, read-only and in one request, what the rehearsal left to its rows. */

import { MigrateError } from '../errors.ts';
import type { Finding } from '../findings/catalogue.ts';
import type { Asked, RebuildSize } from '../plan/plan.ts';
import type { CallOptions, Database, Query, Question, ReadOptions, Reply } from '../ports.ts';
import { readReplies } from '../production/gather.ts';
import type { Production } from '../production/production.ts';
import { schemaFingerprint, trackerFingerprint } from '../schema/model/fingerprint.ts';
import type { RowProof } from './context.ts';
import type { DataWatch } from './watch.ts';

export interface DataAnswers {
  readonly findings: readonly Finding[];
  readonly proofs: readonly RowProof[];
  readonly sizes: readonly { readonly migration: string; readonly size: RebuildSize }[];
  /** null where there was nothing to ask. */
  readonly asked: Asked | null;
  /** Whether production had changed by then, so that the answers say nothing of the plan, and were dropped. */
  readonly moved: boolean;
}

/** The questions come after production was read, and another run may have gone on in between. */
function listStillQueries({ schema: { tracker } }: Production): readonly Query[] {
  return [{ sql: `SELECT ${schemaFingerprint(tracker)}` }, { sql: `SELECT ${trackerFingerprint(tracker)}` }];
}

/** Milliseconds for all of them: what a plan knows of the rows is worth no longer wait. */
const patience = 15_000;

export interface Answers {
  readonly data: DataAnswers;
  /** To `others`; none where they were not answered. */
  readonly others: readonly Reply[];
}

/**
 * What has no answer counts as unknown.
 * @param watch null where no rows are asked about.
 * @param others what the same request asks besides.
 * @throws MigrateError of the connection, where rows are asked about; INTERRUPTED
 */
export async function askProduction(
  database: Database,
  production: Production,
  watch: DataWatch | null,
  others: readonly Question[],
  options: CallOptions,
): Promise<Answers> {
  const queries = watch?.questions.buildQueries() ?? [];
  const rows = queries.length === 0 ? [] : [...listStillQueries(production), ...queries];
  const all = await readWithOthers(database, rows, others, { ...options, patience });
  return { data: judgeRows(production, watch, all.slice(0, rows.length)), others: all.slice(rows.length) };
}

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

function judgeRows(production: Production, watch: DataWatch | null, all: readonly Reply[]): DataAnswers {
  const replies = all.slice(listStillQueries(production).length);
  const unanswered = replies.filter(({ type }) => type !== 'rows').length;
  const asked = replies.length === 0 ? null : { questions: replies.length, unanswered, rowsRead: sumRowsRead(replies) };
  if (asked !== null && hasMoved(production, all)) return { findings: [], proofs: [], sizes: [], asked, moved: true };
  return {
    findings: watch?.judge(replies) ?? [],
    proofs: watch?.prove(replies) ?? [],
    sizes: watch?.measure(replies) ?? [],
    asked,
    moved: false,
  };
}

function hasMoved(production: Production, [schema, tracker]: readonly Reply[]): boolean {
  // Without an answer nothing is known, and guards hold production to what the plan saw.
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
