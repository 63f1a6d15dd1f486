/** `reaches-outside`: statements that would read or write files, load code, or leave the database in another way. */

import type { Harm } from '../sandbox/lists.ts';
import type { Reach } from '../sandbox/suspects.ts';
import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

/** A function that is called or a table that is read, and what that does. */
export type NamedReach = Pick<Reach, 'name' | 'type' | 'does'>;

export type ReachesOutsideArgs =
  /** The statement at the finding's place does it. */
  | { readonly what: 'call'; readonly reach: NamedReach }
  | { readonly what: 'pragma'; readonly pragma: string; readonly does: Harm }
  /** A guard for the statement would do it: guards use the expressions of production's schema. */
  | { readonly what: 'guard'; readonly reach: NamedReach }
  /** A table of the file does it whenever a row is written. */
  | { readonly what: 'table'; readonly table: string; readonly sql: string | null; readonly reach: NamedReach };

type ReachesOutside = Found<'reaches-outside', 'blocker', ReachesOutsideArgs>;

export const reachesOutside = defineFinding({
  code: 'reaches-outside',
  kinds: ['blocker'],
  title: 'it would read or write files, load code, or otherwise reach outside the database',
  effect: 'outside',
  say: ({ args }: ReachesOutside) => {
    if (args.what === 'table') {
      return say`The table "${args.table}" of this database calls ${args.reach.name}, which ${harmWords[args.reach.does]}. The CHECKs of a file run on this machine, for every row that is written. Nothing was run. Drop the table or the CHECK with a tool that you trust.`;
    }
    return say`It reaches outside the database: ${describeReached(args)}. It was not run and not sent. Remove it from the file.`;
  },
  why: () =>
    'A rollback cannot undo what a statement does outside its database. A plan, or a check of a pull request, would do it on the machine where it runs.',
  next: ({ place }) => (place.migration === null ? [command('tables')] : null),
  // Prisma itself writes this one.
  mayHaveRun: ({ args }) => args.what === 'pragma' && args.pragma === 'writable_schema',
  shown: ({ place, args }) => (args.what === 'table' ? args.sql : place.sql),
});

function describeReached(args: Exclude<ReachesOutsideArgs, { what: 'table' }>): string {
  switch (args.what) {
    case 'pragma':
      return `PRAGMA ${args.pragma} ${harmWords[args.does]}`;
    case 'guard':
      return `${describeReach(args.reach)}, in a default or CHECK of production's schema that a guard would have to run`;
    case 'call':
      return describeReach(args.reach);
  }
}

/** `the function readfile reads files` */
export function describeReach({ name, type, does }: NamedReach): string {
  return `the ${type} ${name} ${harmWords[does]}`;
}

/** Each follows the name of the function, table or statement. */
export const harmWords: Readonly<Record<Harm, string>> = {
  'reads-files': 'reads files',
  'writes-files': 'writes files',
  'loads-code': 'loads code',
  'runs-hidden-sql': 'runs SQL that is hidden in a text',
  'runs-programs': 'runs other programs',
  'reaches-network': 'reaches the network',
  'reaches-memory': "reaches the engine's memory",
  'overflows-memory': "writes beyond the engine's memory when its text is long",
  'reaches-encryption': "reaches the engine's encryption",
  'opens-databases': 'opens other databases',
  'reaches-pages': "reaches the database's raw pages",
  'writes-schema-text': "lets SQL write the database's schema as text",
  'trusts-schema': 'lets a schema call unsafe functions',
  'places-files': 'sets where files are written',
};
