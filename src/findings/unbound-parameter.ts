/** `unbound-parameter`: a parameter in a file, to which nobody gives a value. */

import { defineFinding, type Found } from './finding.ts';

export interface UnboundParameterArgs {
  /** As it is written: `?`, `:name`, … */
  readonly parameter: string;
}

export const unboundParameter = defineFinding({
  code: 'unbound-parameter',
  kinds: ['blocker'],
  title: 'a `?` or `:name` that nobody gives a value',
  say: ({ args: { parameter } }: Found<'unbound-parameter', 'blocker', UnboundParameterArgs>) =>
    `${parameter} is a parameter, and nobody gives it a value; a file target would take it for NULL. If it is a text, put it in single quotes.`,
  why: () =>
    'On a server the statement fails, and the migration is rolled back; in a file NULL is written without a word.',
  way: ({ args: { parameter } }) => `-- the value itself in its place; a text in single quotes:\n'${parameter}'`,
});
