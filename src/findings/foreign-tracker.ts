/** `foreign-tracker`: another table records migrations, and what it records is not in Prisma's tracker. */

import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

export interface ForeignTrackerArgs {
  readonly table: string;
  /** How many of the folder's migrations it has as applied; null if that is not known. */
  readonly recorded: number | null;
  /** The number of migrations in the folder. */
  readonly migrations: number;
}

export const foreignTracker = defineFinding({
  code: 'foreign-tracker',
  kinds: ['note'],
  title: 'another table records migrations',
  say: ({ args: { table, recorded, migrations } }: Found<'foreign-tracker', 'note', ForeignTrackerArgs>) =>
    recorded === null
      ? say`The table "${table}" is another tool's tracker. What it says about these migrations is not known. ${command('backfill')} records those that production is proven to have.`
      : say`The table "${table}" records ${recorded} of these ${migrations} migrations as applied, but it is not Prisma's tracker. ${command('backfill')} proves what it records, and takes that over.`,
  why: () =>
    "Only Prisma's tracker decides what runs. A migration that only another table records would run a second time.",
});
