/** `recorded-elsewhere`: a pending migration that another table records as applied. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface RecordedElsewhereArgs {
  /** The table that records it. */
  readonly table: string;
}

export const recordedElsewhere = defineFinding({
  code: 'recorded-elsewhere',
  kinds: ['hazard'],
  title: "another tool's record says it is applied",
  say: ({ place, args }: Found<'recorded-elsewhere', 'hazard', RecordedElsewhereArgs>) =>
    say`The table "${args.table}" records it as applied, so it would run a second time. If production has it: ${command('backfill', [place.migration ?? ''])}.`,
  why: () => 'A second time it fails on what is there or, where it changes rows, changes them once more.',
});
