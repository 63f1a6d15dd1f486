/** `recorded-elsewhere`: a pending migration that another table has as applied. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface RecordedElsewhereArgs {
  /** The table with that record. */
  readonly table: string;
}

export const recordedElsewhere = defineFinding({
  code: 'recorded-elsewhere',
  kinds: ['hazard'],
  title: "another tool's tracker says that it is applied",
  say: ({ place, args }: Found<'recorded-elsewhere', 'hazard', RecordedElsewhereArgs>) =>
    say`The table "${args.table}" records it as applied, so it would run a second time. If production has it: ${command('backfill', [place.migration ?? ''])}.`,
  why: () => 'The second run fails on what already exists or, if it changes rows, changes them again.',
});
