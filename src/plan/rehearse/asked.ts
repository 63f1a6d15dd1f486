/** What it cost to ask production about its rows. */

import type { Reply } from '../../ports.ts';
import type { RowsCost } from '../../rows/run/filled.ts';
import type { Asked } from '../plan.ts';

/** @param replies to the questions about rows. @returns null where there are none. */
export function countAsked(replies: readonly Reply[]): Asked | null {
  if (replies.length === 0) return null;
  const unanswered = replies.filter(({ type }) => type !== 'rows').length;
  return { questions: replies.length, unanswered, rowsRead: sumRowsRead(replies) };
}

function sumRowsRead(replies: readonly Reply[]): number | null {
  const counts = replies.flatMap((reply) =>
    reply.type === 'rows' && reply.rowsRead !== undefined ? [reply.rowsRead] : [],
  );
  return counts.length === 0 ? null : counts.reduce((sum, rows) => sum + rows, 0);
}

/** With what it cost to read all rows. */
export function addCost(asked: Asked | null, { queries, rowsRead }: RowsCost): Asked | null {
  if (queries === 0) return asked;
  const before = asked ?? { questions: 0, unanswered: 0, rowsRead: null };
  const isKnown = before.rowsRead !== null || rowsRead !== null;
  return {
    questions: before.questions + queries,
    unanswered: before.unanswered,
    rowsRead: isKnown ? (before.rowsRead ?? 0) + (rowsRead ?? 0) : null,
  };
}
