/** Rows that are larger than a server takes. How large they may be is a setting of the server: it is asked. */

import type { Finding } from '../findings/catalogue.ts';
import { find } from '../findings/finding.ts';
import { serverRefuses } from '../findings/server-refuses.ts';
import { tokenize } from '../sql/tokenize.ts';
import type { Query, Reply } from '../target/request.ts';
import type { PlannedStatement } from './plan.ts';

/** Bytes of a row about which no server need be asked: they take five times as much unless set otherwise. */
export const takenByAll = 1_000_000;

/** Nothing is read for it, and nothing kept. */
export function askWhetherTaken(bytes: number): Query {
  return { sql: 'SELECT length(zeroblob(?))', args: [bytes] };
}

/** @returns the server's words, if it takes no row of that size; null too if it does not tell. */
export function readTooLarge(reply: Reply | undefined): string | null {
  return reply?.type === 'error' && /\btoo big\b/.test(reply.message) ? reply.message : null;
}

/** A statement with a long text or blob in it. */
export interface LongLiteral {
  readonly migration: string;
  readonly statement: PlannedStatement;
  readonly bytes: number;
}

export function listLongLiterals(migration: string, statements: readonly PlannedStatement[]): readonly LongLiteral[] {
  return statements.flatMap((statement) => {
    if (statement.action !== 'run' || statement.sent.length <= takenByAll) return [];
    const bytes = Math.max(0, ...tokenize(statement.sent).map(measureLiteral));
    return bytes > takenByAll ? [{ migration, statement, bytes }] : [];
  });
}

/** Nearly: a quote within a text is written twice. */
function measureLiteral({ kind, text }: { readonly kind: string; readonly text: string }): number {
  if (kind === 'string') return new TextEncoder().encode(text).length - 2;
  return kind === 'blob' ? (text.length - 3) / 2 : 0;
}

export function describeLongLiteral({ migration, statement: { line, sql } }: LongLiteral, said: string): Finding {
  return find(serverRefuses, 'blocker', { migration, line, sql }, { what: 'server', message: said });
}
