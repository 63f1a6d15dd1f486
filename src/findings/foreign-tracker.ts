/** `foreign-tracker`: another table records migrations, and what it records is not in Prisma's tracker. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface ForeignTrackerArgs {
  readonly table: string;
  /** How many of the folder's migrations it records as applied; null where that is not known. */
  readonly recorded: number | null;
  /** How many the folder has. */
  readonly migrations: number;
}

export const foreignTracker = defineFinding({
  code: 'foreign-tracker',
  kinds: ['note'],
  title: 'another table records migrations',
  say: ({ args: { table, recorded, migrations } }: Found<'foreign-tracker', 'note', ForeignTrackerArgs>) =>
    recorded === null
      ? say`The table "${table}" is the record of another tool, and what it says of these migrations is not known. ${command('backfill')} records those that production is proven to have.`
      : say`The table "${table}" records ${recorded} of these ${migrations} migrations as applied, and is not Prisma's tracker. ${command('backfill')} takes over what it records, after proving it.`,
  why: () =>
    "Only Prisma's tracker decides what is run: what nothing but another table records would run a second time.",
});
