/** `transaction-control`: a migration that begins or ends a transaction of its own. */

import { defineFinding, type Found } from './finding.ts';

export interface TransactionControlArgs {
  /** `COMMIT`, `BEGIN`, … */
  readonly verb: string;
}

export const transactionControl = defineFinding({
  code: 'transaction-control',
  kinds: ['blocker'],
  title: '`BEGIN`, `COMMIT`, `ROLLBACK` or `SAVEPOINT` in the file',
  effect: 'no-schema',
  say: ({ args }: Found<'transaction-control', 'blocker', TransactionControlArgs>) =>
    `${args.verb} inside a migration would end the transaction that keeps it all or nothing. Take it out of the file: every migration runs in a transaction anyway.`,
  why: () => 'After a COMMIT in the middle, a failure further down leaves half of the file done, and nothing recorded.',
});
