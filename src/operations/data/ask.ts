/** Asking production, read-only and in one request, what the rehearsal left to its rows. */

import type { Finding } from '../../core/plan/findings.ts';
import type { Asked, RebuildSize } from '../../core/plan/plan.ts';
import type { CallOptions, Database, Reply } from '../../ports.ts';
import { readReplies } from '../production.ts';
import type { DataWatch } from './watch.ts';

export interface DataAnswers {
  readonly findings: readonly Finding[];
  readonly sizes: readonly { readonly migration: string; readonly size: RebuildSize }[];
  /** null where there was nothing to ask. */
  readonly asked: Asked | null;
}

/** @throws MigrateError of the connection; INTERRUPTED */
export async function askProduction(database: Database, watch: DataWatch, options: CallOptions): Promise<DataAnswers> {
  const queries = watch.questions.buildQueries();
  const replies = queries.length === 0 ? [] : await readReplies(database, queries, options);
  return {
    findings: watch.judge(replies),
    sizes: watch.measure(replies),
    asked: queries.length === 0 ? null : { questions: queries.length, rowsRead: sumRowsRead(replies) },
  };
}

function sumRowsRead(replies: readonly Reply[]): number | null {
  const counts = replies.flatMap((reply) =>
    reply.type === 'rows' && reply.rowsRead !== undefined ? [reply.rowsRead] : [],
  );
  return counts.length === 0 ? null : counts.reduce((sum, rows) => sum + rows, 0);
}
