/**
 * Whether a server does what `apply` relies on: a batch whose steps have conditions, a transaction that is seen as one, and an
 * assertion that fails with our own text. Nothing is written, and the only transaction is a reading one.
 */

import type { Condition, Reply, Step } from '../target/request.ts';
import { failed, type Judged, ok } from './check.ts';

/** What to do where a server is not what `apply` relies on. */
export const useLibsql = 'Move the database to libSQL, or look for a newer release of migrate-prod.';

const autocommit: Condition = { type: 'autocommit' };
const within: Condition = { type: 'not', condition: autocommit };

function after(step: number, condition?: Condition): Condition {
  const done: Condition = { type: 'ok', step };
  return condition === undefined ? done : { type: 'and', conditions: [done, condition] };
}

const marker = 'MP_GUARD:probe';

/** A step, what its reply must be, and what is wrong if it is another. */
interface Expected {
  readonly step: Step;
  readonly reply: 'rows' | 'skipped' | 'error';
  /** A clause. */
  readonly otherwise: string;
}

const select = (condition?: Condition): Step => ({ sql: 'SELECT 1', ...(condition ? { condition } : {}) });

const expected: readonly Expected[] = [
  { step: select(), reply: 'rows', otherwise: 'a batch does not run' },
  {
    step: select({ type: 'not', condition: after(0) }),
    reply: 'skipped',
    otherwise: 'a step runs although its condition is false',
  },
  {
    step: select(after(0, autocommit)),
    reply: 'rows',
    otherwise: 'it does not know that no transaction is open',
  },
  { step: { sql: 'BEGIN', condition: after(2) }, reply: 'rows', otherwise: 'BEGIN fails in a batch' },
  { step: select(after(3, within)), reply: 'rows', otherwise: 'it does not know that a transaction is open' },
  { step: select(after(4, autocommit)), reply: 'skipped', otherwise: 'a step runs outside of its transaction' },
  {
    step: {
      sql: `SELECT json_extract('{}', CASE WHEN (SELECT count(*) FROM sqlite_schema) < 0 THEN '$' ELSE '${marker}' END) AS g`,
      condition: after(4, within),
    },
    reply: 'error',
    otherwise: 'an assertion that is false does not fail',
  },
  { step: select(after(6)), reply: 'skipped', otherwise: 'a step runs although the one before it failed' },
  { step: select(after(4, within)), reply: 'rows', otherwise: 'a failed statement ends the transaction' },
  { step: { sql: 'ROLLBACK', condition: within }, reply: 'rows', otherwise: 'ROLLBACK fails in a batch' },
  { step: select(after(9, autocommit)), reply: 'rows', otherwise: 'ROLLBACK does not end the transaction' },
];

/** The batch: a read-only token may send it. */
export const probeSteps: readonly Step[] = expected.map(({ step }) => step);

export function judgeProbe(replies: readonly Reply[]): Judged {
  const wrong = expected.find(({ reply, step }, index) => !isAsExpected(replies[index], reply, step));
  if (wrong === undefined)
    return ok('conditional batches, BEGIN and ROLLBACK, and assertions work as apply needs them');
  return unfit(`${wrong.otherwise}: no migration could be all or nothing here`);
}

function isAsExpected(found: Reply | undefined, reply: Expected['reply'], { sql }: Step): boolean {
  if (found?.type !== reply) return false;
  return found.type !== 'error' || !sql.includes(marker) || found.message.includes(marker);
}

/** For a connection whose setting ends with the request; a file's connection gets it back. Needs a token that may write. */
export const settingSteps: readonly Step[] = [
  { sql: 'PRAGMA foreign_keys=OFF' },
  { sql: 'SELECT foreign_keys FROM pragma_foreign_keys', condition: after(0) },
  { sql: 'BEGIN', condition: after(0) },
  { sql: 'PRAGMA foreign_keys=ON', condition: after(2, within) },
  { sql: 'SELECT foreign_keys FROM pragma_foreign_keys', condition: after(3, within) },
  { sql: 'ROLLBACK', condition: within },
  { sql: 'PRAGMA foreign_keys=ON' },
  { sql: 'SELECT foreign_keys FROM pragma_foreign_keys', condition: after(6) },
];

export function judgeSetting(replies: readonly Reply[]): Judged {
  const [first] = replies;
  // A server that takes no writes, such as one whose plan is used up, refuses this setting too.
  if (first?.type === 'error') {
    return failed(
      `the server takes neither a change of this setting nor any write: ${first.message}`,
      'Fix what the message says, then run the same command again.',
    );
  }
  const value = (index: number): unknown => {
    const reply = replies[index];
    return reply?.type === 'rows' ? reply.rows[0]?.[0] : undefined;
  };
  if (value(1) !== 0) return unfit('they cannot be switched off for a table rebuild');
  if (value(4) !== 0) return unfit('they change within a transaction');
  if (value(7) !== 1) return unfit('they cannot be switched on again');
  return ok('on by default, and can be switched off around a rebuild');
}

export function unfit(text: string): Judged {
  return failed(text, useLibsql);
}
