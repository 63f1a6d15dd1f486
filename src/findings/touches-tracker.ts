/** `touches-tracker`: a migration that changes the table which records migrations. */

import { defineFinding, type Found } from './finding.ts';

export interface TouchesTrackerArgs {
  readonly table: string;
}

export const touchesTracker = defineFinding({
  code: 'touches-tracker',
  kinds: ['blocker'],
  title: 'the migration changes `_prisma_migrations`',
  effect: 'no-schema',
  say: ({ args }: Found<'touches-tracker', 'blocker', TouchesTrackerArgs>) =>
    `A migration must not change "${args.table}": its own row is written there while it runs. Remove it from the file.`,
  why: () => 'Its rows decide what runs. With a wrong row a migration runs twice, or never.',
});
