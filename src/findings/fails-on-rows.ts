/** `fails-on-rows`: a statement that fails when it is run on a copy of production's rows, in a way that no other finding tells. */

import { defineFinding, type Found } from './finding.ts';
import { runsWholly } from './reasons.ts';

export interface FailsOnRowsArgs {
  /** In the engine's words, without values of rows. */
  readonly message: string;
  /** COMMIT fails, and no single statement. */
  readonly atEnd: boolean;
}

export const failsOnRows = defineFinding({
  code: 'fails-on-rows',
  kinds: ['blocker'],
  title: "the statement fails on production's rows",
  say: ({ args: { message, atEnd } }: Found<'fails-on-rows', 'blocker', FailsOnRowsArgs>) =>
    `${atEnd ? 'COMMIT fails' : 'Fails'} on production's rows: ${message}.`,
  why: () =>
    `The migrations before it and this file were run on a copy of production's rows in memory. It would fail in production too. ${runsWholly}`,
});
