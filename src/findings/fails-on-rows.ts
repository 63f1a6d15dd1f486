/** `fails-on-rows`: a statement that fails when it is run on a copy of production's rows, in a way that no other finding tells. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { defineFinding, type Found } from './finding.ts';
import { runsWholly } from './reasons.ts';
import { inWords } from './way.ts';

export interface FailsOnRowsArgs {
  /** In the engine's words, without values of rows. */
  readonly message: string;
  /** COMMIT fails, and no single statement. */
  readonly atEnd: boolean;
  /** The column whose texts are no JSON; null where it fails for something else. */
  readonly json: string | null;
}

export const failsOnRows = defineFinding({
  code: 'fails-on-rows',
  kinds: ['blocker'],
  title: "the statement fails on production's rows",
  say: ({ args: { message, atEnd } }: Found<'fails-on-rows', 'blocker', FailsOnRowsArgs>) =>
    `${atEnd ? 'COMMIT fails' : 'Fails'} on production's rows: ${message}.`,
  why: () =>
    `The migrations before it and this file were run on a copy of production's rows in memory. It would fail in production too. ${runsWholly}`,
  way: ({ args: { json } }) =>
    json === null
      ? null
      : inWords(`-- mend these rows first, or leave them out:\n… WHERE json_valid(${quoteIdentifier(json)});`),
});
