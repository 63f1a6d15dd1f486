/** `transaction-control`: a migration that begins or ends a transaction of its own. */

import { defineFinding, type Found } from './finding.ts';

export interface TransactionControlArgs {
  readonly verb: string;
}

export const transactionControl = defineFinding({
  code: 'transaction-control',
  kinds: ['blocker'],
  title: '`BEGIN`, `COMMIT`, `ROLLBACK` or `SAVEPOINT` in the file',
  effect: 'no-schema',
  say: ({ args }: Found<'transaction-control', 'blocker', TransactionControlArgs>) =>
    `A migration must not contain ${args.verb}: it runs in a transaction already. Remove it from the file.`,
  why: () =>
    'A COMMIT in the middle ends that transaction. If a later statement fails, half of the file is done and nothing is recorded.',
});
