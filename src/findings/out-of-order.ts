/** `out-of-order`: a pending migration that is older than an applied one. */

import { listSome } from '../text/list.ts';
import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';

/** How the schema at the plan's end compares with the folder's, replayed from the beginning. */
export type OutOfOrderArgs =
  | { readonly what: 'same' | 'different' }
  /** The schema is the same, but a migration changes rows: this one, or a later one. */
  | { readonly what: 'rows-change'; readonly changer: 'itself' | { readonly migration: string } }
  /** Only the order of columns differs in these tables. */
  | { readonly what: 'columns-reordered'; readonly tables: readonly string[] }
  | { readonly what: 'not-replayed'; readonly failure: FailedPlace }
  /** Some recorded migrations have no folder, so the replay of the folder proves nothing. */
  | { readonly what: 'without-folders'; readonly missing: number; readonly replay: 'done' | 'failed' };

/** Where the replay of the folder fails, in the engine's words. */
interface FailedPlace {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export const outOfOrder = defineFinding({
  code: 'out-of-order',
  kinds: ['hazard', 'note'],
  title: {
    hazard: 'older than an applied migration, and the order may matter',
    note: 'older than an applied migration; the order does not matter',
  },
  say: ({ args }: Found<'out-of-order', 'hazard' | 'note', OutOfOrderArgs>) => {
    const older = 'It is older than a migration that production already has';
    return args.what === 'same' ? `${older}, but the schema ends up the same.` : `${older}, and ${sayReason(args)}.`;
  },
  why: ({ args }) => (mayTryFolder(args) ? say`${why} ${command('check')} tests the folder without a database.` : why),
});

function sayReason(args: OutOfOrderArgs): string {
  switch (args.what) {
    case 'rows-change':
      return `${args.changer === 'itself' ? 'it' : args.changer.migration} changes rows, so the order may matter`;
    case 'without-folders': {
      const { missing } = args;
      const recorded = missing === 1 ? '1 recorded migration has' : `${missing} recorded migrations have`;
      return `${notChecked}, because ${recorded} no folder`;
    }
    case 'not-replayed': {
      const { path, line, message } = args.failure;
      return `${notChecked}, because a new database cannot be made from the folder (${path}:${line} fails: ${message})`;
    }
    case 'columns-reordered':
      return `in this order the columns of ${listSome(args.tables)} end up in another order than in a new database, on which an INSERT without column names depends`;
    default:
      return 'in this order the schema ends up different from a new database made from the folder';
  }
}

const notChecked = 'whether the order matters could not be checked';

function mayTryFolder(args: OutOfOrderArgs): boolean {
  return args.what === 'not-replayed' || (args.what === 'without-folders' && args.replay === 'failed');
}

const why = 'A new database made from the folder runs it before the newer ones. Production runs it after them.';
