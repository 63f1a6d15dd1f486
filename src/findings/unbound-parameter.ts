/** `unbound-parameter`: a parameter without a value in a file. */

import { defineFinding, type Found } from './finding.ts';

export interface UnboundParameterArgs {
  /** As it is written: `?`, `:name`, … */
  readonly parameter: string;
}

export const unboundParameter = defineFinding({
  code: 'unbound-parameter',
  kinds: ['blocker'],
  title: 'a `?` or `:name` without a value',
  say: ({ args: { parameter } }: Found<'unbound-parameter', 'blocker', UnboundParameterArgs>) =>
    `${parameter} is a parameter without a value. If it is a text, put it in single quotes.`,
  why: () =>
    'On a server the statement fails, and the migration is rolled back. A database file would silently write NULL.',
  way: ({ args: { parameter } }) => `-- write the value itself in its place; a text in single quotes:\n'${parameter}'`,
});
